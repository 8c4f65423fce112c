"""Rows on likeness: do these look, as a whole, like real digits?"""

from collections.abc import Iterator

import numpy as np

from digitgan.evaluation.metrics import distances, handwriting, manifold, two_sample
from digitgan.evaluation.rows.base import Comparison, Row, halves, mean_spread, word
from digitgan.measure import morphometry


def distance_rows(bench: Comparison) -> Iterator[Row]:
    """Frechet and kernel distance to the test digits."""
    test, fake, floor = (
        side.features for side in (bench.test, bench.fake, bench.floor)
    )
    n = len(fake)
    value, real = distances.frechet(fake, test), distances.frechet(floor, test)
    drawn = [distances.frechet(fake[rows], test) for rows in halves(n, bench.seed)]
    spread = float(np.std(drawn))
    yield Row(
        key="frechet",
        name="Frechet distance",
        value=value,
        real=real,
        word=word(value / real, 1.5, 6, spread / real),
        n=n,
        spread=spread,
        definition="between Gaussians fitted to the judge's features of both",
    )
    value, spread = distances.kernel(fake, test, seed=bench.seed)
    real, noise = distances.kernel(floor, test, seed=bench.seed)
    yield Row(
        key="kernel",
        name="kernel distance (KID)",
        value=value,
        real=real,
        word=word(value - real, 2 * noise, 20 * noise),
        n=n,
        spread=spread,
        definition="unbiased squared discrepancy, cubic kernel; spread over subsets",
    )


def manifold_rows(bench: Comparison) -> Iterator[Row]:
    """Precision, recall, density and coverage against the test digits."""
    fake = manifold.prdc(bench.test.features, bench.fake.features)
    real = manifold.prdc(bench.test.features, bench.floor.features)
    for key, near, definition in (
        ("precision", 0.03, "share of these that lie where test digits are"),
        ("recall", 0.03, "share of test digits that lie where these are"),
        ("density", 0.06, "how many of the five neighbourhoods around these are there"),
        ("coverage", 0.03, "share of test digits that have one of these near"),
    ):
        value, floor = float(fake[key].mean()), float(real[key].mean())
        spread = mean_spread(fake[key])
        yield Row(
            key=key,
            name=key,
            value=value,
            real=floor,
            word=word(floor - value, near, 4 * near, spread),
            n=len(fake[key]),
            spread=spread,
            definition=f"{definition}, by the fifth neighbour in the judge's features",
        )


def handwriting_rows(bench: Comparison) -> Iterator[Row]:
    """Distributions of thickness, slant, length, width and height."""
    for name in handwriting.NAMES:
        column = morphometry.MEASURES.index(name)
        test, fake, floor = (
            side.style[:, column] for side in (bench.test, bench.fake, bench.floor)
        )
        value, real = (
            handwriting.distance(test, fake),
            handwriting.distance(test, floor),
        )
        drawn = [
            handwriting.distance(test, fake[rows])
            for rows in halves(len(fake), bench.seed)
        ]
        spread = float(np.std(drawn))
        yield Row(
            key=name,
            name=name,
            value=value,
            real=real,
            word=word(value - real, 0.05, 0.3, spread),
            n=len(fake),
            spread=spread,
            definition=f"mean shift of the sorted {name}, in deviations of test digits",
            detail={
                "mean": [float(fake.mean()), float(test.mean())],
                "deviation": [float(fake.std()), float(test.std())],
            },
        )


def two_sample_rows(bench: Comparison) -> Iterator[Row]:
    """Can fresh classifiers tell these from test digits?"""
    test = bench.test
    figures = [
        two_sample.two_sample(
            test.images, side.images, test.style, side.style, bench.full, bench.seed
        )
        for side in (bench.fake, bench.floor)
    ]
    value, real = (max(figure.values()) for figure in figures)
    n = len(bench.fake)
    spread = float(np.sqrt(value * (1 - value) / n))
    yield Row(
        key="two_sample",
        name="two-sample test",
        value=value,
        real=real,
        word=word(value - real, 0.03, 0.15, spread),
        n=n,
        spread=spread,
        definition=f"held-out accuracy of the best of {len(figures[0])} classifiers "
        "made to tell these from test digits; 0.5 is ideal",
        detail={"these": figures[0], "real": figures[1]},
    )
