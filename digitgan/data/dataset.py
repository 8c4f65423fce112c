"""A data set as arrays, and how it is split."""

import hashlib
from dataclasses import dataclass
from functools import cached_property
from html import escape

import numpy as np

from digitgan.data.html import img
from digitgan.data.image_grid import grid
from digitgan.data.images import ImageSpec, Kind
from digitgan.random_streams import Stream, random_integers

SHOWN = 50  # images, in a notebook


@dataclass(frozen=True, eq=False, repr=False)
class Digits:
    """Images and what they show.

    Attributes:
        images: ``uint8 (N, 28, 28)``, 0 background to 255 ink; of Stacked MNIST, and of
            colour pictures, with 3 channels at the end.
        labels: ``int32 (N,)``, each an index into the classes; None where unknown.
    """

    images: np.ndarray
    labels: np.ndarray | None = None

    def __len__(self) -> int:
        """Return the number of images."""
        return len(self.images)

    def __repr__(self) -> str:
        """Say how many they are, of which shape, and whether labelled."""
        labelled = "without labels" if self.labels is None else "with labels"
        return f"Digits({self.images.dtype} {self.images.shape}, {labelled})"

    def __getitem__(self, index: slice | np.ndarray) -> "Digits":
        """Return the digits that a slice or an array of positions picks."""
        labels = None if self.labels is None else self.labels[index]
        return Digits(self.images[index], labels)


@dataclass(frozen=True, eq=False, repr=False)
class Dataset:
    """A data set and where it came from.

    Attributes:
        train: The digits to learn from.
        test: The digits that are only ever measured against, or None.
        classes: The name of each label; empty where there are no labels.
        source: One line that says what this is and where it was found.
        name: What :func:`digitgan.data.load.load_dataset` was asked for; empty for what
            is made of arrays.
        kind: What the images are, see :class:`digitgan.data.images.ImageSpec`.
        validation: The digits to choose by, where the data set names some, or None.
        decisions: What was understood and done to the images: a sentence each.
    """

    train: Digits
    test: Digits | None
    classes: tuple[str, ...]
    source: str
    name: str = ""
    kind: Kind = "digits"
    validation: Digits | None = None
    decisions: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """Say what it is and where it was found."""
        return f"Dataset({self.source})"

    def _repr_html_(self) -> str:
        """Show the first training digits, and what was decided, in a notebook."""
        decisions = [line for line in self.decisions if line not in self.source]
        lines = map(escape, [repr(self), " ".join(self.classes), *decisions])
        sheet = grid(self.train.images[:SHOWN], ink=self.image.is_ink)
        return f"{'<br>'.join(filter(None, lines))}<br>{img(sheet, 'digits')}"

    @property
    def parts(self) -> dict[str, Digits]:
        """The parts that there are: train, validation, test."""
        every = {n: getattr(self, n) for n in ("train", "validation", "test")}
        return {name: part for name, part in every.items() if part is not None}

    @property
    def image(self) -> ImageSpec:
        """Size and kind of the images."""
        height, width, *channels = self.train.images.shape[1:]
        return ImageSpec(height, width, *(channels or [1]), kind=self.kind)

    @cached_property
    def sha256(self) -> str:
        """The SHA-256 of the training images and labels: the data hash of a model."""
        total = hashlib.sha256(np.ascontiguousarray(self.train.images).data)
        if self.train.labels is not None:
            total.update(self.train.labels.astype("<i4").tobytes())
        return total.hexdigest()


def held_out(digits: Digits, n: int = 5000) -> tuple[Digits, Digits]:
    """Split training digits into those to learn from and ``n`` to choose by.

    The choice is always the same for the same number of digits, and takes a tenth of
    them at most (but one at least). Both parts keep their order.

    Returns:
        The digits to learn from and the digits held out.
    """
    total = len(digits)
    numbers = random_integers(Stream.HELD_OUT, 0, total)
    shuffled = np.argsort(numbers, kind="stable")
    n = max(1, min(n, total // 10))
    return digits[np.sort(shuffled[n:])], digits[np.sort(shuffled[:n])]


def count_line(
    train: Digits, test: Digits | None, validation: Digits | None = None
) -> str:
    """Return how many there are, such as 60,000 training and 10,000 test images."""
    more = f", {len(validation):,} validation" if validation else ""
    tests = f"{len(test):,} test images" if test else "no test images"
    return f"{len(train):,} training{more} and {tests}"
