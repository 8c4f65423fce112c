"""How near to real data a generator is, measured quickly while it trains."""

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from digitgan.data.dataset import Dataset, Digits, held_out
from digitgan.data.images import ImageSpec
from digitgan.errors import InputError
from digitgan.evaluation.metrics.distances import frechet
from digitgan.evaluation.metrics.stacked import classify_triplets, modes
from digitgan.measure.classifier import Classifier
from digitgan.measure.classifier_registry import find_classifier
from digitgan.model.conditions import Conditions
from digitgan.model.gan import GAN
from digitgan.model.keras_sampling import sample_images

FRECHET_SAMPLES = 2_000
MODE_SAMPLES = 10_000  # fewer than in the protocol of Stacked MNIST, for time


@dataclass(frozen=True)
class Scores:
    """What a validation measured.

    Attributes:
        times_real: The metric, over the same metric of real images: 1 is as near to
            real images as they are to one another.
        effective_classes: Effective number of different classes (the exponential of
            the entropy of the predicted labels), over that of real images.
        details: Further columns of ``scores.csv``.
    """

    times_real: float
    effective_classes: float
    details: dict[str, float] = field(default_factory=dict)


class ValidationMetric(Protocol):
    """What the validation measures with.

    Attributes:
        title: Of the axis of a plot.
    """

    title: str

    def measure(self, gan: GAN) -> Scores:
        """Sample from the EMA generator and measure."""
        ...


def metric_for(dataset: Dataset, conditions: Conditions) -> ValidationMetric | None:
    """Return the metric that suits a data set; None where no classifier reads it.

    Args:
        dataset: Whose training part is learned from. Where no classifier was trained on
            its classes, the shipped one serves: its features tell other images apart.
        conditions: Of the training images, ``(N,)`` by name.
    """
    if dataset.kind == "triplets":
        return ModeCoverage(dataset.train)
    if dataset.image.shape != ImageSpec().shape:
        return None  # the classifiers read 28 x 28 grey images
    try:
        classifier = find_classifier(dataset)
    except InputError:
        classifier = Classifier()
    return FrechetDistance(dataset.train, conditions, classifier)


class FrechetDistance:
    """The Frechet distance between 2,000 samples and held-out training images."""

    title = "Frechet distance"

    def __init__(self, train: Digits, conditions: Conditions, classifier: Classifier):
        """Measure the real images once.

        Args:
            train: The training images; those held out are what the classifier has not
                learned from.
            conditions: Of each of them, ``(N,)`` by name.
            classifier: Whose features are compared.
        """
        self._classifier = classifier
        rest, reference = held_out(train)
        self._conditions = {
            k: _evenly(v, FRECHET_SAMPLES) for k, v in conditions.items()
        }
        predicted = classifier.predict(reference.images)
        self._reference = predicted.features
        self._real_classes = effective_number(predicted.labels)
        real = classifier.predict(_evenly(rest.images, FRECHET_SAMPLES))
        self._real_distance = frechet(real.features, self._reference)

    def measure(self, gan: GAN) -> Scores:
        """Sample from the EMA generator and measure."""
        images = sample_images(gan, FRECHET_SAMPLES, self._conditions)
        predicted = self._classifier.predict(images)
        distance = frechet(predicted.features, self._reference)
        classes = effective_number(predicted.labels)
        return Scores(distance / self._real_distance, classes / self._real_classes)


class ModeCoverage:
    """How many of the 1,000 modes of Stacked MNIST are there, and how unevenly.

    The metric is the reverse KL divergence of the modes of 10,000 samples. As the
    effective number of modes counts triplets, that of classes is its cube root.
    """

    title = "Reverse KL of modes"

    def __init__(self, train: Digits):
        """Classify real triplets, evenly from all training triplets."""
        self._classifier = Classifier()
        real = self._modes_of(_evenly(train.images, MODE_SAMPLES))
        self._real_divergence = modes(real)[1]
        self._real_modes = effective_number(_mode_numbers(real))

    def measure(self, gan: GAN) -> Scores:
        """Sample from the EMA generator and measure."""
        triplets = self._modes_of(sample_images(gan, MODE_SAMPLES, {}))
        count, divergence = modes(triplets)
        share = effective_number(_mode_numbers(triplets)) / self._real_modes
        return Scores(
            divergence / self._real_divergence,
            share ** (1 / 3),
            {"kl": divergence, "modes": count},
        )

    def _modes_of(self, images: np.ndarray) -> np.ndarray:
        """Return the digit in each channel, ``int (N, 3)``."""
        return classify_triplets(self._classifier, images)


def effective_number(labels: np.ndarray) -> float:
    """Return how many classes would be this mixed if each came equally often."""
    shares = np.bincount(labels) / len(labels)
    shares = shares[shares > 0]
    return float(np.exp(-(shares * np.log(shares)).sum()))


def _mode_numbers(triplets: np.ndarray) -> np.ndarray:
    return triplets @ (100, 10, 1)


def _evenly(values: np.ndarray, n: int) -> np.ndarray:
    """Return n of the values, evenly from first to last."""
    return values[np.linspace(0, len(values) - 1, n).astype(int)]
