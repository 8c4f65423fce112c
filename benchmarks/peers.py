"""Peers under equal minutes, measured by the same scorecard.

    python benchmarks/peers.py [--minutes 4]

The peers are written anew from their descriptions: the plain DCGAN of the TensorFlow
tutorial, and a plain conditional GAN in the manner of Keras' code examples (without
its faults: labels reach their own sample, test digits are not trained on).
"""

import argparse
import math
import os
import tempfile
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from record import publish

import digitgan
from digitgan.data.images import to_float, to_uint8
from digitgan.data.load import load_dataset
from digitgan.evaluation.evaluate import evaluate

N = 10_000
FIGURES = ("frechet", "precision", "recall", "coverage", "two_sample", "agreement")


def tutorial_dcgan():
    """Return the tutorial's players, batch size and learning rate; no labels."""
    generator = keras.Sequential([keras.Input((100,))])
    generator.add(layers.Dense(7 * 7 * 256, use_bias=False))
    generator.add(layers.BatchNormalization())
    generator.add(layers.LeakyReLU(0.3))
    generator.add(layers.Reshape((7, 7, 256)))
    for width, stride in ((128, 1), (64, 2)):
        generator.add(layers.Conv2DTranspose(width, 5, stride, "same", use_bias=False))
        generator.add(layers.BatchNormalization())
        generator.add(layers.LeakyReLU(0.3))
    generator.add(layers.Conv2DTranspose(1, 5, 2, "same", activation="tanh"))
    discriminator = keras.Sequential([keras.Input((28, 28, 1))])
    for width in (64, 128):
        discriminator.add(layers.Conv2D(width, 5, 2, "same"))
        discriminator.add(layers.LeakyReLU(0.3))
        discriminator.add(layers.Dropout(0.3))
    discriminator.add(layers.Flatten())
    discriminator.add(layers.Dense(1))
    return generator, discriminator, 256, 1e-4


def plain_conditional():
    """Return players that see the label as a one-hot vector or as ten planes."""
    z, label = keras.Input((128,)), keras.Input((), dtype="int32")
    code = layers.CategoryEncoding(10, "one_hot")(label)
    x = layers.Dense(7 * 7 * 138)(layers.Concatenate()([z, code]))
    x = layers.Reshape((7, 7, 138))(layers.LeakyReLU(0.2)(x))
    for _ in range(2):
        x = layers.Conv2DTranspose(128, 4, 2, "same")(x)
        x = layers.LeakyReLU(0.2)(x)
    x = layers.Conv2D(1, 7, padding="same", activation="tanh")(x)
    generator = keras.Model([z, label], x)
    image, label = keras.Input((28, 28, 1)), keras.Input((), dtype="int32")
    planes = layers.CategoryEncoding(10, "one_hot")(label)
    planes = layers.Reshape((28, 28, 10))(layers.RepeatVector(784)(planes))
    x = layers.Concatenate()([image, planes])
    for width in (64, 128):
        x = layers.LeakyReLU(0.2)(layers.Conv2D(width, 3, 2, "same")(x))
    discriminator = keras.Model(
        [image, label], layers.Dense(1)(layers.GlobalMaxPool2D()(x))
    )
    return generator, discriminator, 64, 3e-4


def play(build, digits, minutes: float = math.inf, steps: float = math.inf, n: int = N):
    """Train plainly for some minutes or steps.

    Returns:
        Images, labels (or None), steps and seconds.
    """
    keras.utils.set_random_seed(0)
    generator, discriminator, batch, rate = build()
    conditional = len(generator.inputs) > 1
    adams = [keras.optimizers.Adam(rate) for _ in range(2)]
    for adam, player in zip(adams, (generator, discriminator), strict=True):
        adam.build(player.trainable_variables)

    @tf.function
    def step(real, labels):
        told = [labels] if conditional else []
        z = tf.random.normal((batch, generator.inputs[0].shape[1]))
        with tf.GradientTape() as g_tape, tf.GradientTape() as d_tape:
            fake = generator([z, *told] if told else z, training=True)
            on_real = discriminator([real, *told] if told else real, training=True)
            on_fake = discriminator([fake, *told] if told else fake, training=True)
            g_loss = tf.reduce_mean(tf.nn.softplus(-on_fake))
            d_loss = tf.reduce_mean(tf.nn.softplus(-on_real) + tf.nn.softplus(on_fake))
        for tape, loss, adam, player in (
            (g_tape, g_loss, adams[0], generator),
            (d_tape, d_loss, adams[1], discriminator),
        ):
            slopes = tape.gradient(loss, player.trainable_variables)
            adam.apply(slopes, player.trainable_variables)

    pixels, taken, rng = to_float(digits.images), 0, np.random.default_rng(0)
    began, seconds = time.perf_counter(), 0.0
    while seconds < 60 * minutes and taken < steps:
        chosen = rng.integers(0, len(pixels), batch)
        step(pixels[chosen], digits.labels[chosen])
        taken, seconds = taken + 1, time.perf_counter() - began
    z = rng.standard_normal((n, generator.inputs[0].shape[1])).astype("f4")
    labels = rng.choice(digits.labels, n) if conditional else None
    inputs = [z, labels] if conditional else [z]
    images = to_uint8(generator.predict(inputs, batch_size=500, verbose=0))
    return images, labels, taken, seconds


def theirs(build, digits, minutes: float):
    """Train a peer; return its scorecard and its epochs."""
    images, labels, steps, _ = play(build, digits, minutes)
    return evaluate(images, labels), steps * build()[2] / len(digits)


def ours(preset: str, minutes: float):
    """Train one of our presets; return its scorecard and its epochs."""
    with tempfile.TemporaryDirectory() as folder:
        run = digitgan.train(preset, minutes=minutes, out=Path(folder) / "run")
        return evaluate(digitgan.load(run.folder)), run.read_log()[-1]["epoch"]


def main() -> None:
    """Train everybody, measure everybody, publish."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=4.0)
    minutes = parser.parse_args().minutes
    digits = load_dataset("mnist").train
    peers = {
        "TensorFlow's tutorial": lambda: theirs(tutorial_dcgan, digits, minutes),
        "plain conditional GAN": lambda: theirs(plain_conditional, digits, minutes),
        "digitgan `dcgan`": lambda: ours("dcgan", minutes),
        "digitgan `conditional`": lambda: ours("conditional", minutes),
    }
    cells, result = [], {}
    for name, train in peers.items():
        card, epochs = train()
        result[name] = {"epochs": epochs, "card": card.to_dict()}
        rows = {row.key: row for row in card.rows}
        values = [show(rows[key], "value") for key in FIGURES]
        cells.append([name, f"{epochs:.1f}", *values])
        floor = [show(rows[key], "real") for key in FIGURES]
    cells.append(["real digits (the floor)", "", *floor])
    head = [f"after {minutes:g} minutes each", "epochs"]
    head += [key.replace("_", " ") for key in FIGURES]
    lines = [head, ["---"] * len(head), *cells]
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    result["minutes"] = minutes
    publish("peers", "docs/scorecard.md", result, table)


def show(row, side: str) -> str:
    """Return a figure for the table, or a dash where it was skipped."""
    value = getattr(row, side)
    return "-" if value is None else f"{value:.3g}"


if __name__ == "__main__":
    main()
