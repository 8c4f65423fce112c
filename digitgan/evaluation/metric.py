"""What a metric of the scorecard is, how far is far, and the spread of a figure."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np

from digitgan.evaluation.comparison import (
    DIGIT_SHAPE,
    MIN_SAMPLES,
    Comparison,
    MeasuredImages,
)
from digitgan.evaluation.metrics.pixel_statistics import obeys_laws
from digitgan.evaluation.scorecard import Row

RESAMPLES = 8
Worse = Literal["above", "below", "either", "by_factor", "times_real"]


class Figure(NamedTuple):
    """A figure of fake images, the same of real ones, and the former's deviation."""

    value: float
    real: float
    spread: float = 0.0


@dataclass(frozen=True)
class Metric:
    """A metric, and how much worse than real digits is far.

    Attributes:
        key: Its name in files.
        name: Its name for people.
        definition: What it is, in a line.
        as_real: Up to this gap, or within three spreads (the real figure has one, too),
            the verdict is ``as real``.
        far: From this gap on it is ``far``; between the two it is ``close``.
        worse: Which gap to the real figure counts: how far it lies ``above``, ``below``
            or on ``either`` side; the logarithm of the ratio, either way
            (``by_factor``); or the value itself, both limits being multiples of the
            real figure (``times_real``).
    """

    key: str
    name: str
    definition: str
    as_real: float
    far: float
    worse: Worse = "above"

    def verdict(self, figure: Figure, unit: float = 1.0) -> str:
        """Say how far a figure is from real digits; limits are multiplied by a unit."""
        value, real, spread = figure
        if self.worse == "times_real":
            unit = real
        gap = {
            "above": value - real,
            "below": real - value,
            "either": abs(value - real),
            "by_factor": abs(np.log(max(value, 1e-9) / max(real, 1e-9))),
            "times_real": value,
        }[self.worse]
        as_real, far = self.as_real * unit, self.far * unit
        if gap <= max(as_real, min(3 * spread, far)):
            return "as real"
        return "close" if gap < far else "far"  # not a number is far, too

    def row(
        self, figure: Figure, n: int, verdict: str = "", about: str = "", **detail: Any
    ) -> Row:
        """Return the row of a figure of n images, perhaps about one class of them."""
        value, real, spread = figure
        name = f"{self.name}, {about}" if about else self.name
        verdict = verdict or self.verdict(figure)
        definition = self.definition
        return Row(self.key, name, value, real, verdict, n, spread, definition, detail)

    def skipped(self, n: int, why: str) -> Row:
        """Return the row of a figure that could not be computed, and why."""
        return Row(self.key, self.name, None, None, "skipped", n, None, why)


@dataclass(frozen=True)
class RowGroup:
    """Metrics that are computed together, and what they need.

    Attributes:
        title: What is said while they are computed.
        metrics: Whose rows these are.
        compute: Yields the rows.
        min_samples: How many images it takes.
        needs_digits: Whether it takes what the classifier and morphometry read.
        needs_mnist_laws: Whether it is about images made as MNIST's are; of others it
            has no rows.
        needs_labels: Whether the fake images need labels.
        full_only: Whether it takes minutes and the training extras.
    """

    title: str
    metrics: tuple[Metric, ...]
    compute: Callable[[Comparison], Iterable[Row]]
    min_samples: int = MIN_SAMPLES
    needs_digits: bool = True
    needs_mnist_laws: bool = False
    needs_labels: bool = False
    full_only: bool = False

    def rows(self, comparison: Comparison) -> list[Row]:
        """Return the rows, or the same skipped and why."""
        fake, test = comparison.fake, comparison.test
        n, shape = len(fake), fake.images.shape[1:]
        if self.needs_mnist_laws and not obeys_laws(test.images):
            return []
        if self.needs_digits and shape != DIGIT_SHAPE:
            size = " x ".join(map(str, shape))
            why = f"it needs images of 28 x 28 pixels in grey: these are {size}"
        elif self.needs_labels and (fake.labels is None or test.labels is None):
            why = "it needs labels: there are none"
        elif n < self.min_samples:
            why = f"it needs {self.min_samples} digits: there are {n}"
        else:
            return list(self.compute(comparison))
        return [metric.skipped(n, why) for metric in self.metrics]


def resampled(
    comparison: Comparison, figure: Callable[[MeasuredImages], float]
) -> Figure:
    """Return a figure of the fake images and of the baseline, and its spread."""
    fake = comparison.fake
    drawn = [figure(fake[rows]) for rows in halves(len(fake), comparison.seed)]
    spread = float(np.std(drawn))
    return Figure(float(figure(fake)), float(figure(comparison.baseline)), spread)


def mean_of(fake: np.ndarray, real: np.ndarray) -> Figure:
    """Return the mean of a figure that each image has, and that of real ones.

    The spread is the standard deviation of the mean over bootstrap resamples, exactly.
    """
    spread = np.std(fake) / np.sqrt(len(fake))
    return Figure(float(np.mean(fake)), float(np.mean(real)), float(spread))


def share(value: float, real: float, n: int) -> Figure:
    """Return a share of n images, its spread that of counts, beside the real one."""
    return Figure(value, real, float(np.sqrt(value * (1 - value) / max(n, 1))))


def halves(n: int, seed: int) -> list[np.ndarray]:
    """Return the rows of eight random halves of n samples.

    The standard deviation of a figure over halves drawn without replacement is that
    over whole samples drawn anew (Shao and Wu 1989), and no half holds a sample twice,
    which would shift distances.
    """
    rng = np.random.default_rng(seed)
    return [rng.permutation(n)[: n // 2] for _ in range(RESAMPLES)]
