"""The form: an A4 page with a row of cells for every digit, and markers to find it."""

from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from digitgan.errors import InputError
from digitgan.files import replacing

DPI = 300
PAGE = (2480, 3508)  # width and height of A4
ENDINGS = (".pdf", ".png")

ROWS, COLUMNS = 10, 8
CELL = 166  # 14 mm: a digit of usual size and pen is as bold there as in MNIST
PITCH = (214, 236)
FIRST = (500, 720)  # left and top of the first cell

MARKERS = cv2.aruco.DICT_4X4_50
MARKER, MARGIN = 212, 118

LIGHT, DARK = 218, 70  # greys: frames and labels that reading passes over; the words
WORDS = (
    "Write a digit into each cell, the one that stands before its row.",
    "Use one dark pen. Cells may stay empty, but no row. Photograph the whole page.",
)


def cells() -> np.ndarray:
    """Return the cells, row by row, ``int (80, 4)``: left, top, right, bottom."""
    row, column = np.divmod(np.arange(ROWS * COLUMNS), COLUMNS)
    corner = np.stack([column, row], 1) * PITCH + FIRST
    return np.concatenate([corner, corner + CELL], 1)


def marker_corners() -> np.ndarray:
    """Return where the markers' corners are, clockwise from the upper left ones.

    Returns:
        ``float32 (4, 4, 2)``: markers, their corners, x and y in pixels.
    """
    far = np.array(PAGE) - MARGIN - MARKER
    turns = np.array([(0, 0), (1, 0), (1, 1), (0, 1)])
    first = np.where(turns, far, MARGIN)
    return (first[:, np.newaxis] + turns * MARKER).astype(np.float32)


def page() -> Image.Image:
    """Draw the form, grey on white, 300 pixels an inch."""
    form = Image.new("L", PAGE, 255)
    draw = ImageDraw.Draw(form)
    dictionary = cv2.aruco.getPredefinedDictionary(MARKERS)
    for number, corners in enumerate(marker_corners()):
        marker = cv2.aruco.generateImageMarker(dictionary, number, MARKER)
        form.paste(Image.fromarray(marker), tuple(corners[0].astype(int).tolist()))
    middle = PAGE[0] // 2
    draw.text((middle, 330), "digitgan", DARK, _font(90), anchor="mm")
    for i, line in enumerate(WORDS):
        draw.text((middle, 470 + 70 * i), line, DARK, _font(46), anchor="mm")
    for number, (left, top, right, bottom) in enumerate(cells().tolist()):
        draw.rectangle((left, top, right, bottom), outline=LIGHT, width=3)
        if number % COLUMNS == 0:
            place = (left - 110, (top + bottom) // 2)
            draw.text(place, str(number // COLUMNS), 150, _font(110), anchor="mm")
    return form


def make(path: Path) -> None:
    """Write the form for the printer.

    Args:
        path: A PDF of one A4 page, or a PNG, as its ending says.

    Raises:
        InputError: It has another ending.
    """
    if path.suffix.lower() not in ENDINGS:
        allowed = " or ".join(ENDINGS)
        raise InputError(f"--make {str(path)!r}: allowed is a name ending in {allowed}")
    with replacing(path) as temporary:
        page().save(temporary, resolution=DPI, dpi=(DPI, DPI))


def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.load_default(size)
