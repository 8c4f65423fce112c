"""How much arithmetic a step of training is."""

import keras
import numpy as np

from digitgan.model.gan import GAN


def forward_gflop(model: keras.Model) -> float:
    """Return the GFLOP of one image through the layers that multiply."""
    total = 0
    for layer in model.layers:
        if isinstance(layer, keras.layers.Conv2DTranspose):
            positions = np.prod(layer.input.shape[1:3])
        elif isinstance(layer, keras.layers.Conv2D):
            positions = np.prod(layer.output.shape[1:3])
        elif isinstance(layer, keras.layers.Dense):
            positions = 1
        else:
            continue
        total += 2 * positions * np.prod(layer.kernel.shape)
    return float(total) / 1e9


def step_gflop(gan: GAN) -> float:
    """Return the GFLOP of a training step for one real digit.

    The generator goes forward once and back twice (inputs, weights). The discriminator
    does so for a real image, a fake and the penalised share of both, and for the fake
    once more forward and back to its input.
    """
    generator, discriminator = map(forward_gflop, (gan.generator, gan.logits))
    images = 2 + 2 / gan.penalty_every
    return 3 * generator + images * 3 * discriminator + 2 * discriminator
