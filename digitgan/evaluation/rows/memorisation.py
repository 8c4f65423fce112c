"""Rows on memorisation: are these new digits?"""

from collections.abc import Iterator

import numpy as np

from digitgan.evaluation.comparison import Comparison
from digitgan.evaluation.metrics import memorisation
from digitgan.evaluation.rows.metric import Figure, Metric, RowGroup, mean_of
from digitgan.evaluation.scorecard import Row
from digitgan.measure.nearest_neighbours import nearest

MAX_QUICK, MAX_FULL = 1_000, 3_000  # digits; all training digits are looked through
COPIED = 0.75  # of the real distance: nearer than that are copies, slightly changed

# The limits: "real ± ..." is the figure of real digits at n = 1,000 over seeds.
NEAREST = Metric(
    "nearest",
    "distance to training digits",
    "median distance to the nearest training digit over test digits'",
    as_real=0.08,  # real 1.02 ± 0.02: four deviations
    far=0.25,
    worse="either",
)
AUTHENTICITY = Metric(
    "authenticity",
    "authenticity",
    "share farther from the nearest training digit than another one is",
    as_real=0.06,  # real 0.66 ± 0.02: three deviations
    far=0.2,  # a third of what is new among real digits
    worse="either",
)


def memorisation_rows(comparison: Comparison) -> Iterator[Row]:
    """Are these nearer to the training digits than unseen real digits are?"""
    train, spare = (
        comparison.train.images,
        comparison.every_test[len(comparison.fake) :],
    )
    largest = MAX_FULL if comparison.full else MAX_QUICK
    n = min(len(comparison.fake), len(spare) // 2, largest)
    reference = np.median(nearest(spare[:n], train)[0])
    (fake, fake_new), (real, real_new) = (
        memorisation.copied(images, train)
        for images in (comparison.fake.images[:n], spare[n : 2 * n])
    )
    picks = np.random.default_rng(comparison.seed).integers(n, size=(100, n))
    figure = Figure(
        float(np.median(fake) / reference),
        float(np.median(real) / reference),
        float(np.std(np.median(fake[picks], axis=1)) / reference),
    )
    verdict = NEAREST.verdict(figure)
    if verdict != "as real" and figure.value < COPIED * figure.real:
        verdict = "memorised"
    yield NEAREST.row(figure, n, verdict)
    figure = mean_of(fake_new, real_new)
    verdict = AUTHENTICITY.verdict(figure)
    if verdict == "far" and figure.value < figure.real:
        verdict = "memorised"
    yield AUTHENTICITY.row(figure, n, verdict)


GROUPS = [
    RowGroup(
        "memorisation", (NEAREST, AUTHENTICITY), memorisation_rows, needs_digits=False
    )
]
