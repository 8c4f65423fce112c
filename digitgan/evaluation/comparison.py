"""What is compared: equally many fake, held-out and test images, measured alike."""

import hashlib
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from digitgan.data.dataset import Dataset, Digits, held_out
from digitgan.errors import InputError
from digitgan.measure import morphometry
from digitgan.measure.classifier import Classifier, Predictions, class_names

MIN_SAMPLES, MAX_SAMPLES, MANY_SAMPLES = 100, 5_000, 10_000
DIGIT_SHAPE = (28, 28)  # what the classifier and morphometry read


@dataclass(frozen=True, eq=False)
class MeasuredImages:
    """Images and what was measured of each; features and style only of digits."""

    # ``uint8 (N, 28, 28)``, or pictures ``(N, H, W)`` or ``(N, H, W, C)``
    images: np.ndarray
    labels: np.ndarray | None  # ``int (N,)``, the class asked for; None where unknown
    predictions: Predictions  # the classifier's, see :class:`Predictions`
    style: np.ndarray  # ``float (N, 6)``, in the order of ``morphometry.MEASURES``

    def __len__(self) -> int:
        """Return the number of images."""
        return len(self.images)

    def __getitem__(self, rows: np.ndarray) -> "MeasuredImages":
        """Return some of them."""
        labels = None if self.labels is None else self.labels[rows]
        predictions = Predictions(*(part[rows] for part in self.predictions))
        return MeasuredImages(self.images[rows], labels, predictions, self.style[rows])

    @property
    def features(self) -> np.ndarray:
        """The classifier's features, ``float32 (N, 64)``."""
        return self.predictions.features

    @property
    def classes(self) -> np.ndarray:
        """The label where there is one, else the predicted one, ``int (N,)``."""
        return self.predictions.labels if self.labels is None else self.labels


@dataclass(frozen=True, eq=False)
class Comparison:
    """Everything that the rows of a scorecard are computed from."""

    fake: MeasuredImages  # the images that are evaluated, n of them
    # n real training images that the classifier has not learned from
    baseline: MeasuredImages
    test: MeasuredImages  # n real test images, which both are compared with
    # every real test image, ``uint8``; the first n are those of ``test``
    every_test: np.ndarray
    train: Digits  # every real training image
    submitted: Digits  # all images that were handed in
    classes: tuple[str, ...]  # the name of each label
    full: bool  # whether time and the training extras are there for every figure
    seed: int  # draws every random number

    @property
    def sides(self) -> tuple[MeasuredImages, MeasuredImages]:
        """The fake images, and the real ones that are measured likewise."""
        return self.fake, self.baseline

    @cached_property
    def many(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Fake, real training and test images: for ``full`` up to 10,000 of each.

        For what only pixels are needed of, and the classifier need not be new to.
        """
        if not self.full:
            return self.fake.images, self.baseline.images, self.test.images
        n = min(MANY_SAMPLES, *map(len, (self.submitted, self.train, self.every_test)))
        fake, real = (
            draw_sample(side, n, self.seed).images
            for side in (self.submitted, self.train)
        )
        return fake, real, self.every_test[:n]


def compare(
    submitted: Digits,
    data: Dataset,
    classifier: Classifier | None,
    full: bool,
    seed: int,
) -> Comparison:
    """Draw equally many fake, held-out training and test images and measure them."""
    assert data.test is not None
    unseen = held_out(data.train)[1]
    n = min(MAX_SAMPLES, len(submitted), len(unseen), len(data.test) // 2)
    if n < MIN_SAMPLES:
        sizes = f"{len(data.train)} training and {len(data.test)} test images"
        raise InputError("data", data.name or data.source, problem=f"has only {sizes}")
    test = draw_sample(data.test, len(data.test), seed)
    return Comparison(
        fake=measured(draw_sample(submitted, n, seed), classifier),
        baseline=measured(draw_sample(unseen, n, seed), classifier),
        test=measured(test[:n], classifier),
        every_test=test.images,
        train=data.train,
        submitted=submitted,
        classes=class_names(data),
        full=full,
        seed=seed,
    )


def measured(digits: Digits, classifier: Classifier | None) -> MeasuredImages:
    """Classify digits and measure their handwriting; pictures stay as they are."""
    style = np.zeros((len(digits), 0))
    predictions = Predictions(style, style)
    if classifier is not None:
        predictions = classifier.predict(digits.images)
        style = np.stack(list(morphometry.measure(digits.images).values()), axis=1)
    return MeasuredImages(digits.images, digits.labels, predictions, style)


def draw_sample(digits: Digits, n: int, seed: int) -> Digits:
    """Draw n images at random, the same ones in whatever order they are handed in.

    They are sorted by a hash of label and pixels that the seed is mixed into.
    """
    key = seed.to_bytes(8, "little")
    labels = np.zeros(len(digits), int) if digits.labels is None else digits.labels
    hashes = [
        hashlib.blake2b(bytes([label]) + image.tobytes(), digest_size=16, key=key)
        for label, image in zip(labels, digits.images, strict=True)
    ]
    order = sorted(range(len(digits)), key=lambda row: hashes[row].digest())[:n]
    return digits[np.array(order, int)]
