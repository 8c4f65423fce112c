"""Train a reader of digits on made ones only, then try it on real ones.

    python examples/train_classifier.py [COUNT]

20,000 made digits unless another COUNT is given; some minutes on a laptop.
"""

import sys

import keras
import numpy as np

import digitgan
from digitgan.data.load import load_dataset


def reader() -> keras.Model:
    """Return a small convolutional network, not yet trained."""
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Rescaling(1 / 255),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(64, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dropout(0.4),
            layers.Dense(10, activation="softmax"),
        ]
    )


def main(count: int = 20_000) -> None:
    """Make, train, compare."""
    out = f"made/digits-{count}"
    made = digitgan.make_dataset(
        out, count=count, format="npz", balance=True, progress=True
    )
    with np.load(made.folder / "mnist.npz") as stored:
        x_train, y_train = stored["x_train"][..., np.newaxis], stored["y_train"]
        x_test, y_test = stored["x_test"][..., np.newaxis], stored["y_test"]
    model = reader()
    loss = "sparse_categorical_crossentropy"
    model.compile("adam", loss, metrics=["accuracy"])
    model.fit(x_train, y_train, batch_size=128, epochs=5, verbose=2)
    real = load_dataset("mnist").test or load_dataset("mnist").train
    tests = {
        "made digits it has not seen": (x_test, y_test),
        "real digits of MNIST": (real.images[..., np.newaxis], real.labels),
    }
    for name, (images, labels) in tests.items():
        share = model.evaluate(images, labels, verbose=0)[1]
        print(f"{share:7.2%} of {len(labels):,} {name} are read rightly")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
