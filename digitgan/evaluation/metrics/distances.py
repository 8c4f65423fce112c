"""How far two clouds of features are apart, as one number."""

import numpy as np


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
