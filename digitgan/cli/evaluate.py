"""The verb ``evaluate``."""

from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from digitgan.cli.quiet import import_keras_quietly

HELP = """Say how good digits are, beside the same figures for real digits.

\b
Examples:
  digitgan evaluate                               the model that comes with it
  digitgan evaluate runs/dcgan                    a run or a model folder
  digitgan evaluate fakes.npz --html report.html  x (N, 28, 28), and y if known
  digitgan evaluate runs/conditional --full --json card.json
"""


def evaluate(
    subject: Annotated[
        str,
        typer.Argument(help="A model or run folder, hf://user/name, NPZ, data set."),
    ] = "flagship",
    full: Annotated[
        bool, typer.Option("--full/--quick", help="Minutes and every figure.")
    ] = False,
    data: Annotated[str, typer.Option(help="The real digits.")] = "mnist",
    seed: Annotated[
        int, typer.Option(help="Of every sample.", min=0, max=2**32 - 1)
    ] = 0,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write the scorecard.")
    ] = None,
    html: Annotated[
        Path | None, typer.Option(help="Write a report in one file.")
    ] = None,
) -> None:
    """Classifier digits."""
    from digitgan.evaluation.command import judge

    if full and find_spec("keras"):  # the scorecard says so where it is missing
        import_keras_quietly()
    judge(subject, "full" if full else "quick", data, seed, json_file, html)
