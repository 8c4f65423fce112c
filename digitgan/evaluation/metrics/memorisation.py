"""Are these new digits, or training digits over again?"""

from collections.abc import Iterator

import numpy as np

from digitgan.evaluation.comparison import Comparison
from digitgan.evaluation.metric import Figure, Metric, RowGroup, mean_of
from digitgan.evaluation.scorecard import Row
from digitgan.measure.nearest_neighbours import nearest

MAX_QUICK = 1_000  # digits; all training digits are looked through
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
NEAREST_TEST = Metric(
    "nearest_test",
    "distance to test digits",
    "median distance to the nearest test digit over training digits'",
    as_real=0.08,  # as to training digits
    far=0.25,
    worse="either",
)
DIFFERENCE = Metric(
    "nearest_difference",
    "difference of the two",
    "to training digits less to test digits: below 0 is memory, since both were drawn "
    "alike",
    as_real=0.05,  # real 0.00 ± 0.02: more than two deviations
    far=0.2,
    worse="below",
)
AUTHENTICITY = Metric(
    "authenticity",
    "authenticity",
    "share farther from the nearest training digit than another one is",
    as_real=0.06,  # real 0.66 ± 0.02: three deviations
    far=0.2,  # a third of what is new among real digits
    worse="either",
)


def copied(fake: np.ndarray, train: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return how near fakes come to the training digits, and which of them are new.

    Compare the distances with those of test digits: a ratio of the medians below 1
    means that the fakes are nearer to the training digits than other people's
    handwriting is; copies have 0. Authenticity (Alaa et al. 2022, arXiv 2102.08921): a
    fake is new when its nearest training digit has another training digit nearer to
    itself.

    Returns:
        ``float (N,)`` distances in grey levels, and ``float (N,)``: 1 for new, else 0.
    """
    distance, position = nearest(fake, train)
    owners, inverse = np.unique(position, return_inverse=True)
    between, _ = nearest(train[owners], train, skip=owners)
    return distance, (distance > between[inverse]).astype(float)


def memorisation_rows(comparison: Comparison) -> Iterator[Row]:
    """Are these nearer to the training digits than unseen real digits are?"""
    fake, train, test = (
        comparison.many[0],
        comparison.train.images,
        comparison.every_test,
    )
    rng = np.random.default_rng(comparison.seed)
    if not comparison.full:
        fake = fake[:MAX_QUICK]
    n = len(fake)
    (unseen, other), seen = _two(test, n), _two(train[rng.permutation(len(train))], n)
    distance, new = copied(fake, train)
    real_distance, real_new = copied(other, train)
    picks = rng.integers(n, size=(100, n))
    reference = nearest(unseen, train)[0]
    to_train = _over_real(picks, distance, real_distance, reference)
    to_test = _over_real(picks, *(nearest(x, test)[0] for x in (fake, *seen)))
    difference = [one - two for one, two in zip(to_train, to_test, strict=True)]
    for metric, (value, real, drawn) in (
        (NEAREST, to_train),
        (NEAREST_TEST, to_test),
        (DIFFERENCE, difference),
    ):
        figure = Figure(float(value), float(real), float(np.std(drawn)))
        verdict = metric.verdict(figure)
        is_copy = metric is NEAREST and value < COPIED * real
        if verdict != "as real" and (is_copy or metric is DIFFERENCE):
            verdict = "memorised"
        yield metric.row(figure, n, verdict)
    figure = mean_of(new, real_new)
    verdict = AUTHENTICITY.verdict(figure)
    if verdict == "far" and figure.value < figure.real:
        verdict = "memorised"
    yield AUTHENTICITY.row(figure, n, verdict)


def _two(images: np.ndarray, n: int) -> list[np.ndarray]:
    """Return two parts of n images each, or two halves where there are fewer."""
    return np.array_split(images[: 2 * n], 2)


def _over_real(picks, fake, real, reference) -> tuple[float, float, np.ndarray]:
    """Return medians over that of a reference: of fakes, of real ones, of resamples."""
    middle = max(np.median(reference), 1.0)  # a grey level: test digits may be copies
    drawn = np.median(fake[picks], axis=1)
    return np.median(fake) / middle, np.median(real) / middle, drawn / middle


METRICS = (NEAREST, NEAREST_TEST, DIFFERENCE, AUTHENTICITY)
GROUPS = [RowGroup("memorisation", METRICS, memorisation_rows, needs_digits=False)]
