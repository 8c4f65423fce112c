"""The cells of a flat page become digits as those of MNIST, in a folder a class."""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from digitgan.data.image_grid import grid
from digitgan.data.images import SIDE
from digitgan.data.mnist_preprocessing import preprocess_drawing
from digitgan.data.sheet.form import COLUMNS, DPI, cells
from digitgan.data.sheet.photo import flat_page
from digitgan.errors import InputError
from digitgan.files import replacing

MM = DPI / 25.4
AROUND = int(2 * MM)  # strokes may leave their cell by so much
SPECK = (0.4 * MM) ** 2  # pixels: less is dirt
SHORTEST = 2.5 * MM  # of a digit's longer side
SURELY_INK = 64  # of 255: darker than frames and shadows


@dataclass(frozen=True, eq=False)
class Sheet:
    """What stood in the cells of a form.

    Attributes:
        cells: ``uint8 (80, 28, 28)``, row by row, 0 paper to 255 ink; all paper where
            a cell was empty.
    """

    cells: np.ndarray

    @property
    def filled(self) -> np.ndarray:
        """Whether something stands in each cell, ``bool (80,)``."""
        return self.cells.any(axis=(1, 2))

    @property
    def labels(self) -> np.ndarray:
        """The digit that each cell is for, ``int (80,)``."""
        return np.arange(len(self.cells)) // COLUMNS


def read(photo: Path) -> Sheet:
    """Read a photograph or scan of a filled form.

    Raises:
        InputError: There is no form in it, or nothing is written on it.
    """
    page = flat_page(photo)
    cuts = [
        page[top - AROUND : bottom + AROUND, left - AROUND : right + AROUND]
        for left, top, right, bottom in cells().tolist()
    ]
    dark = np.concatenate([cut[cut > SURELY_INK] for cut in cuts])
    # NIST's pages were black and white: so are these, cut at half of the pen's ink.
    half = np.percentile(dark, 75) / 2 if len(dark) else 255
    found = np.stack([_digit(cut > half) for cut in cuts])
    if not found.any():
        raise InputError(
            f"--read {str(photo)!r} shows an empty form: allowed is one that was "
            "filled with a dark pen"
        )
    return Sheet(found)


def _digit(ink: np.ndarray) -> np.ndarray:
    """Return the digit in a cell, or paper: ``bool (H, W)`` to ``uint8 (28, 28)``."""
    _, pieces, stats, _ = cv2.connectedComponentsWithStats(ink.astype(np.uint8))
    left, top, width, height, area = stats.T
    ends = (left + width == ink.shape[1]) | (top + height == ink.shape[0])
    at_edge = (left == 0) | (top == 0) | ends  # a neighbour's stroke, mostly
    area[0] = 0  # the paper
    wanted = (area >= SPECK) & (~at_edge | (area == area.max()))
    clean = wanted[pieces]
    rows, columns = clean.any(axis=1), clean.any(axis=0)
    longer = max(
        np.ptp(np.flatnonzero(side)) if side.any() else 0 for side in (rows, columns)
    )
    if longer < SHORTEST:
        return np.zeros((SIDE, SIDE), np.uint8)
    return preprocess_drawing(255 * clean.astype(np.uint8))


def write(sheet: Sheet, folder: Path) -> Path:
    """Write a folder of pictures for each digit, and a contact sheet beside them.

    Args:
        sheet: From :func:`read`.
        folder: A new or empty one; ``digitgan.data.load`` reads it.

    Returns:
        The contact sheet, FOLDER.png: a row for each digit, in the order of the form.

    Raises:
        InputError: The folder holds something already, or FOLDER.png is there.
    """
    folder = folder.absolute()  # that . has a name
    contact = folder.with_name(f"{folder.name}.png")
    for path in (folder, contact):
        if path.is_file() or (path.is_dir() and any(path.iterdir())):
            raise InputError(f"--out: {str(path)!r} exists: allowed is a new folder")
    for number in np.flatnonzero(sheet.filled):
        with replacing(folder / name_of(number)) as temporary:
            Image.fromarray(sheet.cells[number]).save(temporary)
    with replacing(contact) as temporary:
        grid(sheet.cells, COLUMNS, scale=3).save(temporary)
    return contact


def name_of(number: int) -> str:
    """Return the file of a cell in the folder: the digit, and its place in the row."""
    digit, place = divmod(int(number), COLUMNS)
    return f"{digit}/{place + 1}.png"
