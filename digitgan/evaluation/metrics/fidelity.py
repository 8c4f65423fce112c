"""Do these look like real digits: distances of the features, precision and recall.

Limits of the verdicts are conventions; beside each stands what it was taken from. "Real
± ..." is the figure of real digits at n = 1,000 over seeds, see docs/scorecard.md.
"""

from collections.abc import Iterator

import numpy as np

from digitgan.evaluation.comparison import Comparison
from digitgan.evaluation.metric import Figure, Metric, RowGroup, mean_of, resampled
from digitgan.evaluation.scorecard import Row

BATCH_SIZE = 1_000
FRECHET = Metric(
    "frechet",
    "Frechet distance",
    "between Gaussians fitted to the classifier's features of both",
    as_real=1.5,  # real 0.54 ± 0.14: two deviations
    far=6,  # blur of one pixel and a missing digit are beyond
    worse="times_real",
)
KERNEL = Metric(
    "kernel",
    "kernel distance (KID)",
    "unbiased squared discrepancy, cubic kernel; spread over subsets",
    as_real=2,  # deviations of the real figure, which is about 0
    far=20,
)
MANIFOLD = tuple(
    Metric(
        key,
        key,
        f"{definition}, by the fifth neighbour in the classifier's features",
        as_real,  # real ± 0.005, of density ± 0.02: more than three deviations
        far=4 * as_real,
        worse="below",
    )
    for key, definition, as_real in (
        ("precision", "share of these that lie where test digits are", 0.03),
        ("recall", "share of test digits that lie where these are", 0.03),
        ("density", "how many of the five neighbourhoods around these are there", 0.06),
        ("coverage", "share of test digits with one of these near", 0.03),
    )
)


