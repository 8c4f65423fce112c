"""Histogram matching: from the generator's ink to the grey levels of real digits.

Real digits are not evenly grey: background is exactly 0, full ink is 252 to 254, and
the darkest pixel or two are 255, because of how MNIST was scaled. No discriminator
resolves steps that small. So a grey curve, fitted once when training is over, gives
generated digits the grey levels of real ones: a curve that keeps the order of greys
(histogram specification; Gonzalez and Woods, Digital Image Processing, chapter 3), and
peaks.
"""

from typing import NamedTuple

import numpy as np

INK_LIMIT = 6.0  # the curve resolves ink from -INK_LIMIT to INK_LIMIT
CURVE_STEPS = 8192  # a quarter of a grey level at the steepest place
MAX_PEAKS = 12  # pixels of 255; a digit with more has 255 as its full ink


class GreyCurve(NamedTuple):
    """How ink becomes grey: ``uint8 (CURVE_STEPS,)``, never falling, by steps of ink.

    Pixels whose ink lies no farther than the peak gap below the most in their digit are
    255; it is negative where real digits have no such peaks.
    """

    greys: np.ndarray
    peak_gap: float

    def apply(self, ink: np.ndarray) -> np.ndarray:
        """Return the grey of ink ``float32 (n, height, width)``, as ``uint8``."""
        peaks = ink >= ink.max(axis=(1, 2), keepdims=True) - self.peak_gap
        return np.where(peaks, np.uint8(255), self.greys[_curve_step(ink)])


def fit_grey_curve(ink: np.ndarray, real: np.ndarray) -> GreyCurve:
    """Fit the curve that gives generated digits the grey levels of real ones.

    Ink is the generator's output before tanh, ``float32 (n, height, width)``; real
    digits are ``uint8 (m, height, width)``.
    """
    white = np.sum(real == 255, axis=(1, 2))  # pixels of each digit
    peaked = white <= MAX_PEAKS
    share = white[peaked].mean() / real[0].size if peaked.any() else 0.0
    gap = -1.0
    if peaked.mean() > 0.5 and share > 0:
        real = np.minimum(real[peaked], 254)
        gap = float(np.quantile(ink.max(axis=(1, 2), keepdims=True) - ink, share))
    # The quantile of the middle of each step of ink, then the grey of that quantile.
    counts = np.bincount(_curve_step(ink).ravel(), minlength=CURVE_STEPS)
    quantiles = np.cumsum(counts) / ink.size - counts / (2 * ink.size)
    real_quantiles = np.cumsum(np.bincount(real.ravel(), minlength=256)) / real.size
    greys = np.searchsorted(real_quantiles, quantiles).clip(0, 255)
    return GreyCurve(greys.astype(np.uint8), gap)


def _curve_step(ink: np.ndarray) -> np.ndarray:
    """Return the step of the curve that ink lies in."""
    scaled = (ink + INK_LIMIT) * (CURVE_STEPS / (2 * INK_LIMIT))
    return np.clip(scaled, 0.0, CURVE_STEPS - 1.0).astype(int)
