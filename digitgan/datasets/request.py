"""What people ask of a data set: each option, its default and its help, once.

Python (:func:`digitgan.make_dataset`) and the command line both read it here.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypedDict


def _option(default: Any, help: str) -> Any:
    return field(default=default, metadata={"help": help})


@dataclass(frozen=True, kw_only=True)
class DatasetRequest:
    """A data set as it is asked for; :func:`digitgan.datasets.resolve` checks it.

    Attributes:
        kind: ``digits``, single ones; ``numbers``, written ones; ``scenes``, pages of
            numbers with boxes.
        count: Samples in all, from 1.
        format: idx, npz (digits); lmdb (digits and numbers); png, parquet, webdataset;
            coco, yolo (numbers and scenes). Unless given idx for digits, png for
            numbers, coco for scenes.
        seed: From 0 to 2**64 - 1.
        split: Train, validation and test, in percent or in samples.
        labels: The digits that may occur; all unless given.
        balance: Each digit as often as the others, to within one in each part.
        checked: Drop digits that the classifier misreads and draw others.
        measure: Store the measured morphometry of each digit.
        length: Digits of a number, such as ``"3-8"`` or ``(3, 8)``.
        pattern: Of numbers, ``"dd/mm/yyyy"``: :func:`digitgan.datasets.pattern.parse`.
        shard_size: Samples that are made, stored and verified together.
        model: What :func:`digitgan.load` takes.
    """

    kind: str = _option("digits", "digits, numbers or scenes.")
    count: int = _option(10_000, "Samples in all.")
    format: str | None = _option(None, "See above [idx, png, coco by kind]")
    seed: int = _option(0, "Same seed, same bytes.")
    split: str | Sequence[int] = _option(
        "80,10,10", "Train, validation, test: percent or samples."
    )
    labels: str | Sequence[int] | None = _option(
        None, "Only these digits, such as 0,1,7."
    )
    balance: bool = _option(False, "Each digit equally often.")
    checked: bool = _option(False, "Only digits read as asked.")
    measure: bool = _option(False, "Store thickness, slant and more.")
    length: str | Sequence[int] | None = _option(None, "Digits of a number [3-8]")
    pattern: str | None = _option(None, "Such as dd/mm/yyyy, hh:mm or 079 ### ## ##.")
    shard_size: int | None = _option(None, "Samples made and checked together.")
    model: str | Path = _option(
        "flagship", "flagship, a model or run folder, or hf://user/name."
    )


class DatasetOptions(TypedDict, total=False):
    """The same as keyword arguments, for editors and type checkers."""

    kind: str
    count: int
    format: str | None
    seed: int
    split: str | Sequence[int]
    labels: str | Sequence[int] | None
    balance: bool
    checked: bool
    measure: bool
    length: str | Sequence[int] | None
    pattern: str | None
    shard_size: int | None
    model: str | Path
