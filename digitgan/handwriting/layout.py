"""Where the characters of a text stand: on wandering lines, or in form cells."""

import re
from typing import NamedTuple

import numpy as np

from digitgan.errors import InputError
from digitgan.handwriting.punctuation import BASELINE, DIGIT
from digitgan.handwriting.writer_style import WriterStyle
from digitgan.random_streams import Stream, random_stream

MOST_PIXELS = 50_000_000
MARGIN, SPACE = 0.3, 0.5  # in heights of a digit, as all of these
SQUARE = 0.55  # side of squared paper; a line of text is three
STRAY, FARTHEST = 0.03, 0.08  # how far the baseline wanders: usually, and at most
STEADY = 0.7  # how much of that a character hands on to the next
TUCK = 0.18  # how far a character may reach under or over its neighbour
NEAR = 0.1  # rows this far above and below the ink keep their distance, too
ROOM = 0.3  # paper beside the widest character in its cell


class Layout(NamedTuple):
    """Where n characters stand, in pixels of the picture.

    Attributes:
        size: Width and height of the picture.
        lefts: The column at which the frame of each begins, ``int (n,)``.
        tops: The row likewise.
        baselines: The row under the ink of each line of text, ``int (lines,)``.
        cells: Left, right and baseline of the form cell of each, ``int (n, 3)``; empty
            where there are none.
    """

    size: tuple[int, int]
    lefts: np.ndarray
    tops: np.ndarray
    baselines: np.ndarray
    cells: np.ndarray


class Sway(NamedTuple):
    """How a hand strays from an even text.

    Attributes:
        below: How far under its line each character stands, in heights, ``(n,)``.
        shares: How much of the distance that it may choose each takes, from 0 to 1,
            ``(n,)``.
    """

    below: np.ndarray
    shares: np.ndarray


def sway(rows: list[str], hand: WriterStyle) -> Sway:
    """Decide how a hand strays over the lines of a text."""

    def draw(seed: int) -> np.ndarray:
        rng = random_stream(Stream.BASELINE_JITTER, seed)
        below = wander(rows, rng)
        return np.stack([below, rng.random(len(below))])

    drawn = draw(hand.seed)
    if hand.share:
        drawn = (1 - hand.share) * drawn + hand.share * draw(hand.toward)
    return Sway(*drawn)


def wander(rows: list[str], rng: np.random.Generator) -> np.ndarray:
    """Walk smoothly up and down along each line.

    Args:
        rows: The lines of a text.
        rng: What decides the walk.

    Returns:
        How far below its line each character stands, in heights of a digit, ``(n,)``,
        at most 0.08.
    """
    walk = []
    for row in rows:
        place = rng.standard_normal()
        for _ in row.replace(" ", ""):
            walk.append(STRAY * place)
            place = STEADY * place + np.sqrt(1 - STEADY**2) * rng.standard_normal()
    return np.clip(walk, -FARTHEST, FARTHEST)


def lay_out(  # noqa: PLR0913 - each decides where a character stands
    rows: list[str],
    frames: np.ndarray,
    slant: float,
    height: int,
    spacing: tuple[int, int] | None,
    width: int | None,
    shares: np.ndarray,
) -> Layout:
    """Give each character of a text its place.

    The distance of neighbours is the smallest in any row. Rows near the ink count, too,
    and no character reaches far into the room of another: a full stop does not slip
    under a 7.

    Args:
        rows: The lines of the text; spaces have no frame.
        frames: ``uint8 (n, rows, columns)``, the ink of each character.
        slant: Of the hand, in degrees.
        height: Of a digit, in pixels.
        spacing: Least and most pixels of paper between neighbours; None for the cells
            of a form.
        width: Of the picture; as wide as the longest line unless given. Distances, or
            cells, shrink until the text fits.
        shares: How much of the distance that it may choose each takes, 0 to 1.

    Raises:
        InputError: The text does not fit the width, or the picture is too large.
    """
    margin, cells = round(MARGIN * height), np.zeros((0, 2), int)
    room = None if width is None else width - 2 * margin
    if spacing is None:
        lefts, cells, taken = _in_cells(rows, frames, height, room, shares)
    else:
        lefts, taken = _in_lines(rows, frames, slant, height, spacing, room, shares)
    if width is not None and taken > room:
        how = "in boxes" if spacing is None else f"and spacing {spacing[0]}"
        raise InputError(
            f"width is {width}: allowed is {taken + 2 * margin} or more for this "
            f"text at height {height} {how}"
        )
    first, pitch = round(BASELINE * height / DIGIT), 3 * round(SQUARE * height)
    baselines = first + pitch * np.arange(len(rows))
    width = taken + 2 * margin if width is None else width
    size = (width, frames.shape[1] + pitch * (len(rows) - 1))
    if size[0] * size[1] > MOST_PIXELS:
        raise InputError(
            f"text needs {size[0]:,} x {size[1]:,} pixels at height {height}: "
            f"allowed are {MOST_PIXELS:,} in all"
        )
    own = np.repeat(baselines, [len(row.replace(" ", "")) for row in rows])
    cells = np.c_[cells + margin, own[: len(cells)]]
    return Layout(size, lefts + margin, own - first, baselines, cells)


