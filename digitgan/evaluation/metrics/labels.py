"""Do the images show the digit that was asked for, and can one learn from them?"""

import numpy as np

from digitgan.data.dataset import Digits
from digitgan.evaluation.metrics.networks import convolutional


def agreement(labels: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    """Return whether each digit is classified as it was asked for, ``float (N,)``.

    The mean is the share of agreement (GAN-test of Shmelkov et al. 2018, arXiv
    1807.09499). One prototype per digit scores 100 %: read it beside the variety.
    """
    return (np.asarray(labels) == predicted).astype(float)


def confusion(
    labels: np.ndarray, predicted: np.ndarray, classes: int = 10
) -> np.ndarray:
    """Count digits by label (row) and predicted label, ``int (classes, classes)``."""
    table = np.zeros((classes, classes), dtype=int)
    np.add.at(table, (labels, predicted), 1)
    return table


def classification_accuracy(
    train: Digits,
    test_images: np.ndarray,
    test_labels: np.ndarray,
    seeds: int = 3,
    steps: int = 2_000,
) -> np.ndarray:
    """Train fresh networks on these images alone and test them on real digits.

    The classification accuracy score of Ravuri and Vinyals 2019, arXiv 1905.10887. The
    networks see ``steps`` batches of 128, however many images there are; what they are
    after the last counts: none is chosen by its test accuracy. Needs Keras.

    Returns:
        The accuracy of each network on the real digits, ``float (seeds,)``.
    """
    classes = int(test_labels.max()) + 1
    predictions = [
        convolutional(train, test_images, classes, steps, seed).argmax(axis=1)
        for seed in range(seeds)
    ]
    return np.mean(np.equal(predictions, test_labels), axis=1)
