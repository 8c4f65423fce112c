"""Centre lines: the middle of a glyph's strokes, for pens that draw a single line.

The ink is thinned to lines of one pixel (Zhang and Suen 1984, doi
10.1145/357994.358023), four pixels to one of the glyph. Where lines meet, two that go
straight on are one; a side line that is shorter than a pen is wide is none.
"""

import math
from itertools import combinations

import numpy as np

from digitgan.handwriting.geometry import GLYPH_SHAPE
from digitgan.handwriting.outlines import flatten, trace
from digitgan.handwriting.rasterization import coverage

SCALE = 4
# In pixels of a glyph:
MIN_SIDE_LINE = 2.0
MEETING = 1.5  # within which lines meet: where strokes cross, their middles seldom do
HEADING = 2.5  # over which the direction at a line's end is taken
SMOOTHING = 1.0  # standard deviation along a line
KNOT_SPACING = 1.6  # of the ends of curves, about
MAX_TURN = 60.0  # degrees, past which a pen is lifted where lines meet
# The pixel above, then clockwise:
AROUND = ((-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1))

Line = list[tuple[int, int]]  # pixels, each beside the one before


def centre_lines(glyph: np.ndarray) -> list[np.ndarray]:
    """Return the lines that a pen follows to write a glyph, ``uint8 (40, 48)``.

    Each is ``float (1 + 3 m, 2)``: the start, then m cubic Bezier curves, of each both
    control points and the end; right and down in pixels.
    """
    edges = flatten(trace(glyph[np.newaxis]))
    large = edges._replace(points=SCALE * edges.points)
    shape = (1, SCALE * GLYPH_SHAPE[0], SCALE * GLYPH_SHAPE[1])
    thin = _thinned(coverage(large, shape)[0] > 127)
    pixels = set(zip(*(places.tolist() for places in np.nonzero(thin)), strict=True))
    lines, ends = _lines(pixels)
    while sides := [one for one in lines if _is_side_line(one, ends)]:
        side = min(sides, key=len)
        pixels -= set(side if side[0] in ends else side[::-1]) - {side[-1], side[0]}
        pixels -= {one for one in (side[0], side[-1]) if one in ends}
        lines, ends = _lines(pixels)
    lines = [one for one in lines if not _is_bridge(one, ends)]
    return [_smooth(line) for line in _joined(lines)]


def _thinned(ink: np.ndarray) -> np.ndarray:
    """Return ink thinned to lines of one pixel, ``bool``."""
    while True:
        before = ink
        for sides in ((0, 2, 4), (2, 4, 6)), ((0, 2, 6), (0, 4, 6)):
            near = np.stack([np.roll(ink, (-y, -x), (0, 1)) for y, x in AROUND])
            count, runs = near.sum(0), (np.roll(near, -1, 0) > near).sum(0)
            open_sides = [~near[list(three)].all(0) for three in sides]
            edge = (count >= 2) & (count <= 6) & (runs == 1) & np.all(open_sides, 0)
            ink = ink & ~edge
        if (ink == before).all():
            return ink


def _lines(pixels: set[tuple[int, int]]) -> tuple[list[Line], Line]:
    """Return what lies between ends and meetings, rings and dots; and the ends."""
    near = {one: _beside(one, pixels) for one in sorted(pixels)}
    lines: list[Line] = [[one] for one in near if not near[one]]
    ends = [one for one in near if len(near[one]) == 1]
    nodes = [one for one in near if len(near[one]) != 2]
    for start in [*nodes, *near]:
        while near[start]:
            line = [start]
            while len(line) == 1 or line[-1] not in nodes and near[line[-1]]:
                here, there = line[-1], min(near[line[-1]])
                near[here].remove(there)
                near[there].remove(here)
                line.append(there)
            lines.append(line)
    return lines, ends


def _beside(pixel: tuple[int, int], pixels: set[tuple[int, int]]) -> set:
    """Return the pixels that a line goes on to: to a corner only past no side."""
    (row, column), found = pixel, set()
    for y, x in AROUND:
        past = {(row + y, column), (row, column + x)} - {pixel}
        if (row + y, column + x) in pixels and (not (y and x) or not past & pixels):
            found.add((row + y, column + x))
    return found


def _is_side_line(line: Line, ends: Line) -> bool:
    free = (line[0] in ends) + (line[-1] in ends)
    return free == 1 and len(line) < MIN_SIDE_LINE * SCALE


def _is_bridge(line: Line, ends: Line) -> bool:
    """Say whether a line only leads from one meeting to another within the stroke."""
    inner = len(line) > 1 and line[0] != line[-1] and not {*line} & {*ends}
    return inner and len(line) <= MEETING * SCALE


def _joined(lines: list[Line]) -> list[Line]:
    """Return lines, two of them one where they meet and go straight on."""
    while ways := [
        (_turn(one, other), one + other, (a, b))
        for a, b in combinations(lines, 2)
        for one in (a, a[::-1])
        for other in (b, b[::-1])
        if math.dist(one[-1], other[0]) <= MEETING * SCALE
    ]:
        turn, whole, parts = min(ways, key=lambda way: way[0])
        if turn > MAX_TURN:
            break
        lines = [line for line in lines if line not in parts] + [whole]
    return lines


def _turn(line: Line, other: Line) -> float:
    """Return by how many degrees a pen turns that goes on along another line."""
    steps = round(HEADING * SCALE)
    before = np.array(line[-1]) - line[max(0, len(line) - 1 - steps)]
    after = np.array(other[min(steps, len(other) - 1)]) - other[0]
    angles = np.angle([before @ [1, 1j], after @ [1, 1j]], deg=True)
    return abs((angles[1] - angles[0] + 180) % 360 - 180)


def _smooth(line: Line) -> np.ndarray:
    """Return a line without the pixels' steps, as cubic curves."""
    points = (np.array(line)[:, ::-1] + 0.5) / SCALE
    if len(line) == 1:
        return np.repeat(points, 4, axis=0)
    ring = line[0] == line[-1]
    taps = np.arange(-3 * SCALE, 3 * SCALE + 1) / SCALE / SMOOTHING
    weights = np.exp(-(taps**2) / 2)
    radius = len(taps) // 2
    if ring:
        padded = np.pad(points[:-1], ((radius, radius + 1), (0, 0)), "wrap")
    else:  # turned about its ends, which stay
        padded = np.pad(points, ((radius,) * 2, (0, 0)), "reflect", reflect_type="odd")
    windows = np.lib.stride_tricks.sliding_window_view(padded, len(taps), axis=0)
    points = windows @ (weights / weights.sum())
    count = max(3, round(len(line) / SCALE / KNOT_SPACING) + 1)
    places = np.linspace(0, len(line) - 1, count)
    knots = np.stack([np.interp(places, range(len(line)), p) for p in points.T], 1)
    slopes = np.gradient(knots, axis=0)
    if ring:
        slopes[0] = slopes[-1] = (knots[1] - knots[-2]) / 2
    third = slopes / 3
    curves = [knots[:-1] + third[:-1], knots[1:] - third[1:], knots[1:]]
    return np.concatenate([knots[:1], np.stack(curves, 1).reshape(-1, 2)])
