"""Measure handwriting: area, length, thickness, slant, width and height of digits.

The vocabulary and the definitions are those of Morpho-MNIST (Castro et al. 2019,
arXiv 1809.10780), made fast enough to measure whole data sets. A digit is drawn
four times larger with a cubic spline and cut at half of its darkest ink. Its
skeleton is what the thinning of Guo and Hall (1989, doi 10.1145/62065.62074)
leaves, done with logical operations on 64-bit words that hold one pixel of 64
digits each. The differences from the original code, all of which measure drawn
strokes of known size better:

- thinning grows fewer side branches than the medial axis;
- the line that thinning leaves runs a little beside the middle of the stroke: what
  the mean distance to the background lacks (0.18 pixels of twice the distance, whatever
  the thickness and the slant, +- 0.07) is added;
- a diagonal step of the skeleton counts only where no straight one leads the same
  way, and steps weigh 0.948 and 1.343 (Dorst and Smeulders 1987) instead of 1 and
  sqrt(2), which make slanted strokes too long.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from digitgan.measure.strokes import ink_moments

MEASURES = ("area", "length", "thickness", "slant", "width", "height")
SCALE = 4
SIDE = 28 * SCALE + 2  # one pixel of background all around
DIGITS_PER_WORD = 64
THICKNESS_BIAS = 0.18 * SCALE  # measured on drawn strokes, see the tests
TRIM = 0.01  # share of the ink outside each side of the parallelogram
STRAIGHT, DIAGONAL = 0.948, 1.343
# float32 (112, 28), a cubic spline along one axis. SciPy made it, once:
# ndimage.zoom(np.eye(28, dtype="f4"), (4, 1), order=3, mode="nearest", grid_mode=True)
CUBIC_ZOOM = np.load(Path(__file__).parent / "weights" / "cubic_zoom.npy")


def measure(images: np.ndarray) -> dict[str, np.ndarray]:
    """Measure digits; each one's figures depend on that digit alone.

    Args:
        images: ``uint8 (N, 28, 28)``, 0 background to 255 ink.

    Returns:
        Six ``float64 (N,)`` arrays, lengths in pixels of the 28 x 28 image:
        ``area`` (ink, in square pixels), ``length`` (of the skeleton),
        ``thickness`` (mean stroke width along the skeleton), ``slant`` (arctan of
        the horizontal shear from second moments, in degrees, positive leaning
        right), ``width`` and ``height`` (of the parallelogram of that slant with 1 %
        of the ink outside each side). All are 0 for an empty image.
    """
    values = np.concatenate(
        [
            _in_batches(_strokes, images, DIGITS_PER_WORD),
            _in_batches(_box, images, 1000),
        ]
    )
    return dict(zip(MEASURES, values, strict=True))


def _in_batches(
    figures: Callable[[np.ndarray], np.ndarray], images: np.ndarray, size: int
) -> np.ndarray:
    """Return three figures of each image, ``(3, N)``."""
    starts = range(0, len(images), size)
    parts = [figures(images[start : start + size]) for start in starts]
    return np.concatenate([np.zeros((3, 0)), *parts], axis=1)


def _strokes(images: np.ndarray) -> np.ndarray:
    """Return area, length and thickness, ``(3, n)``, of at most 64 digits."""
    ink = _enlarged(images)
    skeleton = _skeleton(ink)
    digit, row, column = np.nonzero(skeleton)

    def total(values: np.ndarray | None = None) -> np.ndarray:
        return np.bincount(digit, values, minlength=len(images))

    pixels = total()
    length = total(_steps(skeleton, digit, row, column))
    reach = total(_reach(ink, digit, row, column)) / np.maximum(pixels, 1)
    thickness = np.where(pixels > 0, 2 * reach + THICKNESS_BIAS, 0)
    area = ink.sum(axis=(1, 2)) / SCALE**2
    return np.stack([area, length / SCALE, thickness / SCALE])


def _enlarged(images: np.ndarray) -> np.ndarray:
    """Return ``bool (n, 114, 114)``: the enlarged digits cut at half their ink."""
    large = CUBIC_ZOOM @ images.astype(np.float32) @ CUBIC_ZOOM.T
    half = large.max(axis=(1, 2), keepdims=True) / 2
    return np.pad((large >= half) & (large > 0), ((0, 0), (1, 1), (1, 1)))


def _skeleton(ink: np.ndarray) -> np.ndarray:
    """Thin ``bool (n, 114, 114)``, n up to 64, to lines one pixel wide."""
    bits = np.zeros((SIDE * SIDE, DIGITS_PER_WORD), dtype=bool)
    bits[:, : len(ink)] = ink.reshape(len(ink), -1).T
    words = np.packbits(bits, axis=1).view(np.uint64)[:, 0]
    _thin(words)
    bits = np.unpackbits(words[:, np.newaxis].view(np.uint8), axis=1)
    return bits[:, : len(ink)].T.reshape(ink.shape).astype(bool)


def _thin(words: np.ndarray) -> None:
    """Thin 64 digits at once, in place: ``uint64 (114 * 114,)``, a digit per bit."""
    edge = SIDE + 1

    def neighbour(shift: int) -> np.ndarray:
        return words[edge + shift : len(words) - edge + shift]

    pixel = neighbour(0)
    around = [  # clockwise from the one above
        neighbour(shift)
        for shift in (-SIDE, 1 - SIDE, 1, SIDE + 1, SIDE, SIDE - 1, -1, -SIDE - 1)
    ]
    changed = True
    while changed:
        changed = False
        for neighbours in (around, around[4:] + around[:4]):  # turned by 180 degrees
            removed = pixel & _removable(*neighbours)
            pixel ^= removed
            changed |= bool(removed.any())


def _removable(n, ne, e, se, s, sw, w, nw) -> np.ndarray:
    """Say where a pixel can go without breaking or shortening a line.

    Guo and Hall's first algorithm: the neighbours form one connected component, there
    are two or three pairs of them by the count that is smaller, and the pixel is
    not needed on its eastern side (the western, when the neighbours are turned).
    """
    first = (nw | n, ne | e, se | s, sw | w)
    second = (n | ne, e | se, s | sw, w | nw)
    components = (first[1] & ~n, first[2] & ~e, first[3] & ~s, first[0] & ~w)
    once, twice = _once_twice(components)
    enough = _once_twice(first)[1] & _once_twice(second)[1]
    full = np.bitwise_and.reduce(first) & np.bitwise_and.reduce(second)
    return once & ~twice & enough & ~full & ~(e & (n | ne | ~se))


def _once_twice(terms: tuple[np.ndarray, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Return the bits set in at least one, and in at least two, of the terms."""
    once = terms[0]
    twice = np.zeros_like(once)
    for term in terms[1:]:
        twice |= once & term
        once = once | term
    return once, twice


