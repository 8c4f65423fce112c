"""What is measured: digits, checked, sampled and seen through the judge."""

import hashlib
from dataclasses import dataclass

import numpy as np

from digitgan.errors import InputError
from digitgan.measure import morphometry
from digitgan.measure.classifier import Classifier


@dataclass(frozen=True, eq=False)
class MeasuredDigits:
    """Digits and everything that is known of each.

    Attributes:
        images: ``uint8 (N, 28, 28)``.
        labels: ``int (N,)``, the digit asked for; None where unknown.
        read: ``int (N,)``, the digit that the judge reads.
        features: ``float32 (N, 64)``, the judge's.
        style: ``float (N, 6)``, in the order of ``morphometry.MEASURES``.
    """

    images: np.ndarray
    labels: np.ndarray | None
    read: np.ndarray
    features: np.ndarray
    style: np.ndarray

    def __len__(self) -> int:
        """Return the number of digits."""
        return len(self.images)

    @property
    def digit(self) -> np.ndarray:
        """The label where there is one, else what the judge reads, ``int (N,)``."""
        return self.read if self.labels is None else self.labels


def see(
    images: np.ndarray, labels: np.ndarray | None, judge: Classifier
) -> MeasuredDigits:
    """Let the judge read digits and measure their handwriting.

    Args:
        images: ``uint8 (N, 28, 28)``.
        labels: ``int (N,)`` or None.
        judge: Who reads.
    """
    probabilities, features = judge.predict(images)
    style = np.stack(list(morphometry.measure(images).values()), axis=1)
    return MeasuredDigits(images, labels, probabilities.argmax(axis=1), features, style)


def sample(
    images: np.ndarray, labels: np.ndarray | None, n: int, seed: int
) -> tuple[np.ndarray, np.ndarray | None]:
    """Draw n digits at random, the same ones in whatever order they are handed in.

    The digits are sorted by a hash of label and pixels that the seed is mixed into.

    Args:
        images: ``uint8 (N, 28, 28)``, at least n.
        labels: ``int (N,)`` or None.
        n: How many are drawn.
        seed: Which ones are drawn.
    """
    key = seed.to_bytes(8, "little")
    asked = np.zeros(len(images), int) if labels is None else labels
    codes = [
        hashlib.blake2b(bytes([digit]) + image.tobytes(), digest_size=16, key=key)
        for digit, image in zip(asked, images, strict=True)
    ]
    order = sorted(range(len(images)), key=lambda row: codes[row].digest())[:n]
    return images[order], None if labels is None else labels[order]


def check_images(images, least: int = 1) -> np.ndarray:
    """Return digits as ``uint8 (N, 28, 28)``, or say what is wrong with them.

    Args:
        images: ``(N, 28, 28)`` or ``(N, 28, 28, 1)``: integers 0 to 255, or floats
            0 to 1, 0 paper.
        least: The smallest N that is of use.

    Raises:
        InputError: They are too few, of another shape, or out of range.
    """
    images = np.asarray(images)
    if images.shape[3:] == (1,):
        images = images[..., 0]
    if images.shape[1:] != (28, 28):
        raise InputError(f"images have shape {images.shape}: allowed is (N, 28, 28)")
    if len(images) < least:
        raise InputError(f"images are {len(images)}: at least {least} are needed")
    if images.dtype.kind not in "uif":
        raise InputError(f"images are of type {images.dtype}: allowed are uint8, float")
    top = 1 if images.dtype.kind == "f" else 255
    low, high = images.min(), images.max()
    if not (low >= 0 and high <= top):
        raise InputError(
            f"images reach from {low} to {high}: allowed are integers 0 to 255 "
            "and floats 0 to 1, where 0 is paper"
        )
    if images.dtype.kind == "f":
        images = np.rint(images * 255)
    return np.ascontiguousarray(images, dtype=np.uint8)


def check_labels(labels, n: int, kinds: int = 10) -> np.ndarray | None:
    """Return labels as ``int64 (n,)``, or say what is wrong with them.

    Raises:
        InputError: They are not n integers from 0 to ``kinds`` - 1.
    """
    if labels is None:
        return None
    labels = np.asarray(labels)
    if labels.shape != (n,):
        raise InputError(f"labels have shape {labels.shape}: allowed is ({n},)")
    if labels.dtype.kind not in "ui" or labels.min() < 0 or labels.max() >= kinds:
        raise InputError(f"labels are not all integers from 0 to {kinds - 1}")
    return labels.astype(np.int64)
