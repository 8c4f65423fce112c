"""A data set like another: as often each class, in strokes that go with it there.

What decides it is a list of examples, so that who goes on with the data set, or checks
it, need not have the other one.
"""

from typing import Any

import numpy as np

from digitgan.data.images import SIDE
from digitgan.data.load import load_dataset
from digitgan.errors import InputError
from digitgan.measure.morphometry import measure

STYLES = ("thickness", "slant")  # that are measured
MAX_EXAMPLES = 2_000
DECIMALS = 3
Examples = tuple[tuple[int, float, float], ...]  # label, thickness, slant


def read_examples(like: Any, classes: tuple[str, ...]) -> Examples:
    """Return the labels and styles of some digits of a data set, of all if it is small.

    Args:
        like: What :func:`digitgan.load_dataset` takes, or examples, which are returned.
        classes: Those that can be written, by their names.

    Raises:
        InputError: It has no labels, others, or pictures of another size.
    """
    rows = like if isinstance(like, tuple) else ()
    if rows and all(isinstance(row, tuple) and len(row) == 3 for row in rows):
        return rows  # as a manifest has them
    try:
        dataset = load_dataset(like)
    except InputError as error:
        raise InputError("like", error.value, error.allowed, error.problem) from error
    digits, problem = dataset.train, ""
    if digits.labels is None:
        problem = "has no labels"
    elif digits.images.shape[1:] != (SIDE, SIDE):
        problem = f"holds pictures of shape {digits.images.shape[1:]}"
    elif others := {*dataset.classes} - {*classes}:
        problem = f"holds {', '.join(sorted(others)[:5])}"
    if digits.labels is None or problem:
        allowed = f"labelled pictures of {SIDE} x {SIDE}, of {', '.join(classes)}"
        raise InputError("like", dataset.name or None, allowed, problem)
    step = -(-len(digits) // MAX_EXAMPLES)
    order = np.argsort(digits.labels, kind="stable")[::step]  # each class has its share
    measured = measure(digits.images[order])
    labels = [classes.index(dataset.classes[n]) for n in digits.labels[order]]
    styles = (np.round(measured[name], DECIMALS).tolist() for name in STYLES)
    return tuple(zip(labels, *styles, strict=True))
