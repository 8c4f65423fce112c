"""Samples of a GAN in training, drawn by Keras."""

from typing import Any

import keras
import numpy as np

from digitgan.data.images import to_uint8
from digitgan.data.mnist_preprocessing import place_by_mass
from digitgan.model.conditions import (
    Conditions,
    LatentCategorical,
    subsample_per_label,
)
from digitgan.model.gan import GAN
from digitgan.random_streams import draw_latents

BATCH_SIZE = 500  # a new size is a new graph
GRID_COLUMNS = 10


def sample_images(
    gan: GAN, n: int, conditions: Conditions, seed: int = 0
) -> np.ndarray:
    """Sample n images from the EMA generator, ``uint8 (n, height, width)``.

    Conditions are ``(n,)`` by name; several channels come last.
    """
    return _finished(gan, sample_inputs(gan, n, conditions, seed))


def sample_inputs(gan: GAN, n: int, conditions: Conditions, seed: int) -> Conditions:
    """Return what the generator reads for n images, latents first, by name.

    Where z chooses the label, latents that choose these labels take their place.
    """
    latents = draw_latents(n, gan.latent_dim, seed)
    if not gan.label_thresholds:
        every = {"latents": latents, **conditions}
        return {x.name: every[x.name] for x in gan.generator.inputs}
    labels = LatentCategorical(gan.label_thresholds)
    return {"latents": labels.choose(latents, conditions["label"])}


def sample_grid(gan: GAN, conditions: Conditions, seed: int) -> np.ndarray:
    """Sample the sample sheet: a row of ten for every label of the training data.

    Without labels there are ten rows of any image. The latents depend on the seed
    alone, so the sheets of a run can be compared.
    """
    return _finished(gan, grid_inputs(gan, conditions, seed))


def grid_inputs(gan: GAN, conditions: Conditions, seed: int) -> Conditions:
    """Return latents and conditions of the sample sheet, ``(n, ...)`` by name."""
    chosen = subsample_per_label(conditions, GRID_COLUMNS)
    n = len(chosen["label"]) if chosen else GRID_COLUMNS**2
    return sample_inputs(gan, n, chosen, seed)


def _finished(gan: GAN, inputs: Conditions) -> np.ndarray:
    images = to_uint8(predict(gan.ema_generator, inputs))
    return place_by_mass(images) if gan.boxed else images


def predict(network: Any, inputs: Conditions) -> np.ndarray:
    """Return the outputs of a network, or of a part of it, batch by batch."""
    n = len(next(iter(inputs.values())))
    outputs: list[Any] = []
    for i in range(0, n, BATCH_SIZE):
        batch = [values[i : i + BATCH_SIZE] for values in inputs.values()]
        outputs.append(keras.ops.convert_to_numpy(network(batch, training=False)))
    return np.concatenate(outputs)
