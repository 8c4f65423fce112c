"""Generator and discriminator as plain Keras models, in the classic DCGAN shape.

This is the one description of each network: what :mod:`digitgan.model.onnx_writer`
exports is read from the Keras model, layer by layer.

Source: Radford, Metz and Chintala 2015, https://arxiv.org/abs/1511.06434
"""

from typing import Any

import keras
from keras import layers, ops

from digitgan.model.bitmap import Bitmap, Downscaling
from digitgan.model.conditions import (
    Categorical,
    ConditionSpec,
    Continuous,
    LatentCategorical,
)
from digitgan.model.latent_side import USUAL_SIDE, LatentSide
from digitgan.model.presets import Preset

KERNEL = 4  # a multiple of the stride: every output pixel gets equally many inputs
MAX_DEVIATIONS = 3.5  # of a continuous condition: what lies beyond counts as this
FLOAT32 = "float32"  # for the last layers: the losses see small differences


# Whatever keras.json says: that of an older project may have channels_first or float16.
keras.config.set_image_data_format("channels_last")
keras.config.set_floatx(FLOAT32)


def build_generator(
    preset: Preset,
    conditions: tuple[ConditionSpec, ...] = (),
    latent_label: LatentCategorical | None = None,
    latent_side: LatentSide | None = None,
) -> keras.Model:
    """Build the generator: Dense, BatchNorm, ReLU, transposed convolutions.

    Above 1, the preset's ``overshoot`` lets the discriminator see background that is as
    clean as real background: tanh is multiplied with it, then cut to [-1, 1]. The layer
    named ``ink`` holds the values before tanh. With ``conditional_norm`` the conditions
    scale and shift what is normalised at half of the size and beyond.

    The first number of z may choose the label, or the side of a bitmap.

    Returns:
        A model from ``[latents (N, latent_dim), *conditions (N,)]`` to images ``(N,
        *preset.network_shape)`` in [-1, 1].
    """
    first, *widths = preset.generator_widths
    height, width, channels = preset.network_shape
    start = height // 4, width // 4, first
    latents: Any = keras.Input((preset.latent_dim,), name="latents")
    inputs, vector = _condition_inputs(conditions)
    if latent_label:
        thresholds: Any = list(latent_label.thresholds)
        label = layers.Discretization(thresholds, name="latent_label", dtype="float32")(
            latents[:, :1]
        )
        vector = layers.CategoryEncoding(
            len(latent_label.thresholds) + 1, "one_hot", name="latent_label_code"
        )(label)
    if latent_side:
        by_name = {x.name: x for x in inputs}
        side = latent_side(latents[:, :1], by_name["label"], by_name["thickness"])
        vector = layers.Concatenate()([vector, _standardise(USUAL_SIDE, side)])
    x = latents if vector is None else layers.Concatenate()([latents, vector])
    x = layers.Dense(start[0] * start[1] * first, use_bias=False)(x)
    x = layers.BatchNormalization(momentum=0.9)(x)
    x = layers.ReLU()(x)
    x = layers.Reshape(start)(x)
    code = vector if preset.conditional_norm else None
    for place, channels_there in enumerate(widths):
        x = layers.Conv2DTranspose(channels_there, KERNEL, 2, "same", use_bias=False)(x)
        x = layers.ReLU()(_normalise(x, code))
        if preset.residual and place == 0:
            residual = layers.Conv2D(channels_there, 3, padding="same", use_bias=False)
            x = layers.ReLU()(x + _normalise(residual(x), code))
    if len(widths) == 2 and not preset.bitmap:  # all of the size has been reached
        last = layers.Conv2D(channels, 3, padding="same", name="ink", dtype=FLOAT32)
    else:
        last = layers.Conv2DTranspose(
            channels, KERNEL, 2, "same", name="ink", dtype=FLOAT32
        )
    ink = last(x)
    if latent_side:
        bitmap = Bitmap(name="bitmap", dtype=FLOAT32)(ink, side)
        boxes = Downscaling(name="box", dtype=FLOAT32)(bitmap, side)
        return keras.Model([latents, *inputs], boxes, name="generator")
    image = layers.Activation("tanh", dtype=FLOAT32)(ink)
    image = layers.Rescaling(preset.overshoot, name="overshoot", dtype=FLOAT32)(image)
    image = ops.clip(image, -1.0, 1.0)
    return keras.Model([latents, *inputs], image, name="generator")


