"""The form: an A4 page with a row of cells for every digit, and markers to find it."""

from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from digitgan.errors import InputError
from digitgan.files import replacing

DPI = 300
PAGE_SIZE = (2480, 3508)  # width and height of A4
ENDINGS = (".pdf", ".png")

ROWS, COLUMNS = 10, 8
CELL_SIZE = 166  # 14 mm: a digit of usual size and pen is as bold there as in MNIST
CELL_PITCH = (214, 236)
FIRST_CELL = (500, 720)  # left and top

MARKERS = cv2.aruco.DICT_4X4_50
MARKER_SIZE, MARGIN = 212, 118

FRAME_GREY, TEXT_GREY = 218, 70  # reading passes over frames
INSTRUCTIONS = (
    "Write a digit into each cell, the one that stands before its row.",
    "Use one dark pen. Cells may stay empty, but no row. Photograph the whole page.",
)


def cell_boxes() -> np.ndarray:
    """Return the cells, row by row, ``int (80, 4)``: left, top, right, bottom."""
    row, column = np.divmod(np.arange(ROWS * COLUMNS), COLUMNS)
    corner = np.stack([column, row], 1) * CELL_PITCH + FIRST_CELL
    return np.concatenate([corner, corner + CELL_SIZE], 1)


def marker_corners() -> np.ndarray:
    """Return the corners of the markers in pixels, ``float32 (4, 4, 2)``.

    Both clockwise from the upper left one.
    """
    far = np.array(PAGE_SIZE) - MARGIN - MARKER_SIZE
    turns = np.array([(0, 0), (1, 0), (1, 1), (0, 1)])
    first = np.where(turns, far, MARGIN)
    return (first[:, np.newaxis] + turns * MARKER_SIZE).astype(np.float32)


def draw_form() -> Image.Image:
    """Draw the form, grey on white, 300 pixels an inch."""
    form = Image.new("L", PAGE_SIZE, 255)
    draw = ImageDraw.Draw(form)
    dictionary = cv2.aruco.getPredefinedDictionary(MARKERS)
    for number, corners in enumerate(marker_corners()):
        marker = cv2.aruco.generateImageMarker(dictionary, number, MARKER_SIZE)
        form.paste(Image.fromarray(marker), tuple(corners[0].astype(int).tolist()))

    def write(x: int, y: int, text: str, grey: int, size: int) -> None:
        font = ImageFont.load_default(size)
        draw.text((x, y), text, grey, font, anchor="mm")

    middle = PAGE_SIZE[0] // 2
    write(middle, 330, "digitgan", TEXT_GREY, 90)
    for i, line in enumerate(INSTRUCTIONS):
        write(middle, 470 + 70 * i, line, TEXT_GREY, 46)
    for number, (left, top, right, bottom) in enumerate(cell_boxes().tolist()):
        draw.rectangle((left, top, right, bottom), outline=FRAME_GREY, width=3)
        if number % COLUMNS == 0:
            write(left - 110, (top + bottom) // 2, str(number // COLUMNS), 150, 110)
    return form


def write_form(path: Path) -> None:
    """Write the form for the printer: a PDF of one A4 page, or a PNG."""
    if path.suffix.lower() not in ENDINGS:
        raise InputError("make", path, f"a name ending in {' or '.join(ENDINGS)}")
    with replacing(path) as temporary:
        draw_form().save(temporary, resolution=DPI, dpi=(DPI, DPI))
