"""Rows on memorisation: are these new digits?"""

from collections.abc import Iterator

import numpy as np

from digitgan.evaluation.metrics import memorisation
from digitgan.evaluation.rows.base import Comparison, Row, mean_spread, word
from digitgan.measure.nearest_neighbours import nearest


def memorisation_rows(bench: Comparison) -> Iterator[Row]:
    """Are these nearer to the training digits than unseen real digits are?"""
    n = min(len(bench.fake), len(bench.others) // 2, 3_000 if bench.full else 1_000)
    test, more = bench.others[:n], bench.others[n : 2 * n]
    reference = np.median(nearest(test, bench.train)[0])
    (found, authentic), (real, genuine) = (
        memorisation.copied(images, bench.train)
        for images in (bench.fake.images[:n], more)
    )
    value, floor = (float(np.median(x) / reference) for x in (found, real))
    picks = np.random.default_rng(bench.seed).integers(n, size=(100, n))
    spread = float(np.std(np.median(found[picks], axis=1)) / reference)
    said = word(abs(value - floor), 0.08, 0.25, spread)
    yield Row(
        key="nearest",
        name="distance to training digits",
        value=value,
        real=floor,
        word="memorised" if said != "as real" and value < 0.75 * floor else said,
        n=n,
        spread=spread,
        definition="median distance to the nearest training digit over test digits'",
    )
    value, floor = float(authentic.mean()), float(genuine.mean())
    spread = mean_spread(authentic)
    said = word(abs(value - floor), 0.06, 0.2, spread)
    yield Row(
        key="authenticity",
        name="authenticity",
        value=value,
        real=floor,
        word="memorised" if said == "far" and value < floor else said,
        n=n,
        spread=spread,
        definition="share farther from the nearest training digit than another one is",
    )
