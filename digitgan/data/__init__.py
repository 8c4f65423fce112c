"""Real digits in: find MNIST or read your own, and turn it into arrays."""

import hashlib
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from digitgan.errors import InputError, unknown_name

STACKED = "stacked-mnist"
NAMES = (
    *("mnist", "fashion-mnist", "kmnist", "qmnist", "emnist-letters"),
    STACKED,
)


@dataclass(frozen=True, eq=False)
class Digits:
    """Images and what they show.

    Attributes:
        images: ``uint8 (N, 28, 28)``, 0 paper to 255 ink; of Stacked MNIST ``(N, 28,
            28, 3)``.
        labels: ``int32 (N,)``, each an index into the classes; None where unknown.
    """

    images: np.ndarray
    labels: np.ndarray | None = None

    def __len__(self) -> int:
        """Return the number of images."""
        return len(self.images)

    def __getitem__(self, index) -> "Digits":
        """Return the digits that a slice or an array of positions picks."""
        labels = None if self.labels is None else self.labels[index]
        return Digits(self.images[index], labels)


@dataclass(frozen=True, eq=False)
class Dataset:
    """A data set and where it came from.

    Attributes:
        train: The digits to learn from.
        test: The digits that are only ever measured against, or None.
        classes: The name of each label; empty where there are no labels.
        source: One line that says what this is and where it was found.
        name: What :func:`load` was asked for; empty for what is made of arrays.
    """

    train: Digits
    test: Digits | None
    classes: tuple[str, ...]
    source: str
    name: str = ""

    @cached_property
    def sha256(self) -> str:
        """The SHA-256 of the training images and labels: the data hash of a model."""
        total = hashlib.sha256(np.ascontiguousarray(self.train.images))
        if self.train.labels is not None:
            total.update(self.train.labels.astype("<i4").tobytes())
        return total.hexdigest()


def load(data: str | Path = "mnist") -> Dataset:
    """Find a data set by its name, or read one's own from a path.

    Args:
        data: One of ``NAMES``, or the path of an IDX file, an NPZ file, a folder of the
            MNIST IDX files (which ``classes.txt`` in it may name, a line each) or a
            folder of pictures by class.

    Raises:
        InputError: There is no such name or path, or what is there cannot be read.
        ConnectionError: The named data set can be had from none of its sources.
    """
    return replace(_find(str(data)), name=str(data))


def _find(name: str) -> Dataset:
    from digitgan.data import originals, readers, sources, stacked

    path = Path(name)
    if name == STACKED:
        return stacked.stack(sources.find("mnist"))
    if name in originals.ORIGINALS:
        return originals.find(name)
    if name in NAMES:
        return sources.find(name)
    if not name or (path.name == name and not path.suffix and not path.exists()):
        raise InputError(f"{unknown_name('--data', name, NAMES)}, or a path")
    return readers.read(path)


def licence_of(data: str) -> str:
    """Return who made a named data set and on what terms; empty for one's own."""
    from digitgan.data import originals, sources

    return (sources.LICENCES | originals.LICENCES).get(data, "")


def held_out(digits: Digits, n: int = 5000) -> tuple[Digits, Digits]:
    """Split training digits into those to learn from and ``n`` to choose by.

    The choice is always the same for the same number of digits, and takes a tenth of
    them at most (but one at least). Both parts keep their order.

    Returns:
        The digits to learn from and the digits held out.
    """
    total = len(digits)
    # The raw stream of a bit generator is the same in every version of NumPy.
    shuffled = np.argsort(np.random.Philox(key=0).random_raw(total), kind="stable")
    n = max(1, min(n, total // 10))
    return digits[np.sort(shuffled[n:])], digits[np.sort(shuffled[:n])]


def count_line(train: Digits, test: Digits | None) -> str:
    """Return how many there are, such as 60,000 training and 10,000 test images."""
    tests = f"{len(test):,} test images" if test else "no test images"
    return f"{len(train):,} training and {tests}"
