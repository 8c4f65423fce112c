"""Where the glyphs of a text stand: on wandering lines, or in form cells."""

import re
from dataclasses import dataclass

import numpy as np

from digitgan.errors import InputError
from digitgan.handwriting.geometry import (
    BASELINE,
    DIGIT_HEIGHT,
    GRID_SIDE,
    MAX_PIXELS,
)
from digitgan.handwriting.options import WriteOptions
from digitgan.handwriting.writer_style import WriterStyle

# In heights of a digit:
MARGIN, SPACE = 0.3, 0.5
SPACING = (0.0, 0.15)  # usual distance between neighbours, least and most
MAX_TUCK = 0.18  # how far a character may reach under or over its neighbour
CLEARANCE = 0.1  # rows this far above and below the ink keep their distance, too
CELL_ROOM = 0.3  # beside the widest character in its cell
CELL_START, CELL_JITTER = 0.35, 0.3  # share of the free room on the left: from, by


@dataclass(frozen=True, eq=False)
class Layout:
    """Where a text of n characters stands, in pixels of the picture.

    Attributes:
        size: Width and height of the picture.
        baselines: The row under the ink of each line of text, ``int (lines,)``.
        cells: Left, right and baseline of each form cell, ``int (n, 3)``; empty where
            there are none.
        places: The number of each of the m characters that leave ink.
        boxes: Left, top, right, bottom of the ink of each, ``int (m, 4)``.
        inks: The ink of each inside its box, ``uint8 (height, width)``.
    """

    size: tuple[int, int]
    baselines: np.ndarray
    cells: np.ndarray
    places: tuple[int, ...]
    boxes: np.ndarray
    inks: tuple[np.ndarray, ...]


def lay_out(
    rows: list[str], glyphs: np.ndarray, writer: WriterStyle, options: WriteOptions
) -> Layout:
    """Give each character of a text its place.

    The distance of neighbours is the smallest in any row. Rows near the ink count, too,
    and no character reaches far into the room of another: a full stop does not slip
    under a 7.

    Args:
        rows: The lines of the text; spaces have no glyph.
        glyphs: ``uint8 (n, rows, columns)``, the ink of each character.
        writer: Whose slant and jitter.
        options: Height, width, spacing and lines are used. Distances, or cells, shrink
            until the text fits the width.

    Raises:
        InputError: The text does not fit the width, or the picture is too large.
    """
    height, width = options.height, options.width
    margin = round(MARGIN * height)
    room = None if width is None else width - 2 * margin
    below = np.rint(height * writer.jitter.below).astype(int)
    for glyph, down in zip(glyphs, below, strict=True):
        glyph[:] = np.roll(glyph, down, axis=0)
    cells = np.zeros((0, 2), int)
    if options.lines == "boxes":
        lefts, cells, needed = _in_cells(rows, glyphs, height, room, writer.jitter.gaps)
    else:
        lefts, needed = _in_lines(rows, glyphs, writer, options, room)
    if width is None:
        width = needed + 2 * margin
    elif width < needed + 2 * margin:
        least = (options.spacing or SPACING)[0]
        where = "in boxes" if options.lines == "boxes" else f"and spacing {least:g}"
        allowed = f"{needed + 2 * margin} or more for this text at height {height} "
        raise InputError("width", width, allowed + where)
    first = round(BASELINE * height / DIGIT_HEIGHT)
    pitch = 3 * round(GRID_SIDE * height)
    size = (width, glyphs.shape[1] + pitch * (len(rows) - 1))
    if size[0] * size[1] > MAX_PIXELS:
        problem = f"needs {size[0]:,} x {size[1]:,} pixels at height {height}"
        raise InputError("text", "\n".join(rows), f"{MAX_PIXELS:,} in all", problem)
    baselines = first + pitch * np.arange(len(rows))
    own = np.repeat(baselines, [len(row.replace(" ", "")) for row in rows])
    places, boxes, inks = _crop(glyphs, lefts + margin, own - first)
    cells = np.c_[cells + margin, own[: len(cells)]]
    return Layout(size, baselines, cells, places, boxes, inks)


