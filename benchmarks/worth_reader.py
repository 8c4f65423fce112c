"""The small network of ``worth.py`` that learns to read digits."""

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from digitgan.data.dataset import Digits

STEPS, BATCH = 3_000, 128


def train_reader(parts: list[Digits], varied: bool, seed: int) -> keras.Model:
    """Train the network on equal shares of each part in every batch.

    Args:
        parts: What it learns from.
        varied: Whether every digit is moved, turned and scaled a little whenever it is
            seen: the usual augmentation.
        seed: Of the weights, the order and the changes.
    """
    keras.utils.set_random_seed(seed)
    changes = [
        layers.RandomTranslation(0.07, 0.07, fill_mode="constant"),  # two pixels
        layers.RandomRotation(0.03, fill_mode="constant"),  # of a circle: 11 degrees
        layers.RandomZoom(0.1, 0.1, fill_mode="constant"),
    ]
    reader = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Rescaling(1 / 255),
            *(changes if varied else []),
            layers.Conv2D(24, 3, padding="same", use_bias=False),
            layers.MaxPooling2D(),
            layers.BatchNormalization(),
            layers.ReLU(),
            layers.Conv2D(48, 3, padding="same", use_bias=False),
            layers.MaxPooling2D(),
            layers.BatchNormalization(),
            layers.ReLU(),
            layers.Flatten(),
            layers.Dropout(0.4),
            layers.Dense(10),
        ]
    )
    reader.compile(
        keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(2e-3, STEPS)),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        steps_per_execution=50,
    )
    images = tf.constant(np.concatenate([part.images for part in parts]))
    labels = tf.constant(np.concatenate([part.labels for part in parts]))
    rows = tf.data.Dataset.from_tensor_slices(_order([len(p) for p in parts], seed))
    data = rows.map(lambda n: (tf.gather(images, n)[..., None], tf.gather(labels, n)))
    reader.fit(data, shuffle=False, verbose=0)
    return reader


def _order(sizes: list[int], seed: int) -> np.ndarray:
    """Return what each batch holds, ``int (STEPS, BATCH)``: as much of each part."""
    rng, start, columns = np.random.default_rng(seed), 0, []
    share = BATCH // len(sizes)
    for size in sizes:
        epochs = -(-STEPS * share // size)
        order = np.concatenate([rng.permutation(size) for _ in range(epochs)])
        columns.append(start + order[: STEPS * share].reshape(STEPS, share))
        start += size
    return np.concatenate(columns, axis=1)


def right(reader: keras.Model, digits: Digits) -> float:
    """Return the percentage of digits that are read as what they are."""
    read = reader.predict(digits.images[..., None], batch_size=500, verbose=0)
    return 100 * float((read.argmax(axis=1) == digits.labels).mean())
