"""The scale of the latents, chosen when training is over.

A trained generator's cloud of images is narrower than that of real ones. Latents that
are longer than those it was trained on spread it out: the truncation trick (Brock,
Donahue and Simonyan 2018, https://arxiv.org/abs/1809.11096) the other way round. The
scale becomes part of the weights, so whoever draws goes on with standard normal ones.
"""

from collections.abc import Callable
from dataclasses import replace

import keras
import numpy as np

from digitgan.model.gan import GAN
from digitgan.sampling.sampler import Sampler
from digitgan.training.validation import evenly

SAMPLES = 10_000
STEP, LARGEST = 0.02, 1.3


def tune_latent_scale(
    gan: GAN,
    model: Sampler,
    labels: np.ndarray,
    distance: Callable[[np.ndarray], float],
) -> float:
    """Scale the latents so that images are nearest to real ones; return the scale.

    It grows from 1 in steps of two per cent until the distance to training images does:
    those held out alone chose it too long (docs/LOG.md). The first layer of the
    generator is changed.

    Args:
        gan: The generator is the one that is kept.
        model: The same, to draw with.
        labels: Those of the training images, ``int (N,)``.
        distance: From images ``uint8 (n, height, width)`` to real ones.
    """
    inputs = model.generator_inputs(evenly(labels, SAMPLES))
    layer, free = latents_layer(gan)

    def distance_at(scale: float) -> float:
        latents = inputs.latents.copy()
        latents[:, free] *= scale
        return distance(model.draw(replace(inputs, latents=latents)))

    scale, best = 1.0, distance_at(1.0)
    while scale < LARGEST and (next_one := distance_at(scale + STEP)) < best:
        scale, best = scale + STEP, next_one
    kernel, *rest = layer.get_weights()
    kernel[free] *= scale
    layer.set_weights([kernel, *rest])
    return round(scale, 2)


def latents_layer(gan: GAN) -> tuple[keras.layers.Dense, slice]:
    """Return the generator's first layer, and which latents choose no condition."""
    layers = gan.generator.layers  # from inputs to outputs
    first = next(x for x in layers if isinstance(x, keras.layers.Dense))
    return first, slice(1 if gan.latent_conditions else 0, gan.latent_dim)
