"""The verb ``serve``."""

import gc
from pathlib import Path
from typing import Any

import click

from digitgan.cli.options import PATH, clean_option, model_option
from digitgan.errors import import_extra

HELP = """Open a page to write on, and an API, on this machine.

\b
Examples:
  digitgan serve                                  http://127.0.0.1:8000
  digitgan serve --port 0                         any free port
  digitgan serve --model runs/flagship            a model of your own
  digitgan serve --host 0.0.0.0                   for others too; prints a token
  curl -o year.png "http://127.0.0.1:8000/v1/numbers.png?text=2026&seed=7"
"""


@click.command(help=HELP)
@click.option(
    "--host", default="127.0.0.1", help="Address to listen on; 0.0.0.0 for everyone."
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8000,
    help="Port; 0 for any that is free.",
)
@model_option
@click.option(
    "--token",
    envvar="DIGITGAN_TOKEN",
    show_envvar=True,
    help="What those who write or train must know; without one a --host for others "
    "makes one up.",
)
@click.option(
    "--root-path",
    default="",
    show_default=False,
    help="Where a proxy shows it: /digits, unless at the top.",
)
@click.option(
    "--runs",
    type=PATH,
    default=Path("runs"),
    help="Folder of the trainings that the page shows.",
)
@click.option("--data", default="mnist", help="What new ones learn from, as for train.")
@clean_option
@click.option(
    "--workers",
    type=click.IntRange(1),
    envvar="DIGITGAN_WORKERS",
    show_envvar=True,
    help="Drawings at once, each in a process of its own [one for each core, as far as "
    "a container's quota goes]",
)
@click.option(
    "--allow-origin",
    "origins",
    multiple=True,
    help="Another site whose pages may ask; can be repeated.",
)
def serve(**options: Any) -> None:
    """Serve the page and the API until Ctrl-C."""
    gc.disable()  # until it listens: all that is imported stays, and this saves a tenth
    import_extra("digitgan.serving.server", "serve").serve(**options)
