"""Train the judge: the small reader whose eyes every distance is measured with.

``python -m digitgan.evaluation.train_classifier`` writes ``classifier.onnx`` and
``classifier.json``: for other data than MNIST (``--data``) into the cache folder, where
``digitgan evaluate`` finds them. The network learns two things from the same 64
features: which digit it is, and (linearly) what the image looks like at 14 x 14. The
second task keeps the features from collapsing to ten points, as those of a plain
classifier do (Papyan et al. 2020, arXiv 2008.08186); without it, two different
sevens look alike and a generator that writes only one seven goes unnoticed.

55,000 of the training digits are learned from, 5,000 (``held_out``) are held out
for every choice (the last 5,000 are no fair sample: a fresh classifier tells them
from the others), and the 10,000 test digits are read once, at the end.
"""

import argparse
import json
import time
from importlib.metadata import version
from pathlib import Path

import numpy as np

from digitgan import files
from digitgan.data.augmentation import random_affine
from digitgan.data.dataset import Dataset, Digits, held_out
from digitgan.data.load import load_dataset
from digitgan.errors import InputError
from digitgan.measure.classifier import WEIGHTS, Classifier
from digitgan.measure.classifier_registry import classifier_path

EPOCHS = 22
BATCH = 128
RATE = 2e-3
SEED = 2026
FEATURES = 64


def small(images: np.ndarray) -> np.ndarray:
    """Average ``uint8 (N, 28, 28)`` over 2 x 2 pixels: ``float32 (N, 196)``, 0 to 1."""
    blocks = images.reshape(-1, 14, 2, 14, 2).astype(np.float32)
    return blocks.mean(axis=(2, 4)).reshape(-1, 196) / 255.0


def build(classes: int = 10):
    """Return the judge, ``uint8 (N, 28, 28)`` to digit, image and features.

    Args:
        classes: How many there are to tell apart.

    Returns:
        The network to train (outputs ``digit (N, classes)`` and ``image (N, 196)``)
        and the network to ship (outputs ``digit`` and ``features (N, 64)``),
        which share their weights.
    """
    import keras
    from keras import layers

    images = keras.Input((28, 28), dtype="uint8", name="images")
    x = layers.Reshape((28, 28, 1))(images)
    x = layers.Rescaling(1 / 255)(x)
    for width, stride in [(16, 1), (32, 2), (32, 1), (64, 2), (64, 1), (96, 2)]:
        x = layers.Conv2D(width, 3, stride, padding="same", use_bias=False)(x)
        x = layers.BatchNormalization()(x)
        x = layers.ReLU()(x)
    x = layers.Flatten()(x)
    x = layers.Dropout(0.2)(x)
    x = layers.Dense(FEATURES, use_bias=False)(x)
    features = layers.BatchNormalization(center=False, scale=False, name="features")(x)
    digit = layers.Dense(classes, activation="softmax", name="digit")(features)
    image = layers.Dense(196, name="image")(features)
    return (
        keras.Model(images, {"digit": digit, "image": image}),
        keras.Model(images, [digit, features]),
    )


def batches(images: np.ndarray, labels: np.ndarray):
    """Return the training digits as augmented batches, the same for the same seed."""
    import keras

    class Augmented(keras.utils.PyDataset):
        epoch = 0

        def __len__(self):
            return len(images) // BATCH

        def __getitem__(self, index):
            order = np.random.default_rng([SEED, self.epoch]).permutation(len(images))
            rows = order[index * BATCH : (index + 1) * BATCH]
            rng = np.random.default_rng([SEED, self.epoch, index])
            x = np.stack([random_affine(images[row], rng) for row in rows])
            return x, {"digit": labels[rows], "image": small(x)}

        def on_epoch_end(self):
            self.epoch += 1

    return Augmented()


