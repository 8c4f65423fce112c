"""Rasterization: how much of each pixel lies inside closed polygons, exactly."""

from collections.abc import Sequence
from itertools import chain

import numpy as np


def coverage(
    glyphs: Sequence[Sequence[np.ndarray]], shape: tuple[int, int]
) -> np.ndarray:
    """Return the ink of n glyphs, ``uint8 (n, *shape)``, 0 background to 255 ink.

    Every edge adds, to the pixel it crosses and to all on its right, by how much the
    inside begins there; sums along the rows are then the covered areas.

    Args:
        glyphs: The closed polygons of each, right and down, ``float (points, 2)``; what
            lies outside the shape is cut off.
        shape: Rows and columns.
    """
    frames = np.zeros((len(glyphs), *shape), np.uint8)
    inside = [[np.clip(p, 0, shape[::-1]) for p in polygons] for polygons in glyphs]
    if not any(inside):
        return frames
    # Only the window that has ink, the same of all glyphs, which lie below each other.
    corners = np.concatenate(list(chain(*inside)))
    first = np.minimum(np.floor(corners.min(axis=0)), np.array(shape[::-1]) - 1)
    columns, height = (np.ceil(corners.max(axis=0)) - first).clip(1).astype(int)
    rows, points = len(glyphs) * height, []
    for number, polygons in enumerate(inside):
        points += [one - first + [0, number * height] for one in polygons]
    begin = np.concatenate(points)
    last = np.cumsum([len(one) for one in points]) - 1
    end = np.roll(begin, -1, 0)
    end[last] = begin[np.append(0, last[:-1] + 1)]
    for axis in (1, 0):
        begin, end = _cut(begin, end, axis)
    middle = (begin + end) / 2
    column, row = np.minimum(middle.astype(int), [columns - 1, rows - 1]).T
    rise = begin[:, 1] - end[:, 1]
    right = rise * (middle[:, 0] - column)
    place = row * (columns + 1) + column
    size = rows * (columns + 1)
    gained = np.bincount(place, rise - right, size)
    gained += np.bincount(place + 1, right, size)
    covered = gained.reshape(rows, columns + 1).cumsum(axis=1)[:, :columns]
    levels = np.rint(255 * np.clip(covered, 0, 1)).astype(np.uint8)
    left, top = first.astype(int)
    window = frames[:, top : top + height, left : left + columns]
    window[:] = levels.reshape(window.shape)
    return frames


def _cut(
    begin: np.ndarray, end: np.ndarray, axis: int
) -> tuple[np.ndarray, np.ndarray]:
    """Cut lines ``(n, 2)`` wherever they pass a whole number along an axis."""
    first, last = np.floor(begin[:, axis]), np.floor(end[:, axis])
    pieces = np.abs(last - first).astype(int) + 1
    line = np.repeat(np.arange(len(begin)), pieces)
    number = np.arange(len(line)) - np.repeat(pieces.cumsum() - pieces, pieces)
    forward = np.where(last > first, 1, -1)[line]
    # The n-th cut is at the n-th whole number on the way.
    crossing = first[line] + np.where(forward > 0, number, 1 - number)
    way = (end - begin)[line]
    along = np.where(way[:, axis], way[:, axis], 1)
    share = (crossing - begin[line, axis]) / along
    share = np.where(number > 0, np.clip(share, 0, 1), 0)
    next_share = np.append(share[1:], 0)
    next_share[pieces.cumsum() - 1] = 1
    start = begin[line] + share[:, np.newaxis] * way
    return start, begin[line] + next_share[:, np.newaxis] * way
