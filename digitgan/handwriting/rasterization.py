"""Rasterization: how much of each pixel lies inside closed polygons, exactly."""

from itertools import pairwise

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
    inside = np.maximum(polygons.points.T, 0, order="C")
    np.minimum(inside, np.reshape(size[::-1], (2, 1)), out=inside)
    first = np.minimum(np.floor(inside.min(axis=1)), [size[1] - 1, size[0] - 1])
    columns, height = (np.ceil(inside.max(axis=1)) - first).clip(1).astype(int)
    rows = count * height
    inside -= first[:, np.newaxis]
    inside[1] += np.repeat(polygons.owners * height, polygons.sizes)
    begin, end = inside[:, polygons.before], inside
    for axis in (1, 0):
        begin, end = _cut(begin, end, axis)
    x, y = (begin + end) / 2
    column = np.minimum(x.astype(int), columns - 1)
    row = np.minimum(y.astype(int), rows - 1)
    rise = begin[1] - end[1]
    right = rise * (x - column)
    place = column * rows + row  # column after column: all rows are summed at once
    cells = (columns + 1) * rows
    gained = np.bincount(place, rise - right, cells)
    gained += np.bincount(place + rows, right, cells)
    covered = gained.reshape(-1, rows)[:columns]
    for before, after in pairwise(covered):  # quicker than cumsum
        after += before
    np.maximum(covered, 0, out=covered)
    np.minimum(covered, 1, out=covered)
    covered *= 255
    levels = np.rint(covered, out=covered).astype(np.uint8)
    left, top = first.astype(int)
    window = frames[:, top : top + height, left : left + columns]
    window[:] = levels.reshape(columns, count, height).transpose(1, 2, 0)
    return frames


def _cut(
    begin: np.ndarray, end: np.ndarray, axis: int
) -> tuple[np.ndarray, np.ndarray]:
    """Cut lines ``(2, n)`` wherever they pass a whole number along an axis."""
    first, last = np.floor(begin[axis]), np.floor(end[axis])
    way = end - begin
    forward = last > first
    pieces = np.abs(last - first).astype(int) + 1
    stop = pieces.cumsum()
    start = stop - pieces
    line = np.repeat(np.arange(len(pieces)), pieces)
    number = np.arange(len(line)) - start[line]
    # The n-th cut is at the n-th whole number on the way.
    crossing = np.where(forward, first, first + 1)[line]
    crossing += np.where(forward, 1, -1)[line] * number
    crossing -= begin[axis, line]
    share = crossing / np.where(way[axis], way[axis], 1)[line]
    share = np.minimum(np.maximum(share, 0), 1)
    share[start] = 0
    points = begin.take(line, 1) + share * way.take(line, 1)
    # Each piece ends where the next of its line begins, or where the line ends.
    ends = np.empty_like(points)
    ends[:, :-1] = points[:, 1:]
    for values, line_ends in zip(ends, begin + way, strict=True):
        values[stop - 1] = line_ends
    return points, ends
