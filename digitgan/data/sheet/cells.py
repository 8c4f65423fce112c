"""The cells of a flat page become digits as those of MNIST, in a folder a class."""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from digitgan.data.image_grid import grid
from digitgan.data.images import SIDE
from digitgan.data.mnist_preprocessing import preprocess_drawing
from digitgan.data.sheet.form import COLUMNS, DPI, cell_boxes
from digitgan.data.sheet.photo import flatten_page
from digitgan.errors import InputError
from digitgan.files import replacing

MM = DPI / 25.4  # in pixels
MARGIN = int(2 * MM)  # strokes may leave their cell by so much
MIN_AREA = (0.4 * MM) ** 2  # pixels: less is dirt
MIN_LENGTH = 2.5 * MM  # of a digit's longer side
MIN_DARKNESS = 64  # of 255: darker than frames and shadows, surely ink


@dataclass(frozen=True, eq=False)
class FilledForm:
    """What stood in the cells of a form.

    Attributes:
        cells: ``uint8 (80, 28, 28)``, row by row, 0 background to 255 ink; all
            background where a cell was empty.
    """

    cells: np.ndarray

    @property
    def filled(self) -> np.ndarray:
        """Whether something stands in each cell, ``bool (80,)``."""
        return np.asarray(self.cells.any(axis=(1, 2)))

    @property
    def labels(self) -> np.ndarray:
        """The digit that each cell is for, ``int (80,)``."""
        return np.arange(len(self.cells)) // COLUMNS


def read_form(photo: Path) -> FilledForm:
    """Read a photograph or scan of a filled form.

    Raises:
        InputError: There is no form in it, or nothing is written on it.
    """
    page = flatten_page(photo)
    cuts = [
        page[top - MARGIN : bottom + MARGIN, left - MARGIN : right + MARGIN]
        for left, top, right, bottom in cell_boxes().tolist()
    ]
    dark = np.concatenate([cut[cut > MIN_DARKNESS] for cut in cuts])
    # NIST's pages were black and white: so are these, cut at half of the pen's ink.
    threshold = np.percentile(dark, 75) / 2 if len(dark) else 255
    form = FilledForm(np.stack([_read_cell(cut > threshold) for cut in cuts]))
    if not form.filled.any():
        allowed = "one that was filled with a dark pen"
        raise InputError("read", photo, allowed, "shows an empty form")
    return form


def _read_cell(ink: np.ndarray) -> np.ndarray:
    """Return the digit in a cell, or nothing: ``bool (H, W)`` to ``uint8 (28, 28)``."""
    _, components, stats, _ = cv2.connectedComponentsWithStats(ink.astype(np.uint8))
    left, top, width, height, area = stats.T
    ends = (left + width == ink.shape[1]) | (top + height == ink.shape[0])
    at_edge = (left == 0) | (top == 0) | ends  # a neighbour's stroke, mostly
    area[0] = 0  # the background
    wanted = (area >= MIN_AREA) & (~at_edge | (area == area.max()))
    clean = wanted[components]
    sides = (np.flatnonzero(clean.any(axis=axis)) for axis in (0, 1))
    if max(np.ptp(side) if len(side) else 0 for side in sides) < MIN_LENGTH:
        return np.zeros((SIDE, SIDE), np.uint8)
    return preprocess_drawing(255 * clean.astype(np.uint8))


def write_folder(form: FilledForm, folder: Path) -> Path:
    """Write a folder of pictures for each digit, and a contact sheet next to it.

    Args:
        form: From :func:`read_form`.
        folder: A new or empty one; ``load_dataset`` reads it.

    Returns:
        The contact sheet, FOLDER.png: a row for each digit, in the order of the form.

    Raises:
        InputError: The folder holds something already, or FOLDER.png is there.
    """
    folder = folder.absolute()  # that . has a name
    contact_sheet = folder.with_name(f"{folder.name}.png")
    for path in (folder, contact_sheet):
        if path.is_file() or (path.is_dir() and any(path.iterdir())):
            raise InputError("out", path, "a new folder", "exists")
    for cell in np.flatnonzero(form.filled).tolist():
        with replacing(folder / file_name(cell)) as temporary:
            Image.fromarray(form.cells[cell]).save(temporary)
    with replacing(contact_sheet) as temporary:
        grid(form.cells, COLUMNS, scale=3).save(temporary)
    return contact_sheet


def file_name(cell: int) -> str:
    """Return the file of a cell in the folder: the digit, and its place in the row."""
    digit, place = divmod(cell, COLUMNS)
    return f"{digit}/{place + 1}.png"
