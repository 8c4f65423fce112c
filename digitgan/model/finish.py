"""The last step of a generator: from its ink to the grey levels of real digits.

Real digits are not evenly grey: paper is exactly 0, and full ink is 252 to 254 with a
pixel or two of 255, because of how MNIST was scaled. No discriminator sees steps that
small. So a tone curve, measured once when training is over, gives the pixels of
generated digits the grey levels that real digits have (histogram specification,
Gonzalez and Woods, Digital Image Processing, chapter 3). It keeps the order of greys.
"""

import keras
import numpy as np
from keras import ops

REACH = 6.0  # the curve tells ink from -REACH to REACH apart
STEPS = 8192  # in the curve: a quarter of a grey level at the steepest place


def finished(generator: keras.Model, tone: np.ndarray | None = None) -> keras.Model:
    """Append the way to 0..255, so that the file needs no code beside it.

    Args:
        generator: From :func:`digitgan.model.networks.build_generator`.
        tone: From :func:`fit_tone`; None scales [-1, 1] evenly.

    Returns:
        A model with the generator's inputs and ``uint8 (N, 28, 28)`` as output.
    """
    if tone is None:
        scaled = (generator.outputs[0][..., 0] + 1.0) * 127.5
        pixels = ops.round(ops.clip(scaled, 0.0, 255.0))
    else:
        curve = keras.layers.Embedding(STEPS, 1, name="tone")
        pixels = curve(_place(generator.get_layer("ink").output[..., 0]))[..., 0]
        curve.set_weights([tone[:, np.newaxis].astype("float32")])
    model = keras.Model(generator.inputs, ops.cast(pixels, "uint8"))
    model(model.inputs)  # exporters ask that a model was called once
    return model


def fit_tone(ink: np.ndarray, real: np.ndarray) -> np.ndarray:
    """Find the curve that gives generated digits the grey levels of real ones.

    Args:
        ink: ``float32``, any shape: values of the layer ``ink`` for many digits.
        real: ``uint8``, any shape: real digits.

    Returns:
        ``uint8 (STEPS,)``, never falling: the grey of each step of ink.
    """
    places = np.clip((ink.ravel() + REACH) * (STEPS / (2 * REACH)), 0, STEPS - 1)
    below = np.cumsum(np.bincount(places.astype(int), minlength=STEPS)) / ink.size
    middle = (below + np.concatenate([[0.0], below[:-1]])) / 2
    greys = np.cumsum(np.bincount(real.ravel(), minlength=256)) / real.size
    return np.searchsorted(greys, middle).clip(0, 255).astype(np.uint8)


def _place(ink: keras.KerasTensor) -> keras.KerasTensor:
    scaled = (ink + REACH) * (STEPS / (2 * REACH))
    return ops.cast(ops.clip(scaled, 0.0, STEPS - 1.0), "int32")
