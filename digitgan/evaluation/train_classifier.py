"""Train the small classifier whose features every distance is measured in.

``python -m digitgan.evaluation.train_classifier`` writes ``classifier.onnx`` and
``classifier.json``: for other data than MNIST (``--data``) into the cache folder, where
``digitgan evaluate`` finds them. The network learns two things from the same 64
features: which digit it is, and (linearly) what the image looks like at 14 x 14. The
second task keeps the features from collapsing to ten points, as those of a plain
classifier do (Papyan et al. 2020, arXiv 2008.08186); without it, two different
sevens look alike and a generator that writes only one seven goes unnoticed.

55,000 of the training digits are learned from, 5,000 (``held_out``) are held out
for every choice (the last 5,000 are no fair sample: a fresh classifier tells them
from the others), and the 10,000 test digits are classified once, at the end.
"""

import argparse
import json
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import layers
from onnx import TensorProto

from digitgan import files, untrusted
from digitgan.data.augmentation import random_affine
from digitgan.data.dataset import Dataset, Digits, held_out
from digitgan.data.load import load_dataset
from digitgan.errors import ExportFailed, InputError
from digitgan.measure.classifier import WEIGHTS, Classifier, classifier_path
from digitgan.model.keras_to_onnx import translate
from digitgan.model.onnx_graph import Graph

EPOCHS = 22
BATCH_SIZE = 128
LEARNING_RATE = 2e-3
SEED = 2026
FEATURES = 64
WIDTHS_AND_STRIDES = ((16, 1), (32, 2), (32, 1), (64, 2), (64, 1), (96, 2))
PARITY_DIGITS, TOLERANCE = 256, 0.02  # weights are stored in half precision


def downscaled(images: np.ndarray) -> np.ndarray:
    """Average ``uint8 (N, 28, 28)`` over 2 x 2 pixels: ``float32 (N, 196)``, 0 to 1."""
    blocks = images.reshape(-1, 14, 2, 14, 2).astype(np.float32)
    return blocks.mean(axis=(2, 4)).reshape(-1, 196) / 255.0


def build(classes: int = 10) -> tuple[Any, Any]:
    """Return the network to train and, with the same weights, what yields features.

    Two Keras models of ``uint8 (N, 28, 28, 1)``: one with ``digit (N, classes)``
    and ``image (N, 196)``, the other with ``(N, 64)``.
    """
    images = keras.Input((28, 28, 1), dtype="uint8", name="images")
    x = layers.Rescaling(1 / 255)(images)
    for width, stride in WIDTHS_AND_STRIDES:
        x = layers.Conv2D(width, 3, stride, padding="same", use_bias=False)(x)
        x = layers.BatchNormalization()(x)
        x = layers.ReLU()(x)
    x = layers.Dropout(0.2)(layers.Flatten()(x))
    x = layers.Dense(FEATURES, use_bias=False)(x)
    features = layers.BatchNormalization(center=False, scale=False, name="features")(x)
    digit = layers.Dense(classes, activation="softmax", name="digit")(features)
    image = layers.Dense(196, name="image")(features)
    outputs = {"digit": digit, "image": image}
    return keras.Model(images, outputs), keras.Model(images, features)


class AugmentedBatches(keras.utils.PyDataset):
    """Training digits in augmented batches, the same for the same seed."""

    def __init__(self, digits: Digits):
        super().__init__()
        self.digits, self.epoch = digits, 0

    def __len__(self) -> int:
        """Return the number of whole batches."""
        return len(self.digits) // BATCH_SIZE

    def __getitem__(self, index: int) -> tuple[np.ndarray, dict[str, Any]]:
        """Return images, and what both tasks want of them."""
        order = np.random.default_rng([SEED, self.epoch]).permutation(len(self.digits))
        batch = self.digits[order[index * BATCH_SIZE : (index + 1) * BATCH_SIZE]]
        rng = np.random.default_rng([SEED, self.epoch, index])
        x = np.stack([random_affine(image, rng) for image in batch.images])
        return x[..., None], {"digit": batch.labels, "image": downscaled(x)}

    def on_epoch_end(self) -> None:
        """Shuffle and augment otherwise in the next epoch."""
        self.epoch += 1


def train(digits: Digits, classes: int, epochs: int) -> tuple[Any, Any]:
    """Train on labelled digits and return what :func:`build` does."""
    keras.utils.set_random_seed(SEED)
    network, features = build(classes)
    data = AugmentedBatches(digits)
    steps = epochs * len(data)
    rate: Any = keras.optimizers.schedules.CosineDecay(LEARNING_RATE, steps)
    network.compile(
        keras.optimizers.Adam(rate),
        loss={"digit": "sparse_categorical_crossentropy", "image": "mse"},
        loss_weights={"digit": 1.0, "image": 0.5},
        metrics={"digit": "accuracy"},
    )
    network.fit(data, epochs=epochs, verbose=2, shuffle=False)
    return network, features


