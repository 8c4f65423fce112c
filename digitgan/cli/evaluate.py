"""The verb ``evaluate``."""

import shlex
from importlib.util import find_spec
from pathlib import Path

import click

import digitgan
from digitgan.cli.options import PATH, clean_option
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


@click.command(help=HELP)
@click.argument(
    "subject",
    default="flagship",
    help="A model or run folder, hf://user/name, NPZ, data set.",
)
@click.option("--full/--quick", default=False, help="Minutes and every figure.")
@click.option("--data", default="mnist", help="The real digits.")
@clean_option
@click.option(
    "--seed", type=click.IntRange(0, 2**32 - 1), default=0, help="Of every sample."
)
@click.option("--json", "json_file", type=PATH, help="Write the scorecard.")
@click.option("--html", type=PATH, help="Write a report in one file.")
def evaluate(
    subject: str,
    full: bool,
    data: str,
    clean: bool,
    seed: int,
    json_file: Path | None,
    html: Path | None,
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
