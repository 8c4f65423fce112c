"""Where the glyphs of texts stand: on wandering lines, or in form cells."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from digitgan.errors import InputError
from digitgan.handwriting.characters import Characters
from digitgan.handwriting.geometry import (
    BASELINE,
    DIGIT_HEIGHT,
    GRID_SIDE,
    MAX_PIXELS,
)
from digitgan.handwriting.glyphs import Glyphs
from digitgan.handwriting.options import WriteOptions
from digitgan.handwriting.writer_style import WriterStyles

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
        shapes: Of each, as it was drawn, and where its frame stands.
    """

    size: tuple[int, int]
    baselines: np.ndarray
    cells: np.ndarray
    places: tuple[int, ...]
    boxes: np.ndarray
    inks: tuple[np.ndarray, ...]
    shapes: "Shapes"

    @property
    def pixels(self) -> int:
        """How many the picture has."""
        return self.size[0] * self.size[1]


class Shapes(NamedTuple):
    """M characters as they were drawn, from which their outlines are traced.

    Attributes:
        drawn: ``uint8 (m, 40, 48)``.
        stretches: How much taller the ink of each is, ``float (m,)``.
        corners: Of each frame in the picture, right and down, ``int (m, 2)``.
    """

    drawn: np.ndarray
    stretches: np.ndarray
    corners: np.ndarray


class _Ink(NamedTuple):
    """Where n characters have ink in their frames.

    Attributes:
        inked: Which rows have any, ``bool (n, rows)``.
        begins: The first column of ink in each row, ``int (n, rows)``.
        ends: The one after the last.
        boxes: Left, top, right, bottom of all of it, ``int (n, 4)``; a blank frame's
            are its own.
        columns: Of each frame.
    """

    inked: np.ndarray
    begins: np.ndarray
    ends: np.ndarray
    boxes: np.ndarray
    columns: int


def lay_out(
    characters: Characters,
    glyphs: Glyphs,
    writers: WriterStyles,
    options: Sequence[WriteOptions],
) -> list[Layout]:
    """Give each character of some texts its place.

    The distance of neighbours is the smallest in any row. Rows near the ink count, too,
    and no character reaches far into the room of another: a full stop does not slip
    under a 7.

    Args:
        characters: Of the texts.
        glyphs: The ink of each character.
        writers: Whose slant and jitter.
        options: Of each text; they share one height, and all or none stand in cells.
            Distances, or cells, shrink until the text fits the width.

    Raises:
        InputError: A text does not fit the width, or its picture is too large.
    """
    height, in_cells = options[0].height, options[0].lines == "boxes"
    margin, pitch = round(MARGIN * height), 3 * round(GRID_SIDE * height)
    frames = glyphs.frames
    ink = _find_ink(frames)
    # How far each stands under its line; all of its ink stays in its frame.
    below = np.rint(height * writers.below).astype(int)
    below = np.clip(below, -ink.boxes[:, 1], frames.shape[1] - ink.boxes[:, 3])
    rooms = [one.width - 2 * margin if one.width else MAX_PIXELS for one in options]
    arrange = _in_cells if in_cells else _in_lines
    lefts, cells, needed = arrange(
        characters, _moved_down(ink, below), writers, options, np.array(rooms)
    )
    line_counts = [len(rows) for rows in characters.rows]
    first_lines = np.cumsum(line_counts) - line_counts
    tops = pitch * (characters.line - first_lines[characters.text])
    corners = np.stack([lefts + margin, tops + below], axis=1)
    boxes = ink.boxes + np.tile(corners, 2)
    first = round(BASELINE * height / DIGIT_HEIGHT)
    cells = np.c_[cells + margin, first + tops[: len(cells)]]
    layouts = []
    for text, (one, lines) in enumerate(zip(options, line_counts, strict=True)):
        width = _checked_width(int(needed[text]) + 2 * margin, one)
        size = (width, frames.shape[1] + pitch * (lines - 1))
        if size[0] * size[1] > MAX_PIXELS:
            problem = f"needs {size[0]:,} x {size[1]:,} pixels at height {height}"
            rows = "\n".join(characters.rows[text])
            raise InputError("text", rows, f"{MAX_PIXELS:,} in all", problem)
        own = slice(*characters.starts[text : text + 2])
        places = np.flatnonzero(ink.inked[own].any(axis=1))
        inked = places + own.start
        inks = zip(frames[inked], ink.boxes[inked].tolist(), strict=True)
        layouts.append(
            Layout(
                size,
                first + pitch * np.arange(lines),
                cells[own],
                tuple(places.tolist()),
                boxes[inked],
                tuple(_cropped(frame, box) for frame, box in inks),
                Shapes(glyphs.drawn[inked], glyphs.stretches[inked], corners[inked]),
            )
        )
    return layouts


def _cropped(glyph: np.ndarray, box: list[int]) -> np.ndarray:
    """Return what a box holds."""
    left, top, right, bottom = box
    return glyph[top:bottom, left:right].copy()


def _checked_width(needed: int, options: WriteOptions) -> int:
    """Return the width of a picture, if the text that needs so much fits."""
    width, height = options.width or needed, options.height
    if width < needed:
        least = (options.spacing or SPACING)[0]
        where = "in boxes" if options.lines == "boxes" else f"and spacing {least:g}"
        allowed = f"{needed} or more for this text at height {height} {where}"
        raise InputError("width", width, allowed)
    return width


