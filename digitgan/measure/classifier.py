"""The frozen classifiers that label images and yield the features of the distances."""

import hashlib
import shlex
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from digitgan import limits, untrusted
from digitgan.data.cache import cache_folder
from digitgan.data.dataset import Dataset, Digits
from digitgan.data.images import DIGIT_NAMES
from digitgan.errors import InputError
from digitgan.measure.onnx_session import open_session

WEIGHTS = Path(__file__).parent / "weights" / "classifier.onnx"


class Predictions(NamedTuple):
    """What a classifier says of each of N images.

    Attributes:
        probabilities: ``float32 (N, classes)``.
        features: ``float32 (N, 64)``, about zero mean and unit variance over the
            training digits.
    """

    probabilities: np.ndarray
    features: np.ndarray

    @property
    def labels(self) -> np.ndarray:
        """The most probable class, ``int (N,)``."""
        return self.probabilities.argmax(axis=1)


class Classifier:
    """A small convolutional classifier of digits, run by ONNX Runtime.

    Args:
        path: The network; the card ``classifier.json`` in the same folder, if there
            is one, must carry its SHA-256.
        threads: Processor threads to run with; 0 for one a core.

    Raises:
        InputError: The file is missing, or is not the one that the card describes.
    """

    def __init__(self, path: str | Path = WEIGHTS, threads: int = 0):
        self.path: Path = Path(path)
        if not self.path.is_file():
            raise InputError("classifier", self.path, problem="is not a file")
        card = self.path.with_suffix(".json")
        self.card: dict[str, Any] = (
            untrusted.read_json("classifier", card) if card.is_file() else {}
        )
        content = untrusted.read_bytes("classifier", self.path, limits.NETWORK)
        self.sha256: str = hashlib.sha256(content).hexdigest()
        with untrusted.as_input_errors("classifier", card):
            expected = self.card.get("sha256", self.sha256)
        if self.sha256 != expected:
            raise untrusted.changed_file("classifier", self.path)
        with untrusted.as_input_errors("classifier", self.path):
            self._session = open_session(content, threads)
            self._input = self._session.get_inputs()[0].name

    def predict(self, images: np.ndarray, batch_size: int = 500) -> Predictions:
        """Classify ``uint8 (N, 28, 28)``; the batch size does not change the result."""
        batches = [
            self._session.run(None, {self._input: images[start : start + batch_size]})
            for start in range(0, len(images), batch_size)
        ]
        return Predictions(*map(np.concatenate, zip(*batches, strict=True)))


def find_classifier(data: Dataset) -> Classifier:
    """Return the classifier that was trained on a data set, or the shipped one."""
    if (path := classifier_path(data)).is_file():
        return Classifier(path)
    if class_names(data) is DIGIT_NAMES:
        return Classifier()
    name = shlex.quote(data.name or "PATH")
    problem = (
        f"has the classes {', '.join(data.classes[:3])}, ..., which no classifier has "
        f"learned yet: python -m digitgan.evaluation.train_classifier --data {name}"
    )
    raise InputError("data", data.name or data.source, problem=problem)


def class_names(data: Dataset) -> tuple[str, ...]:
    """Return the classes of a classifier of the data: all ten of digits, if of some."""
    return DIGIT_NAMES if set(data.classes) <= set(DIGIT_NAMES) else data.classes


def with_classifier_labels(data: Dataset) -> Dataset:
    """Return a data set whose labels are those of its classifier: 3s are 3."""
    names = class_names(data)
    if names == data.classes or not data.classes:
        return data
    numbers = np.array([names.index(name) for name in data.classes], np.int32)

    def renumbered(part: Digits) -> Digits:
        if part.labels is None:
            return part
        return Digits(part.images, numbers[part.labels])

    parts = {name: renumbered(part) for name, part in data.parts.items()}
    return replace(data, classes=names, train=parts.pop("train"), **parts)


def classifier_path(data: Dataset) -> Path:
    """Return where the classifier of a data set is stored, in the cache folder."""
    return cache_folder() / "classifiers" / data.sha256[:16] / "classifier.onnx"
