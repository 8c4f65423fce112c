"""Outlines: glyphs' ink as closed curves that hold at any size.

The ink's edge is traced on the pixels by marching squares (contourpy's; Lorensen and
Cline 1987, doi 10.1145/37401.37422) and smoothed along its length: of its Fourier
descriptors (Zahn and Roskies 1972, doi 10.1109/TC.1972.5008949) only the slow ones
stay. Across its length nothing is blurred, so strokes keep their width while the
pixels' period goes. Tracers of bitmaps, as potrace, would first throw the grey levels
away, and with them the edge's place within a pixel.
"""

from typing import Any, NamedTuple

import numpy as np

from digitgan.handwriting.geometry import BASELINE, DIGIT_HEIGHT, GLYPH_SHAPE

# In pixels of a glyph:
SMOOTHING = 1.8  # standard deviation along an outline
MAX_SMOOTHING = 1 / 16  # of its length: dots and small loops stay round
KNOT_SPACING = 1.6  # of the ends of curves, about
MIN_SIZE = 0.6  # square pixels: smaller outlines are specks and pinholes
EDGE = 120.0  # of 255: where ink ends, so that strokes keep their width
SAMPLES = 256  # of each traced edge, whose Fourier descriptors are taken
MIN_KNOTS = 6  # of an outline
FLATTENING = 4  # straight lines for each curve


class Polygons(NamedTuple):
    """K closed polygons, one after another.

    Attributes:
        points: Their corners, right and down, ``float (p, 2)``.
        sizes: How many of the points each has, ``int (k,)``.
        owners: The number of the glyph of each, ``int (k,)``.
        before: The number of the corner that comes before each, ``int (p,)``.
    """

    points: np.ndarray
    sizes: np.ndarray
    owners: np.ndarray
    before: np.ndarray

    def areas(self) -> np.ndarray:
        """Return what each encloses, below 0 if it runs the other way."""
        (x, y), (next_x, next_y) = self.points[self.before].T, self.points.T
        return self._sums(x * next_y - next_x * y) / 2

    def lengths(self) -> np.ndarray:
        """Return how long each is."""
        return self._sums(np.hypot(*(self.points - self.points[self.before]).T))

    def _sums(self, values: np.ndarray) -> np.ndarray:
        polygon = np.repeat(np.arange(len(self.sizes)), self.sizes)
        return np.bincount(polygon, values, len(self.sizes))


class Outlines(NamedTuple):
    """K closed outlines of some glyphs, one after another.

    Attributes:
        curves: Their m cubic Bezier curves, of which each goes on from the end of the
            one before: both control points and the end, ``float (m, 3, 2)``, right and
            down in pixels. They run clockwise around ink, the other way around holes.
        sizes: How many of the curves each has, ``int (k,)``.
        owners: The number of the glyph of each, ascending, ``int (k,)``.
    """

    curves: np.ndarray
    sizes: np.ndarray
    owners: np.ndarray

    def of_glyphs(self, first: int, last: int) -> "Outlines":
        """Return those of some glyphs, ``first`` to ``last``, numbered from 0."""
        begin, end = np.searchsorted(self.owners, [first, last])
        start, stop = self.sizes[:begin].sum(), self.sizes[:end].sum()
        owners = self.owners[begin:end] - first
        return Outlines(self.curves[start:stop], self.sizes[begin:end], owners)

    def of_each(self, glyphs: int) -> list[list[np.ndarray]]:
        """Return the outlines of each glyph, ``float (m, 3, 2)`` each."""
        each: list[list[np.ndarray]] = [[] for _ in range(glyphs)]
        outlines = np.split(self.curves, self.sizes.cumsum()[:-1])
        # Of no outlines at all, NumPy makes one empty piece.
        for owner, outline in zip(self.owners.tolist(), outlines, strict=False):
            each[owner].append(outline)
        return each


