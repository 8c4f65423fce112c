"""Stacked MNIST: three digits in three channels make 1,000 modes to find."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from digitgan.data.dataset import Dataset
from digitgan.evaluation.metric import Figure, Metric
from digitgan.evaluation.scorecard import Row
from digitgan.measure.classifier import Classifier

MODES = 1_000
BATCH_SIZE = 2_000
# As PacGAN counts, and as many that the score of a perfect sampler is ten times lower.
SAMPLE_COUNTS = {"quick": 26_000, "full": 240_000}

MODES_FOUND = Metric(
    "modes",
    "modes of 1,000",
    "triplets of digits that occur, as the classifier reads the channels",
    as_real=0,  # real triplets have all of them
    far=20,  # one in fifty is missing
    worse="below",
)
REVERSE_KL = Metric(
    "kl",
    "reverse KL",
    "of the triplets' frequencies to equal ones, in nats; spread over perfect samplers",
    as_real=0.0,  # but for three spreads
    far=0.1,  # several times the published values of good generators
)


def classify_triplets(
    classifier: Classifier,
    images: np.ndarray,
    progress: Callable[[int], None] | None = None,
) -> np.ndarray:
    """Classify every channel of ``uint8 (N, 28, 28, 3)``: ``int (N, 3)``, 0 to 9.

    ``progress`` is called with the number of triplets that are done.
    """
    labels = np.empty((len(images), 3), int)
    for start in range(0, len(images), BATCH_SIZE):
        rows = slice(start, start + BATCH_SIZE)
        channels = np.moveaxis(images[rows], 3, 1).reshape(-1, 28, 28)
        labels[rows] = classifier.predict(channels).labels.reshape(-1, 3)
        if progress:
            progress(min(start + BATCH_SIZE, len(images)))
    return labels


def modes(triplets: np.ndarray) -> tuple[int, float]:
    """Return how many modes are there and how unevenly.

    The test of Metz et al. 2017 (arXiv 1611.02163) as run by PacGAN (Lin et al. 2018,
    arXiv 1712.04086): 26,000 samples, each channel read by a classifier.

    Returns:
        The number of the 1,000 modes that occur in ``int (N, 3)`` digits, and the
        reverse Kullback-Leibler divergence KL(frequencies || uniform) in nats; see
        :func:`perfect_sampler`.
    """
    codes = np.asarray(triplets) @ (100, 10, 1)
    shares = np.bincount(codes, minlength=MODES) / len(codes)
    shares = shares[shares > 0]
    return len(shares), float(np.sum(shares * np.log(shares * MODES)))


def perfect_sampler(
    samples: int, shares: np.ndarray | None = None, draws: int = 100, seed: int = 0
) -> tuple[float, float]:
    """Return what a perfect sampler scores: KL is above 0 for any finite number.

    Mean and standard deviation of the reverse KL over so many draws of ``samples``
    triplets; ``shares``, ``float (10,)``, says how often each digit occurs.
    """
    rng = np.random.default_rng(seed)
    shares = np.full(10, 0.1) if shares is None else np.asarray(shares, float)
    chance = np.einsum("i,j,k->ijk", shares, shares, shares).ravel()
    drawn = rng.multinomial(samples, chance / chance.sum(), size=draws) / samples
    logs = np.log(np.where(drawn > 0, drawn * MODES, 1.0))
    divergence = np.sum(drawn * logs, axis=1)
    return float(divergence.mean()), float(divergence.std())


def mode_rows(
    triplets: np.ndarray, data: Dataset, classifier: Classifier, seed: int
) -> Iterator[Row]:
    """Count modes in the first 26,000 and 240,000 triplets, or in all if fewer.

    The real figures are those of triplets of test digits, by the same classifier.
    """
    assert data.test is not None and data.train.labels is not None
    test = classifier.predict(data.test.images).labels
    shares = np.bincount(data.train.labels, minlength=10) / len(data.train)
    rng = np.random.default_rng(seed)
    counts = [n for n in SAMPLE_COUNTS.values() if n <= len(triplets)]
    for n in counts or [len(triplets)]:
        fake, fake_kl = modes(triplets[:n])
        real, real_kl = modes(test[rng.integers(len(test), size=(n, 3))])
        perfect_kl, spread = perfect_sampler(n, shares)
        suffix = f"_{n}" if n == SAMPLE_COUNTS["full"] else ""
        found, reverse_kl = (
            replace(metric, key=metric.key + suffix, name=f"{metric.name} in {n:,}")
            for metric in (MODES_FOUND, REVERSE_KL)
        )
        yield found.row(Figure(float(fake), float(real)), n)
        detail: dict[str, Any] = {"perfect sampler": perfect_kl}
        yield reverse_kl.row(Figure(fake_kl, real_kl, spread), n, **detail)
