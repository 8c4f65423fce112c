"""Rows on handwriting: thickness, slant, length, width and height of the digits."""

from collections.abc import Iterator

from digitgan.evaluation.comparison import Comparison
from digitgan.evaluation.metrics import handwriting
from digitgan.evaluation.rows.metric import Metric, RowGroup, resampled
from digitgan.evaluation.scorecard import Row
from digitgan.measure import morphometry

STYLES = tuple(
    Metric(
        name,
        name,
        f"mean shift of the sorted {name}, in deviations of test digits",
        as_real=0.05,  # a twentieth of how much people differ; less is noise at 5,000
        far=0.3,  # a third of how much people differ: to be seen at a glance
    )
    for name in handwriting.NAMES
)


def handwriting_rows(comparison: Comparison) -> Iterator[Row]:
    """How far the distribution of each is from that of test digits."""
    for metric in STYLES:
        yield _style_row(comparison, metric)


def _style_row(comparison: Comparison, metric: Metric) -> Row:
    column = morphometry.MEASURES.index(metric.key)
    fake, test = (side.style[:, column] for side in (comparison.fake, comparison.test))
    figure = resampled(
        comparison, lambda side: handwriting.distance(test, side.style[:, column])
    )
    mean = [float(fake.mean()), float(test.mean())]
    deviation = [float(fake.std()), float(test.std())]
    return metric.row(figure, len(fake), mean=mean, deviation=deviation)


GROUPS = [RowGroup("handwriting", STYLES, handwriting_rows)]