def trace(glyphs: np.ndarray) -> Outlines:
    """Return the smooth outlines of glyphs, around as much ink as their pixels have.

    Args:
        glyphs: ``uint8 (n, rows, columns)``, 0 background to 255 ink, borders empty.
    """
    samples, lengths, owners = _edges(glyphs)
    curves, sizes = _smooth(samples, lengths)
    outlines = Outlines(_as_pairs(curves), sizes, owners)
    # Each glyph's outlines move away from their ink until they hold all of it.
    polygons = flatten(outlines)
    areas, lengths = (
        np.bincount(owners, figures, len(glyphs))
        for figures in (polygons.areas(), polygons.lengths())
    )
    missing = glyphs.sum(axis=(1, 2)) / 255 - areas
    distances = np.repeat((missing / np.maximum(lengths, 1e-9))[owners], sizes)
    return outlines._replace(curves=_moved_outwards(curves, sizes, distances))


def scaled(
    outlines: Outlines, height: float, stretches: np.ndarray, corners: np.ndarray
) -> Outlines:
    """Return the outlines of n glyphs as they stand in a picture.

    Args:
        outlines: Of the glyphs.
        height: Of a digit in pixels.
        stretches: How much taller the ink of each is, from the middle of the baseline,
            ``float (n,)``.
        corners: Of each glyph's frame in the picture, right and down, ``(n, 2)``.
    """
    owners = np.repeat(outlines.owners, outlines.sizes)
    stretch = stretches[owners, np.newaxis, np.newaxis]
    corner = corners[owners, np.newaxis]
    return outlines._replace(curves=placed(outlines.curves, height, stretch, corner))


def placed(
    points: np.ndarray,
    height: float,
    stretch: float | np.ndarray,
    corner: np.ndarray,
) -> np.ndarray:
    """Return points of a glyph, pairs, as they stand in a picture; see `scaled`."""
    scale = height / DIGIT_HEIGHT
    middle = np.array([GLYPH_SHAPE[1] / 2, BASELINE])
    return (points - middle) * (scale * stretch) + (corner + middle * scale)


def flatten(outlines: Outlines) -> Polygons:
    """Return outlines as polygons, each curve as ``FLATTENING`` straight lines."""
    t = np.arange(FLATTENING)[:, np.newaxis] / FLATTENING
    weights = np.hstack([(1 - t) ** 3, 3 * (1 - t) ** 2 * t, 3 * (1 - t) * t**2, t**3])
    starts = outlines.curves[_before(outlines.sizes), 2:]
    points = weights @ np.concatenate([starts, outlines.curves], axis=1)
    sizes = FLATTENING * outlines.sizes
    return Polygons(points.reshape(-1, 2), sizes, outlines.owners, _before(sizes))


def pieces(images: np.ndarray) -> np.ndarray:
    """Return how many pieces the ink of each image has, ``int (n,)``.

    Args:
        images: ``uint8 (n, rows, columns)``, 0 background to 255 ink.
    """
    way, first, last, owners = _rings(np.pad(images, ((0, 0), (1, 1), (1, 1))))
    if not len(owners):
        return np.zeros(len(images), int)
    crossed = np.imag(np.conj(way[:-1]) * way[1:])
    crossed[last[:-1]] = 0  # from a ring to the next
    areas = np.add.reduceat(crossed, first) / 2
    return np.bincount(owners[areas >= MIN_SIZE], minlength=len(images))


