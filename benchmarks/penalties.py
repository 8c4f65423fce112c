"""R1 exact (double backward) against its finite-difference estimate.

    python benchmarks/penalties.py

Speed: steps of the discriminator alone, A B A B. Agreement: the value on real digits
and the direction of its gradient in the weights, for a discriminator that has trained.
"""

import os
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import tensorflow as tf
from record import publish, spread

from digitgan.data.images import to_float
from digitgan.data.load import load_dataset
from digitgan.model.losses import gradient_penalty
from digitgan.model.presets import Preset
from digitgan.training.batches import Batches
from digitgan.training.build import build_gan
from digitgan.training.input_pipeline import input_pipeline

BATCH, STEPS, PAIRS, DRAWS = 128, 40, 7, 64


def exact(logits, x):
    """Return the mean squared gradient by differentiating twice."""
    with tf.GradientTape() as tape:
        tape.watch(x)
        total = tf.reduce_sum(logits([x]))
    slope = tape.gradient(total, x)
    return tf.reduce_mean(tf.reduce_sum(slope**2, axis=(1, 2, 3)))


def estimate(logits, x):
    """Return the estimate that training uses."""
    shifted = x + Preset.penalty_step * tf.random.normal(tf.shape(x))
    here, there = tf.split(logits([tf.concat([x, shifted], 0)]), 2)
    return gradient_penalty(here, there, Preset.penalty_step)


def gradient_step(penalty, logits):
    """Return a compiled function from images to the penalty and its gradient."""

    weights = [v.value for v in logits.trainable_variables]
    zero = tf.UnconnectedGradients.ZERO  # the last bias moves no gradient

    @tf.function
    def step(x):
        with tf.GradientTape() as tape:
            value = penalty(logits, x)
        grads = tape.gradient(value, weights, unconnected_gradients=zero)
        return value, tf.concat([tf.reshape(g, [-1]) for g in grads], 0)

    return step


def main() -> None:
    """Measure, print and publish."""
    digits = load_dataset("mnist").train
    gan = build_gan(Preset("the textbook's players"), {}, 0)
    batches = input_pipeline(gan, Batches(digits.images[:20_000], {}, BATCH, 0))
    gan.fit(batches, verbose=0)
    steps = {f.__name__: gradient_step(f, gan.logits) for f in (exact, estimate)}
    x = tf.constant(to_float(digits.images[-BATCH:]))
    rates = {name: [] for name in steps}
    for pair in range(PAIRS + 1):
        for name, step in steps.items():
            began = time.perf_counter()
            for _ in range(STEPS):
                value, _ = step(x)
            value.numpy()
            if pair:  # the first one compiles
                rates[name].append(STEPS * BATCH / (time.perf_counter() - began))
    ratios = [a / b for a, b in zip(rates["estimate"], rates["exact"], strict=True)]
    true_value, true_slope = (t.numpy() for t in steps["exact"](x))
    draws = [steps["estimate"](x) for _ in range(DRAWS)]
    values = [float(v) / float(true_value) for v, _ in draws]
    slopes = np.stack([s.numpy() for _, s in draws])
    one = [float(cosine(s, true_slope)) for s in slopes]
    mean = float(cosine(slopes.mean(axis=0), true_slope))
    table = f"""
| R1 on a batch of {BATCH} real digits | median (lowest to highest) |
| --- | --- |
| estimate over exact, images/s, pair by pair | {spread(ratios)} |
| estimate over exact, value | {spread(values)} |
| cosine between their gradients in the weights, one estimate | {spread(one)} |
| the same, mean of {DRAWS} estimates | {mean:.3f} |
"""
    result = {"rates": rates, "values": values, "cosine_one": one, "cosine_mean": mean}
    publish("penalties", "docs/measurements.md", result, table)


def cosine(a: np.ndarray, b: np.ndarray) -> float:
    """Return the cosine between two vectors."""
    return a @ b / np.linalg.norm(a) / np.linalg.norm(b)


if __name__ == "__main__":
    main()
