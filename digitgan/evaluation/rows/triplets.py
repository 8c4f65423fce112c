"""Rows on Stacked MNIST: are all 1,000 triplets of digits there, equally often?"""

from collections.abc import Callable, Iterator

import numpy as np

from digitgan.data.dataset import Dataset
from digitgan.evaluation.measured_digits import check_images
from digitgan.evaluation.metrics.stacked import floor, modes
from digitgan.evaluation.rows.base import Row, word
from digitgan.measure.classifier import Classifier

COUNTS = (26_000, 240_000)  # as PacGAN counts, and where the floor is ten times lower
BLOCK = 2_000


def read_triplets(
    judge: Classifier, images: np.ndarray, tell: Callable[[int], None] | None = None
) -> np.ndarray:
    """Read every channel.

    Args:
        judge: Who reads.
        images: ``uint8 (N, 28, 28, 3)``, or floats 0 to 1.
        tell: Called with the number of triplets that are read.

    Returns:
        ``int (N, 3)``, a digit from 0 to 9 each.
    """
    parts = []
    for start in range(0, len(images), BLOCK):
        planes = np.moveaxis(images[start : start + BLOCK], 3, 1)
        planes = check_images(planes.reshape(-1, 28, 28))
        parts.append(judge.predict(planes).labels.reshape(-1, 3))
        if tell:
            tell(start + len(planes) // 3)
    return np.concatenate(parts)


def mode_rows(
    triplets: np.ndarray, real: Dataset, judge: Classifier, seed: int
) -> Iterator[Row]:
    """Count modes in the first 26,000 and 240,000 triplets, or in all if fewer.

    Beside them stand triplets of real test digits, read by the same judge.

    Args:
        triplets: From :func:`read_triplets`.
        real: MNIST, with labels and a test part.
        judge: Who read.
        seed: Draws the real triplets.
    """
    read = judge.predict(real.test.images).labels
    shares = np.bincount(real.train.labels, minlength=10) / len(real.train)
    rng = np.random.default_rng(seed)
    for n in [n for n in COUNTS if n <= len(triplets)] or [len(triplets)]:
        these, others = triplets[:n], read[rng.integers(len(read), size=(n, 3))]
        (found, divergence), (there, goal) = modes(these), modes(others)
        perfect, spread = floor(n, shares)
        suffix = "" if n != COUNTS[1] else f"_{n}"
        yield Row(
            key=f"modes{suffix}",
            name=f"modes of 1,000 in {n:,}",
            value=float(found),
            real=float(there),
            word=word(there - found, 0, 20),
            n=n,
            spread=0.0,
            definition="triplets of digits that occur, as the judge reads the channels",
        )
        yield Row(
            key=f"kl{suffix}",
            name=f"reverse KL in {n:,}",
            value=divergence,
            real=goal,
            word=word(divergence - goal, 0.0, 0.1, spread),
            n=n,
            spread=spread,
            definition="of the triplets' frequencies to equal ones, in nats; spread "
            "over perfect samplers",
            detail={"perfect sampler": perfect},
        )
