"""Stacked MNIST: three digits at random in the three channels of one image."""

import numpy as np

from digitgan.data.dataset import Dataset, Digits
from digitgan.random_streams import Stream, random_integers

TRIPLETS = 128_000
BATCH_SIZE = 8_000  # triplets put together at once


def stack(mnist: Dataset, n: int = TRIPLETS) -> Dataset:
    """Make 1,000 modes out of ten digits: the data of mode counting.

    Metz et al. 2017, arXiv 1611.02163; 128,000 fixed triplets as in PacGAN, Lin et al.
    2018, arXiv 1712.04086. The triplets are always the same for the same digits.

    Args:
        mnist: Whose training digits are stacked, each channel chosen evenly from all.
        n: How many triplets.

    Returns:
        ``uint8 (n, 28, 28, 3)`` to train on, without labels and without a test part:
        generated triplets are read channel by channel.
    """
    digits = mnist.train.images
    numbers = random_integers(Stream.TRIPLETS, 1, (n, 3))
    chosen = numbers % np.uint64(len(digits))
    images = np.empty((n, *digits.shape[1:], 3), np.uint8)
    for start in range(0, n, BATCH_SIZE):
        part = chosen[start : start + BATCH_SIZE].astype(int)
        images[start : start + BATCH_SIZE] = digits[part].transpose(0, 2, 3, 1)
    source = f"Stacked MNIST: {n:,} triplets of {mnist.source}"
    return Dataset(Digits(images), None, (), source, kind="triplets")
