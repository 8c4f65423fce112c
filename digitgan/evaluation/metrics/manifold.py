"""Are the fakes where real digits are, and are they everywhere real digits are?"""

import numpy as np

BATCH_SIZE = 1_000


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
    real_radius, fake_radius = radii(real, k), radii(fake, k)
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


def radii(points: np.ndarray, k: int) -> np.ndarray:
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
