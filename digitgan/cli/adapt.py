"""The verb ``adapt``."""

from pathlib import Path
from typing import Annotated

from typer import Argument, Option

from digitgan.cli.quiet import import_keras_quietly, show_log

HELP = """Let a trained model learn one writer's hand from a few dozen digits.

\b
Examples:
  digitgan sheet --read photo.jpg -o my-digits/
  digitgan adapt flagship --data my-digits/ -o my-hand/
  digitgan generate 2026 --model my-hand/ -o year.png

my-hand/ is a model folder; beside.png in it shows your digits, before and after.
"""


def adapt(
    model: Annotated[str, Argument(help="flagship, hf://user/name or a folder.")],
    data: Annotated[
        str, Option(help="The writer's digits, some of each: a folder a class.")
    ],
    out: Annotated[Path, Option("-o", "--out", help="A new folder for the new model.")],
    clean: Annotated[
        bool, Option("--clean", help="Cut, even and centre photographed digits.")
    ] = False,
    minutes: Annotated[float, Option(help="Stop after so much training.")] = 3.0,
    seed: Annotated[int, Option(help="Of variations, latents and order.")] = 0,
) -> None:
    """Adapt a model to a writer."""
    import_keras_quietly()
    show_log()
    from digitgan.training.adapt import adapt as fine_tune

    folder = fine_tune(model, data, out, clean=clean, minutes=minutes, seed=seed)
    write = f"digitgan generate 2026 --model {folder}"
    print(f"Look at {folder / 'beside.png'}; write: {write}")
