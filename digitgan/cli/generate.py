"""The verb ``generate``."""

from pathlib import Path
from typing import Annotated

import typer

HELP = """Write digits, to a file or to the terminal.

\b
Examples:
  digitgan generate 2026                          in one hand, here
  digitgan generate 2026 -o year.png --seed 7     another seed, another hand
  digitgan generate 2026 -o year.gif              from this hand to the next
  digitgan generate 7 --thickness 4 --slant -20   bold, leaning left
  digitgan generate --digit 7 --count 100 -o sevens.npz
  digitgan generate --grid -o all.png             a row of ten for every digit
"""


def generate(  # noqa: PLR0913 - each is a flag
    text: Annotated[str | None, typer.Argument(help="Digits, such as 2026.")] = None,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="A .png, .npz or .gif.")
    ] = None,
    digit: Annotated[
        int | None, typer.Option(help="This one, again and again.")
    ] = None,
    count: Annotated[int | None, typer.Option(help="How many.")] = None,
    grid: Annotated[bool, typer.Option("--grid", help="Ten of every digit.")] = False,
    seed: Annotated[int, typer.Option(help="Same seed, same digits.")] = 0,
    thickness: Annotated[
        float | None, typer.Option(help="Of the strokes, in pixels.")
    ] = None,
    slant: Annotated[
        float | None, typer.Option(help="In degrees; positive leans right.")
    ] = None,
    variety: Annotated[
        float | None, typer.Option(help="0, the usual form, to 1, all forms [1]")
    ] = None,
    model: Annotated[
        str, typer.Option(help="flagship, or a model or run folder.")
    ] = "flagship",
) -> None:
    """Write digits."""
    from digitgan.generation import command

    command.generate(
        text,
        out=out,
        model=model,
        digit=digit,
        count=count,
        sheet=grid,
        seed=seed,
        thickness=thickness,
        slant=slant,
        variety=variety,
    )
