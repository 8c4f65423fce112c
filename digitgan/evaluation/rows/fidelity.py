"""Rows on fidelity: do these look, as a whole, like real digits?

The limits are conventions; beside each stands what it was taken from. "Real ± ..." is
the figure of real digits at n = 1,000 over seeds, see docs/scorecard.md.
"""

from collections.abc import Iterator

from digitgan.evaluation.comparison import Comparison
from digitgan.evaluation.metrics import distances, manifold
from digitgan.evaluation.rows.metric import (
    Figure,
    Metric,
    RowGroup,
    mean_of,
    resampled,
)
from digitgan.evaluation.scorecard import Row

FRECHET = Metric(
    "frechet",
    "Frechet distance",
    "between Gaussians fitted to the classifier's features of both",
    as_real=1.5,  # real 0.54 ± 0.14: two deviations
    far=6,  # blur of one pixel and a missing digit are beyond
    worse="times_real",
)
KERNEL = Metric(
    "kernel",
    "kernel distance (KID)",
    "unbiased squared discrepancy, cubic kernel; spread over subsets",
    as_real=2,  # deviations of the real figure, which is about 0
    far=20,
)
MANIFOLD = tuple(
    Metric(
        key,
        key,
        f"{definition}, by the fifth neighbour in the classifier's features",
        as_real,  # real ± 0.005, of density ± 0.02: more than three deviations
        far=4 * as_real,
        worse="below",
    )
    for key, definition, as_real in (
        ("precision", "share of these that lie where test digits are", 0.03),
        ("recall", "share of test digits that lie where these are", 0.03),
        ("density", "how many of the five neighbourhoods around these are there", 0.06),
        ("coverage", "share of test digits with one of these near", 0.03),
    )
)


def distance_rows(comparison: Comparison) -> Iterator[Row]:
    """Frechet and kernel distance to the test digits."""
    test, n = comparison.test.features, len(comparison.fake)
    frechet = resampled(comparison, lambda side: distances.frechet(side.features, test))
    yield FRECHET.row(frechet, n)
    (value, spread), (real, real_spread) = (
        distances.kernel(side.features, test, seed=comparison.seed)
        for side in (comparison.fake, comparison.baseline)
    )
    verdict = KERNEL.verdict(Figure(value, real), unit=real_spread)
    yield KERNEL.row(Figure(value, real, spread), n, verdict)


def manifold_rows(comparison: Comparison) -> Iterator[Row]:
    """Precision, recall, density and coverage against the test digits."""
    fake, real = (
        manifold.prdc(comparison.test.features, side.features)
        for side in (comparison.fake, comparison.baseline)
    )
    for metric in MANIFOLD:
        figure = mean_of(fake[metric.key], real[metric.key])
        yield metric.row(figure, len(fake[metric.key]))


GROUPS = [
    RowGroup("distances", (FRECHET, KERNEL), distance_rows, min_samples=500),
    RowGroup("neighbourhoods", MANIFOLD, manifold_rows),
]
