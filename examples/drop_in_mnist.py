"""A script that reads MNIST as many do, with nothing of digitgan in it.

    digitgan dataset made/mnist --count 12000 --split 10000,0,2000
    python examples/drop_in_mnist.py made/mnist

It names no file that MNIST lacks: give it a folder of MNIST's own files and it runs the
same. Each test digit is read as the training digit that is most like it.
"""

import gzip
import sys
from pathlib import Path

import numpy as np


def images(path: Path) -> np.ndarray:
    """Read a gzipped IDX file of images, ``float64 (N, 784)``."""
    with gzip.open(path) as file:
        return np.frombuffer(file.read(), np.uint8, offset=16).reshape(-1, 784) / 255.0


def labels(path: Path) -> np.ndarray:
    """Read a gzipped IDX file of labels, ``uint8 (N,)``."""
    with gzip.open(path) as file:
        return np.frombuffer(file.read(), np.uint8, offset=8)


def nearest(train: np.ndarray, test: np.ndarray) -> np.ndarray:
    """Return which training image is nearest to each test image."""
    half = 0.5 * np.sum(train**2, axis=1)
    blocks = np.array_split(test, len(test) // 500 + 1)
    return np.concatenate([np.argmin(half - b @ train.T, axis=1) for b in blocks])


def main(folder: str) -> None:
    """Read the test digits by their nearest training digit."""
    mnist = Path(folder)
    x_train = images(mnist / "train-images-idx3-ubyte.gz")
    y_train = labels(mnist / "train-labels-idx1-ubyte.gz")
    x_test = images(mnist / "t10k-images-idx3-ubyte.gz")
    y_test = labels(mnist / "t10k-labels-idx1-ubyte.gz")
    share = np.mean(y_train[nearest(x_train, x_test)] == y_test)
    print(f"{share:.2%} of {len(y_test):,} test digits are read rightly")


if __name__ == "__main__":
    main(*sys.argv[1:])
