"""Rare forms more often: how many times in an epoch each real image is learned from.

A discriminator sees seldom what is rare, and a generator gives it up: the cloud of its
images is narrower than that of real ones. Where rare forms are shown more often, the
two cancel. Images are sampled by importance as in Katharopoulos and Fleuret 2018 (arXiv
1803.00942), but by a distance that needs no network, and nothing is weighed back.
"""

import numpy as np

from digitgan.model.conditions import Conditions
from digitgan.sampling.styles import STYLE_UNITS

POOLED = 2  # pixels to a side that count as one: a shift by one is no rare form
LEAST, MOST = 0.05, 4.0  # times


def rarity_weights(
    images: np.ndarray, conditions: Conditions, strength: float
) -> np.ndarray:
    """Return how often each image is to be learned from, ``float (N,)``; mean 1.

    Within its class, by the squared distance from what its style lets expect: the
    fit of a quadratic polynomial of the measured conditions, pixel by pixel. Twice the
    usual distance is learned from ``1 + strength`` times as often as usual.

    Args:
        images: ``uint8 (N, height, width)``, perhaps with channels; even sizes.
        conditions: ``(N,)`` by name, perhaps with a ``label``.
        strength: 0 for all alike.
    """
    n, height, width = images.shape[:3]
    pooled = images.reshape(n, height // POOLED, POOLED, width // POOLED, POOLED, -1)
    pixels = pooled.mean(axis=(2, 4), dtype=np.float32).reshape(n, -1)
    labels = conditions.get("label", np.zeros(n, int))
    styles = [conditions[name] for name in STYLE_UNITS if name in conditions]
    weights = np.ones(n)
    for label in np.unique(labels):
        members = labels == label
        given = _polynomial([values[members] for values in styles], members.sum())
        usual = given @ np.linalg.lstsq(given, pixels[members], rcond=None)[0]
        distance = ((pixels[members] - usual) ** 2).sum(axis=1)
        excess = distance / max(distance.mean(), 1e-9) - 1
        times = np.clip(1 + strength * excess, LEAST, MOST)
        weights[members] = times / times.mean()
    return weights


def _polynomial(values: list[np.ndarray], n: int) -> np.ndarray:
    """Return 1, the standardised values, and their products in twos, ``(n, terms)``."""
    single = [(x - x.mean()) / max(x.std(), 1e-9) for x in values]
    products = [x * y for place, x in enumerate(single) for y in single[place:]]
    return np.stack([np.ones(n), *single, *products], axis=1)
