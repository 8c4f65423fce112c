"""Rows on telling apart: can anything say which digits are real?"""

from collections.abc import Iterator

import numpy as np

from digitgan.evaluation.comparison import Comparison
from digitgan.evaluation.metrics.mnist_laws import breaks_law
from digitgan.evaluation.metrics.pixel_statistics import GROUPS as STATISTICS
from digitgan.evaluation.metrics.two_sample import (
    ALL,
    HANDWRITING,
    Statistics,
    by_network,
    by_trees,
    statistics,
    two_sample,
)
from digitgan.evaluation.rows.metric import Figure, Metric, RowGroup
from digitgan.evaluation.scorecard import Row

AS_REAL, FAR = 0.03, 0.15  # real 0.525 ± 0.007: four deviations; two of three are told

TWO_SAMPLE = Metric(
    "two_sample",
    "two-sample test",
    "held-out accuracy of the best of several classifiers that tell these from test "
    "digits; 0.5 is ideal",
    AS_REAL,
    FAR,
)
BREAKS_LAW = Metric(
    "breaks_law",
    "breaks a law of MNIST, %",
    "longer side not 20 pixels, or centre of mass a pixel or more off",
    as_real=0.1,  # real 0.03
    far=5,
)
BY_STATISTICS = Metric(
    "two_sample_statistics",
    "two-sample test, statistics",
    "the same by simple statistics of the pixels, all together; the full level asks "
    "boosted trees, the quick one a network",
    AS_REAL,
    FAR,
)
BY_GROUP = {
    name: Metric(
        f"two_sample_{name.replace(' ', '_')}",
        f"told apart by {name}",
        "the same by these statistics alone",
        AS_REAL,
        FAR,
    )
    for name in (HANDWRITING, *STATISTICS)
}


def two_sample_rows(comparison: Comparison) -> Iterator[Row]:
    """Can fresh classifiers tell these from test digits?"""
    test, n = comparison.test, len(comparison.fake)
    full, seed = comparison.full, comparison.seed
    fake, real = (
        two_sample(test.images, side.images, test.style, side.style, full, seed)
        for side in (comparison.fake, comparison.baseline)
    )
    figure = _figure(max(fake.values()), max(real.values()), n)
    yield TWO_SAMPLE.row(figure, n, these=fake, real=real)


def _figure(value: float, real: float, n: int) -> Figure:
    """Return held-out accuracies on n of each, with the spread of the former."""
    return Figure(value, real, float(np.sqrt(value * (1 - value) / n)))


def statistics_rows(comparison: Comparison) -> Iterator[Row]:
    """Which laws do these break, and can their statistics be told from real ones?"""
    n, seed = len(comparison.many[0]), comparison.seed
    broken, really = (100 * breaks_law(images).mean() for images in comparison.many[:2])
    spread = np.sqrt(broken * (100 - broken) / n)
    yield BREAKS_LAW.row(Figure(broken, really, float(spread)), n)
    fake, real, test = _statistics(comparison)
    tell_apart = by_trees if comparison.full else by_network
    told, really_told = tell_apart(test, fake, seed), tell_apart(test, real, seed)
    for name, value in told.items():
        metric = BY_STATISTICS if name == ALL else BY_GROUP[name]
        yield metric.row(_figure(value, really_told[name], n), n)


def _statistics(comparison: Comparison) -> Iterator[Statistics]:
    """Yield those of fake, real and test digits; 5,000 digits are measured already."""
    sides = comparison.fake, comparison.baseline, comparison.test
    for images, side in zip(comparison.many, sides, strict=True):
        yield statistics(images, None if comparison.full else side.style)


GROUPS = [
    RowGroup(
        "two-sample test",
        (TWO_SAMPLE,),
        two_sample_rows,
        min_samples=200,
        needs_digits=False,
    ),
    RowGroup(
        "two-sample test by statistics",
        (BREAKS_LAW, BY_STATISTICS),
        statistics_rows,
        min_samples=200,
        needs_mnist_laws=True,
    ),
]
