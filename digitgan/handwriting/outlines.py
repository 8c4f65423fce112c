"""Outlines: a glyph's ink as closed curves that hold at any size.

The ink's edge is traced on the pixels by marching squares (Lorensen and Cline 1987, doi
10.1145/37401.37422) and smoothed along its length: of its Fourier descriptors (Zahn and
Roskies 1972, doi 10.1109/TC.1972.5008949) only the slow ones stay. Across its length
nothing is blurred, so strokes keep their width while the pixels' period goes. Tracers
of bitmaps, as potrace, would first throw the grey levels away, and with them the edge's
place within a pixel.
"""

import numpy as np

from digitgan.handwriting.geometry import BASELINE, DIGIT_HEIGHT, GLYPH_SHAPE

# In pixels of a glyph:
SMOOTHING = 1.8  # standard deviation along an outline
MAX_SMOOTHING = 1 / 16  # of its length: dots and small loops stay round
SAMPLE_SPACING = 0.25  # of points on the traced edge
KNOT_SPACING = 1.6  # of the ends of curves, about
MIN_SIZE = 0.6  # square pixels: smaller outlines are specks and pinholes
EDGE = 120.0  # of 255: where ink ends, so that strokes keep their width
MIN_KNOTS = 6  # of an outline
FLATTENING = 4  # straight lines for each curve

# Which edges of a cell of four pixels (0 above, 1 right, 2 below, 3 left) an outline
# joins, ink on its right, by which corners have ink: 1 top left, 2 top right, 4 bottom
# right, 8 bottom left. Where two opposite corners have ink they are joined or not.
APART = (
    *((), ((0, 3),), ((1, 0),), ((1, 3),), ((2, 1),), ((0, 3), (2, 1)), ((2, 0),)),
    *(((2, 3),), ((3, 2),), ((0, 2),), ((1, 0), (3, 2)), ((1, 2),), ((3, 1),)),
    *(((0, 1),), ((3, 0),), ()),
)
JOINED = {5: ((0, 1), (2, 3)), 10: ((3, 0), (1, 2))}

Point = tuple[float, float]
Outlines = list[np.ndarray]  # closed curves, float (m, 3, 2) each, see trace()


def trace(glyph: np.ndarray) -> Outlines:
    """Return the smooth outlines of a glyph, around as much ink as its pixels have.

    Args:
        glyph: ``uint8 (rows, columns)``, 0 background to 255 ink, its border empty.

    Returns:
        Closed outlines, ``float (m, 3, 2)`` each: m cubic Bezier curves, of which each
        goes on from the end of the one before; both control points and the end, right
        and down in pixels. They run clockwise around ink, the other way around holes.
    """
    outlines = [_smooth(np.array(edge)) for edge in _edges(glyph)]
    if not outlines:
        return []
    flat = polygons(outlines)
    length = sum(np.abs(_steps(points)).sum() for points in flat)
    missing = glyph.sum() / 255 - sum(map(area, flat))
    return [_moved_outwards(outline, missing / length) for outline in outlines]


def scaled(
    outlines: Outlines, height: float, stretch: float, corner: np.ndarray | None = None
) -> Outlines:
    """Return outlines as they stand in a picture.

    Args:
        outlines: Of a glyph.
        height: Of a digit in pixels.
        stretch: How much taller the ink is, from the middle of the baseline.
        corner: Of the glyph's frame in the picture, right and down; none is that of
            the picture itself.
    """
    scale = height / DIGIT_HEIGHT
    middle = np.array([GLYPH_SHAPE[1] / 2, BASELINE])
    start = middle * scale if corner is None else corner + middle * scale
    return [(outline - middle) * (scale * stretch) + start for outline in outlines]


def flatten(outline: np.ndarray) -> np.ndarray:
    """Return points on a closed outline, ``float (FLATTENING * m, 2)``."""
    t = np.arange(FLATTENING)[:, np.newaxis, np.newaxis] / FLATTENING
    start, (first, second, end) = np.roll(outline[:, 2], 1, 0), outline.swapaxes(0, 1)
    near = (1 - t) ** 3 * start + 3 * (1 - t) ** 2 * t * first
    points = near + 3 * (1 - t) * t**2 * second + t**3 * end
    return points.swapaxes(0, 1).reshape(-1, 2)


