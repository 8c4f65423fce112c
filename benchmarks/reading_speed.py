"""How long 60,000 digits of one's own take to read, as a table and as pictures.

    python benchmarks/reading_speed.py

Seconds are those of the processor, whoever else uses it and however many threads read.
"""

import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from PIL import Image
from record import publish, spread

from digitgan.data.dataset import Digits
from digitgan.data.load import load_dataset

REPEATS = 3


def write_csv(digits: Digits, path: Path) -> None:
    """Write a table as Kaggle has it: the label, then 784 pixels."""
    rows = np.column_stack([digits.labels, digits.images.reshape(len(digits), -1)])
    header = ",".join(["label", *(f"pixel{i}" for i in range(784))])
    np.savetxt(path, rows, "%d", ",", header=header, comments="")


def write_pictures(digits: Digits, folder: Path) -> None:
    """Write a PNG each, in a folder for each class."""
    for name in range(10):
        (folder / f"{name}").mkdir(parents=True)
    for number, image in enumerate(digits.images):
        path = folder / f"{digits.labels[number]}" / f"{number}.png"
        Image.fromarray(image).save(path)


LAYOUTS: dict[str, Callable[[Digits, Path], None]] = {
    "CSV": write_csv,
    "PNG in a folder a class": write_pictures,
}


def main() -> None:
    """Write both, read each several times, and put the table into the page."""
    digits, found = load_dataset("mnist").train, {}
    with TemporaryDirectory() as name:
        for layout, write in LAYOUTS.items():
            path = Path(name) / layout
            write(digits, path)
            found[layout] = []
            for _ in range(REPEATS):
                began = time.process_time()
                assert len(load_dataset(path).train) == len(digits)
                found[layout].append(time.process_time() - began)
    rows = [f"| {name} | {spread(seconds, 1)} |" for name, seconds in found.items()]
    table = [f"| {len(digits):,} digits as | seconds to read |", "| --- | --- |", *rows]
    publish("reading", "docs/your-data.md", {"seconds": found}, "\n".join(table))


if __name__ == "__main__":
    main()
