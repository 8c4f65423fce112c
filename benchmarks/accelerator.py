"""Does the input keep up with an accelerator? Training on JAX, in three ways.

    KERAS_BACKEND=jax python benchmarks/accelerator.py

Batch by batch from the processor; as ``digitgan train`` does it, with the digits on the
device and many steps a call; and the networks alone, on one batch that never changes:
their own limit. All play the same game. Beside them stands the machine's limit: the
rate of a large product of matrices in bfloat16, measured in the same process.
"""

import time

import jax
import keras
import numpy as np
from arithmetic import step_gflop
from record import publish, spread

from digitgan.data.images import to_float
from digitgan.data.load import load_dataset
from digitgan.model.presets import PRESETS
from digitgan.training.batches import Batches
from digitgan.training.build import build_gan
from digitgan.training.condition_values import condition_values
from digitgan.training.hardware import machine_name
from digitgan.training.jax_pipeline import MAX_STEPS_PER_CALL, on_device

ROUNDS = 4
CASES = [("dcgan", 64), ("flagship", 64), ("flagship", 256), ("flagship", 1024)]


class Pace(keras.callbacks.Callback):
    """Wait for the device at the end of an epoch, and keep the time of each."""

    def on_train_begin(self, logs=None):
        """Begin anew."""
        self.times = []

    def on_epoch_begin(self, epoch, logs=None):
        """Look at the clock."""
        self.began = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        """Read a weight, which is there when everything before it is."""
        np.asarray(self.model.trainable_variables[0])
        self.times.append(time.perf_counter() - self.began)


def fitted(gan, data, images: int) -> list[float]:
    """Return images per second of each epoch but the first, which compiles."""
    pace = Pace()
    gan.fit(data, epochs=ROUNDS + 1, callbacks=[pace], verbose=0, shuffle=False)
    return [images / seconds for seconds in pace.times[1:]]


def networks_alone(gan, batch: tuple, size: int) -> list[float]:
    """Return images per second of steps on one batch, many in one call."""
    gan.train_function = None
    state = tuple(
        [variable.value for variable in variables]
        for variables in (
            gan.trainable_variables,
            gan.non_trainable_variables,
            gan.optimizer.variables,
            gan.metrics_variables,
        )
    )

    def step(state, _):
        return gan.train_step(state, (batch,))[::-1]

    run = jax.jit(lambda state: jax.lax.scan(step, state, None, MAX_STEPS_PER_CALL)[0])
    rates = []
    for _ in range(ROUNDS + 1):
        began = time.perf_counter()
        state = jax.block_until_ready(run(state))
        rates.append(MAX_STEPS_PER_CALL * size / (time.perf_counter() - began))
    return rates[1:]


def matrix_rate(size: int = 8192) -> float:
    """Return the TFLOP/s of a product of two square matrices in bfloat16."""
    size = size if jax.default_backend() != "cpu" else 1024
    a = jax.random.normal(jax.random.key(0), (size, size), "bfloat16")
    product = jax.jit(lambda a: a @ a)
    product(a).block_until_ready()
    began = time.perf_counter()
    for _ in range(10):
        last = product(a)
    last.block_until_ready()
    return 10 * 2 * size**3 / (time.perf_counter() - began) / 1e12


def measure(name: str, size: int, dataset) -> dict:
    """Time one preset at one size of batch in the three ways."""
    settings = PRESETS[name]
    told = condition_values(dataset, settings.conditions)
    images, seen = dataset.train.images, len(dataset.train) // size * size
    found = {}
    for way in ("fed", "held"):
        gan = build_gan(settings, told, 0)
        batches = Batches(images, told, size, 0)
        data = batches if way == "fed" else on_device(gan, batches)
        found[way] = fitted(gan, data, seen)
    one = (to_float(images[:size]), *(column[:size] for column in told.values()))
    found["alone"] = networks_alone(gan, tuple(jax.device_put(one)), size)
    return found | {"gflop": step_gflop(gan)}


def main() -> None:
    """Measure, print and publish."""
    dataset, limit = load_dataset("mnist"), matrix_rate()
    rows, results = [], {}
    for name, size in CASES:
        found = results[f"{name} {size}"] = measure(name, size, dataset)
        middle = {way: np.median(found[way]) for way in ("fed", "held", "alone")}
        share = 100 * middle["held"] * found["gflop"] / 1e3 / limit
        rows.append(
            f"| `{name}`, {size} | {spread(found['fed'], 0)} "
            f"| {spread(found['held'], 0)} | {spread(found['alone'], 0)} "
            f"| {100 * middle['held'] / middle['alone']:.0f} % | {share:.1f} % |"
        )
        print(rows[-1], flush=True)
    table = f"""
Images per second on {machine_name()} (JAX {jax.__version__}).

| preset, batch | fed batch by batch | as trained | networks alone | {
        "as trained, of networks alone"
    } | of the {limit:,.0f} TFLOP/s measured |
| --- | --- | --- | --- | --- | --- |
{chr(10).join(rows)}
"""
    publish("accelerator", "docs/scale.md", {"tflops": limit, **results}, table)


if __name__ == "__main__":
    main()
