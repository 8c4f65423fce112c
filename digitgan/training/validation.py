"""Validation: how near to real images, and is every class there, now and then."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from digitgan.data.dataset import Dataset, Digits, held_out
from digitgan.data.images import ImageSpec
from digitgan.errors import InputError
from digitgan.evaluation.metrics.fidelity import frechet
from digitgan.evaluation.metrics.stacked import classify_triplets, modes
from digitgan.measure.classifier import Classifier, find_classifier
from digitgan.model.conditions import Conditions
from digitgan.model.gan import GAN
from digitgan.model.keras_sampling import sample_images
from digitgan.training.clock import Clock, GANCallback, Logs
from digitgan.training.run import Run

FRECHET_SAMPLES = 2_000
MODE_SAMPLES = 10_000  # fewer than in the protocol of Stacked MNIST, for time
MIN_IMAGES = 100  # to learn from: a tenth of fewer has no covariance to speak of
MIN_STEPS_BETWEEN = 400
MAX_VALIDATIONS = 40  # in a run


@dataclass(frozen=True)
class Scores:
    """What a validation measured, over the same of real images."""

    times_real: float  # 1: samples are as near to real images as these to one another
    effective_classes: float  # exponential of the entropy of the predicted labels
    details: dict[str, float] = field(default_factory=dict)  # for ``scores.csv``


class FrechetDistance:
    """The Frechet distance between 2,000 samples and held-out training images.

    The classifier, whose features are compared, has not learned from those held out.
    """

    title = "Frechet distance"

    def __init__(self, train: Digits, conditions: Conditions, classifier: Classifier):
        self._classifier = classifier
        self._images = train.images
        rest, reference = held_out(train)
        n = FRECHET_SAMPLES
        self._conditions = {k: evenly(v, n) for k, v in conditions.items()}
        predicted = classifier.predict(reference.images)
        self._reference = predicted.features
        self._real_classes = effective_number(predicted.labels)
        real = classifier.predict(evenly(rest.images, n))
        self._real_distance = frechet(real.features, self._reference)

    def measure(self, gan: GAN) -> Scores:
        """Sample from the EMA generator and measure."""
        images = sample_images(gan, FRECHET_SAMPLES, self._conditions)
        predicted = self._classifier.predict(images)
        distance = frechet(predicted.features, self._reference)
        classes = effective_number(predicted.labels)
        return Scores(distance / self._real_distance, classes / self._real_classes)

    def distance_to_training_images(self, images: np.ndarray) -> float:
        """Compare ``uint8 (n, 28, 28)`` with all training images, held out or not.

        Most of them the classifier has learned from, so this is no measure of quality.
        """
        return frechet(self._classifier.predict(images).features, self._training)

    @cached_property
    def _training(self) -> np.ndarray:
        """Features of all training images."""
        return self._classifier.predict(self._images).features


class ModeCoverage:
    """How many of the 1,000 modes of Stacked MNIST are there, and how unevenly.

    The metric is the reverse KL divergence of the modes of 10,000 samples. As the
    effective number of modes counts triplets, that of classes is its cube root.
    """

    title = "Reverse KL of modes"

    def __init__(self, train: Digits):
        self._classifier = Classifier()
        some = evenly(train.images, MODE_SAMPLES)
        _, self._real_divergence, self._real_modes = self._modes(some)

    def measure(self, gan: GAN) -> Scores:
        """Sample from the EMA generator and measure."""
        images = sample_images(gan, MODE_SAMPLES, {})
        count, divergence, effective = self._modes(images)
        times_real = divergence / self._real_divergence
        classes = (effective / self._real_modes) ** (1 / 3)
        return Scores(times_real, classes, {"kl": divergence, "modes": count})

    def _modes(self, images: np.ndarray) -> tuple[int, float, float]:
        """Return the modes' number, divergence and effective number."""
        triplets = classify_triplets(self._classifier, images)  # int (N, 3)
        return *modes(triplets), effective_number(triplets @ (100, 10, 1))


ValidationMetric = FrechetDistance | ModeCoverage


def metric_for(dataset: Dataset, conditions: Conditions) -> ValidationMetric | None:
    """Return the metric that suits a data set; None for few or unreadable images."""
    if dataset.kind == "triplets":
        return ModeCoverage(dataset.train)
    few = len(dataset.train) < MIN_IMAGES
    if few or dataset.image.shape != ImageSpec().shape:
        return None  # the classifiers read 28 x 28 grey images
    try:
        classifier = find_classifier(dataset)
    except InputError:
        classifier = Classifier()  # its features tell other images apart, too
    return FrechetDistance(dataset.train, conditions, classifier)


def effective_number(labels: np.ndarray) -> float:
    """Return how many classes would be this mixed if each came equally often."""
    shares = np.bincount(labels) / len(labels)
    shares = shares[shares > 0]
    return float(np.exp(-(shares * np.log(shares)).sum()))


def evenly(values: np.ndarray, n: int) -> np.ndarray:
    """Return n of the values, evenly from first to last."""
    return values[np.linspace(0, len(values) - 1, n).astype(int)]


class ValidationCallback(GANCallback):
    """Measure every few epochs, write ``scores.csv`` and call all ``on_scores``."""

    def __init__(
        self,
        run: Run,
        clock: Clock,
        metric: ValidationMetric,
        on_scores: Sequence[Callable[[Scores], None]],
    ):
        super().__init__()
        self.run, self.clock, self.metric = run, clock, metric
        self.on_scores = on_scores
        self._rows: list[dict[str, float]] = []

    def restore(self) -> None:
        """Take up the rows of an earlier session, but for that of its stop."""
        steps_per_epoch = self.clock.goal.steps_per_epoch
        self._rows = [
            row
            for row in self.run.read_scores()
            if row["step"] <= self.clock.step and row["step"] % steps_per_epoch == 0
        ]

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Measure and write when it is time, and at the end."""
        last = self._rows[-1]["step"] if self._rows else 0
        last_step = self.clock.goal.last_step or 0
        pause = max(MIN_STEPS_BETWEEN, last_step / MAX_VALIDATIONS)
        if self.clock.step - last < pause and not self.clock.done:
            return
        scores = self.metric.measure(self.gan)
        row = {"epoch": round(self.clock.epochs, 4), "step": self.clock.step}
        row |= {"times_real": scores.times_real, **scores.details}
        self._rows.append(row)
        self.run.write_scores(self._rows)
        for receive in self.on_scores:
            receive(scores)
