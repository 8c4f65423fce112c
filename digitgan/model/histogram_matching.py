"""The last step of a generator: from its ink to the grey levels of real digits.

Real digits are not evenly grey: paper is exactly 0, full ink is 252 to 254, and the
darkest pixel or two are 255, because of how MNIST was scaled. No discriminator sees
steps that small. So a tone, measured once when training is over, gives generated digits
the grey levels of real ones: a curve that keeps the order of greys (histogram
specification; Gonzalez and Woods, Digital Image Processing, chapter 3), and peaks.
"""

from typing import NamedTuple

import keras
import numpy as np
from keras import ops

REACH = 6.0  # the curve tells ink from -REACH to REACH apart
STEPS = 8192  # in the curve: a quarter of a grey level at the steepest place
MOST_PEAKS = 12  # pixels of 255; a digit with more has 255 as its full ink


class GreyCurve(NamedTuple):
    """How ink becomes grey.

    Attributes:
        curve: ``uint8 (STEPS,)``, never falling: the grey of each step of ink.
        gap: Pixels whose ink lies no farther than this below the most in their digit
            are 255; negative where real digits have no such peaks.
    """

    curve: np.ndarray
    gap: float


def finished(generator: keras.Model, tone: GreyCurve | None = None) -> keras.Model:
    """Append the way to 0..255, so that the file needs no code beside it.

    Args:
        generator: From :func:`digitgan.model.networks.build_generator`.
        tone: From :func:`fit_grey_curve`, for one channel; None scales [-1, 1] evenly.

    Returns:
        A model with the generator's inputs and ``uint8 (N, 28, 28)`` as output, or
        ``(N, 28, 28, C)`` where the generator draws several channels.
    """
    inputs = [
        keras.Input(x.shape[1:], None, x.dtype, name=x.name) for x in generator.inputs
    ]
    if tone is None:
        image = generator(inputs)
        scaled = ((image[..., 0] if image.shape[-1] == 1 else image) + 1.0) * 127.5
        pixels = ops.round(ops.clip(scaled, 0.0, 255.0))
    else:
        drawn = keras.Model(generator.inputs, generator.get_layer("ink").output)
        ink = drawn(inputs)[..., 0]
        curve = keras.layers.Embedding(STEPS, 1, name="tone")
        pixels = curve(ops.cast(_place(ink, ops), "int32"))[..., 0]
        curve.set_weights([tone.curve[:, np.newaxis].astype("float32")])
        peak = ink >= ops.max(ink, axis=(1, 2), keepdims=True) - tone.gap
        pixels = ops.where(peak, 255.0, pixels)
    model = keras.Model(inputs, ops.cast(pixels, "uint8"))
    model(model.inputs)  # exporters ask that a model was called once
    return model


def fit_grey_curve(ink: np.ndarray, real: np.ndarray) -> GreyCurve:
    """Find the tone that gives generated digits the grey levels of real ones.

    Args:
        ink: ``float32 (n, 28, 28)``: values of the layer ``ink`` for many digits.
        real: ``uint8 (m, 28, 28)``: real digits.
    """
    whole = np.sum(real == 255, axis=(1, 2))  # pixels of each digit
    peaked = whole <= MOST_PEAKS
    share = whole[peaked].mean() / real[0].size if peaked.any() else 0.0
    gap = -1.0
    if peaked.mean() > 0.5 and share > 0:
        real = np.minimum(real[peaked], 254)
        gap = float(np.quantile(ink.max(axis=(1, 2), keepdims=True) - ink, share))
    counts = np.bincount(_place(ink, np).astype(int).ravel(), minlength=STEPS)
    below = np.cumsum(counts) / ink.size
    middle = below - counts / (2 * ink.size)
    greys = np.cumsum(np.bincount(real.ravel(), minlength=256)) / real.size
    return GreyCurve(np.searchsorted(greys, middle).clip(0, 255).astype(np.uint8), gap)


def _place(ink, library):
    """Return where in the curve ink lies, by NumPy or by Keras' operations."""
    scaled = (ink + REACH) * (STEPS / (2 * REACH))
    return library.clip(scaled, 0.0, STEPS - 1.0)