def polygons(outlines: Outlines) -> list[np.ndarray]:
    """Return closed outlines as points on them, ``float (points, 2)`` each."""
    return [flatten(outline) for outline in outlines]


def area(points: np.ndarray) -> float:
    """Return what a closed polygon encloses; below 0 if it runs the other way."""
    x, y = points.T
    open_ended = x[:-1] @ y[1:] - x[1:] @ y[:-1]
    return float(open_ended + x[-1] * y[0] - x[0] * y[-1]) / 2


def _edges(glyph: np.ndarray) -> list[list[Point]]:
    """Return the closed edges of the ink, each a list of points from pixel to pixel."""
    levels = glyph.tolist()
    dark = glyph > EDGE
    corners = dark[:-1, :-1] + 2 * dark[:-1, 1:] + 4 * dark[1:, 1:] + 8 * dark[1:, :-1]
    following: dict[tuple[int, int, int], tuple[int, int, int]] = {}
    rows, columns = np.nonzero((corners > 0) & (corners < 15))
    cells = zip(rows.tolist(), columns.tolist(), strict=True)
    for (row, column), kind in zip(cells, corners[rows, columns].tolist(), strict=True):
        square = levels[row][column : column + 2] + levels[row + 1][column : column + 2]
        joined = kind in JOINED and sum(square) > 4 * EDGE
        # An edge of a cell by the pixel it begins at, and whether it goes down.
        sides = (row, column, 0), (row, column + 1, 1), (row + 1, column, 0)
        sides += ((row, column, 1),)
        for begin, end in JOINED[kind] if joined else APART[kind]:
            following[sides[begin]] = sides[end]

    def place(row: int, column: int, down: int) -> Point:
        here, there = levels[row][column], levels[row + down][column + 1 - down]
        share = (EDGE - here) / (there - here)
        return column + 0.5 + share * (1 - down), row + 0.5 + share * down

    edges = []
    while following:
        side, points = next(iter(following)), []
        while side in following:
            points.append(place(*side))
            side = following.pop(side)
        if abs(area(np.array(points))) >= MIN_SIZE:
            edges.append(points)
    return edges


def _smooth(edge: np.ndarray) -> np.ndarray:
    """Return an edge without what is quick along its length, as cubic curves."""
    points = edge @ [1, 1j]
    points = np.append(points, points[0])
    lengths = np.append(0, np.cumsum(np.abs(np.diff(points))))
    length = lengths[-1]
    count = round(length / SAMPLE_SPACING)
    points = np.interp(np.arange(count) * length / count, lengths, points)
    knots = max(MIN_KNOTS, round(length / KNOT_SPACING))
    # The Gaussian, sharpened: 1 - (1 - g)**2 leaves the slow parts as they are.
    frequency = np.arange(-((knots - 1) // 2), (knots + 1) // 2)
    sigma = min(SMOOTHING, MAX_SMOOTHING * length)
    gain = np.exp(-2 * (np.pi * sigma * frequency / length) ** 2)
    kept = np.fft.fft(points)[frequency] * (1 - (1 - gain) ** 2) / count
    spectrum = np.zeros((2, knots), complex)
    spectrum[:, frequency] = kept, kept * 2j * np.pi * frequency / knots
    ends, slopes = np.fft.ifft(spectrum, axis=1) * knots
    # Hermite's curves: what leads from end to end is a third of the slope at each.
    curves = np.stack([np.roll(ends + slopes / 3, 1), ends - slopes / 3, ends], axis=1)
    return np.stack([np.real(curves), np.imag(curves)], axis=2)


def _moved_outwards(outline: np.ndarray, distance: float) -> np.ndarray:
    """Return an outline with every point moved away from the ink inside."""
    before, after = outline[:, 2] - outline[:, 1], np.roll(outline[:, 0], -1, 0)
    slope = before + after - outline[:, 2]
    slope /= np.maximum(np.hypot(*slope.T), 1e-9)[:, np.newaxis]
    step = distance * np.stack([slope[:, 1], -slope[:, 0]], axis=1)
    return outline + np.stack([np.roll(step, 1, 0), step, step], axis=1)


def _steps(points: np.ndarray) -> np.ndarray:
    """Return the steps along a closed polygon as complex numbers."""
    return (np.roll(points, -1, 0) - points) @ [1, 1j]
