"""Which judge reads which data: the shipped one digits, others what they learned."""

import shlex
from pathlib import Path

from digitgan.data.dataset import Dataset
from digitgan.data.sources import cache_folder
from digitgan.errors import InputError
from digitgan.measure.classifier import Classifier

DIGITS = tuple("0123456789")


def find_classifier(data: Dataset) -> Classifier:
    """Return who can read a data set: one that learned it, or the shipped one.

    Args:
        data: Real images with labels.

    Raises:
        InputError: Its classes are not digits and no judge has learned them yet.
    """
    path = place_of(data)
    if path.is_file():
        return Classifier(path)
    if set(data.classes) <= set(DIGITS):
        return Classifier()
    name = shlex.quote(data.name or "PATH")
    raise InputError(
        f"data has the classes {', '.join(data.classes[:3])}, ..., which no judge has "
        f"learned yet: python -m digitgan.evaluation.train_classifier --data {name}"
    )


def place_of(data: Dataset) -> Path:
    """Return where the judge that learned a data set is kept, in the cache folder."""
    return cache_folder() / "judges" / data.sha256[:16] / "classifier.onnx"
