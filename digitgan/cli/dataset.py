"""The verb ``dataset``."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from digitgan.cpu import available_cores
from digitgan.errors import InputError

AGAIN = "the same command goes on with what is whole"
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
  digitgan dataset sums --kind numbers --length 3-8
  digitgan dataset days --kind numbers --pattern dd/mm/yyyy --format parquet
  digitgan dataset pages --kind scenes --format coco --count 1000
  digitgan dataset --verify mine              name what is damaged and mend it

Killed, or stopped by Ctrl-C? {AGAIN[0].upper()}{AGAIN[1:]}.
"""


def dataset(  # noqa: PLR0913 - each is a flag
    out: Annotated[Path, typer.Argument(help="A new folder, or one to go on with.")],
    kind: Annotated[str, typer.Option(help="digits, numbers or scenes.")] = "digits",
    count: Annotated[int, typer.Option(help="Samples in all.")] = 10_000,
    format: Annotated[
        str | None, typer.Option(help="See above [idx, png, coco by kind]")
    ] = None,
    seed: Annotated[int, typer.Option(help="Same seed, same bytes.")] = 0,
    split: Annotated[
        str, typer.Option(help="Train, validation, test: percent or samples.")
    ] = "80,10,10",
    labels: Annotated[
        str | None, typer.Option(help="Only these digits, such as 0,1,7.")
    ] = None,
    balance: Annotated[
        bool, typer.Option("--balance", help="Each digit equally often.")
    ] = False,
    checked: Annotated[
        bool, typer.Option("--checked", help="Only digits read as asked.")
    ] = False,
    measure: Annotated[
        bool, typer.Option("--measure", help="Store thickness, slant and more.")
    ] = False,
    length: Annotated[str | None, typer.Option(help="Digits of a number [3-8]")] = None,
    pattern: Annotated[
        str | None, typer.Option(help="Such as dd/mm/yyyy, hh:mm or 079 ### ## ##.")
    ] = None,
    shard_size: Annotated[
        int | None, typer.Option(help="Samples made and checked together.")
    ] = None,
    workers: Annotated[
        int | None, typer.Option(help="Processes [one for each core]")
    ] = None,
    engine: Annotated[
        str, typer.Option(help="local, or ray (RAY_ADDRESS: a cluster).")
    ] = "local",
    model: Annotated[
        str, typer.Option(help="flagship, a model or run folder, or hf://user/name.")
    ] = "flagship",
    verify: Annotated[
        bool, typer.Option("--verify", help="Check a finished one and mend it.")
    ] = False,
) -> None:
    """Make or check a data set."""
    from digitgan.datasets import make

    wish = {name: value for name, value in locals().items() if name in FLAGS}
    force = {"workers": available_cores() if workers is None else workers}
    force |= {"engine": engine, "progress": True}
    try:
        if verify:
            _verify(out, model, wish, force)
        else:
            print(_summary(make.make_dataset(out, model=model, **wish, **force)))
    except KeyboardInterrupt:
        print(f"stopped; {AGAIN}", file=sys.stderr)
        raise


FLAGS = {  # of what is made, and their usual values
    "kind": "digits",
    "count": 10_000,
    "format": None,
    "seed": 0,
    "split": "80,10,10",
    "labels": None,
    "balance": False,
    "checked": False,
    "measure": False,
    "length": None,
    "pattern": None,
    "shard_size": None,
}


def _verify(out: Path, model: str, wish: dict, force: dict) -> None:
    """Check a data set, say what was wrong and mend it."""
    from digitgan.datasets.make import verify_dataset

    changed = [name for name, usual in FLAGS.items() if wish[name] != usual]
    if changed:
        raise InputError(
            f"--verify {out} keeps the settings of its data set: leave out "
            f"--{changed[0].replace('_', '-')}; allowed beside it are --workers, "
            "--engine and --model"
        )
    made = verify_dataset(out, model=None if model == "flagship" else model, **force)
    for words in made.wrong:
        print(f"{words}: made again")
    for index in made.differing:
        print(f"shard {index} is whole now, but other than the manifest said")
    print(_summary(made))


def _summary(made) -> str:
    """Say in a line what is there now."""
    told = made.manifest
    parts = ", ".join(f"{n:,} {part}" for part, n in told["parts"].items())
    words = [f"{made.folder}: {told['count']:,} {told['kind']} as {told['format']}"]
    words.append(f"({parts})")
    if told["dropped"]:
        words.append(f"after {told['dropped']:,} misread ones were dropped")
    rate = f"{made.made / made.seconds:,.0f}/s"
    words.append(f"- {made.made:,} drawn now, {rate}" if made.made else "- all whole")
    return " ".join(words)
