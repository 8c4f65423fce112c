"""Do the images show the digit that was asked for, and can one learn from them?"""

from collections.abc import Iterator

import numpy as np

from digitgan.data.dataset import Digits
from digitgan.evaluation.comparison import Comparison, draw_sample
from digitgan.evaluation.metric import Figure, Metric, RowGroup, mean_of
from digitgan.evaluation.metrics.networks import convolutional
from digitgan.evaluation.scorecard import Row

AGREEMENT = Metric(
    "agreement",
    "label agreement",
    "share that the classifier reads as the digit that was asked for",
    as_real=0.005,  # real 0.994 ± 0.0015 at n = 1,000: three deviations
    far=0.03,  # six times the errors on real digits
    worse="below",
)
ACCURACY_SCORE = Metric(
    "cas",
    "classification accuracy score",
    "test accuracy of networks trained on these; spread over seeds",
    as_real=0.003,  # what the seeds of networks trained on real digits differ by
    far=0.02,  # several times the errors that real digits leave
    worse="below",
)


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


def agreement_rows(comparison: Comparison) -> Iterator[Row]:
    """Does the classifier read what was asked for?

    GAN-test of Shmelkov et al. 2018, arXiv 1807.09499. One prototype per digit scores
    100 %: read it beside the variety.
    """
    fake, count = comparison.fake, len(comparison.classes)
    right, real = (
        (side.classes == side.predictions.labels).astype(float)
        for side in comparison.sides
    )
    each = [right[fake.classes == label] for label in range(count)]
    table = confusion(fake.classes, fake.predictions.labels, count)
    detail = {
        "per digit": [float(part.mean()) if len(part) else None for part in each],
        "confusion": table.tolist(),
    }
    yield AGREEMENT.row(mean_of(right, real), len(fake), **detail)


def learning_rows(comparison: Comparison) -> Iterator[Row]:
    """Can a network learn to read real digits from these alone?"""
    sources, test = (comparison.submitted, comparison.train), comparison.test
    n = min(map(len, sources))
    drawn = [draw_sample(digits, n, comparison.seed) for digits in sources]
    fake, real = (classification_accuracy(x, test.images, test.classes) for x in drawn)
    figure = Figure(float(fake.mean()), float(real.mean()), float(fake.std(ddof=1)))
    yield ACCURACY_SCORE.row(figure, n, these=fake.tolist(), real=real.tolist())


GROUPS = [
    RowGroup("label agreement", (AGREEMENT,), agreement_rows, needs_labels=True),
    RowGroup(
        "learning from these",
        (ACCURACY_SCORE,),
        learning_rows,
        min_samples=1_000,
        needs_digits=False,
        needs_labels=True,
        full_only=True,
    ),
]