def _steps(skeleton, digit, row, column) -> np.ndarray:
    """Return the length of the steps right and down from each skeleton pixel."""

    def at(down: int, right: int) -> np.ndarray:
        return skeleton[digit, row + down, column + right]

    straight = at(0, 1).astype(float) + at(1, 0)
    diagonal = (at(1, 1) & ~at(0, 1) & ~at(1, 0)).astype(float)
    diagonal += at(1, -1) & ~at(0, -1) & ~at(1, 0)
    return STRAIGHT * straight + DIAGONAL * diagonal


def _reach(ink, digit, row, column) -> np.ndarray:
    """Return the exact distance from each given pixel to the nearest background.

    The vertical distance is found for all pixels; then columns are tried outwards
    until they are farther than the nearest background so far (Meijster et al. 2000).
    """
    above, below = _depth(ink), _depth(ink[:, ::-1])[:, ::-1]
    vertical = np.minimum(above, below).astype(np.int32) ** 2
    squared = vertical[digit, row, column]
    for offset in range(1, SIDE):
        near = np.flatnonzero(squared > offset**2)
        if not len(near):
            break
        d, r, c = digit[near], row[near], column[near]
        left = vertical[d, r, np.maximum(c - offset, 0)]
        right = vertical[d, r, np.minimum(c + offset, SIDE - 1)]
        squared[near] = np.minimum(squared[near], np.minimum(left, right) + offset**2)
    return np.sqrt(squared)


def _depth(ink: np.ndarray) -> np.ndarray:
    """Return how far above each pixel the background lies, of the same shape."""
    depth = np.zeros(ink.shape, np.uint8)
    for row in range(1, SIDE):
        depth[:, row] = (depth[:, row - 1] + 1) * ink[:, row]
    return depth


def _box(images: np.ndarray) -> np.ndarray:
    """Return slant, width and height, ``(3, n)``, from where the ink lies."""
    moments = ink_moments(images)
    sheared = moments.shear[:, np.newaxis] * moments.down
    upright = moments.right[:, np.newaxis, :] - sheared[:, :, np.newaxis]
    width = _extent(_histogram(upright, moments.ink)) / SCALE
    return np.stack([moments.slant, width, _extent(moments.rows)])


def _histogram(positions: np.ndarray, ink: np.ndarray) -> np.ndarray:
    """Sum ink by position, ``(n, bins)`` a quarter pixel wide, a pixel over four."""
    bins = 112 * SCALE
    first = np.floor((positions + 56 - 0.5) * SCALE + 0.5).astype(np.int64)
    first = np.clip(first, 0, bins - SCALE)
    first += np.arange(len(ink))[:, np.newaxis, np.newaxis] * bins
    total = np.zeros(len(ink) * bins)
    for part in range(SCALE):
        total += np.bincount((first + part).ravel(), ink.ravel(), len(total))
    return total.reshape(len(ink), bins) / SCALE


def _extent(density: np.ndarray) -> np.ndarray:
    """Return how many bins lie between the trimmed ends of each distribution."""
    reached = np.cumsum(density, axis=1)

    def end(share: float) -> np.ndarray:
        last = np.argmax(reached >= share, axis=1)[:, np.newaxis]
        inside = np.take_along_axis(density, last, axis=1)
        over = np.take_along_axis(reached, last, axis=1) - share
        return (last + 1 - over / np.maximum(inside, 1e-12))[:, 0]

    return np.where(reached[:, -1] > 0.5, end(1 - TRIM) - end(TRIM), 0.0)
