"""Rows on labels: is it the right digit, and can one learn from these?"""

from collections.abc import Iterator

from digitgan.evaluation.comparison import Comparison, draw_sample
from digitgan.evaluation.metrics import labels
from digitgan.evaluation.rows.metric import Figure, Metric, RowGroup, mean_of
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


def agreement_rows(comparison: Comparison) -> Iterator[Row]:
    """Does the classifier read what was asked for?"""
    fake, real = comparison.fake, comparison.baseline
    right = labels.agreement(fake.classes, fake.predictions.labels)
    figure = mean_of(right, labels.agreement(real.classes, real.predictions.labels))
    count = len(comparison.classes)
    each = [right[fake.classes == label] for label in range(count)]
    table = labels.confusion(fake.classes, fake.predictions.labels, count)
    detail = {
        "per digit": [float(part.mean()) if len(part) else None for part in each],
        "confusion": table.tolist(),
    }
    yield AGREEMENT.row(figure, len(fake), **detail)


def learning_rows(comparison: Comparison) -> Iterator[Row]:
    """Can a network learn to read real digits from these alone?"""
    n = min(len(comparison.submitted), len(comparison.train))
    test = comparison.test
    drawn = [
        draw_sample(digits, n, comparison.seed)
        for digits in (comparison.submitted, comparison.train)
    ]
    fake, real = (
        labels.classification_accuracy(x, test.images, test.classes) for x in drawn
    )
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
