"""The verb ``adapt``."""

from pathlib import Path
from typing import Any

import click

from digitgan.cli.options import MODEL, PATH, clean_option
from digitgan.cli.quiet import import_keras_quietly, show_log

HELP = """Let a trained model learn one writer's hand from a few dozen digits.

\b
Examples:
  digitgan sheet --read photo.jpg -o my-digits/
  digitgan adapt flagship --data my-digits/ -o my-hand/
  digitgan generate 2026 --model my-hand/ -o year.png

my-hand/ is a model folder; beside.png in it shows your digits, before and after.
"""


@click.command(help=HELP)
@click.argument("model", help=MODEL)
@click.option(
    "--data",
    required=True,
    help="The writer's digits, some of each: a folder a class.",
)
@click.option(
    "-o", "--out", type=PATH, required=True, help="A new folder for the new model."
)
@clean_option
@click.option("--minutes", default=3.0, help="Stop after so much training.")
@click.option("--seed", default=0, help="Of variations, latents and order.")
def adapt(model: str, data: str, out: Path, **options: Any) -> None:
    """Adapt a model to a writer."""
    import_keras_quietly()
    show_log()
    from digitgan.training.adapt import adapt as fine_tune

    folder = fine_tune(model, data, out, **options)
    write = f"digitgan generate 2026 --model {folder}"
    print(f"Look at {folder / 'beside.png'}; write: {write}")