def _in_lines(rows, frames, slant, height, spacing, room, shares):
    """Return columns and the width taken; where there is no room, the least."""
    low, high = spacing
    wanted = np.floor(shares * (high - low + 1))
    begins, ends = _sides(frames, slant, height)
    left, right = _extents(frames)
    lefts, taken, start = np.zeros(len(frames), int), 0, 0
    for row in rows:
        blanks = np.array([len(blank) for blank in re.findall("( *)[^ ]", row)], int)
        blanks *= round(SPACE * height)
        part = slice(start, start + len(blanks))
        start = part.stop
        if not len(blanks):
            continue
        close = (ends[part][:-1] - begins[part][1:]).max(axis=1) + blanks[1:] + low
        for share in np.linspace(1, 0, 11):
            more = (share * wanted[part]).astype(int)
            places = np.cumsum(np.r_[0, close + more[1:]])
            places += blanks[0] - (places + left[part]).min()
            end = (places + right[part]).max()
            if room is None or end <= room:
                break
        lefts[part] = places
        taken = max(taken, end)
    return lefts, taken


def _in_cells(rows, frames, height, room, shares):
    """Return columns, left and right of each cell, and the width likewise."""
    left, right = _extents(frames)
    most, narrow = max(map(len, rows)), (right - left).max() + 2
    cell = narrow + round(ROOM * height)
    if room is not None:
        cell = max(narrow, min(cell, room // most))
    begins = [cell * i for row in rows for i, sign in enumerate(row) if sign != " "]
    begins, free = np.array(begins), cell - (right - left)
    beside = np.rint(free * (0.35 + 0.3 * shares)).astype(int)
    cells = np.stack([begins, begins + cell], axis=1)
    return begins + beside - left, cells, most * cell


def _extents(frames: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the first column with ink and the one after the last, ``(n,)`` each."""
    inked = frames.any(axis=1)
    return inked.argmax(axis=1), inked.shape[1] - inked[:, ::-1].argmax(axis=1)


def _sides(frames, slant: float, height: int) -> tuple[np.ndarray, np.ndarray]:
    """Return where each character begins and ends, row by row, ``int (n, rows)``."""
    _, rows, columns = frames.shape
    near, tuck = round(NEAR * height), round(TUCK * height)
    lean = np.tan(np.deg2rad(slant)) * (rows / 2 - np.arange(rows))
    lean = np.rint(lean).astype(int)

    def side(inked: np.ndarray, lean: np.ndarray) -> np.ndarray:
        """Return the first column of each row, seen from the left."""
        first = np.where(inked.any(axis=2), inked.argmax(axis=2), 2 * columns)
        outmost = (first - lean).min(axis=1, keepdims=True) + lean
        around = np.minimum(first, outmost + tuck)
        around = np.pad(around, ((0, 0), (near, near)), mode="edge")
        windows = np.lib.stride_tricks.sliding_window_view(around, 2 * near + 1, axis=1)
        return windows.min(axis=2)

    inked = frames > 0
    return side(inked, lean), columns - side(inked[:, :, ::-1], -lean)
