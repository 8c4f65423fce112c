"""Rows on variety: is every digit there, and written in many ways?"""

from collections.abc import Callable, Iterator

import numpy as np

from digitgan.evaluation.comparison import Comparison, MeasuredImages
from digitgan.evaluation.metrics import variety
from digitgan.evaluation.rows.metric import Figure, Metric, RowGroup, halves
from digitgan.evaluation.scorecard import Row

RARE = 1 / 4  # of its share: a digit that rare is missing

# The limits: "real ± ..." is the figure of real digits at n = 1,000 over seeds.
SHARES = Metric(
    "shares",
    "shares of digits",
    "half the sum of the differences of the shares, by the classifier",
    as_real=0.03,  # real ± 0.011: three deviations
    far=0.07,  # most of a digit's share of a tenth lies elsewhere
)
VENDI = Metric(
    "variety",
    "variety within digits",
    "Vendi score of each digit over that of test digits, their mean",
    as_real=0.08,  # real 1.02 ± 0.04: two deviations
    far=0.25,  # a fifth of the ways to write is gone, or as much is noise
    worse="by_factor",
)
VENDI_WORST = Metric(
    "variety_worst",
    "variety of worst digit",
    "the same of the digit with the least; 0 where a digit is missing",
    as_real=0.1,  # real 0.85 ± 0.03: three deviations
    far=0.4,  # half of what real digits have
    worse="below",
)
VARIANCE = Metric(
    "variance",
    "variance within digits",
    "of the classifier's features of each digit over that of test digits, their mean",
    as_real=0.08,  # real 1.02 ± 0.04: two deviations
    far=0.25,
    worse="by_factor",
)
VARIANCE_WORST = Metric(
    "variance_worst",
    "variance of worst digit",
    "the same of the digit with the least; 0 where a digit is missing",
    as_real=0.1,  # real 0.89 ± 0.05: two deviations
    far=0.3,
    worse="below",
)
COVERAGE_WORST = Metric(
    "coverage_worst",
    "coverage of worst digit",
    "share of test digits of one kind that have one of these near",
    as_real=0.06,  # real 0.92 ± 0.016: more than three deviations
    far=0.25,  # a quarter of the ways to write it is not reached
    worse="below",
)


def variety_rows(comparison: Comparison) -> Iterator[Row]:
    """Shares of the digits, and variety and coverage within each."""
    yield _shares_row(comparison)
    fake, real = (
        _by_class(comparison, side) for side in (comparison.fake, comparison.baseline)
    )
    yield from _mean_and_worst(
        comparison,
        (VENDI, VENDI_WORST),
        lambda side: _retained(_by_class(comparison, side)),
        (_retained(fake), _retained(real)),
    )
    yield from _variance_rows(comparison)
    yield _coverage_row(comparison, fake["coverage"], real["coverage"])


def _by_class(comparison: Comparison, side: MeasuredImages) -> dict[str, np.ndarray]:
    test, count = comparison.test, len(comparison.classes)
    return variety.by_class(
        test.features, test.classes, side.features, side.classes, classes=count
    )


def _retained(side: dict[str, np.ndarray]) -> np.ndarray:
    """Return the part of the real variety that is there, class by class."""
    return side["vendi"] / np.maximum(side["real_vendi"], 1e-9)


def _shares_row(comparison: Comparison) -> Row:
    """How far the shares of the ten digits are from those of real ones."""
    count, n = len(comparison.classes), len(comparison.fake)
    goal = variety.shares(comparison.test.classes, count)
    fake, real = (
        variety.shares(side.predictions.labels, count)
        for side in (comparison.fake, comparison.baseline)
    )
    value, baseline = (float(np.abs(side - goal).sum() / 2) for side in (fake, real))
    draws = np.random.default_rng(comparison.seed).multinomial(n, fake, size=100) / n
    spread = float(np.std(np.abs(draws - goal).sum(axis=1) / 2))
    rarest = int(np.argmin(fake / goal))
    missing = fake[rarest] < goal[rarest] * RARE
    return SHARES.row(
        Figure(value, baseline, spread),
        n,
        "far" if missing else SHARES.verdict(Figure(value, baseline)),
        f"rarest {comparison.classes[rarest]}",
        these=fake.tolist(),
        real=goal.tolist(),
        rarest=rarest,
    )


def _variance_rows(comparison: Comparison) -> Iterator[Row]:
    """How wide the cloud of each digit is, over that of test digits."""

    def variance(side: MeasuredImages) -> np.ndarray:
        count = len(comparison.classes)
        return variety.within_class_variance(side.features, side.classes, count)

    def ratio(side: MeasuredImages) -> np.ndarray:
        return variance(side) / goal

    goal = np.maximum(variance(comparison.test), 1e-9)
    sides = ratio(comparison.fake), ratio(comparison.baseline)
    yield from _mean_and_worst(comparison, (VARIANCE, VARIANCE_WORST), ratio, sides)


def _mean_and_worst(
    comparison: Comparison,
    metrics: tuple[Metric, Metric],
    by_class: Callable[[MeasuredImages], np.ndarray],
    sides: tuple[np.ndarray, np.ndarray],
) -> Iterator[Row]:
    """Two rows of a figure of each digit, given for these and for real ones."""
    (fake, real), digits = sides, comparison.fake
    resamples = [
        by_class(digits[rows]) for rows in halves(len(digits), comparison.seed)
    ]
    spread = float(np.std(np.mean(resamples, axis=1)))
    figure = Figure(float(fake.mean()), float(real.mean()), spread)
    detail = {"these": fake.tolist(), "real": real.tolist()}
    yield metrics[0].row(figure, len(digits), **detail)
    worst = int(np.argmin(fake))
    spread = float(np.std(resamples, axis=0)[worst])
    figure = Figure(float(fake[worst]), float(real.min()), spread)
    n, name = int(np.sum(digits.classes == worst)), comparison.classes[worst]
    yield metrics[1].row(figure, n, about=name, digit=worst)


def _coverage_row(comparison: Comparison, fake: np.ndarray, real: np.ndarray) -> Row:
    """The digit whose ways of writing are reached least."""
    worst = int(np.argmin(fake))
    share, n = float(fake[worst]), int(np.sum(comparison.fake.classes == worst))
    spread = float(np.sqrt(share * (1 - share) / max(n, 1)))
    return COVERAGE_WORST.row(
        Figure(share, float(real.min()), spread),
        n,
        about=comparison.classes[worst],
        these=fake.tolist(),
        real=real.tolist(),
        digit=worst,
    )


METRICS = (
    SHARES,
    VENDI,
    VENDI_WORST,
    VARIANCE,
    VARIANCE_WORST,
    COVERAGE_WORST,
)
GROUPS = [RowGroup("variety", METRICS, variety_rows, min_samples=500)]
