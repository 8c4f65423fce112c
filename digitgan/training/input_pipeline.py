"""Batches in the form that ``fit`` takes fastest on each backend."""

from typing import Any

import keras

from digitgan.model.gan import GAN
from digitgan.training.batches import Batches


def input_pipeline(gan: GAN, batches: Batches) -> Any:
    """Return what to give to ``fit`` instead of the batches.

    On TensorFlow ``fit`` reads through tf.data, whose autotuning thread sleeps up to a
    minute at a time and is waited for at the end of each epoch: that cost up to half of
    the training time. So it gets a tf.data pipeline without one. On JAX the digits go
    to the devices once.
    """
    if keras.backend.backend() == "jax":
        from digitgan.training.jax_pipeline import on_device

        return on_device(gan, batches)
    if keras.backend.backend() != "tensorflow":
        return batches
    import tensorflow as tf

    def one_epoch():
        yield from (batches[i] for i in range(len(batches)))
        batches.on_epoch_end()

    def shape_of(array):
        return tf.TensorSpec(array.shape, array.dtype)

    signature = tf.nest.map_structure(shape_of, batches[0])
    options = tf.data.Options()
    options.autotune.enabled = False
    return (
        tf.data.Dataset.from_generator(one_epoch, output_signature=signature)
        .apply(tf.data.experimental.assert_cardinality(len(batches)))
        .prefetch(2)
        .with_options(options)
    )
