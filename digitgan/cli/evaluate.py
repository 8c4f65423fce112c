"""The verb ``evaluate``."""

import shlex
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

import digitgan
from digitgan.cli.quiet import import_keras_quietly, show_log
from digitgan.errors import InputError

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
    clean: Annotated[
        bool, typer.Option("--clean", help="Cut, even and centre photographed digits.")
    ] = False,
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
    """Evaluate digits, print the scorecard and write it where asked."""
    from digitgan.data.load import load_dataset
    from digitgan.evaluation import report, table
    from digitgan.evaluation.load_samples import load_samples

    for name, path in (("json_file", json_file), ("html", html)):
        if path and path.is_dir():
            raise InputError(name, path, "the name of a file", "is a folder")
    if full and find_spec("keras"):  # the scorecard says so where it is missing
        import_keras_quietly()
    level = "full" if full else "quick"
    show_log()
    real = load_dataset(data, clean)
    samples = load_samples(subject, real, seed, level, clean)
    if html and not report.can_show(samples, real):
        raise InputError("html", html, "a report on digits of 28 x 28 pixels in grey")
    with table.progress_bar() as progress:
        card = digitgan.evaluate(
            samples, level=level, data=real, seed=seed, progress=progress
        )
    table.show(card)
    if json_file:
        card.save(json_file)
    if html:
        typed = ["digitgan", "evaluate", subject, f"--{level}"]
        typed += ["--data", data, "--seed", str(seed), *["--clean"][: int(clean)]]
        report.write(html, card, samples, data=real, command=shlex.join(typed))
