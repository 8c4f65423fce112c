"""The two players as plain Keras models, in the classic DCGAN shape.

Source: Radford, Metz and Chintala 2015, https://arxiv.org/abs/1511.06434
"""

import keras
from keras import layers, ops

from digitgan.model.conditions import Categorical, ConditionSpec

KERNEL = 4  # a multiple of the stride: every output pixel gets equally many inputs
MAX_DEVIATIONS = 3.5  # of a continuous condition: what lies beyond counts as this


def build_generator(
    latent_dim: int = 100,
    widths: tuple[int, int] = (128, 64),
    residual: bool = False,
    overshoot: float = 1.0,
    conditions: tuple[ConditionSpec, ...] = (),
    channels: int = 1,
) -> keras.Model:
    """Build the generator: Dense, BatchNorm, ReLU, transposed convolutions.

    Args:
        latent_dim: Length of z.
        widths: Channels of the 7x7 and of the 14x14 stage.
        residual: Whether a residual convolution refines the 14x14 stage.
        overshoot: What tanh is multiplied with before it is cut to [-1, 1]: above 1,
            the discriminator sees paper that is as clean as real paper.
        conditions: What it is conditioned on; each is one more input ``(N,)``.
        channels: Of the images.

    Returns:
        A model from ``[z (N, latent_dim), *conditions]`` to images ``(N, 28, 28,
        channels)`` in [-1, 1].
    """
    latents = keras.Input((latent_dim,), name="latents")
    inputs, vector = _condition_inputs(conditions)
    x = layers.Concatenate()([latents, vector]) if inputs else latents
    x = layers.Dense(7 * 7 * widths[0], use_bias=False)(x)
    x = layers.BatchNormalization(momentum=0.9)(x)
    x = layers.ReLU()(x)
    x = layers.Reshape((7, 7, widths[0]))(x)
    x = layers.Conv2DTranspose(widths[1], KERNEL, 2, "same", use_bias=False)(x)
    x = layers.BatchNormalization(momentum=0.9)(x)
    x = layers.ReLU()(x)
    if residual:
        finer = layers.Conv2D(widths[1], 3, padding="same", use_bias=False)(x)
        x = layers.ReLU()(x + layers.BatchNormalization(momentum=0.9)(finer))
    exact = {"dtype": "float32", "name": "ink"}
    ink = layers.Conv2DTranspose(channels, KERNEL, 2, "same", **exact)(x)
    image = layers.Activation("tanh", dtype="float32")(ink)
    image = layers.Rescaling(overshoot, dtype="float32", name="overshoot")(image)
    image = ops.clip(image, -1.0, 1.0)
    return keras.Model([latents, *inputs], image, name="generator")


def build_discriminator(
    widths: tuple[int, int] = (32, 64),
    dropout: float = 0.3,
    conditions: tuple[ConditionSpec, ...] = (),
    channels: int = 1,
) -> keras.Model:
    """Build the discriminator: Conv2D, LeakyReLU, Dropout, one sigmoid neuron.

    The layer named ``logit`` holds the neuron's value before the sigmoid, which is
    what the losses read. One dropout mask serves the whole batch: real digits, fakes
    and their shifted copies then face the same thinned network, without which the
    finite differences of the penalty would measure the masks.

    The conditions move the weights of the neuron: a projection discriminator
    (Miyato and Koyama 2018, https://arxiv.org/abs/1802.05637).

    Args:
        widths: Channels of the 14x14 and of the 7x7 stage.
        dropout: Share of the channels' values that are dropped.
        conditions: As for :func:`build_generator`.
        channels: Likewise.

    Returns:
        A model from ``[image (N, 28, 28, channels), *conditions]`` to the
        probability ``(N, 1)`` that the image is real.
    """
    image = keras.Input((28, 28, channels), name="image")
    inputs, vector = _condition_inputs(conditions)
    x = image
    for width in widths:
        x = layers.Conv2D(width, KERNEL, 2, "same")(x)
        x = layers.LeakyReLU(0.2)(x)
        x = layers.Dropout(dropout, noise_shape=(1, None, None, None))(x)
    x = layers.Flatten()(x)
    x = layers.Dense(2 * widths[1])(x)
    x = layers.LeakyReLU(0.2)(x)
    exact = {"dtype": "float32"}  # the losses look at small differences
    logit = layers.Dense(1, name="neuron", **exact)(x)
    if inputs:
        weights = layers.Dense(x.shape[-1], **exact)(vector)
        logit += x.shape[-1] ** -0.5 * layers.Dot(1, **exact)([x, weights])
    logit = layers.Identity(name="logit", **exact)(logit)
    probability = layers.Activation("sigmoid", name="probability", **exact)(logit)
    return keras.Model([image, *inputs], probability, name="discriminator")


def _condition_inputs(
    conditions: tuple[ConditionSpec, ...],
) -> tuple[list, keras.KerasTensor | None]:
    """Return an input for each condition, and all of them as one vector ``(N, C)``."""
    inputs, parts = [], []
    for spec in conditions:
        dtype = "int32" if isinstance(spec, Categorical) else "float32"
        inputs.append(keras.Input((), dtype=dtype, name=spec.name))
        if isinstance(spec, Categorical):
            code = layers.CategoryEncoding(
                spec.categories, "one_hot", name=f"{spec.name}_code"
            )
            parts.append(code(inputs[-1]))
        else:
            standard = layers.Rescaling(
                1 / spec.std, -spec.mean / spec.std, name=f"{spec.name}_standard"
            )(inputs[-1])
            standard = ops.clip(standard, -MAX_DEVIATIONS, MAX_DEVIATIONS)
            parts.append(layers.Reshape((1,))(standard))
    if len(parts) < 2:
        return inputs, parts[0] if parts else None
    return inputs, layers.Concatenate()(parts)