def _edges(glyphs: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Trace the edges of all ink.

    Returns:
        Points at even distances on each, ``complex (k, SAMPLES)``; the length of each;
        the number of its glyph.
    """
    way, first, last, owners = _rings(glyphs)
    if not len(owners):
        return np.empty((0, SAMPLES), complex), np.empty(0), owners
    steps = np.abs(np.diff(way, prepend=way[0]))
    steps[first] = 0  # from an edge to the next
    along = steps.cumsum()
    lengths = along[last] - along[first]
    places = along[first] + np.arange(SAMPLES)[:, np.newaxis] * lengths / SAMPLES
    samples = np.interp(places.T, along, way)
    large = np.abs(_areas(samples)) >= MIN_SIZE
    return samples[large], lengths[large], owners[large]


def _rings(
    glyphs: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Trace the edges of all ink from pixel to pixel, clockwise around it.

    Returns:
        Points, ``complex``; the places of the first and of the last of each ring, which
        are one point; the number of its glyph.
    """
    from contourpy import LineType, contour_generator

    # One picture, the glyphs below each other, of the rows and columns with ink: the
    # borders around them keep the glyphs apart.
    ink = glyphs.max(axis=0, initial=0)
    if ink.max() <= EDGE:
        none = np.empty(0, int)
        return np.empty(0, complex), none, none, none
    y, x = (_with_borders(ink.any(axis=axis)) for axis in (1, 0))
    picture = glyphs[:, y[:, np.newaxis], x].reshape(-1, len(x))
    y = (np.arange(len(glyphs))[:, np.newaxis] * glyphs.shape[1] + y).ravel()
    kind = LineType.ChunkCombinedOffset
    tracer = contour_generator(x, y, picture, name="serial", line_type=kind)
    traced: Any = tracer.lines(EDGE)
    (points,), (offsets,) = traced
    first, last = offsets[:-1].astype(int), offsets[1:].astype(int) - 1
    owners = points[first, 1].astype(int) // glyphs.shape[1]
    way = points.view(complex)[:, 0] + (0.5 + 0.5j)
    way -= np.repeat(1j * owners * glyphs.shape[1], last + 1 - first)
    return way, first, last, owners


def _with_borders(inked: np.ndarray) -> np.ndarray:
    """Return the numbers of the rows with ink and of those beside them."""
    return np.flatnonzero(np.convolve(inked, np.ones(3, int), "same"))


def _areas(samples: np.ndarray) -> np.ndarray:
    """Return what closed polygons ``complex (k, points)`` enclose."""
    return np.sum(np.conj(samples) * np.roll(samples, -1, 1), axis=1).imag / 2


def _smooth(samples: np.ndarray, lengths: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Smooth edges along their length.

    Returns:
        Curves, ``complex (m, 3)``, and how many of them are each edge's.
    """
    sizes = np.rint(lengths / KNOT_SPACING).astype(int).clip(MIN_KNOTS, SAMPLES)
    first = sizes.cumsum() - sizes
    edge = np.repeat(np.arange(len(sizes)), sizes)
    knots, length = sizes[edge], lengths[edge]
    # Which frequency stands at each place of a spectrum; the highest is left out.
    frequency = np.arange(len(edge)) - first[edge]
    frequency -= np.where(2 * frequency < knots, 0, knots)
    # The Gaussian, sharpened: 1 - (1 - g)**2 leaves the slow parts as they are.
    sigma = np.minimum(SMOOTHING, MAX_SMOOTHING * length)
    gain = np.exp(-2 * (np.pi * sigma * frequency / length) ** 2)
    gain = np.where(2 * frequency == -knots, 0, 1 - (1 - gain) ** 2)
    spectra = (np.fft.fft(samples, axis=1) / SAMPLES)[edge, frequency] * gain
    both = np.stack([spectra, spectra * (2j * np.pi * frequency / knots)])
    for size in np.unique(sizes):
        alike = first[sizes == size, np.newaxis] + np.arange(size)
        both[:, alike] = np.fft.ifft(both[:, alike]) * size
    ends, slopes = both
    # Hermite's curves: what leads from end to end is a third of the slope at each.
    controls = (ends + slopes / 3)[_before(sizes)], ends - slopes / 3
    return np.stack([*controls, ends], axis=1), sizes


def _moved_outwards(
    curves: np.ndarray, sizes: np.ndarray, distances: np.ndarray
) -> np.ndarray:
    """Return curves ``complex (m, 3)`` moved away from the ink inside, as pairs."""
    before = _before(sizes)
    after = np.empty_like(before)
    after[before] = np.arange(len(before))
    slope = curves[after, 0] - curves[:, 1]
    step = -1j * distances * slope / np.maximum(np.abs(slope), 1e-9)
    return _as_pairs(curves + np.stack([step[before], step, step], axis=1))


def _before(sizes: np.ndarray) -> np.ndarray:
    """Return for each part of closed rings the place of the one before, ``int``."""
    before = np.arange(sizes.sum()) - 1
    before[sizes.cumsum() - sizes] += sizes
    return before


def _as_pairs(numbers: np.ndarray) -> np.ndarray:
    """Return complex numbers as pairs of their real and imaginary parts."""
    return numbers.view(float).reshape(*numbers.shape, 2)