def train(images: np.ndarray, labels: np.ndarray, epochs: int = EPOCHS):
    """Train the judge and return the network to ship (a ``keras.Model``).

    Args:
        images: ``uint8 (N, 28, 28)``, the digits to learn from.
        labels: ``int (N,)``, from 0.
        epochs: Passes over them.
    """
    import keras

    keras.utils.set_random_seed(SEED)
    learner, judge = build(int(labels.max()) + 1)
    data = batches(images, labels)
    rate = keras.optimizers.schedules.CosineDecay(RATE, epochs * len(data))
    learner.compile(
        keras.optimizers.Adam(rate),
        loss={"digit": "sparse_categorical_crossentropy", "image": "mse"},
        loss_weights={"digit": 1.0, "image": 0.5},
        metrics={"digit": "accuracy"},
    )
    learner.fit(data, epochs=epochs, verbose=2, shuffle=False)
    return judge


def export(judge, path: Path) -> None:
    """Write the trained network as ONNX with a free batch size."""
    import tensorflow as tf
    import tf2onnx

    signature = [tf.TensorSpec([None, 28, 28], tf.uint8, name="images")]
    function = tf.function(lambda images: judge(images, training=False))
    with files.replacing(path) as temporary:
        tf2onnx.convert.from_function(
            function, signature, opset=17, output_path=str(temporary)
        )


def accuracy(path: Path, digits: Digits) -> float:
    """Return the share of digits that the exported judge reads as labelled."""
    probabilities, _ = Classifier(path).read(digits.images)
    return float(np.mean(probabilities.argmax(axis=1) == digits.labels))


def make(folder: Path, digits: Dataset, command: str, epochs: int = EPOCHS) -> dict:
    """Train, export and describe the judge.

    Args:
        folder: Receives ``classifier.onnx`` and ``classifier.json``.
        digits: Labelled digits; the test digits are read once, at the very end.
        command: What was typed, kept in the card.
        epochs: Passes over the digits.

    Returns:
        The card that ``classifier.json`` holds.
    """
    start = time.perf_counter()
    learned, unseen = held_out(digits.train)
    judge = train(learned.images, learned.labels, epochs)
    seconds = time.perf_counter() - start
    path = Path(folder) / "classifier.onnx"
    path.with_suffix(".json").unlink(missing_ok=True)  # it describes another judge
    export(judge, path)
    card = {
        "sha256": files.sha256(path),
        "command": command,
        "digits": {"trained": len(learned), "held_out": len(unseen)},
        "accuracy": {
            "held_out": accuracy(path, unseen),
            "test": accuracy(path, digits.test),
        },
        "parameters": judge.count_params(),
        "features": FEATURES,
        "bytes": path.stat().st_size,
        "classes": list(digits.classes),
        "epochs": epochs,
        "seconds": round(seconds),
        "seed": SEED,
        "versions": {
            name: version(name) for name in ("keras", "numpy", "tf2onnx", "onnx")
        },
    }
    files.write_text(path.with_suffix(".json"), json.dumps(card, indent=2) + "\n")
    return card


def main() -> None:
    """Read the command line, find the digits and make the judge."""
    parser = argparse.ArgumentParser(description="Train the judge of digitgan.")
    parser.add_argument("--data", default="mnist", help="the digits to learn from")
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("-o", "--out", type=Path, metavar="FOLDER")
    arguments = parser.parse_args()
    if arguments.epochs < 1:
        parser.error(f"--epochs is {arguments.epochs}: allowed is 1 or more")
    try:
        digits = load_dataset(arguments.data)
    except (InputError, OSError) as error:
        parser.error(f"{error}")
    parts = (digits.train, digits.test)
    if any(part is None or part.labels is None for part in parts):
        parser.error(f"--data {arguments.data}: it needs labels and test digits")
    command = f"python -m digitgan.evaluation.train_classifier --data {arguments.data}"
    if arguments.epochs != EPOCHS:
        command += f" --epochs {arguments.epochs}"
    usual = WEIGHTS if arguments.data == "mnist" else classifier_path(digits)
    card = make(arguments.out or usual.parent, digits, command, arguments.epochs)
    print(json.dumps(card, indent=2))


if __name__ == "__main__":
    main()
