"""Batches of real digits, always in the same order for the same seed."""

import keras
import numpy as np

from digitgan.data.images import to_float
from digitgan.random_streams import Stream, random_stream


class Batches(keras.utils.PyDataset):
    """The batches of an epoch, and of those after it, of images ``uint8 (N, ...)``.

    Every epoch has an order of its own, drawn from (seed, epoch); the last few digits
    that do not fill a batch wait for another epoch. Of the first epoch, what lies
    before ``first_step`` of the whole training is left out.
    """

    def __init__(
        self,
        images: np.ndarray,
        conditions: dict[str, np.ndarray],
        batch_size: int,
        seed: int,
        first_step: int = 0,
    ):
        super().__init__()
        self.images, self.conditions = images, conditions
        self.batch_size, self.seed = batch_size, seed
        self.steps = len(images) // batch_size
        self.epoch, self.skipped = divmod(first_step, self.steps)
        self.order = self._shuffle()

    def __len__(self) -> int:
        """Return the number of batches that are left in the epoch."""
        return self.steps - self.skipped

    def __getitem__(self, index: int) -> tuple:
        """Return ``((images, *conditions),)`` of one batch."""
        chosen = self.indices(index)
        conditions = (values[chosen] for values in self.conditions.values())
        return ((to_float(self.images[chosen]), *conditions),)

    def indices(self, index: int) -> np.ndarray:
        """Return which images are in a batch, ``int (batch_size,)``."""
        start = (index + self.skipped) * self.batch_size
        return self.order[start : start + self.batch_size]

    def on_epoch_end(self) -> None:
        """Shuffle anew for the next epoch."""
        self.epoch += 1
        self.order = self._shuffle()

    def _shuffle(self) -> np.ndarray:
        order = random_stream(Stream.TRAINING_ORDER, self.seed, self.epoch)
        return order.permutation(len(self.images))
