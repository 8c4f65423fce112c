"""Training on JAX: the digits stay on the devices, and Python is seldom asked."""

from functools import partial

import jax
import keras
import numpy as np

from digitgan.data.images import to_float
from digitgan.model.gan import GAN
from digitgan.training.batches import Batches
from digitgan.training.build import accelerated
from digitgan.training.history import ROWS_PER_EPOCH

STEPS_AT_ONCE = 50  # on an accelerator, which would wait for Python between steps


class Calls(keras.utils.PyDataset):
    """The numbers of the digits in many batches: all that travels to the devices."""

    def __init__(self, batches: Batches, at_once: int):
        """Divide an epoch into calls of equal length, or one step less.

        A call ends where a row of the log does, and a resumed epoch is divided as the
        whole one.

        Args:
            batches: Whose digits lie on the devices.
            at_once: Most steps in a call.
        """
        super().__init__()
        self.batches = batches
        calls = ROWS_PER_EPOCH * -(-batches.steps // (at_once * ROWS_PER_EPOCH))
        ends = -(-batches.steps * np.arange(calls + 1) // calls) - batches.skipped
        self.ends = np.unique(np.maximum(ends, 0)).tolist()

    def __len__(self) -> int:
        """Return the number of calls that are left in the epoch."""
        return len(self.ends) - 1

    def __getitem__(self, index: int) -> tuple:
        """Return this process' digits of one call, ``int32 (part, steps)``."""
        steps = range(*self.ends[index : index + 2])
        numbers = [self.batches.numbers(step) for step in steps]
        whole = np.stack(numbers, axis=1).astype("int32")
        return (np.split(whole, jax.process_count())[jax.process_index()],)

    def on_epoch_end(self) -> None:
        """Shuffle anew for the next epoch."""
        self.batches.on_epoch_end()


def on_device(gan: GAN, batches: Batches, at_once: int | None = None) -> Calls:
    """Put the digits on the devices, and let ``fit`` take many steps in one call.

    With several devices each holds all digits and draws its part of every batch.

    Args:
        gan: The compiled game; its training function is replaced.
        batches: The digits and their order.
        at_once: Most steps in a call; unless given, 50 on an accelerator, else 1.

    Returns:
        What to give to ``fit`` instead of the batches.
    """
    columns = (batches.images, *batches.conditions.values())
    held = [_placed(column) for column in columns]

    def step(held, state, numbers):
        images, *told = (column[numbers] for column in held)
        logs, state = gan.train_step(state, ((to_float(images), *told),))
        return state, logs

    def call(state, held, numbers):
        if numbers.shape[1] == 1:  # loops are slow on processors
            state, logs = step(held, state, numbers[:, 0])
            return logs, state
        state, logs = jax.lax.scan(partial(step, held), state, numbers.T)
        return {name: values[-1] for name, values in logs.items()}, state

    compiled = None

    def train_function(state, iterator):
        nonlocal compiled
        if compiled is None:
            places = jax.tree.map(lambda array: array.sharding, state)
            compiled = jax.jit(call, donate_argnums=0, out_shardings=(None, places))
            state = jax.device_put(state, places)  # or a second call compiles anew
        numbers, _, _ = keras.utils.unpack_x_y_sample_weight(next(iterator))
        gan.steps_at_once = numbers.shape[1]
        return compiled(state, held, numbers)

    gan.train_function = train_function
    return Calls(batches, at_once or (STEPS_AT_ONCE if accelerated() else 1))


def _placed(column: np.ndarray) -> jax.Array:
    """Return an array that every device holds whole."""
    spread = keras.distribution.distribution()
    if spread is None:
        return jax.device_put(column)
    layout = keras.distribution.TensorLayout([None] * column.ndim, spread.device_mesh)
    return keras.distribution.distribute_tensor(column, layout)