def build_discriminator(
    preset: Preset, conditions: tuple[ConditionSpec, ...] = ()
) -> keras.Model:
    """Build the discriminator: Conv2D, LeakyReLU, Dropout, one sigmoid neuron.

    The layer named ``logit`` holds the neuron's value before the sigmoid, which is
    what the losses read. One dropout mask serves the whole batch: real images, fakes
    and their shifted copies then face the same thinned network, without which the
    finite differences of the penalty would measure the masks.

    The conditions move the weights of the neuron: a projection discriminator
    (Miyato and Koyama 2018, https://arxiv.org/abs/1802.05637). Images are ``(N,
    *preset.network_shape)``, the result is the probability ``(N, 1)`` of being real.
    """
    image = keras.Input(preset.network_shape, name="image")
    inputs, vector = _condition_inputs(conditions)
    x = image
    *full, half, quarter = preset.discriminator_widths
    for width in full:
        x = layers.LeakyReLU(0.2)(layers.Conv2D(width, 3, padding="same")(x))
    for width in (half, quarter):
        x = layers.Conv2D(width, KERNEL, 2, "same")(x)
        x = layers.LeakyReLU(0.2)(x)
        x = layers.Dropout(preset.dropout, noise_shape=(1, None, None, None))(x)
    x = layers.Flatten()(x)
    features = 2 * quarter
    x = layers.Dense(features)(x)
    x = layers.LeakyReLU(0.2)(x)
    logit = layers.Dense(1, name="neuron", dtype=FLOAT32)(x)
    if vector is not None:
        projection = layers.Dense(features, dtype=FLOAT32)(vector)
        projection = layers.Dot(1, dtype=FLOAT32)([x, projection])
        logit += layers.Rescaling(features**-0.5, dtype=FLOAT32)(projection)
    logit = layers.Identity(name="logit", dtype=FLOAT32)(logit)
    probability = layers.Activation("sigmoid", name="probability", dtype=FLOAT32)(logit)
    return keras.Model([image, *inputs], probability, name="discriminator")


def _normalise(x, code: keras.KerasTensor | None) -> Any:
    """Normalise images by their batch; a code ``(N, C)`` scales and shifts channels.

    Source: de Vries et al. 2017, https://arxiv.org/abs/1707.00683
    """
    x = layers.BatchNormalization(momentum=0.9)(x)
    if code is None:
        return x
    channels = x.shape[-1]
    scale, shift = (
        layers.Reshape((1, 1, channels))(
            layers.Dense(channels, kernel_initializer="zeros")(code)
        )
        for _ in range(2)
    )
    return x + x * scale + shift


def _condition_inputs(
    conditions: tuple[ConditionSpec, ...],
) -> tuple[list, keras.KerasTensor | None]:
    """Return an input for each condition, and all of them as one vector ``(N, C)``."""
    inputs, parts = [], []
    for spec in conditions:
        dtype = "int32" if isinstance(spec, Categorical) else "float32"
        x = keras.Input((), dtype=dtype, name=spec.name)
        inputs.append(x)
        if isinstance(spec, Categorical):
            encoding = layers.CategoryEncoding(
                spec.categories, "one_hot", name=f"{spec.name}_code"
            )
            parts.append(encoding(x))
        else:
            parts.append(_standardise(spec, x))
    if len(parts) < 2:
        return inputs, parts[0] if parts else None
    return inputs, layers.Concatenate()(parts)


def _standardise(spec: Continuous, x) -> Any:
    """Return the deviations of a condition ``(N,)`` from its mean, ``(N, 1)``."""
    x = layers.Rescaling(
        1 / spec.std, -spec.mean / spec.std, name=f"{spec.name}_standard"
    )(x)
    x = ops.clip(x, -MAX_DEVIATIONS, MAX_DEVIATIONS)
    return layers.Reshape((1,))(x)
