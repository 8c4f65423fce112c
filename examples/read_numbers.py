"""Train a reader of whole numbers on made ones only, then let it read a strip.

    python examples/read_numbers.py [COUNT]

6,000 made numbers unless another COUNT is given; some minutes on a laptop. The last
picture is one of the reader's own test numbers, shown in the terminal.
"""

import json
import shutil
import sys
from pathlib import Path

import keras
import numpy as np
from PIL import Image

import digitgan
from digitgan.data.image_grid import to_block_characters

HEIGHT, WIDTH = 32, 160  # of what the network sees
MAX_DIGITS = 6  # digits


def strips(folder: Path) -> tuple[np.ndarray, list[str]]:
    """Read pictures and texts: ``uint8 (N, 32, 160, 1)``, ink bright, and N texts."""
    lines = (folder / "metadata.jsonl").read_text().splitlines()
    rows = [json.loads(line) for line in lines]
    images = np.zeros((len(rows), HEIGHT, WIDTH, 1), np.uint8)
    for image, row in zip(images, rows, strict=True):
        picture = Image.open(folder / row["file_name"])
        picture.thumbnail((WIDTH, HEIGHT))
        ink = 255 - np.asarray(picture)
        image[: ink.shape[0], : ink.shape[1], 0] = ink
    return images, [row["text"] for row in rows]


def targets(texts: list[str]) -> np.ndarray:
    """Return digits as 1 to 10, filled up with 0, ``int32 (N, MAX_DIGITS)``."""
    targets = np.zeros((len(texts), MAX_DIGITS), np.int32)
    for row, text in zip(targets, texts, strict=True):
        row[: len(text)] = [int(digit) + 1 for digit in text]
    return targets


def reader() -> keras.Model:
    """Return a network that says at 40 places of the strip which digit is there."""
    layers = keras.layers
    steps = [keras.Input((HEIGHT, WIDTH, 1)), layers.Rescaling(1 / 255)]
    for width, pool in ((16, (2, 2)), (32, (2, 2)), (64, (2, 1)), (64, (4, 1))):
        steps.append(layers.Conv2D(width, 3, padding="same", use_bias=False))
        steps.append(layers.BatchNormalization())
        steps.append(layers.ReLU())
        steps.append(layers.MaxPooling2D(pool))
    steps += [layers.Reshape((WIDTH // 4, 64)), layers.Dropout(0.2)]
    steps.append(layers.Conv1D(64, 5, padding="same", activation="relu"))
    steps.append(layers.Dense(11))
    return keras.Sequential(steps)


def read(model: keras.Model, images: np.ndarray) -> list[str]:
    """Read strips: the likeliest digit at each place, repetitions and gaps left out."""
    best = model.predict(images, verbose=0).argmax(axis=-1)
    starts = (best > 0) & (np.diff(best, prepend=0, axis=1) != 0)
    return [
        "".join(str(index - 1) for index in row[starting])
        for row, starting in zip(best, starts, strict=True)
    ]


def main(count: int = 6_000) -> None:
    """Make, train, read."""
    made = digitgan.make_dataset(
        f"made/numbers-{count}",
        kind="numbers",
        count=count,
        length=f"1-{MAX_DIGITS}",
        progress=True,
    )
    images, texts = strips(made.folder / "train")
    model = reader()
    model.compile(keras.optimizers.Adam(2e-3), keras.losses.CTC())
    model.fit(images, targets(texts), batch_size=32, epochs=15, verbose=2)
    images, texts = strips(made.folder / "test")
    predicted = read(model, images)
    share = np.mean([a == b for a, b in zip(predicted, texts, strict=True)])
    print(f"{share:.1%} of {len(texts):,} whole numbers are read rightly")
    print(to_block_characters(images[:1, ..., 0], shutil.get_terminal_size().columns))
    print(f"was written as {texts[0]} and is read as {predicted[0]}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
