"""The cells of a flat page become digits as those of MNIST, in a folder a class."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from digitgan.data.image_grid import grid
from digitgan.data.images import SIDE
from digitgan.data.mnist_preprocessing import preprocess_drawing
from digitgan.data.sheet.clean import without_dirt
from digitgan.data.sheet.form import CELL_SIZE, COLUMNS, DPI, ROWS, cell_boxes
from digitgan.data.sheet.photo import flatten_pages
from digitgan.errors import InputError
from digitgan.files import replacing

MM = DPI / 25.4  # in pixels
MARGIN = int(2 * MM)  # strokes may leave their cell by so much
MIN_AREA = (0.4 * MM) ** 2  # pixels: less is dirt
MIN_LENGTH = 2.5 * MM  # of a digit's longer side
MIN_DARKNESS = 24  # of 255: of the faintest pencil
MIN_SHARE = 0.3  # of the pen's darkness: what is fainter shines through the paper
PEAK = 99.5  # percent of a cell's pixels are lighter than its ink
FRAME_REACH = int(0.6 * MM)  # pixels from the middle of a frame's line to its ends
FRAME_SEARCH = MARGIN - FRAME_REACH  # pixels that one side may lie off
MAX_BEND = int(3 * MM)  # pixels that a whole cell may lie off, as paper bends
OFFSET_COST = 0.1  # grey levels: of two frames, the one that lies less off, a pixel
MAX_FAINT = 32  # of 255: frames of all greys count as dark from here on


@dataclass(frozen=True, eq=False)
class FilledForms:
    """What stood in the cells of one form or more."""

    # ``uint8 (N, 28, 28)``, 80 of each form, row by row, 0 background to 255 ink; all
    # background where a cell was empty
    cells: np.ndarray

    @property
    def filled(self) -> np.ndarray:
        """Whether something stands in each cell, ``bool (N,)``."""
        return np.asarray(self.cells.any(axis=(1, 2)))

    @property
    def labels(self) -> np.ndarray:
        """The digit that each cell is for, ``int (N,)``."""
        return np.arange(len(self.cells)) // COLUMNS % ROWS


def read_forms(photos: Sequence[Path]) -> FilledForms:
    """Read photographs or scans of filled forms."""
    pages = ((photo, page) for photo in photos for page in flatten_pages(photo))
    return FilledForms(np.concatenate([_read_page(*pair) for pair in pages]))


def _read_page(photo: Path, page: np.ndarray) -> np.ndarray:
    cuts = [_without_frame(_cut(page, *box[:2])) for box in cell_boxes().tolist()]
    peaks = np.array([np.percentile(cut, PEAK) for cut in cuts])
    pen = np.median(peaks[peaks >= peaks.max() / 2])
    faintest = max(MIN_DARKNESS, MIN_SHARE * pen)
    # NIST's pages were black and white: so are these, cut at half of the pen's ink.
    thresholds = np.where(peaks < faintest, 255, np.minimum(peaks, pen) / 2)
    cells = [_read_cell(c > at) for c, at in zip(cuts, thresholds, strict=True)]
    if not np.any(cells):
        allowed = "one that was filled with a dark pen"
        raise InputError("read", photo, allowed, "shows an empty form")
    return np.stack(cells)


def _cut(page: np.ndarray, left: int, top: int) -> np.ndarray:
    """Return a cell with ``MARGIN`` around it, from where bent paper has moved it."""
    size = CELL_SIZE + 2 * MAX_BEND
    wide = page[top - MAX_BEND :, left - MAX_BEND :][:size, :size]
    down, right = (_frame_offset(turned) for turned in (wide, wide.T))
    top, left = top + down - MARGIN, left + right - MARGIN
    return page[top:, left:][: CELL_SIZE + 2 * MARGIN, : CELL_SIZE + 2 * MARGIN]


def _frame_offset(wide: np.ndarray) -> int:
    """Return how many pixels a cell's upper and lower line lie too low."""
    dark = np.minimum(wide[:, MAX_BEND:-MAX_BEND], MAX_FAINT).mean(axis=1)
    offsets = np.arange(-MAX_BEND, MAX_BEND)
    both = dark[MAX_BEND + offsets] + dark[MAX_BEND + CELL_SIZE + offsets]
    return int(offsets[(both - OFFSET_COST * np.abs(offsets)).argmax()])


