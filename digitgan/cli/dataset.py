"""The verb ``dataset``."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from digitgan.cli.options import PATH, options_of
from digitgan.cpu import available_cores
from digitgan.datasets.request import DatasetRequest
from digitgan.errors import InputError
from digitgan.hub import check_repo

if TYPE_CHECKING:
    from digitgan.datasets.make import DatasetReport

GOES_ON = "the same command goes on with what is whole"
HELP = f"""Make a labelled data set, go on with one, or check one.

\b
Kinds and formats:
  digits    single ones, 28x28        idx npz png parquet webdataset lmdb
  numbers   written, a picture each   png parquet webdataset lmdb coco yolo
  scenes    pages of numbers          coco yolo png parquet webdataset

\b
Examples:
  digitgan dataset mine --count 70000 --split 60000,0,10000   a drop-in MNIST
  digitgan dataset more --format parquet --balance --checked --seed 7
  digitgan dataset twin --like scans/         their classes and strokes
  digitgan dataset sums --kind numbers --length 3-8
  digitgan dataset days --kind numbers --pattern dd/mm/yyyy --format parquet
  digitgan dataset bills --kind numbers --texts amounts.txt --ink navy
  digitgan dataset pages --kind scenes --format coco --count 1000
  digitgan dataset mine --format parquet --repo me/numbers     publish it, too
  digitgan dataset --verify mine              name what is damaged and mend it

Killed, or stopped by Ctrl-C? {GOES_ON[0].upper()}{GOES_ON[1:]}.
"""


@click.command(help=HELP)
@click.argument("out", type=PATH, help="A new folder, or one to go on with.")
@options_of(DatasetRequest)
@click.option("--workers", type=int, help="Processes [one for each core]")
@click.option(
    "--engine", default="local", help="local, or ray (RAY_ADDRESS: a cluster)."
)
@click.option("--verify", is_flag=True, help="Check a finished one and mend it.")
@click.option("--repo", help="user/name on the hub, to publish it as.")
def dataset(
    out: Path,
    workers: int | None,
    engine: str,
    verify: bool,
    repo: str | None,
    **request: Any,
) -> None:
    """Make or check a data set."""
    from digitgan.datasets.make import make_dataset, verify_dataset

    if repo is not None:  # refused before the work
        check_repo("repo", repo, repo)
    workers = available_cores() if workers is None else workers
    how = {"workers": workers, "engine": engine, "progress": True}
    try:
        if verify:
            report = verify_dataset(out, model=_named_model(request), **how)
            for description in report.damage:
                print(f"{description}: made again")
            for index in report.differing:
                print(f"shard {index} is whole now, but other than the manifest said")
        else:
            report = make_dataset(out, **how, **request)
        print(_summary(report))
        if repo is not None:
            print(report.push_to_hub(repo))
    except KeyboardInterrupt:
        print(f"stopped; {GOES_ON}", file=sys.stderr)
        raise


def _named_model(request: dict[str, Any]) -> str | Path | None:
    """Return the model, if one is named; refuse what the data set decides."""
    usual = vars(DatasetRequest())
    given = {name: v for name, v in request.items() if v != usual[name]}
    model = given.pop("model", None)
    for name, value in given.items():
        problem = "is decided by the data set that --verify checks"
        raise InputError(name, value, "--workers, --engine, --model", problem)
    return model


def _summary(report: "DatasetReport") -> str:
    """Say in a line what is there now."""
    manifest = report.manifest
    parts = ", ".join(f"{n:,} {part}" for part, n in manifest["parts"].items())
    line = f"{report.folder}: {manifest['count']:,} {manifest['kind']}"
    line += f" as {manifest['format']} ({parts})"
    if manifest["dropped"]:
        line += f" after {manifest['dropped']:,} misread ones were dropped"
    if not report.drawn:
        return f"{line} - all whole"
    rate = report.drawn / report.seconds
    return f"{line} - {report.drawn:,} drawn now, {rate:,.0f}/s"