def _in_lines(
    rows: list[str],
    glyphs: np.ndarray,
    writer: WriterStyle,
    options: WriteOptions,
    room: int | None,
) -> tuple[np.ndarray, int]:
    """Return the column of each glyph and the width needed; without room, the least."""
    height = options.height
    usual = round(SPACING[0] * height), round(SPACING[1] * height)
    low, high = options.spacing or usual
    wanted = np.floor(writer.jitter.gaps * (high - low + 1))
    begins, ends = _sides(glyphs, writer.pen.slant, height)
    left, right = _extents(glyphs)
    lefts, needed, start = np.zeros(len(glyphs), int), 0, 0
    for row in rows:
        # The room of the spaces before each character.
        blanks = np.array([len(blank) for blank in re.findall("( *)[^ ]", row)], int)
        blanks *= round(SPACE * height)
        part = slice(start, start + len(blanks))
        start = part.stop
        if not len(blanks):
            continue
        # From each character to the next, as near as may be, and then by as much more
        # as was wanted or, in steps of a tenth, as the room allows.
        nearest = (ends[part][:-1] - begins[part][1:]).max(axis=1) + blanks[1:] + low
        columns, end = nearest, 0
        for share in np.linspace(1, 0, 11):
            more = (share * wanted[part]).astype(int)
            columns = np.cumsum(np.r_[0, nearest + more[1:]])
            columns += blanks[0] - (columns + left[part]).min()
            end = (columns + right[part]).max()
            if room is None or end <= room:
                break
        lefts[part] = columns
        needed = max(needed, end)
    return lefts, needed


def _in_cells(
    rows: list[str],
    glyphs: np.ndarray,
    height: int,
    room: int | None,
    gaps: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, int]:
    """Return the column of each glyph, both sides of each cell, the width needed."""
    left, right = _extents(glyphs)
    longest, narrowest = max(map(len, rows)), (right - left).max() + 2
    cell = narrowest + round(CELL_ROOM * height)
    if room is not None:
        cell = max(narrowest, min(cell, room // longest))
    begins = [cell * i for row in rows for i, c in enumerate(row) if c != " "]
    begins, free = np.array(begins), cell - (right - left)
    before = np.rint(free * (CELL_START + CELL_JITTER * gaps)).astype(int)
    cells = np.stack([begins, begins + cell], axis=1)
    return begins + before - left, cells, longest * cell


def _crop(glyphs: np.ndarray, lefts: np.ndarray, tops: np.ndarray):
    """Return places, boxes and inks of the glyphs that have ink."""
    places, boxes, inks = [], [], []
    for place, glyph in enumerate(glyphs):
        rows, columns = np.flatnonzero(glyph.any(1)), np.flatnonzero(glyph.any(0))
        if not len(rows):
            continue  # the model drew nothing
        ink = glyph[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].copy()
        x, y = lefts[place] + columns[0], tops[place] + rows[0]
        boxes.append((x, y, x + ink.shape[1], y + ink.shape[0]))
        inks.append(ink)
        places.append(place)
    return tuple(places), np.array(boxes, int).reshape(-1, 4), tuple(inks)


def _extents(glyphs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the first column with ink and the one after the last, ``(n,)`` each."""
    inked = glyphs.max(axis=1) > 0
    return inked.argmax(axis=1), inked.shape[1] - inked[:, ::-1].argmax(axis=1)


def _sides(
    glyphs: np.ndarray, slant: float, height: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return where each character begins and ends, row by row, ``int (n, rows)``."""
    _, rows, columns = glyphs.shape
    lean = np.tan(np.deg2rad(slant)) * (rows / 2 - np.arange(rows))
    lean = np.rint(lean).astype(int)
    inked = glyphs > 0
    begins = _left_side(inked, lean, height)
    return begins, columns - _left_side(inked[:, :, ::-1], -lean, height)


def _left_side(inked: np.ndarray, lean: np.ndarray, height: int) -> np.ndarray:
    """Return the first column of each row that is taken, seen from the left."""
    beyond = 2 * inked.shape[2]  # where a row has no ink
    first = np.where(inked.any(axis=2), inked.argmax(axis=2), beyond)
    # No row is free farther than a tuck from the slanted line before all ink.
    outmost = (first - lean).min(axis=1, keepdims=True) + lean
    first = np.minimum(first, outmost + round(MAX_TUCK * height))
    # Rows near the ink keep their distance, too.
    near = round(CLEARANCE * height)
    padded = np.pad(first, ((0, 0), (near, near)), mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * near + 1, axis=1)
    return windows.min(axis=2)
