"""Rows on Stacked MNIST: are all 1,000 triplets of digits there, equally often?"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from digitgan.data.dataset import Dataset
from digitgan.evaluation.metrics import stacked
from digitgan.evaluation.rows.metric import Figure, Metric
from digitgan.evaluation.scorecard import Row
from digitgan.measure.classifier import Classifier

# As PacGAN counts, and as many that the score of a perfect sampler is ten times lower.
SAMPLE_COUNTS = {"quick": 26_000, "full": 240_000}

MODES = Metric(
    "modes",
    "modes of 1,000",
    "triplets of digits that occur, as the classifier reads the channels",
    as_real=0,  # real triplets have all of them
    far=20,  # one in fifty is missing
    worse="below",
)
REVERSE_KL = Metric(
    "kl",
    "reverse KL",
    "of the triplets' frequencies to equal ones, in nats; spread over perfect samplers",
    as_real=0.0,  # but for three spreads
    far=0.1,  # several times the published values of good generators
)


def mode_rows(
    triplets: np.ndarray, data: Dataset, classifier: Classifier, seed: int
) -> Iterator[Row]:
    """Count modes in the first 26,000 and 240,000 triplets, or in all if fewer.

    The real figures are those of triplets of test digits, by the same classifier.
    """
    assert data.test is not None and data.train.labels is not None
    test = classifier.predict(data.test.images).labels
    shares = np.bincount(data.train.labels, minlength=10) / len(data.train)
    rng = np.random.default_rng(seed)
    counts = [n for n in SAMPLE_COUNTS.values() if n <= len(triplets)]
    for n in counts or [len(triplets)]:
        fake, fake_kl = stacked.modes(triplets[:n])
        real, real_kl = stacked.modes(test[rng.integers(len(test), size=(n, 3))])
        perfect_kl, spread = stacked.perfect_sampler(n, shares)
        suffix = f"_{n}" if n == SAMPLE_COUNTS["full"] else ""
        modes, reverse_kl = (
            replace(metric, key=metric.key + suffix, name=f"{metric.name} in {n:,}")
            for metric in (MODES, REVERSE_KL)
        )
        yield modes.row(Figure(float(fake), float(real)), n)
        detail: dict[str, Any] = {"perfect sampler": perfect_kl}
        yield reverse_kl.row(Figure(fake_kl, real_kl, spread), n, **detail)
