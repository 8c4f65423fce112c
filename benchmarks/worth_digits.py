"""What a reader can learn from: real digits and those of a generator, by their number.

Where so many real digits are all there is, the generator has learnt from those alone.
"""

from pathlib import Path

import numpy as np
from PIL import Image
from record import ROOT
from sklearn.datasets import load_digits

import digitgan
from digitgan.data.augmentation import augment
from digitgan.data.dataset import Digits
from digitgan.data.mnist_preprocessing import preprocess_drawing
from digitgan.measure.classifier import Classifier
from digitgan.untrusted import sha256

MANY = 60_000
SPARE = 1.1  # digits are drawn for each that is wanted where some are left out
COPIES, EPOCHS = 60, 6  # of the small sets that a generator learns from
WORK = ROOT / "runs" / "worth"


def mnist(n: int) -> Digits:
    """Return n training digits: the first of a fixed order."""
    train = digitgan.load_dataset("mnist").train
    return train[np.random.default_rng(0).permutation(len(train))[:n]]


def generator(real: int) -> Path | str:
    """Return the model that has seen so many real digits, trained unless it is there.

    Of all of them it is the shipped one. Of fewer it learns from these alone, each
    written anew by small changes that keep its label.
    """
    if real == MANY:
        return "flagship"
    run = WORK / f"from-{real}"
    if not (run / "model" / "model.json").is_file():
        digits = mnist(real)
        assert digits.labels is not None
        images = np.concatenate([digits.images, augment(digits.images, COPIES - 1)])
        file = WORK / f"from-{real}.npz"
        np.savez(file, x=images, y=np.tile(digits.labels, COPIES))
        if (run / "config.json").exists():
            digitgan.resume(run)
        else:
            digitgan.train("conditional", file, epochs=EPOCHS, out=run)
    return run


def adapted() -> Path:
    """Return the shipped model, adapted to the first half of the UCI digits."""
    out = WORK / f"adapted-{fingerprint('flagship')}"
    if not out.exists():
        half = uci()[: len(uci()) // 2]
        np.savez(WORK / "uci.npz", x=half.images, y=half.labels)
        digitgan.adapt("flagship", WORK / "uci.npz", out)
    return out


def drawn(
    model: Path | str,
    n: int,
    seed: int = 0,
    variety: float = 1.0,
    checked: bool = False,
) -> Digits:
    """Return n digits of a model, each label in turn.

    Those that the shipped classifier misreads are left out where ``checked`` is true,
    as ``digitgan dataset --checked`` does.
    """
    labels = np.arange(int(n * SPARE) if checked else n, dtype=np.int32) % 10
    images = digitgan.load(model).sample(labels, seed=seed, variety=variety)
    digits = Digits(images, labels)
    if checked:
        right = Classifier().predict(images).labels == labels
        digits = digits[np.flatnonzero(right)[:n]]
    assert len(digits) == n
    return digits


def fingerprint(model: Path | str) -> str:
    """Return the start of the SHA-256 of a model's generator."""
    return sha256(digitgan.load(model).folder / "generator.onnx")[:8]


def uci() -> Digits:
    """Return scikit-learn's 1,797 digits, prepared as MNIST was.

    They are counts from 0 to 16 of the ink in blocks of 4 x 4 pixels, 8 x 8 of them:
    enlarged to the 32 x 32 that was scanned, then cut out, made 20 pixels long and laid
    by their centre of mass, as a digit is that somebody draws on the page.
    """
    counts, labels = load_digits(return_X_y=True)
    greys = np.rint(counts.reshape(-1, 8, 8) * (255 / 16)).astype(np.uint8)
    scans = [
        Image.fromarray(grey).resize((32, 32), Image.Resampling.BICUBIC)
        for grey in greys
    ]
    images = [preprocess_drawing(np.asarray(scan)) for scan in scans]
    return Digits(np.stack(images), labels.astype(np.int32))
