"""Is the handwriting as thick, slanted, long, wide and high as the real one?"""

from collections.abc import Iterator

import numpy as np

from digitgan.evaluation.comparison import Comparison
from digitgan.evaluation.metric import Metric, RowGroup, resampled
from digitgan.evaluation.scorecard import Row
from digitgan.measure import morphometry

NAMES = ("thickness", "slant", "length", "width", "height")
STYLES = tuple(
    Metric(
        name,
        name,
        f"mean shift of the sorted {name}, in deviations of test digits",
        as_real=0.05,  # a twentieth of how much people differ; less is noise at 5,000
        far=0.3,  # a third of how much people differ: to be seen at a glance
    )
    for name in NAMES
)


def distance(real: np.ndarray, fake: np.ndarray) -> float:
    """Return how far two distributions of a measure, ``(N,)`` and ``(M,)``, are apart.

    The Wasserstein-1 distance (mean shift of the sorted values) in units of the
    standard deviation of the real ones: 0.1 reads "a tenth of how much people differ".
    """
    return wasserstein(real, fake) / float(np.std(real))


def wasserstein(a: np.ndarray, b: np.ndarray) -> float:
    """Return the Wasserstein-1 distance: what lies between the two distributions."""
    a, b = np.sort(a), np.sort(b)
    values = np.sort(np.concatenate([a, b]))
    below_a, below_b = (
        np.searchsorted(part, values[:-1], side="right") / len(part) for part in (a, b)
    )
    return float(np.vecdot(np.abs(below_a - below_b), np.diff(values)))


def handwriting_rows(comparison: Comparison) -> Iterator[Row]:
    """How far the distribution of each measure is from that of test digits."""
    return (_style_row(comparison, metric) for metric in STYLES)


def _style_row(comparison: Comparison, metric: Metric) -> Row:
    column = morphometry.MEASURES.index(metric.key)
    fake, test = (side.style[:, column] for side in (comparison.fake, comparison.test))
    figure = resampled(comparison, lambda side: distance(test, side.style[:, column]))
    mean = [float(fake.mean()), float(test.mean())]
    deviation = [float(fake.std()), float(test.std())]
    return metric.row(figure, len(fake), mean=mean, deviation=deviation)


GROUPS = [RowGroup("handwriting", STYLES, handwriting_rows)]
