"""Fewer passes over memory where Keras makes many, for training on TensorFlow.

On a processor such passes take longer than the arithmetic. Layers, optimizer and their
files stay Keras' own: only the objects of one training get other functions, which
compute the same.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import tensorflow as tf

from digitgan.model.gan import GAN


def use_fused_kernels(gan: GAN) -> None:
    """Make the layers and the optimizer of a compiled GAN faster."""
    layers: list[Any] = [*gan.generator.layers, *gan.logits.layers]
    for layer in layers:
        if faster := FASTER.get(type(layer).__name__):
            layer.call = partial(faster, layer)
    gan.optimizer.update_step = partial(_adam_step, gan.optimizer)


def _batch_normalization(layer: Any, x: Any, training: bool = False, mask=None):
    """Normalise by one kernel."""
    if not training:
        return type(layer).call(layer, x, training=False)
    images = x if len(x.shape) == 4 else x[:, tf.newaxis, tf.newaxis]
    normalised, mean, variance = tf.compat.v1.nn.fused_batch_norm(
        images, layer.gamma, layer.beta, epsilon=layer.epsilon
    )
    n = tf.cast(tf.size(images) / images.shape[-1], variance.dtype)
    variance *= (n - 1) / n  # the kernel divides by n - 1
    for moving, batch in (
        (layer.moving_mean, mean),
        (layer.moving_variance, variance),
    ):
        moving.assign(layer.momentum * moving + (1 - layer.momentum) * batch)
    return tf.reshape(normalised, tf.shape(x))


def _dropout(layer: Any, x: Any, training: bool = False):
    """Multiply with the mask of the batch, which Keras scales and selects by."""
    if not training or not layer.rate:
        return x
    return x * type(layer).call(layer, tf.ones_like(x[:1]), training=True)


def _dot(layer: Any, inputs: Any):
    """Multiply and add, instead of a product of matrices for each row."""
    return tf.reduce_sum(inputs[0] * inputs[1], axis=1, keepdims=True)


FASTER: dict[str, Callable[..., Any]] = {
    "BatchNormalization": _batch_normalization,
    "Dot": _dot,
    "Dropout": _dropout,
}


def _adam_step(adam: Any, gradient: Any, variable: Any, learning_rate: Any) -> None:
    """Update the moments and the weights by one kernel."""
    index = adam._get_variable_index(variable)
    step = tf.cast(adam.iterations + 1, variable.dtype)
    tf.raw_ops.ResourceApplyAdam(
        var=variable.handle,
        m=adam._momentums[index].value.handle,
        v=adam._velocities[index].value.handle,
        beta1_power=tf.pow(adam.beta_1, step),
        beta2_power=tf.pow(adam.beta_2, step),
        lr=learning_rate,
        beta1=adam.beta_1,
        beta2=adam.beta_2,
        epsilon=adam.epsilon,
        grad=gradient,
    )
