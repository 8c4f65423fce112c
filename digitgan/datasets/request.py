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
    """A data set as it is asked for; each field's help stands beside it.

    ``split`` and ``labels`` may be sequences, ``length`` a pair; ``pattern`` is what
    :func:`digitgan.datasets.pattern.parse` reads, ``texts`` what
    :func:`digitgan.datasets.texts.read_texts` does, ``like`` what
    :func:`digitgan.load_dataset` takes, ``model`` what :func:`digitgan.load` takes;
    ``ink`` and ``background`` are colours of
    :class:`digitgan.handwriting.options.WriteOptions`.
    """

    kind: str = _option("digits", "digits, numbers or scenes.")
    count: int = _option(10_000, "Samples in all.")
    format: str | None = _option(None, "See above [idx, png, coco by kind]")
    seed: int | None = _option(0, "Same seed, same bytes.")
    split: str | Sequence[int] = _option(
        "80,10,10", "Train, validation, test: percent or samples."
    )
    labels: str | Sequence[int] | None = _option(
        None, "Only these digits, such as 0,1,7."
    )
    like: str | Path | Any | None = _option(
        None, "Classes and strokes as in this data set: what train takes."
    )
    balance: bool = _option(False, "Each digit equally often.")
    checked: bool = _option(False, "Only digits read as asked.")
    measure: bool = _option(False, "Store thickness, slant and more.")
    variety: float | None = _option(
        None, "Below 1, more alike than real digits; to 1.5, odder [1; 1.3 if robust]"
    )
    robust: bool = _option(
        False, "Vary pen, slant, size, place, paper and scanner beyond MNIST."
    )
    length: str | Sequence[int] | None = _option(None, "Digits of a number [3-8]")
    pattern: str | None = _option(None, "Such as dd/mm/yyyy, hh:mm or 079 ### ## ##.")
    texts: str | Path | Sequence[str | tuple[str, float]] | None = _option(
        None, "A file of what to write: one a line, or a .csv with weights."
    )
    ink: int | str | None = _option(None, "Of numbers: grey or colour [0]")
    background: int | str | None = _option(None, "Likewise, or transparent [255]")
    shard_size: int | None = _option(None, "Samples made and checked together.")
    model: str | Path = _option(
        "flagship", "flagship, a model or run folder, or hf://user/name."
    )


class DatasetOptions(TypedDict, total=False):
    """The same as keyword arguments, for editors and type checkers."""

    kind: str
    count: int
    format: str | None
    seed: int | None
    split: str | Sequence[int]
    labels: str | Sequence[int] | None
    like: str | Path | Any | None
    balance: bool
    checked: bool
    measure: bool
    variety: float | None
    robust: bool
    length: str | Sequence[int] | None
    pattern: str | None
    texts: str | Path | Sequence[str | tuple[str, float]] | None
    ink: int | str | None
    background: int | str | None
    shard_size: int | None
    model: str | Path
