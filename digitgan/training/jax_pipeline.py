"""Training on JAX: the images stay on the devices, and Python is seldom asked."""

from functools import partial

import jax
import keras
import numpy as np

from digitgan.data.images import to_float
from digitgan.model.gan import GAN
from digitgan.training.batches import Batches
from digitgan.training.hardware import is_accelerated
from digitgan.training.history import ROWS_PER_EPOCH

MAX_STEPS_PER_CALL = 50  # on an accelerator, which would wait for Python between steps


class IndexBatches(keras.utils.PyDataset):
    """The indices of the images of many steps: all that travels to the devices.

    An epoch is divided into calls of equal length, or one step less. A call ends where
    a row of the log does, and a resumed epoch is divided as the whole one.
    """

    def __init__(self, batches: Batches, max_steps: int):
        super().__init__()
        self.batches = batches
        calls = ROWS_PER_EPOCH * -(-batches.steps // (max_steps * ROWS_PER_EPOCH))
        ends = -(-batches.steps * np.arange(calls + 1) // calls) - batches.skipped
        self.ends: list[int] = np.unique(np.maximum(ends, 0)).tolist()

    def __len__(self) -> int:
        """Return the number of calls that are left in the epoch."""
        return len(self.ends) - 1

    def __getitem__(self, index: int) -> tuple:
        """Return this process' images of one call, ``int32 (part, steps)``."""
        start, end = self.ends[index : index + 2]
        indices = [self.batches.indices(step) for step in range(start, end)]
        of_all = np.stack(indices, axis=1).astype("int32")
        return (np.split(of_all, jax.process_count())[jax.process_index()],)

    def on_epoch_end(self) -> None:
        """Shuffle anew for the next epoch."""
        self.batches.on_epoch_end()


def on_device(gan: GAN, batches: Batches, max_steps: int | None = None) -> IndexBatches:
    """Put the images on the devices, and let ``fit`` take many steps in one call.

    With several devices each holds all images and draws its part of every batch. The
    GAN's training function is replaced; ``max_steps`` are those in a call of it.
    """
    columns = (batches.images, *batches.conditions.values())
    data = [_replicated(column) for column in columns]

    def step(data, state, indices):
        images, *conditions = (column[indices] for column in data)
        logs, state = gan.train_step(state, ((to_float(images), *conditions),))
        return state, logs

    def call(state, data, indices):
        if indices.shape[1] == 1:  # loops are slow on processors
            state, logs = step(data, state, indices[:, 0])
            return logs, state
        state, logs = jax.lax.scan(partial(step, data), state, indices.T)
        return {name: values[-1] for name, values in logs.items()}, state

    compiled = None

    def train_function(state, iterator):
        nonlocal compiled
        if compiled is None:
            shardings = jax.tree.map(lambda array: array.sharding, state)
            compiled = jax.jit(call, donate_argnums=0, out_shardings=(None, shardings))
            state = jax.device_put(state, shardings)  # or a second call compiles anew
        indices, _, _ = keras.utils.unpack_x_y_sample_weight(next(iterator))
        gan.steps_at_once = indices.shape[1]
        return compiled(state, data, indices)

    gan.train_function = train_function  # type: ignore[assignment]  # None at first
    default = MAX_STEPS_PER_CALL if is_accelerated() else 1
    return IndexBatches(batches, max_steps or default)


def _replicated(column: np.ndarray):
    """Return an array that every device holds whole."""
    distribution = keras.distribution.distribution()
    if distribution is None:
        return jax.device_put(column)
    mesh = distribution.device_mesh
    layout = keras.distribution.TensorLayout([None] * column.ndim, mesh)
    return keras.distribution.distribute_tensor(column, layout)
