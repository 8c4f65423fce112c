"""Our ``fit`` against a plain TensorFlow loop over the same networks, A B A B.

    python benchmarks/training_speed.py [--rounds 5]

Both play the same game, that of the preset ``dcgan`` (cross-entropy with estimated R1
and R2), on the same data; the plain loop in float32, as one would write it. The limit
is the machine's: arithmetic of a step over the rate of convolutions of 3 x 3, forward
and backward, measured in the same process and precision. Then ``fit`` on JAX and on
TensorFlow, each in a process of its own.
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
from arithmetic import step_gflop
from record import publish, spread

from digitgan.data.images import to_float
from digitgan.data.load import load_dataset
from digitgan.data.mnist_preprocessing import crop_to_box
from digitgan.model.presets import PRESETS, Preset
from digitgan.training.batches import Batches
from digitgan.training.build import build_gan
from digitgan.training.hardware import supported_precision
from digitgan.training.input_pipeline import input_pipeline

SETTINGS = PRESETS["dcgan"]
BATCH, STEPS = SETTINGS.batch_size, 60
ONLY_RATE = "--only-rate"  # print what this backend's fit reaches, and no more


def digits() -> tuple[np.ndarray, np.ndarray]:
    """Return the boxes and labels of ``STEPS`` batches."""
    some = load_dataset("mnist").train[: STEPS * BATCH]
    return crop_to_box(some.images), np.asarray(some.labels)


def our_fit(settings: Preset):
    """Return the GAN and a function that trains it for ``STEPS``."""
    images, labels = digits()
    gan = build_gan(settings, {"label": labels}, seed=0, steps=10_000)
    batches = input_pipeline(gan, Batches(images, {"label": labels}, BATCH, seed=0))
    return gan, lambda: gan.fit(batches, verbose=0, shuffle=False)  # type: ignore


def plain_loop() -> Callable[[], object]:
    """Return a function that trains both players for ``STEPS`` by hand."""
    import tensorflow as tf

    boxes, known = digits()
    images = to_float(boxes)
    gan = build_gan(replace(SETTINGS, precision="float32"), {"label": known}, seed=0)
    generator = keras.models.clone_model(gan.generator)  # without fused kernels
    logits: Any = gan.logits
    chosen: Any = generator.get_layer("latent_label")
    adams = [keras.optimizers.Adam(SETTINGS.learning_rate, 0.0, 0.99) for _ in "GD"]
    for adam, player in zip(adams, (generator, logits), strict=True):
        adam.build(player.trainable_variables)

    def penalty(x, labels):
        """Need one mask for both: judge the batch and its shifted copy together."""
        shifted = x + SETTINGS.penalty_step * tf.random.normal(tf.shape(x))
        both = [tf.concat([shifted, x], 0), tf.concat([labels, labels], 0)]
        there, here = tf.split(logits(both, training=True), 2)
        return tf.reduce_mean(((there - here) / SETTINGS.penalty_step) ** 2), here

    @tf.function
    def step(real, labels):
        with tf.GradientTape() as g_tape, tf.GradientTape() as d_tape:
            z = tf.random.normal((BATCH, SETTINGS.latent_dim))
            fake, wanted = generator(z, training=True), chosen(z[:, :1])[:, 0]
            r1, on_real = penalty(real, labels)
            r2, _ = penalty(tf.stop_gradient(fake), wanted)
            on_fake = logits([fake, wanted], training=True)
            g_loss = tf.reduce_mean(tf.nn.softplus(-on_fake))
            d_loss = tf.reduce_mean(tf.nn.softplus(-on_real) + tf.nn.softplus(on_fake))
            d_loss += SETTINGS.penalty / 2 * (r1 + r2)
        sides = ((g_tape, g_loss, generator), (d_tape, d_loss, logits))
        for adam, (tape, loss, player) in zip(adams, sides, strict=True):
            slopes = tape.gradient(loss, player.trainable_variables)
            adam.apply(slopes, player.trainable_variables)
        return d_loss

    def run():
        for i in range(STEPS):
            rows = slice(i * BATCH, (i + 1) * BATCH)
            loss = step(images[rows], known[rows])
        return float(loss)

    return run


def convolution_rate(precision: str, repeats: int = 10) -> float:
    """Return the GFLOP/s of convolutions of 3 x 3, forward and backward."""
    import tensorflow as tf

    x = tf.cast(tf.random.normal((64, 32, 32, 64)), precision)
    kernel = tf.cast(tf.random.normal((3, 3, 64, 64)), precision)

    @tf.function
    def there_and_back():
        with tf.GradientTape() as tape:
            tape.watch([x, kernel])
            y = tf.nn.conv2d(x, kernel, 1, "SAME")
        return tape.gradient([y], [x, kernel], output_gradients=[y])

    there_and_back()
    began = time.perf_counter()
    for _ in range(repeats):
        slopes = there_and_back()
    slopes[1].numpy()
    gflop = 3 * 2 * 64 * 32 * 32 * 9 * 64 * 64 / 1e9
    return repeats * gflop / (time.perf_counter() - began)


def images_per_second(run: Callable[[], object]) -> float:
    """Return the rate of one call."""
    began = time.perf_counter()
    run()
    return STEPS * BATCH / (time.perf_counter() - began)


def rate_on(backend: str) -> float:
    """Return the rate of ``fit`` in a new process on another backend."""
    environment = os.environ | {"KERAS_BACKEND": backend}
    command = [sys.executable, __file__, ONLY_RATE]
    done = subprocess.run(command, env=environment, check=True, capture_output=True)
    return float(done.stdout.split()[-1])


def main() -> None:
    """Measure, print and publish."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(ONLY_RATE, action="store_true")
    asked = parser.parse_args()
    ours = supported_precision(SETTINGS)
    gan, fit = our_fit(ours)
    fit()
    if asked.only_rate:
        print(images_per_second(fit))
        return
    kinds = {"fit": fit, "fit, float32": our_fit(replace(ours, precision="float32"))[1]}
    kinds["plain"] = plain_loop()
    for run in kinds.values():
        run()  # compiles
    precision = ours.precision.removeprefix("mixed_")
    rates: dict[str, list[float]] = {name: [] for name in (*kinds, "convolution")}
    for _ in range(asked.rounds):
        rates["convolution"].append(convolution_rate(precision))
        for name, run in kinds.items():
            rates[name].append(images_per_second(run))
    backends = {name: rate_on(name) for name in ("jax", "tensorflow")}

    def ratio(name: str, factor: float = 1.0, over: str = "plain", places: int = 2):
        pairs = zip(rates[name], rates[over], strict=True)
        return spread([factor * a / b for a, b in pairs], places)

    gflop = step_gflop(gan)
    table = f"""
| training speed, preset `dcgan`, batches of {BATCH} | median (lowest to highest) |
| --- | --- |
| our `fit` ({precision}), images/s | {spread(rates["fit"], 0)} |
| our `fit` in float32, images/s | {spread(rates["fit, float32"], 0)} |
| plain `tf.function` loop in float32, images/s | {spread(rates["plain"], 0)} |
| `fit` over the plain loop, round by round | {ratio("fit")} |
| the same, `fit` in float32 | {ratio("fit, float32")} |
| arithmetic of a step, GFLOP per real digit | {gflop:.3f} |
| rate of 3x3 convolutions ({precision}), GFLOP/s | {spread(rates["convolution"], 0)} |
| share of that rate reached, % | {ratio("fit", 100 * gflop, "convolution", 0)} |
| JAX over TensorFlow, images/s | {backends["jax"] / backends["tensorflow"]:.2f} |
"""
    result = {"rates": rates, "backends": backends, "gflop_per_image": gflop}
    publish("training_speed", "docs/measurements.md", result, table)


if __name__ == "__main__":
    main()
