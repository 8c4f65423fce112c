"""Real digits as small pictures for a page that trains on them itself.

A strip is a PNG of 16 greys: rows of ``COLUMNS`` boxes of 20 x 20 pixels, which every
digit of MNIST lies in. The label of its i-th box is ``i % CLASSES``.
"""

import json
from pathlib import Path

import numpy as np
from PIL import Image

from digitgan import files
from digitgan.data.cache import cache_folder
from digitgan.data.dataset import Dataset, Digits
from digitgan.data.mnist_preprocessing import DIGIT_LENGTH, crop_to_box

CLASSES = 10
COLUMNS = 50
STRIP = 1_000  # digits of one picture
STRIPS = 10
GREY_STEP = 17  # 255 is 15 of them
DESCRIPTION = "digits.json"
LICENCE = (
    "MNIST by Yann LeCun, Corinna Cortes and Christopher J. C. Burges, "
    "CC BY-SA 3.0, https://creativecommons.org/licenses/by-sa/3.0/; "
    "here cut to 20 x 20 pixels of 16 greys"
)


def strips_of(dataset: Dataset) -> Path:
    """Return the folder of the strips of a data set; it is made once, in the cache."""
    folder = cache_folder() / "digit-strips" / dataset.sha256[:16]
    if not (folder / DESCRIPTION).is_file():
        folder.mkdir(parents=True, exist_ok=True)
        strips = _strips(dataset.train)
        names = [f"{number}.png" for number in range(len(strips))]
        for name, strip in zip(names, strips, strict=True):
            with files.replacing(folder / name) as temporary:
                _save(strip, temporary)
        about = {"strips": names, "licence": LICENCE}
        files.write_text(folder / DESCRIPTION, json.dumps(about) + "\n")  # last
    return folder


def _strips(digits: Digits) -> list[np.ndarray]:
    """Return strips as ``uint8 (H, W)`` of 0 to 15, the first digits of each label."""
    of_label = [np.flatnonzero(digits.labels == label) for label in range(CLASSES)]
    count = min(STRIPS * STRIP // CLASSES, *map(len, of_label))
    count -= count % (COLUMNS // CLASSES)  # of each label; rows are whole
    order = np.stack([rows[:count] for rows in of_label], axis=1).ravel()
    boxes = crop_to_box(digits.images[order])
    greys = (boxes.astype(int) + GREY_STEP // 2) // GREY_STEP
    return [
        _rows_of_boxes(greys[start : start + STRIP].astype(np.uint8))
        for start in range(0, len(greys), STRIP)
    ]


def _rows_of_boxes(boxes: np.ndarray) -> np.ndarray:
    rows = boxes.reshape(-1, COLUMNS, DIGIT_LENGTH, DIGIT_LENGTH)
    return rows.swapaxes(1, 2).reshape(-1, COLUMNS * DIGIT_LENGTH)


def _save(greys: np.ndarray, path: Path) -> None:
    """Write a PNG of four bits a pixel; 15 is white, as 255 is elsewhere."""
    picture = Image.fromarray(greys).convert("P")
    picture.putpalette([GREY_STEP * (i // 3) for i in range(3 * 16)])
    picture.save(path, "PNG", bits=4, optimize=True)
