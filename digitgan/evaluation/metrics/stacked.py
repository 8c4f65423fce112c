"""Stacked MNIST: three digits in three channels make 1,000 modes to find."""

import numpy as np

MODES = 1_000


def modes(triplets: np.ndarray) -> tuple[int, float]:
    """Return how many modes are there and how unevenly.

    The test of Metz et al. 2017 (arXiv 1611.02163) as run by PacGAN (Lin et al. 2018,
    arXiv 1712.04086): 26,000 samples, each channel read by a classifier.

    Args:
        triplets: ``int (N, 3)``, the digit read in each channel.

    Returns:
        The number of the 1,000 modes that occur, and the reverse Kullback-Leibler
        divergence KL(found || uniform) in nats. Compare it with :func:`floor`.
    """
    codes = np.asarray(triplets) @ (100, 10, 1)
    found = np.bincount(codes, minlength=MODES) / len(codes)
    there = found[found > 0]
    return len(there), float(np.sum(there * np.log(there * MODES)))


def floor(
    samples: int, shares: np.ndarray | None = None, draws: int = 100, seed: int = 0
) -> tuple[float, float]:
    """Return what a perfect generator scores: KL is above 0 for any finite number.

    Args:
        samples: How many triplets are read.
        shares: ``float (10,)``, how often each digit occurs; uniform if not given.
        draws: Simulations.
        seed: Draws the triplets.

    Returns:
        Mean and standard deviation of the reverse KL over the simulations.
    """
    rng = np.random.default_rng(seed)
    shares = np.full(10, 0.1) if shares is None else np.asarray(shares, float)
    chance = np.einsum("i,j,k->ijk", shares, shares, shares).ravel()
    found = rng.multinomial(samples, chance / chance.sum(), size=draws) / samples
    logs = np.log(np.where(found > 0, found * MODES, 1.0))
    divergence = np.sum(found * logs, axis=1)
    return float(divergence.mean()), float(divergence.std())
