"""Variety: how much images differ from one another, pixel by pixel."""

import numpy as np

from digitgan.data.images import to_float

COLLAPSED_VARIETY = 0.25  # of the real images': below it, the generator has collapsed


def variety_of(images: np.ndarray) -> float:
    """Return the standard deviation over the images, averaged over the pixels.

    In units of [-1, 1], as the metric ``variety`` of the fakes.
    """
    return float(to_float(images).std(axis=0).mean())
