"""The verb ``generate``."""

from pathlib import Path
from typing import Annotated

import typer

HELP = """Write digits, to a file or to the terminal.

\b
Examples:
  digitgan generate 2026                          in one hand, here
  digitgan generate 2026 -o year.png --seed 7     another seed, another hand
  digitgan generate 12/05/2026 -o date.png --boxes date.json
  digitgan generate "(030) 555-0199" -o form.png --lines boxes --noise 0.3
  digitgan generate 2026 -o blue.png --ink navy --background transparent
  digitgan generate -o minus.png -- -1,024.50     a text that begins with a sign
  digitgan generate 2026 -o year.svg              strokes at any size; or .pdf
  digitgan generate 2026 -o plot.svg --single-line    for plotters and engravers
  digitgan generate 2026 -o year.gif              from this hand to the next
  digitgan generate 7 --thickness 4 --slant -20   bold, leaning left
  digitgan generate --digit 7 --count 100 -o sevens.npz
  digitgan generate --grid -o all.png             a row of ten for every digit
  digitgan generate --model runs/fashion --label sneaker -o sneaker.png
"""

# How the picture of a text looks
Height = Annotated[int | None, typer.Option(help="Of TEXT's digits, in pixels [80]")]
Width = Annotated[int | None, typer.Option(help="Of TEXT's picture, in pixels.")]
Spacing = Annotated[
    tuple[int, int] | None,
    typer.Option(metavar="MIN MAX", help="Pixels between TEXT's characters."),
]
Lines = Annotated[str | None, typer.Option(help="Under TEXT: ruled, grid or boxes.")]
Background = Annotated[
    str | None,
    typer.Option(help="TEXT's paper: 0 to 255, ivory, #fffff0 or transparent [255]"),
]
Ink = Annotated[str | None, typer.Option(help="TEXT's ink: likewise [0]")]
SingleLine = Annotated[
    bool, typer.Option("--single-line", help="In an .svg, strokes without width.")
]
Noise = Annotated[float | None, typer.Option(help="Of a scanner, 0 to 1 [0]")]


def generate(  # noqa: PLR0913 - each is a flag
    text: Annotated[
        str | None, typer.Argument(help="Digits and - . , : / + ( ).")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", help="A .png, .svg, .pdf, .npz or .gif."),
    ] = None,
    digit: Annotated[
        str | None,
        typer.Option("--digit", "--label", help="This one, again and again."),
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
    boxes: Annotated[
        Path | None, typer.Option(help="A .json: where TEXT's characters are.")
    ] = None,
    height: Height = None,
    width: Width = None,
    spacing: Spacing = None,
    lines: Lines = None,
    background: Background = None,
    ink: Ink = None,
    noise: Noise = None,
    single_line: SingleLine = False,
    model: Annotated[
        str, typer.Option(help="flagship, a model or run folder, or hf://user/name.")
    ] = "flagship",
) -> None:
    """Write digits."""
    from digitgan.handwriting import generate

    generate.generate(
        text,
        out=out,
        boxes=boxes,
        model=model,
        digit=digit,
        count=count,
        grid=grid,
        seed=seed,
        thickness=thickness,
        slant=slant,
        variety=variety,
        height=height,
        width=width,
        spacing=spacing,
        lines=lines,
        background=background,
        ink=ink,
        noise=noise,
        single_line=single_line,
    )
