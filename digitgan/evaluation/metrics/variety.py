"""Is every digit there, and is every digit written in as many ways as real ones?"""

from collections.abc import Callable, Iterator

import numpy as np

from digitgan.evaluation.comparison import Comparison, MeasuredImages
from digitgan.evaluation.metric import Figure, Metric, RowGroup, halves, share
from digitgan.evaluation.metrics.fidelity import prdc, squared_distances
from digitgan.evaluation.scorecard import Row

MAX_SAMPLES = 500  # of a class, for the kernel matrix
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


def shares(labels: np.ndarray, classes: int = 10) -> np.ndarray:
    """Return the share of each digit, ``float (classes,)``."""
    return np.bincount(labels, minlength=classes)[:classes] / max(len(labels), 1)


def vendi(features: np.ndarray, width: float) -> float:
    """Return the effective number of different samples.

    Friedman and Dieng 2022, arXiv 2210.02410, with a Gaussian kernel whose standard
    deviation is ``width``: of ``float (N, D)``, 1 when all are the same, N when none is
    like another.
    """
    features = np.asarray(features, float)
    similar = np.exp(squared_distances(features, features) / (-2 * width**2))
    values = np.linalg.eigvalsh(similar / len(features))
    values = values[values > 1e-12]
    return float(np.exp(-np.sum(values * np.log(values))))


def within_class_variance(
    features: np.ndarray, labels: np.ndarray, classes: int = 10
) -> np.ndarray:
    """Return the total variance of each class, ``float (classes,)``; 0 of none.

    The trace of the covariance of ``float (N, D)`` features: over that of real digits
    it says how wide a cloud is, where recall and coverage only say what it reaches.
    """
    each = [features[labels == label].astype(float) for label in range(classes)]
    return np.array([part.var(axis=0).sum() if len(part) else 0.0 for part in each])


def by_class(
    real: np.ndarray,
    real_labels: np.ndarray,
    fake: np.ndarray,
    fake_labels: np.ndarray,
    k: int = 5,
    classes: int = 10,
) -> dict[str, np.ndarray]:
    """Compare the variety of each class with that of the real ones.

    Of each class the same number of real and fake samples is used, the first ones,
    500 at most. The k-th neighbour sets the radius for the coverage. The kernel is
    half as wide as the median distance of two real samples of that class, so that ways
    of writing it count as different.

    Returns:
        ``float (classes,)`` each: ``vendi`` and ``real_vendi``, the scores (0 where a
        class has not more than k samples), and ``coverage``, the share of real samples
        that a fake of the same class comes near.
    """
    scores = np.zeros((3, classes))
    for label in range(classes):
        a, b = real[real_labels == label], fake[fake_labels == label]
        size = min(len(a), len(b), MAX_SAMPLES)
        if size <= k:
            continue
        a, b = a[:size].astype(float), b[:size].astype(float)
        pairs = squared_distances(a, a)[np.triu_indices(size, 1)]
        width = float(np.sqrt(np.median(pairs))) / 2
        coverage = prdc(a, b, k)["coverage"].mean()
        scores[:, label] = vendi(b, width), vendi(a, width), coverage
    return dict(zip(("vendi", "real_vendi", "coverage"), scores, strict=True))


def variety_rows(comparison: Comparison) -> Iterator[Row]:
    """Shares of the digits, and variety and coverage within each."""
    test, classes = comparison.test, len(comparison.classes)
    goal = within_class_variance(test.features, test.classes, classes)

    def scores(side: MeasuredImages) -> dict[str, np.ndarray]:
        labelled = test.features, test.classes, side.features, side.classes
        return by_class(*labelled, classes=classes)

    def retained(found: dict[str, np.ndarray]) -> np.ndarray:
        return found["vendi"] / np.maximum(found["real_vendi"], 1e-9)

    def variance(side: MeasuredImages) -> np.ndarray:
        found = within_class_variance(side.features, side.classes, classes)
        return found / np.maximum(goal, 1e-9)

    fake, real = map(scores, comparison.sides)
    yield _shares_row(comparison)
    yield from _mean_and_worst(
        comparison,
        (VENDI, VENDI_WORST),
        lambda side: retained(scores(side)),
        (retained(fake), retained(real)),
    )
    sides = variance(comparison.fake), variance(comparison.baseline)
    yield from _mean_and_worst(comparison, (VARIANCE, VARIANCE_WORST), variance, sides)
    yield _coverage_row(comparison, fake["coverage"], real["coverage"])


def _shares_row(comparison: Comparison) -> Row:
    count, n = len(comparison.classes), len(comparison.fake)
    goal = shares(comparison.test.classes, count)
    fake, real = (shares(x.predictions.labels, count) for x in comparison.sides)
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
    worst = int(np.argmin(fake))
    n, name = int(np.sum(comparison.fake.classes == worst)), comparison.classes[worst]
    figure = share(float(fake[worst]), float(real.min()), n)
    detail = {"these": fake.tolist(), "real": real.tolist(), "digit": worst}
    return COVERAGE_WORST.row(figure, n, about=name, **detail)


METRICS = (SHARES, VENDI, VENDI_WORST, VARIANCE, VARIANCE_WORST, COVERAGE_WORST)
GROUPS = [RowGroup("variety", METRICS, variety_rows, min_samples=500)]