def export(network: Any, features: Any, path: Path) -> None:
    """Write what :func:`train` returned as one ONNX file with a free batch size."""
    graph = Graph()
    graph.input("images", TensorProto.UINT8, (28, 28))
    x = graph.add("Cast", "images", to=TensorProto.FLOAT)
    x = graph.add("Unsqueeze", x, graph.array([1]))
    x = translate(graph, features, {"images": x})
    kernel, bias = network.get_layer("digit").get_weights()
    logits = graph.add("Gemm", x, graph.array(kernel), graph.array(bias))
    graph.add("Softmax", logits, axis=1, name="digit")
    graph.add("Identity", x, name="features")
    graph.output("digit", TensorProto.FLOAT, (len(bias),))
    graph.output("features", TensorProto.FLOAT, (FEATURES,))
    with files.replacing(path) as temporary:
        graph.save(temporary)


def check_parity(network: Any, features: Any, path: Path, images: np.ndarray) -> None:
    """Raise ExportFailed where the file differs from the Keras models."""
    exported, x = Classifier(path).predict(images), images[..., None]
    expected = network.predict(x, verbose=0)["digit"], features.predict(x, verbose=0)
    for name, a, b in zip(exported._fields, exported, expected, strict=True):
        difference = np.abs(a - b).max()
        if not difference <= TOLERANCE:
            raise ExportFailed(
                f"{path.name} is not what was trained: {name} differ by "
                f"{difference:.3g}, allowed is {TOLERANCE}"
            )


def accuracy(path: Path, digits: Digits) -> float:
    """Return the share of digits that the exported classifier gets right."""
    predicted = Classifier(path).predict(digits.images).labels
    return float(np.mean(predicted == digits.labels))


def make(
    folder: Path, data: Dataset, command: str, epochs: int = EPOCHS
) -> dict[str, Any]:
    """Train, export and check the classifier; return its card, ``classifier.json``."""
    if data.test is None or data.train.labels is None or data.test.labels is None:
        problem = "has no labelled training and test digits"
        raise InputError("data", data.name or data.source, problem=problem)
    start = time.perf_counter()
    learned, unseen = held_out(data.train)
    network, features = train(learned, int(data.train.labels.max()) + 1, epochs)
    seconds = time.perf_counter() - start
    path = Path(folder) / "classifier.onnx"
    path.with_suffix(".json").unlink(missing_ok=True)  # it describes another one
    export(network, features, path)
    check_parity(network, features, path, unseen.images[:PARITY_DIGITS])
    parameters = features.count_params() + network.get_layer("digit").count_params()
    card = {
        "sha256": untrusted.sha256(path),
        "command": command,
        "digits": {"trained": len(learned), "held_out": len(unseen)},
        "accuracy": {
            "held_out": accuracy(path, unseen),
            "test": accuracy(path, data.test),
        },
        "parameters": parameters,
        "features": FEATURES,
        "bytes": path.stat().st_size,
        "classes": list(data.classes),
        "epochs": epochs,
        "seconds": round(seconds),
        "seed": SEED,
        "versions": {name: version(name) for name in ("keras", "numpy", "onnx")},
    }
    files.write_text(path.with_suffix(".json"), json.dumps(card, indent=2) + "\n")
    return card


def main() -> None:
    """Read the command line, find the digits and make the classifier."""
    parser = argparse.ArgumentParser(description="Train the classifier of digitgan.")
    parser.add_argument("--data", default="mnist", help="the digits to learn from")
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("-o", "--out", type=Path, metavar="FOLDER")
    typed = parser.parse_args()
    command = f"python -m digitgan.evaluation.train_classifier --data {typed.data}"
    if typed.epochs != EPOCHS:
        command += f" --epochs {typed.epochs}"
    try:
        if typed.epochs < 1:
            raise InputError("epochs", typed.epochs, "1 or more")
        data = load_dataset(typed.data)
        path = WEIGHTS if typed.data == "mnist" else classifier_path(data)
        card = make(typed.out or path.parent, data, command, typed.epochs)
    except InputError as error:
        parser.error(error.line(f"--{error.field}"))
    except (OSError, ExportFailed) as error:
        parser.error(f"{error}")
    print(json.dumps(card, indent=2))


if __name__ == "__main__":
    main()
