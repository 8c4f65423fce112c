"""The honest scorecard: every figure beside the same figure of real digits."""

import json
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from digitgan import files
from digitgan.data.dataset import Dataset, held_out
from digitgan.data.load import load_dataset
from digitgan.errors import InputError, import_extra, unknown_name
from digitgan.evaluation.measured_digits import check_images, check_labels, sample, see
from digitgan.evaluation.rows import copies, digits, likeness, triplets
from digitgan.evaluation.rows.base import Comparison, Row, skipped
from digitgan.measure.classifier import Classifier
from digitgan.measure.classifier_registry import DIGITS, find_classifier

LEVELS = ("quick", "full")
LEAST = 100
LARGEST = 5_000


class Step(NamedTuple):
    """A part of the work: its name, its rows, the digits it needs, its keys."""

    name: str
    rows: Callable[[Comparison], Iterable[Row]]
    least: int
    keys: tuple[str, ...]


QUICK = (
    Step("distances", likeness.distance_rows, 500, ("frechet", "kernel")),
    Step("neighbourhoods", likeness.manifold_rows, LEAST, ()),
    Step("two-sample test", likeness.two_sample_rows, 200, ("two_sample",)),
    Step("label agreement", digits.agreement_rows, LEAST, ()),
    Step(
        "variety",
        digits.variety_rows,
        500,
        ("shares", "variety", "variety_worst", "coverage_worst"),
    ),
    Step("handwriting", likeness.handwriting_rows, LEAST, ()),
    Step("memorisation", copies.memorisation_rows, LEAST, ()),
)
FULL = (*QUICK, Step("learning from these", digits.learning_rows, 1_000, ("cas",)))


@dataclass(frozen=True)
class Scorecard:
    """How good digits are.

    Attributes:
        rows: The figures.
        level: ``quick`` or ``full``.
        seed: What drew every sample and resample.
        count: How many digits were handed in.
        judge: SHA-256 of the judge.
        data: Where the real digits came from.
        seconds: How long it took.
        classes: The name of each label.
    """

    rows: tuple[Row, ...]
    level: str
    seed: int
    count: int
    judge: str
    data: str
    seconds: float
    classes: tuple[str, ...] = DIGITS

    def __getitem__(self, key: str) -> Row:
        """Return the row of that key, such as ``frechet``."""
        for row in self.rows:
            if row.key == key:
                return row
        raise KeyError(key)

    def to_dict(self) -> dict:
        """Return everything as plain numbers, strings, lists and dictionaries."""
        return asdict(self) | {
            "rows": [
                asdict(row) | {"ratio": row.ratio, "difference": row.difference}
                for row in self.rows
            ]
        }

    def save(self, path: str | Path) -> None:
        """Write the scorecard as JSON.

        Raises:
            OSError: The folder cannot be written to.
        """
        files.write_text(path, json.dumps(self.to_dict(), indent=2) + "\n")


def evaluate(
    images,
    labels=None,
    *,
    level: str = "quick",
    data: str | Path | Dataset = "mnist",
    seed: int = 0,
    judge: Classifier | None = None,
    progress: Callable[[int, int, str], None] | None = None,
) -> Scorecard:
    """Compare digits with real ones.

    Args:
        images: ``uint8 (N, 28, 28)``, or floats 0 to 1, 0 paper; 100 or more. Up to
            5,000 of them, drawn by the seed, are measured. Or ``(N, 28, 28, 3)``, three
            digits in three channels, whose modes are counted.
        labels: ``int (N,)``, the digit that each image was asked to show; without
            them the rows that need them are skipped and say so.
        level: ``quick`` (seconds, NumPy and ONNX Runtime alone) or ``full`` (minutes,
            with networks trained on the digits; needs the training extras).
        data: The real digits: anything that ``load_dataset`` takes, or
            what it returned. They must have labels and test digits.
        seed: Equal seeds give equal scorecards.
        judge: Who reads the digits; as :func:`find_classifier` says if not given.
        progress: Called before each step with its number, how many there are and
            its name.

    Raises:
        InputError: An argument is wrong, there are too few digits, or ``full`` is
            asked for and Keras or scikit-learn is missing.
    """
    start = time.perf_counter()
    if level not in LEVELS:
        raise unknown_name("level", level, LEVELS)
    if level == "full":
        for package in ("keras", "sklearn"):
            import_extra(package, "level", level)
    if not isinstance(data, Dataset):
        data = load_dataset(data)
    judge, images = judge or find_classifier(data), np.asarray(images)
    tell = progress or (lambda step, steps, name: None)
    if images.shape[3:] == (3,):
        rows = _of_triplets(images, data, judge, seed, tell)
    else:
        rows = _of_digits(images, labels, level == "full", data, judge, seed, tell)
    seconds = round(time.perf_counter() - start, 2)
    facts = (level, seed, len(images), judge.sha256, data.source, seconds)
    return Scorecard(tuple(rows), *facts, _kinds(data))


def _of_triplets(images, data, judge: Classifier, seed: int, tell) -> list[Row]:
    _check_real(data)
    if len(images) < LEAST:
        raise InputError(f"images are {len(images)}: at least {LEAST} are needed")
    read = triplets.read_triplets(
        judge, images, lambda done: tell(done, len(images), "reading triplets")
    )
    return list(triplets.mode_rows(read, data, judge, seed))


def _of_digits(images, labels, full: bool, data, judge, seed: int, tell) -> list[Row]:
    images = check_images(images, LEAST)
    labels = check_labels(labels, len(images), len(_kinds(data)))
    steps = FULL if full else QUICK
    tell(0, len(steps) + 1, "reading digits")
    bench = _bench(images, labels, data, judge, full, seed)
    rows = []
    for number, step in enumerate(steps, 1):
        tell(number, len(steps) + 1, step.name)
        n = len(bench.fake)
        if n < step.least:
            why = f"it needs {step.least} digits: there are {n}"
            rows += [skipped(key, key.replace("_", " "), n, why) for key in step.keys]
        else:
            rows += step.rows(bench)
    return rows


def _kinds(data: Dataset) -> tuple[str, ...]:
    """Return the classes: all ten where they are digits, since the judge reads ten."""
    return DIGITS if set(data.classes) <= set(DIGITS) else data.classes


def _check_real(data: Dataset) -> None:
    train, test = data.train, data.test
    if test is None or test.labels is None or train.labels is None:
        raise InputError("data has no labelled training and test digits")


def _bench(
    images, labels, data, judge: Classifier, full: bool, seed: int
) -> Comparison:
    """Draw equally many fake, real training and real test digits and look at them."""
    _check_real(data)
    train, test = data.train, data.test
    unseen = held_out(train)[1]
    n = min(LARGEST, len(images), len(unseen), len(test) // 2)
    if n < LEAST:
        raise InputError(f"data has too few digits: {len(train)} and {len(test)}")
    fake = sample(images, labels, n, seed)
    floor = sample(unseen.images, unseen.labels, n, seed)
    shuffled = sample(test.images, test.labels, len(test), seed)
    return Comparison(
        fake=see(*fake, judge),
        floor=see(*floor, judge),
        test=see(shuffled[0][:n], shuffled[1][:n], judge),
        others=shuffled[0][n:],
        train=train.images,
        train_labels=train.labels,
        pool=images,
        pool_labels=labels,
        classes=_kinds(data),
        full=full,
        seed=seed,
    )
