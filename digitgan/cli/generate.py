"""The verb ``generate``."""

from typing import Any

import click

from digitgan.cli.options import PATH, model_option

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


@click.command(help=HELP)
@click.argument("text", required=False, help="Digits and - . , : / + ( ).")
@click.option("-o", "--out", type=PATH, help="A .png, .svg, .pdf, .npz or .gif.")
@click.option("--digit", "--label", help="This one, again and again.")
@click.option("--count", type=int, help="How many.")
@click.option("--grid", is_flag=True, help="Ten of every digit.")
@click.option("--seed", default=0, help="Same seed, same digits.")
@click.option("--thickness", type=float, help="Of the strokes, in pixels.")
@click.option("--slant", type=float, help="In degrees; positive leans right.")
@click.option(
    "--variety", type=float, help="0, the usual form; 1, as real ones; to 1.5 [1]"
)
@click.option("--boxes", type=PATH, help="A .json: where TEXT's characters are.")
@click.option("--height", type=int, help="Of TEXT's digits, in pixels [80]")
@click.option("--width", type=int, help="Of TEXT's picture, in pixels.")
@click.option(
    "--spacing",
    type=(int, int),
    metavar="MIN MAX",
    help="Pixels between TEXT's characters.",
)
@click.option("--lines", help="Under TEXT: ruled, grid or boxes.")
@click.option(
    "--background", help="TEXT's paper: 0 to 255, ivory, #fffff0 or transparent [255]"
)
@click.option("--ink", help="TEXT's ink: likewise [0]")
@click.option("--noise", type=float, help="Of a scanner, 0 to 1 [0]")
@click.option("--single-line", is_flag=True, help="In an .svg, strokes without width.")
@model_option
def generate(**options: Any) -> None:
    """Write digits."""
    from digitgan.handwriting import generate

    generate.generate(**options)
