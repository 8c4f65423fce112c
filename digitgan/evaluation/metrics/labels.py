"""Do the images show the digit that was asked for, and can one learn from them?"""

import numpy as np

from digitgan.evaluation.metrics.networks import convolutional


def agreement(labels: np.ndarray, read: np.ndarray) -> np.ndarray:
    """Return whether the judge reads each digit as it was asked for, ``float (N,)``.

    The mean is the share of agreement (GAN-test of Shmelkov et al. 2018, arXiv
    1807.09499). One prototype per digit scores 100 %: read it beside the variety.

    Args:
        labels: ``int (N,)``, what was asked for.
        read: ``int (N,)``, what the judge reads.
    """
    return (np.asarray(labels) == read).astype(float)


def confusion(labels: np.ndarray, read: np.ndarray, kinds: int = 10) -> np.ndarray:
    """Count digits by asked (row) and read label (column), ``int (kinds, kinds)``."""
    table = np.zeros((kinds, kinds), dtype=int)
    np.add.at(table, (labels, read), 1)
    return table


def classification_accuracy(
    images: np.ndarray,
    labels: np.ndarray,
    test_images: np.ndarray,
    test_labels: np.ndarray,
    seeds: int = 3,
    steps: int = 2_000,
) -> np.ndarray:
    """Train a fresh network on these images alone and test it on real digits.

    The classification accuracy score of Ravuri and Vinyals 2019, arXiv 1905.10887.
    The network after the last step counts: none is chosen by its test accuracy.

    Args:
        images: ``uint8 (N, 28, 28)`` to learn from.
        labels: ``int (N,)``.
        test_images: ``uint8 (M, 28, 28)`` real digits.
        test_labels: ``int (M,)``.
        seeds: How many networks are trained.
        steps: Batches of 128 that each network sees, whatever N is.

    Returns:
        The share of the real digits that each network reads right, ``float (seeds,)``.

    Raises:
        ImportError: Keras is not installed.
    """
    kinds = int(test_labels.max()) + 1
    return np.array(
        [
            np.mean(
                convolutional(images, labels, test_images, kinds, steps, seed).argmax(1)
                == test_labels
            )
            for seed in range(seeds)
        ]
    )
