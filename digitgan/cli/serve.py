"""The verb ``serve``."""

import gc
from pathlib import Path
from typing import Annotated

import typer

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


def serve(  # noqa: PLR0913 - each is a flag
    host: Annotated[
        str, typer.Option(help="Address to listen on; 0.0.0.0 for everyone.")
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port; 0 for any that is free.")
    ] = 8000,
    model: Annotated[
        str, typer.Option(help="flagship, a model or run folder, or hf://user/name.")
    ] = "flagship",
    token: Annotated[
        str | None,
        typer.Option(
            envvar="DIGITGAN_TOKEN",
            help="What those who write or train must know; without one a --host for "
            "others makes one up.",
        ),
    ] = None,
    root_path: Annotated[
        str, typer.Option(help="Where a proxy shows it: /digits, unless at the top.")
    ] = "",
    runs: Annotated[
        Path, typer.Option(help="Folder of the trainings that the page shows.")
    ] = Path("runs"),
    data: Annotated[
        str, typer.Option(help="What new ones learn from, as for train.")
    ] = "mnist",
    threads: Annotated[
        int | None,
        typer.Option(
            min=1,
            envvar="DIGITGAN_THREADS",
            help="That draw [one for each core, as far as a container's quota goes]",
        ),
    ] = None,
    allow_origin: Annotated[
        list[str] | None,
        typer.Option(help="Another site whose pages may ask; can be repeated."),
    ] = None,
) -> None:
    """Serve the page and the API until Ctrl-C."""
    gc.disable()  # until it listens: all that is imported stays, and this saves a tenth
    server = import_extra("digitgan.serving.server", "serve")
    server.serve(
        *(host, port, model, token, runs, data, root_path),
        threads=threads,
        origins=allow_origin or (),
    )