def _without_frame(cut: np.ndarray) -> np.ndarray:
    """Return a cell with ``MARGIN`` around it without its frame, as dark as any pen."""
    for _ in range(4):  # the upper side, and each other one when it is turned up
        cut = np.rot90(_without_upper_line(cut))
    return cv2.medianBlur(np.ascontiguousarray(cut), 3)


def _without_upper_line(cut: np.ndarray) -> np.ndarray:
    """Replace the line at the top of a cell by the ink that crosses it.

    The line is the row that is dark nearly everywhere, which no stroke is, where the
    frame should be or a little off.
    """
    offsets = np.arange(-FRAME_SEARCH, FRAME_SEARCH + 1)
    inside = cut[MARGIN + offsets, MARGIN:-MARGIN]
    coverage = np.minimum(inside, MAX_FAINT).mean(axis=1) - OFFSET_COST * np.abs(
        offsets
    )
    line = MARGIN + offsets[coverage.argmax()]
    rows = slice(line - FRAME_REACH, line + FRAME_REACH + 1)
    frame = np.median(cut[rows, MARGIN:-MARGIN].max(axis=0))
    crossing = _crossing(cut[rows.start], cut[rows.stop - 1])
    on_top = cut[rows] > 1.4 * frame + MIN_DARKNESS  # darker than the frame: the pen
    cut = cut.copy()
    cut[rows] = np.where(on_top, cut[rows], crossing)
    return cut


def _crossing(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    """Return the ink ``(2 * FRAME_REACH + 1, W)`` of strokes seen on both sides."""
    steps = np.linspace(1, -1, 2 * FRAME_REACH + 1)[:, np.newaxis]  # from above down
    columns = np.arange(len(above))
    ink = np.zeros((len(steps), len(above)), np.uint8)
    for lean in range(-FRAME_REACH, FRAME_REACH + 1):  # up to 45 degrees
        ends = np.minimum(np.roll(above, -lean), np.roll(below, lean))
        places = columns - np.rint(lean * steps).astype(int)
        ink = np.maximum(ink, ends[places % len(columns)])
    return ink


def _read_cell(ink: np.ndarray) -> np.ndarray:
    """Return the digit in a cell, or nothing: ``bool (H, W)`` to ``uint8 (28, 28)``."""
    clean = without_dirt(ink, MIN_AREA)
    sides = (np.flatnonzero(clean.any(axis=axis)) for axis in (0, 1))
    within = clean[MARGIN:-MARGIN, MARGIN:-MARGIN].sum() >= clean.sum() / 2
    if not within or max(np.ptp(s) if len(s) else 0 for s in sides) < MIN_LENGTH:
        return np.zeros((SIDE, SIDE), np.uint8)
    return preprocess_drawing(255 * clean.astype(np.uint8))


def write_folder(forms: FilledForms, folder: Path) -> Path:
    """Write a folder of pictures for each digit, and a contact sheet FOLDER.png.

    The sheet, which is returned, has a row for each digit, in the order of the forms.
    """
    folder = folder.absolute()  # that . has a name
    contact_sheet = folder.with_name(f"{folder.name}.png")
    for path in (folder, contact_sheet):
        if path.is_file() or (path.is_dir() and any(path.iterdir())):
            raise InputError("out", path, "a new folder", "exists")
    for cell in np.flatnonzero(forms.filled).tolist():
        with replacing(folder / file_name(cell)) as temporary:
            Image.fromarray(forms.cells[cell]).save(temporary)
    with replacing(contact_sheet) as temporary:
        grid(forms.cells, COLUMNS, scale=3).save(temporary)
    return contact_sheet


def file_name(cell: int) -> str:
    """Return the file of a cell in the folder: the digit, and its place in the rows."""
    row, place = divmod(cell, COLUMNS)
    form, digit = divmod(row, ROWS)
    return f"{digit}/{form * COLUMNS + place + 1}.png"
