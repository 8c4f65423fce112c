"""Can a fresh classifier tell the fakes from real digits it has never seen?"""

import numpy as np

from digitgan.data.dataset import Digits
from digitgan.evaluation.metrics.networks import convolutional, dense
from digitgan.evaluation.metrics.pixel_statistics import (
    grey_counts,
    histogram,
    pixel_statistics,
)
from digitgan.measure.morphometry import measure

ALL = "all of them"


def two_sample(
    real: np.ndarray,
    fake: np.ndarray,
    real_style: np.ndarray,
    fake_style: np.ndarray,
    full: bool = False,
    seed: int = 0,
) -> dict[str, float]:
    """Return the held-out accuracy of several classifiers by name; 0.5 is ideal.

    Lopez-Paz and Oquab 2017, arXiv 1610.06545. One half of each set is learned from,
    the other half is asked about; equally many of both sets are used. The largest
    accuracy counts: a network on pixels overlooks a background that is not quite 0, one
    on where pixels are exactly 0 sees nothing else.

    Args:
        real: ``uint8 (N, H, W)``, or with channels.
        fake: ``uint8 (M, H, W)``, likewise.
        real_style: ``float (N, S)``, measures of the handwriting; S may be 0.
        fake_style: ``float (M, S)``.
        full: Also boosted trees and a convolutional network (scikit-learn, Keras).
        seed: Draws the halves and the weights.
    """
    rng = np.random.default_rng(seed)
    size = min(len(real), len(fake)) // 2 * 2
    rows = [rng.permutation(len(part))[:size] for part in (real, fake)]
    images = np.concatenate([real[rows[0]], fake[rows[1]]])
    style = np.concatenate([real_style[rows[0]], fake_style[rows[1]]])
    is_fake = np.repeat([False, True], size)
    train = np.tile(np.arange(size) < size // 2, 2)
    tabular = np.concatenate([histogram(grey_counts(images)), style], axis=1)
    tabular -= tabular[train].mean(axis=0)
    tabular /= tabular[train].std(axis=0) + 1e-6
    tabular = np.clip(tabular, -10, 10)
    flat = images.reshape(len(images), -1)
    x = {
        "network on pixels": flat / np.float32(64),
        "network on where pixels are 0": flat == 0,
        "network on histogram and handwriting": tabular,
    }
    predicted = {name: _predicted(x[name], is_fake, train, seed) for name in x}
    if full:
        predicted |= _stronger(images, tabular, is_fake, train, seed)
    return {
        name: float(np.mean(values == is_fake[~train]))
        for name, values in predicted.items()
    }


def _predicted(x, is_fake, train, seed: int) -> np.ndarray:
    """Return which of those that it has not learned from a network takes for fake."""
    centre = x[train].mean(axis=0, dtype=np.float32)
    return dense(x[train] - centre, is_fake[train], x[~train] - centre, seed) > 0


def _stronger(images, tabular, is_fake, train, seed: int) -> dict[str, np.ndarray]:
    """Return what the two classifiers that need the training extras take for fake."""
    learned = Digits(images[train], is_fake[train])
    odds = convolutional(learned, images[~train], 2, 1_000, seed)
    return {
        "trees on histogram and handwriting": _trees(tabular, is_fake, train, seed),
        "convolutional network on pixels": odds[:, 1] > 0.5,
    }


def tell_apart(
    real: np.ndarray, fake: np.ndarray, seed: int = 0, groups: bool = True
) -> dict[str, float]:
    """Return how often boosted trees tell fakes from real digits, by what they see.

    They see simple statistics instead of pixels (:mod:`.pixel_statistics` and the six
    measures of the handwriting), where networks on pixels overlook what is exact in
    every real digit. One half of each set is learned from, the other is asked about;
    more digits make a stronger test, so compare at equal numbers.

    Args:
        real: ``uint8 (N, 28, 28)``.
        fake: ``uint8 (M, 28, 28)``; equally many of both are used.
        seed: Draws the halves.
        groups: Also each group of statistics alone.

    Returns:
        Held-out accuracies, 0.5 is ideal: ``all of them``, and those of the groups.
    """
    size = min(len(real), len(fake)) // 2 * 2
    rng = np.random.default_rng(seed)
    drawn = [part[rng.permutation(len(part))[:size]] for part in (real, fake)]
    images = np.concatenate(drawn)
    x = pixel_statistics(images)
    x["handwriting"] = np.stack(list(measure(images).values()), axis=1)
    x = {ALL: np.concatenate(list(x.values()), axis=1)} | (x if groups else {})
    is_fake = np.repeat([False, True], size)
    train = np.tile(np.arange(size) < size // 2, 2)
    return {
        name: float(np.mean(_trees(x[name], is_fake, train, seed) == is_fake[~train]))
        for name in x
    }


def _trees(x, is_fake, train, seed: int) -> np.ndarray:
    """Return which of those they have not learned from boosted trees take for fake."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    trees = HistGradientBoostingClassifier(random_state=seed)
    return trees.fit(x[train], is_fake[train]).predict(x[~train])
