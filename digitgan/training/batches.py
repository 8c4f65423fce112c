"""Batches of real digits, always in the same order for the same seed."""

import keras
import numpy as np

from digitgan.data.images import to_float
from digitgan.model.gan import GAN


class Batches(keras.utils.PyDataset):
    """The batches of an epoch, and of those after it.

    Every epoch has an order of its own, drawn from (seed, epoch); the last few digits
    that do not fill a batch wait for another epoch.
    """

    def __init__(
        self,
        images: np.ndarray,
        conditions: dict[str, np.ndarray],
        batch_size: int,
        seed: int,
        first_step: int = 0,
    ):
        """Begin at a step of the whole training.

        Args:
            images: The training digits, ``uint8 (N, 28, 28)`` or with 3 channels.
            conditions: What goes with them, ``(N,)`` each.
            batch_size: Digits in a batch.
            seed: Of the order.
            first_step: Where to begin; the first epoch is shorter by what lies before.
        """
        super().__init__()
        self.images, self.conditions = images, conditions
        self.batch_size = batch_size
        self.seed = seed
        self.steps = len(images) // batch_size
        self.epoch, self.skipped = divmod(first_step, self.steps)
        self.order = self._shuffle()

    def __len__(self) -> int:
        """Return the number of batches that are left in the first epoch."""
        return self.steps - self.skipped

    def __getitem__(self, index: int) -> tuple:
        """Return ``((images, *conditions),)`` of one batch."""
        picked = self.numbers(index)
        told = (column[picked] for column in self.conditions.values())
        return ((to_float(self.images[picked]), *told),)

    def numbers(self, index: int) -> np.ndarray:
        """Return which digits are in a batch, ``int (batch_size,)``."""
        start = (index + self.skipped) * self.batch_size
        return self.order[start : start + self.batch_size]

    def on_epoch_end(self) -> None:
        """Shuffle anew for the next epoch."""
        self.epoch += 1
        self.order = self._shuffle()

    def _shuffle(self) -> np.ndarray:
        key = np.array([self.seed, self.epoch], "u8")
        stream = np.random.Generator(np.random.Philox(key=key))
        return stream.permutation(len(self.images))


def stream(gan: GAN, batches: Batches):
    """Return the batches in the form that ``fit`` takes fastest on this backend.

    On TensorFlow ``fit`` reads through tf.data, whose autotuning thread sleeps up to a
    minute at a time and is waited for at the end of each epoch: that cost up to half of
    the training time. So it gets a tf.data pipeline without one. On JAX the digits go
    to the devices once.
    """
    if keras.backend.backend() == "jax":
        from digitgan.training.on_device import on_device

        return on_device(gan, batches)
    if keras.backend.backend() != "tensorflow":
        return batches
    import tensorflow as tf

    def an_epoch():
        yield from (batches[i] for i in range(len(batches)))
        batches.on_epoch_end()

    def shape_of(array):
        return tf.TensorSpec(array.shape, array.dtype)

    signature = tf.nest.map_structure(shape_of, batches[0])
    options = tf.data.Options()
    options.autotune.enabled = False
    return (
        tf.data.Dataset.from_generator(an_epoch, output_signature=signature)
        .apply(tf.data.experimental.assert_cardinality(len(batches)))
        .prefetch(2)
        .with_options(options)
    )
