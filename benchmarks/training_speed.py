"""Our ``fit`` against a plain TensorFlow loop over the same networks, A B A B.

    python benchmarks/training_speed.py

Both play the same game (cross-entropy with estimated R1 and R2) from the same data.
The limit is the machine's: arithmetic of a step over the rate of a large product of
matrices, measured in the same process.
"""

import os
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf
from arithmetic import step_gflop
from record import publish, spread

from digitgan.data.dataset import Digits
from digitgan.data.images import to_float
from digitgan.data.load import load_dataset
from digitgan.model.losses import PENALTY_STEP
from digitgan.model.networks import build_discriminator, build_generator
from digitgan.model.presets import Preset
from digitgan.training.batches import Batches
from digitgan.training.build import build_gan
from digitgan.training.input_pipeline import input_pipeline

SETTINGS = Preset("the textbook's players")
BATCH, STEPS, PAIRS = SETTINGS.batch_size, 100, 7


def plain_loop(images: np.ndarray):
    """Return a function that trains both players for ``STEPS`` by hand."""
    generator = build_generator(SETTINGS)
    judge = build_discriminator(SETTINGS)
    logits = keras.Model(judge.inputs, judge.get_layer("logit").output)
    rules = SETTINGS.learning_rate, 0.0, 0.99
    g_adam, d_adam = keras.optimizers.Adam(*rules), keras.optimizers.Adam(*rules)
    g_adam.build(generator.trainable_variables)
    d_adam.build(logits.trainable_variables)

    def penalty(x):
        """Need one mask for both: judge the batch and its shifted copy together."""
        shifted = x + PENALTY_STEP * tf.random.normal(tf.shape(x))
        there, here = tf.split(logits([tf.concat([shifted, x], 0)], training=True), 2)
        return tf.reduce_mean(((there - here) / PENALTY_STEP) ** 2), here

    @tf.function
    def step(real):
        with tf.GradientTape() as g_tape, tf.GradientTape() as d_tape:
            noise = tf.random.normal((BATCH, SETTINGS.latent_dim))
            fake = generator([noise], training=True)
            r1, on_real = penalty(real)
            r2, _ = penalty(tf.stop_gradient(fake))
            on_fake = logits([fake], training=True)
            g_loss = tf.reduce_mean(tf.nn.softplus(-on_fake))
            d_loss = tf.reduce_mean(tf.nn.softplus(-on_real) + tf.nn.softplus(on_fake))
            d_loss += SETTINGS.penalty / 2 * (r1 + r2)
        g_grads = g_tape.gradient(g_loss, generator.trainable_variables)
        d_grads = d_tape.gradient(d_loss, logits.trainable_variables)
        g_adam.apply(g_grads, generator.trainable_variables)
        d_adam.apply(d_grads, logits.trainable_variables)
        return d_loss, g_loss

    def run():
        for i in range(STEPS):
            losses = step(images[i * BATCH : (i + 1) * BATCH])
        return float(losses[0])

    return run


def matrix_rate(size: int = 2048, repeats: int = 8) -> float:
    """Return the GFLOP/s of a product of two square matrices."""
    a = tf.random.normal((size, size))
    tf.linalg.matmul(a, a)
    began = time.perf_counter()
    for _ in range(repeats):
        product = tf.linalg.matmul(a, a)
    product.numpy()
    return repeats * 2 * size**3 / (time.perf_counter() - began) / 1e9


def main() -> None:
    """Measure, print and publish."""
    digits: Digits = load_dataset("mnist").train[: STEPS * BATCH]
    gan = build_gan(SETTINGS, {}, 0)
    batches = input_pipeline(gan, Batches(digits.images, {}, BATCH, 0))
    ours = lambda: gan.fit(batches, verbose=0)  # noqa: E731
    plain = plain_loop(to_float(digits.images))
    ours(), plain()
    rates = {"fit": [], "plain": [], "matrix": []}
    for _ in range(PAIRS):
        rates["matrix"].append(matrix_rate())
        for name, run in (("fit", ours), ("plain", plain)):
            began = time.perf_counter()
            run()
            rates[name].append(STEPS * BATCH / (time.perf_counter() - began))
    ratios = [a / b for a, b in zip(rates["fit"], rates["plain"], strict=True)]
    gflop = step_gflop(gan)
    shares = [
        100 * f * gflop / m for f, m in zip(rates["fit"], rates["matrix"], strict=True)
    ]
    table = f"""
| training speed, preset `dcgan`, batches of {BATCH} | median (lowest to highest) |
| --- | --- |
| our `fit`, images/s | {spread(rates["fit"], 0)} |
| plain `tf.function` loop, images/s | {spread(rates["plain"], 0)} |
| ratio, pair by pair | {spread(ratios)} |
| arithmetic of a step, GFLOP per real digit | {gflop:.3f} |
| rate of a 2048 x 2048 matrix product, GFLOP/s | {spread(rates["matrix"], 0)} |
| share of that rate reached, % | {spread(shares, 0)} |
"""
    publish(
        "training_speed",
        "docs/measurements.md",
        {"rates": rates, "ratios": ratios, "gflop_per_image": gflop},
        table,
    )


if __name__ == "__main__":
    main()
