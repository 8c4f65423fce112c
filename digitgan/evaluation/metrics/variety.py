"""Is every digit there, and is every digit written in as many ways as real ones?"""

import numpy as np

from digitgan.evaluation.metrics.manifold import prdc, squared_distances

MAX_SAMPLES = 500  # of a class, for the kernel matrix


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
