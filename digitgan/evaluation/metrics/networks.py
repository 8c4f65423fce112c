"""Two fresh classifiers: a dense network in NumPy and a convolutional one in Keras."""

import numpy as np

from digitgan.data.dataset import Digits

HIDDEN_UNITS = 64
BATCH_SIZE = 128
STEPS = 600
LEARNING_RATE = 2e-3
WEIGHT_DECAY = 1e-3


def dense(
    x: np.ndarray, y: np.ndarray, unseen: np.ndarray, seed: int = 0
) -> np.ndarray:
    """Train a small dense network to tell two classes apart and apply it to others.

    One hidden layer of 64 units; 600 batches of 128, Adam with weight decay
    (arXiv 1412.6980, 1711.05101) on ``x``, ``float (N, D)`` of about unit scale, and
    ``y``, ``bool (N,)``.
    """
    rng = np.random.default_rng(seed)
    x, y, unseen = (np.asarray(part, np.float32) for part in (x, y, unseen))
    weights = [
        rng.normal(0, np.sqrt(2 / x.shape[1]), (x.shape[1], HIDDEN_UNITS)),
        np.zeros(HIDDEN_UNITS),
        rng.normal(0, np.sqrt(1 / HIDDEN_UNITS), HIDDEN_UNITS),
        np.zeros(1),
    ]
    weights = [weight.astype(np.float32) for weight in weights]
    first, second = ([np.zeros_like(weight) for weight in weights] for _ in range(2))
    for step, rows in enumerate(_batches(len(x), STEPS, rng), 1):
        rate = LEARNING_RATE * np.sqrt(1 - 0.999**step) / (1 - 0.9**step)
        for w, m, v, gradient in zip(
            weights, first, second, _gradient(weights, x[rows], y[rows]), strict=True
        ):
            m += 0.1 * (gradient - m)
            v += 0.001 * (gradient**2 - v)
            w -= rate * m / (np.sqrt(v) + 1e-7) + LEARNING_RATE * WEIGHT_DECAY * w
    return _forward(weights, unseen)[1]


def _batches(n: int, steps: int, rng: np.random.Generator) -> np.ndarray:
    """Return the rows of each batch, ``int (steps, 128)``, each row equally often."""
    rounds = -(-steps * BATCH_SIZE // n)
    order = np.concatenate([rng.permutation(n) for _ in range(rounds)])
    return order[: steps * BATCH_SIZE].reshape(steps, BATCH_SIZE)


def _forward(weights, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    hidden = np.maximum(x @ weights[0] + weights[1], 0)
    return hidden, hidden @ weights[2] + weights[3]


def _gradient(weights, x: np.ndarray, y: np.ndarray) -> list[np.ndarray]:
    """Return the gradient of the mean cross-entropy for each of the weights."""
    hidden, logits = _forward(weights, x)
    error = (1 / (1 + np.exp(-np.clip(logits, -30, 30))) - y) / len(x)
    back = np.outer(error, weights[2]) * (hidden > 0)
    return [x.T @ back, back.sum(0), hidden.T @ error, error.sum(keepdims=True)]


def convolutional(
    train: Digits,
    unseen: np.ndarray,
    classes: int,
    steps: int,
    seed: int = 0,
) -> np.ndarray:
    """Return probabilities ``float32 (M, classes)`` of others by a network in Keras.

    It learns so many batches of 128 with a cosine learning rate.
    """
    import keras
    from keras import layers

    import digitgan.model.networks  # noqa: F401 - passes over a foreign keras.json

    keras.utils.set_random_seed(seed)
    images, unseen = (
        x[..., None] if x.ndim == 3 else x for x in (train.images, unseen)
    )
    network = keras.Sequential(
        [keras.Input(images.shape[1:]), layers.Rescaling(1 / 255)]
    )
    for width in (16, 32, 64):
        network.add(layers.Conv2D(width, 3, 2, padding="same", use_bias=False))
        network.add(layers.BatchNormalization(momentum=0.9))
        network.add(layers.ReLU())
    network.add(layers.Flatten())
    network.add(layers.Dropout(0.3))
    network.add(layers.Dense(classes, activation="softmax"))
    rate = keras.optimizers.schedules.CosineDecay(2e-3, steps)
    adam = keras.optimizers.Adam(rate)  # pyright: ignore - Keras types floats only
    network.compile(adam, "sparse_categorical_crossentropy")
    labels = np.asarray(train.labels)
    batches = _batches(len(images), steps, np.random.default_rng(seed))
    network.fit(
        ((images[rows], labels[rows]) for rows in batches),
        steps_per_epoch=steps,
        shuffle=False,
        verbose=0,  # pyright: ignore - Keras types "auto" only
    )
    return network.predict(unseen, batch_size=500, verbose=0)  # pyright: ignore - too
