"""The two players as plain Keras models, in the classic DCGAN shape.

Source: Radford, Metz and Chintala 2015, https://arxiv.org/abs/1511.06434
"""

import keras
from keras import layers

KERNEL = 4  # a multiple of the stride: every output pixel gets equally many inputs


def build_generator(
    latent_dim: int = 100, widths: tuple[int, int] = (128, 64), n_classes: int = 0
) -> keras.Model:
    """Build the player that draws: Dense, BatchNorm, ReLU, transposed convolutions.

    Args:
        latent_dim: Length of z.
        widths: Channels of the 7x7 and of the 14x14 stage.
        n_classes: 0 for any digit; else the digit asked for is a second input.

    Returns:
        A model from ``[z (N, latent_dim)]`` or ``[z, label int32 (N,)]`` to images
        ``(N, 28, 28, 1)`` in [-1, 1].
    """
    latents = keras.Input((latent_dim,), name="latents")
    inputs, x = [latents], latents
    if n_classes:
        label = keras.Input((), dtype="int32", name="label")
        inputs.append(label)
        x = layers.Concatenate()([latents, _one_hot(label, n_classes)])
    x = layers.Dense(7 * 7 * widths[0], use_bias=False)(x)
    x = layers.BatchNormalization(momentum=0.9)(x)
    x = layers.ReLU()(x)
    x = layers.Reshape((7, 7, widths[0]))(x)
    x = layers.Conv2DTranspose(widths[1], KERNEL, 2, "same", use_bias=False)(x)
    x = layers.BatchNormalization(momentum=0.9)(x)
    x = layers.ReLU()(x)
    image = layers.Conv2DTranspose(1, KERNEL, 2, "same", activation="tanh")(x)
    return keras.Model(inputs, image, name="generator")


def build_discriminator(
    widths: tuple[int, int] = (32, 64), dropout: float = 0.3, n_classes: int = 0
) -> keras.Model:
    """Build the player that judges: Conv2D, LeakyReLU, Dropout, one sigmoid neuron.

    The layer named ``logit`` holds the neuron's value before the sigmoid, which is
    what the losses read. One dropout mask serves the whole batch: real digits, fakes
    and their shifted copies then face the same thinned network, without which the
    finite differences of the penalty would measure the masks.

    Args:
        widths: Channels of the 14x14 and of the 7x7 stage.
        dropout: Share of the channels' values that are dropped.
        n_classes: 0 for any digit; else the label is a second input.

    Returns:
        A model from ``[image (N, 28, 28, 1)]`` or ``[image, label int32 (N,)]`` to
        the probability ``(N, 1)`` that the image is real.
    """
    image = keras.Input((28, 28, 1), name="image")
    inputs, x = [image], image
    for width in widths:
        x = layers.Conv2D(width, KERNEL, 2, "same")(x)
        x = layers.LeakyReLU(0.2)(x)
        x = layers.Dropout(dropout, noise_shape=(1, None, None, None))(x)
    x = layers.Flatten()(x)
    if n_classes:
        label = keras.Input((), dtype="int32", name="label")
        inputs.append(label)
        x = layers.Concatenate()([x, _one_hot(label, n_classes)])
    x = layers.Dense(2 * widths[1])(x)
    x = layers.LeakyReLU(0.2)(x)
    logit = layers.Dense(1, name="logit")(x)
    probability = layers.Activation("sigmoid", name="probability")(logit)
    return keras.Model(inputs, probability, name="discriminator")


def _one_hot(label: keras.KerasTensor, n_classes: int) -> keras.KerasTensor:
    return layers.CategoryEncoding(n_classes, "one_hot")(label)
