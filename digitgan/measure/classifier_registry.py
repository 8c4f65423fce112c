"""Which classifier knows which data: the shipped one digits, others their own."""

import shlex
from pathlib import Path

from digitgan.data.cache import cache_folder
from digitgan.data.dataset import Dataset
from digitgan.data.named_datasets import DIGITS
from digitgan.errors import InputError
from digitgan.measure.classifier import Classifier


def find_classifier(data: Dataset) -> Classifier:
    """Return the classifier that was trained on a data set, or the shipped one.

    Args:
        data: Real images with labels.

    Raises:
        InputError: Its classes are not digits and no classifier was trained on them.
    """
    path = classifier_path(data)
    if path.is_file():
        return Classifier(path)
    if class_names(data) is DIGITS:
        return Classifier()
    name = shlex.quote(data.name or "PATH")
    raise InputError(
        "data",
        data.name or data.source,
        problem=f"has the classes {', '.join(data.classes[:3])}, ..., which no "
        "classifier has learned yet: "
        f"python -m digitgan.evaluation.train_classifier --data {name}",
    )


def class_names(data: Dataset) -> tuple[str, ...]:
    """Return the classes of a classifier of the data: all ten of digits, if of some."""
    return DIGITS if set(data.classes) <= set(DIGITS) else data.classes


def classifier_path(data: Dataset) -> Path:
    """Return where the classifier of a data set is kept, in the cache folder."""
    return cache_folder() / "classifiers" / data.sha256[:16] / "classifier.onnx"
