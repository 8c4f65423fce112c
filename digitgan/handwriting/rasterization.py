"""Rasterization: how much of each pixel lies inside closed polygons, exactly."""

import numpy as np

from digitgan.handwriting.outlines import Polygons


def coverage(polygons: Polygons, shape: tuple[int, int, int]) -> np.ndarray:
    """Return the ink of n glyphs, ``uint8``, 0 background to 255 ink.

    Every edge adds, to the pixel it crosses and to all on its right, by how much the
    inside begins there; sums along the rows are then the covered areas.

    Args:
        polygons: Of the glyphs; what lies outside the shape is cut off.
        shape: n, rows and columns.
    """
    frames = np.zeros(shape, np.uint8)
    count, *size = shape
    if not len(polygons.points):
        return frames
    # Only the window that has ink, the same of all glyphs, which lie below each other.
    inside = np.clip(polygons.points, 0, size[::-1])
    first = np.minimum(np.floor(inside.min(axis=0)), [size[1] - 1, size[0] - 1])
    columns, height = (np.ceil(inside.max(axis=0)) - first).clip(1).astype(int)
    rows = count * height
    inside -= first
    inside[:, 1] += np.repeat(polygons.owners * height, polygons.sizes)
    begin, end = inside[polygons.before], inside
    for axis in (1, 0):
        begin, end = _cut(begin, end, axis)
    middle = (begin + end) / 2
    column, row = np.minimum(middle.astype(int), [columns - 1, rows - 1]).T
    rise = begin[:, 1] - end[:, 1]
    right = rise * (middle[:, 0] - column)
    place = row * (columns + 1) + column
    cells = rows * (columns + 1)
    gained = np.bincount(place, rise - right, cells)
    gained += np.bincount(place + 1, right, cells)
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