def frechet(a: np.ndarray, b: np.ndarray) -> float:
    """Return the Frechet distance between Gaussians fitted to two sets of features.

    Heusel et al. 2017, arXiv 1706.08500, there on Inception features. It falls with
    the number of samples (Chong and Forsyth 2020, arXiv 1911.07023): compare it only
    at equal numbers.

    Args:
        a: ``float (N, D)``, at least 2 rows.
        b: ``float (M, D)``.

    Returns:
        The squared distance, 0 or more: ``|mean difference|^2 + tr(A + B -
        2 (A B)^(1/2))`` for the covariances A and B.
    """
    a, b = np.asarray(a, float), np.asarray(b, float)
    cov_a, cov_b = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    values, vectors = np.linalg.eigh(cov_a)
    root = (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
    middle = np.linalg.eigvalsh(root @ cov_b @ root)
    shift = np.sum((a.mean(axis=0) - b.mean(axis=0)) ** 2)
    spread = np.trace(cov_a) + np.trace(cov_b)
    return float(max(shift + spread - 2 * np.sqrt(np.maximum(middle, 0)).sum(), 0.0))


def kernel(
    a: np.ndarray, b: np.ndarray, subsets: int = 20, size: int = 1_000, seed: int = 0
) -> tuple[float, float]:
    """Return the kernel distance of two sets of features (KID), unbiased.

    Binkowski et al. 2018, arXiv 1801.01401: the squared maximum mean discrepancy
    with the kernel ``(x . y / D + 1)^3``, averaged over random subsets of ``size``
    rows, but never more than half of ``a``, ``float (N, D)``, or ``b``, ``(M, D)``.

    Returns:
        Mean and standard deviation over the subsets; the mean may be slightly
        below 0 for equal distributions.
    """
    rng = np.random.default_rng(seed)
    size = min(size, len(a) // 2, len(b) // 2)

    def subset(x: np.ndarray) -> np.ndarray:
        return x[rng.choice(len(x), size, replace=False)].astype(float)

    values = [_discrepancy(subset(a), subset(b)) for _ in range(subsets)]
    return float(np.mean(values)), float(np.std(values))


def _discrepancy(a: np.ndarray, b: np.ndarray) -> float:
    """Return the unbiased squared discrepancy of two equally long sets."""
    n, width = a.shape

    def similar(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return (x @ y.T / width + 1) ** 3

    own = sum(np.sum(k) - np.trace(k) for k in (similar(a, a), similar(b, b)))
    return own / (n * (n - 1)) - 2 * similar(a, b).mean()


def prdc(real: np.ndarray, fake: np.ndarray, k: int = 5) -> dict[str, np.ndarray]:
    """Return precision, recall, density and coverage, sample by sample.

    Precision and recall: Kynkaanniemi et al. 2019, arXiv 1904.06991; density and
    coverage: Naeem et al. 2020, arXiv 2002.09797. Every sample owns the ball that
    reaches its k-th nearest neighbour of its own set.

    Args:
        real: ``float (N, D)`` features, more than k rows.
        fake: ``float (M, D)`` features, more than k rows.
        k: Which neighbour sets the radius.

    Returns:
        Arrays whose means are the figures: ``precision (M,)`` (in a real ball: 0 or
        1), ``density (M,)`` (in how many, divided by k), ``recall (N,)`` (in a fake
        ball), ``coverage (N,)`` (its own ball holds a fake).
    """
    real, fake = np.asarray(real, float), np.asarray(fake, float)
    real_radius, fake_radius = _radii(real, k), _radii(fake, k)
    balls = np.zeros(len(fake))
    recall, coverage = np.zeros(len(real)), np.zeros(len(real))
    for start in range(0, len(real), BATCH_SIZE):
        rows = slice(start, start + BATCH_SIZE)
        distance = squared_distances(real[rows], fake)
        inside = distance < real_radius[rows, np.newaxis]
        balls += inside.sum(axis=0)
        coverage[rows] = inside.any(axis=1)
        recall[rows] = (distance < fake_radius).any(axis=1)
    precision = (balls > 0).astype(float)
    return dict(
        precision=precision, recall=recall, density=balls / k, coverage=coverage
    )


def _radii(points: np.ndarray, k: int) -> np.ndarray:
    """Return each point's squared distance to its k-th nearest other, ``(N,)``."""
    squared = []
    for start in range(0, len(points), BATCH_SIZE):
        distance = squared_distances(points[start : start + BATCH_SIZE], points)
        squared.append(np.partition(distance, k, axis=1)[:, k])
    return np.concatenate(squared)


def squared_distances(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return squared Euclidean distances, ``(N, M)``, of ``(N, D)`` to ``(M, D)``."""
    product = a @ b.T
    product *= -2
    product += np.sum(a * a, axis=1)[:, np.newaxis]
    product += np.sum(b * b, axis=1)
    return np.maximum(product, 0, out=product)


def distance_rows(comparison: Comparison) -> Iterator[Row]:
    """Frechet and kernel distance to the test digits."""
    test, n = comparison.test.features, len(comparison.fake)
    yield FRECHET.row(resampled(comparison, lambda x: frechet(x.features, test)), n)
    (value, spread), (real, real_spread) = (
        kernel(side.features, test, seed=comparison.seed) for side in comparison.sides
    )
    verdict = KERNEL.verdict(Figure(value, real), unit=real_spread)
    yield KERNEL.row(Figure(value, real, spread), n, verdict)


def manifold_rows(comparison: Comparison) -> Iterator[Row]:
    """Precision, recall, density and coverage against the test digits."""
    test = comparison.test.features
    fake, real = (prdc(test, side.features) for side in comparison.sides)
    for metric in MANIFOLD:
        figure = mean_of(fake[metric.key], real[metric.key])
        yield metric.row(figure, len(fake[metric.key]))


GROUPS = [
    RowGroup("distances", (FRECHET, KERNEL), distance_rows, min_samples=500),
    RowGroup("neighbourhoods", MANIFOLD, manifold_rows),
]