def _find_ink(glyphs: np.ndarray) -> _Ink:
    """Return where glyphs have ink."""
    _, rows, columns = glyphs.shape
    any_ink = glyphs.max(axis=0, initial=0)
    # Only the rows and columns that have any; a row without keeps all to itself.
    down, right = (np.flatnonzero(any_ink.any(axis=axis)) for axis in (1, 0))
    inked = np.zeros(glyphs.shape[:2], bool)
    begins, ends = np.zeros(inked.shape, int), np.full(inked.shape, columns)
    if len(down):
        window = slice(down[0], down[-1] + 1)
        dark = glyphs[:, window, right[0] : right[-1] + 1] > 0
        inked[:, window] = dark.any(axis=2)
        begins[:, window] = right[0] + dark.argmax(axis=2)
        ends[:, window] = right[-1] + 1 - dark[:, :, ::-1].copy().argmax(axis=2)
    left = np.where(inked, begins, columns).min(axis=1) % columns
    right = np.where(inked, ends, 0).max(axis=1)
    right[right == 0] = columns
    top, bottom = inked.argmax(axis=1), rows - inked[:, ::-1].argmax(axis=1)
    boxes = np.stack([left, top, right, bottom], axis=1)
    return _Ink(inked, begins, ends, boxes, columns)


def _moved_down(ink: _Ink, below: np.ndarray) -> _Ink:
    """Return the rows of ink so far further down."""
    rows = ink.inked.shape[1]
    source = (np.arange(rows) - below[:, np.newaxis]) % rows
    return ink._replace(
        inked=np.take_along_axis(ink.inked, source, axis=1),
        begins=np.take_along_axis(ink.begins, source, axis=1),
        ends=np.take_along_axis(ink.ends, source, axis=1),
    )


def _in_lines(
    characters: Characters,
    ink: _Ink,
    writers: WriterStyles,
    options: Sequence[WriteOptions],
    rooms: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the column of each glyph, no cells, and the width that each text needs.

    Without room, that is the least.
    """
    height, text = options[0].height, characters.text
    usual = round(SPACING[0] * height), round(SPACING[1] * height)
    low, high = np.array([one.spacing or usual for one in options])[text].T
    wanted = np.floor(writers.gaps * (high - low + 1))
    slants = np.array([pen.slant for pen in writers.pens])
    begins, ends = _sides(ink, slants[text], height)
    # Lines with characters; the first of each follows on no other.
    starts = np.flatnonzero(np.diff(characters.line, prepend=-1))
    line = np.repeat(np.arange(len(starts)), np.diff(starts, append=len(text)))
    blanks = np.diff(characters.column, prepend=0) - 1
    blanks[starts] = characters.column[starts]
    blanks *= round(SPACE * height)
    nearest = blanks + low
    nearest[1:] += (ends[:-1] - begins[1:]).max(axis=1)
    nearest[starts] = wanted[starts] = 0
    left, right = ink.boxes[:, 0], ink.boxes[:, 2]
    # From each character to the next, as near as may be, and then by as much more as
    # was wanted or, in steps of a tenth, as the room allows.
    shares, tight = np.ones(len(starts)), np.full(len(starts), True)
    for share in np.linspace(1, 0, 11):
        shares[tight] = share
        columns = np.cumsum(nearest + (shares[line] * wanted).astype(int))
        columns -= np.minimum.reduceat(columns + left, starts)[line]
        columns += blanks[starts][line]
        needed = np.maximum.reduceat(columns + right, starts)
        tight = needed > rooms[text[starts]]
        if not tight.any():
            break
    widths = np.zeros(len(options), int)
    np.maximum.at(widths, text[starts], needed)
    return columns, np.zeros((0, 2), int), widths


def _in_cells(
    characters: Characters,
    ink: _Ink,
    writers: WriterStyles,
    options: Sequence[WriteOptions],
    rooms: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the column of each glyph, both sides of each cell, the widths needed."""
    left, right = ink.boxes[:, 0], ink.boxes[:, 2]
    longest = np.array([max(map(len, rows)) for rows in characters.rows])
    narrowest = np.maximum.reduceat(right - left, characters.starts[:-1]) + 2
    cell = narrowest + round(CELL_ROOM * options[0].height)
    cell = np.maximum(narrowest, np.minimum(cell, rooms // longest))
    own = cell[characters.text]
    begins = own * characters.column
    share = CELL_START + CELL_JITTER * writers.gaps
    before = np.rint((own - (right - left)) * share).astype(int)
    cells = np.stack([begins, begins + own], axis=1)
    return begins + before - left, cells, longest * cell


def _sides(ink: _Ink, slant: np.ndarray, height: int) -> tuple[np.ndarray, np.ndarray]:
    """Return where each character begins and ends, row by row, ``int (n, rows)``."""
    rows, columns = ink.inked.shape[1], ink.columns
    lean = np.tan(np.deg2rad(slant))[:, np.newaxis] * (rows / 2 - np.arange(rows))
    lean = np.rint(lean).astype(int)
    begins = np.where(ink.inked, ink.begins, 2 * columns)  # a row without ink is free
    from_right = np.where(ink.inked, columns - ink.ends, 2 * columns)
    ends = columns - _taken(from_right, -lean, height)
    return _taken(begins, lean, height), ends


def _taken(first: np.ndarray, lean: np.ndarray, height: int) -> np.ndarray:
    """Return the first column of each row that is taken, of the first with ink."""
    # No row is free farther than a tuck from the slanted line before all ink.
    outmost = (first - lean).min(axis=1, keepdims=True) + lean
    first = np.minimum(first, outmost + round(MAX_TUCK * height))
    # Rows near the ink keep their distance, too.
    near = round(CLEARANCE * height)
    padded = np.pad(first, ((0, 0), (near, near)), mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * near + 1, axis=1)
    return windows.min(axis=2)
