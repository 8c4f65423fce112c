"""Measure handwriting: area, length, thickness, slant, width and height of digits.

The vocabulary and the definitions are those of Morpho-MNIST (Castro et al. 2019,
arXiv 1809.10780), made fast enough to measure whole data sets. A digit is drawn four
times larger with a cubic spline, smoothed and cut at half of its darkest ink. Its
skeleton is the medial axis: ink is taken away from the outside in, pixel by pixel, but
where that would break a line or shorten it. Thickness is twice the mean distance of the
skeleton to the background. What differs from the authors' code:

- among equally distant pixels that code draws the order at random; here it goes by
  place, so that pixels which do not touch go together. Thickness differs by 0.02 pixels
  (root mean square; digits differ by 0.7), length by 0.9;
- slant, width and height are those of the ink before it is enlarged: 0.2 degrees, and
  0.3 and 0.2 pixels less.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from digitgan.measure.strokes import ink_moments

MEASURES = ("area", "length", "thickness", "slant", "width", "height")
SCALE = 4
SIDE = 28 * SCALE + 2  # one pixel of background all around
BATCH_SIZE = 100
SMOOTHING = SCALE / 3  # deviation of the Gaussian, in pixels of the enlarged digit
TRIM = 0.01  # share of the ink outside each side of the parallelogram
# float32 (112, 28), a cubic spline along one axis. SciPy made it, once:
# ndimage.zoom(np.eye(28, dtype="f4"), (4, 1), order=3, mode="nearest", grid_mode=True)
CUBIC_ZOOM = np.load(Path(__file__).parent / "weights" / "cubic_zoom.npy")


def _gaussian(size: int = 28 * SCALE, radius: int = 5) -> np.ndarray:
    """Return a matrix that smooths along one axis, ``float32 (size, size)``."""
    taps = np.exp(-((np.arange(-radius, radius + 1) / SMOOTHING) ** 2) / 2)
    padded = np.pad(np.eye(size), ((radius, radius), (0, 0)), mode="symmetric")
    rows = np.lib.stride_tricks.sliding_window_view(padded, len(taps), axis=0)
    return (rows @ (taps / taps.sum())).astype(np.float32)


def _removable() -> np.ndarray:
    """Say which of 256 neighbourhoods let a pixel go, ``bool (256,)``.

    Its neighbours, bit by bit in the order of ``AROUND``, must be two or more and
    8-connected without it.
    """
    bits = np.arange(256)[:, np.newaxis] >> np.arange(8) & 1 == 1
    side, corner, next_side = bits[:, ::2], bits[:, 1::2], np.roll(bits, -2, 1)[:, ::2]
    components = np.sum(~side & (corner | next_side), axis=1)
    connected = (components == 1) | side.all(axis=1)
    return connected & (bits.sum(axis=1) >= 2)


# Clockwise from the pixel above.
AROUND = (-SIDE, 1 - SIDE, 1, SIDE + 1, SIDE, SIDE - 1, -1, -SIDE - 1)
GAUSSIAN, REMOVABLE = _gaussian(), _removable()


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
            _in_batches(_strokes, images, BATCH_SIZE),
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
    """Return area, length and thickness, ``(3, n)``."""
    ink = _enlarged(images)
    squared = _squared_distance(ink)
    skeleton = _medial_axis(ink, squared)
    at = np.flatnonzero(skeleton)
    digit = at // SIDE**2

    def total(values: np.ndarray | None = None) -> np.ndarray:
        return np.bincount(digit, values, minlength=len(images))

    steps = skeleton[at + 1] + skeleton[at + SIDE]
    diagonal_steps = skeleton[at + SIDE + 1] + skeleton[at + SIDE - 1]
    length = total(steps + np.sqrt(2) * diagonal_steps)
    thickness = 2 * total(np.sqrt(squared[at])) / np.maximum(total(), 1)
    area = ink.sum(axis=(1, 2)) / SCALE**2
    return np.stack([area, length / SCALE, thickness / SCALE])


def _enlarged(images: np.ndarray) -> np.ndarray:
    """Return ``bool (n, 114, 114)``: the enlarged digits cut at half their ink."""
    large = CUBIC_ZOOM @ images.astype(np.float32) @ CUBIC_ZOOM.T
    low, high = (part(images, axis=(1, 2), keepdims=True) for part in (np.min, np.max))
    large = np.floor(GAUSSIAN @ np.clip(large, low, high) @ GAUSSIAN.T)
    low, high = (part(large, axis=(1, 2), keepdims=True) for part in (np.min, np.max))
    ink = (large >= (low + high) / 2) & (large > 0)
    return np.pad(ink, ((0, 0), (1, 1), (1, 1)))


def _squared_distance(ink: np.ndarray) -> np.ndarray:
    """Return the squared distance to the nearest background, ``int32``, flat.

    The vertical distance is found for all pixels; then columns are tried outwards
    until they are farther than the nearest background so far (Meijster et al. 2000).
    """
    vertical = np.zeros(ink.shape, np.int32)
    for row in range(1, SIDE):
        vertical[:, row] = (vertical[:, row - 1] + 1) * ink[:, row]
    for row in range(SIDE - 2, 0, -1):
        below = vertical[:, row + 1] + 1
        np.minimum(vertical[:, row], below, out=vertical[:, row])
    vertical = vertical.ravel() ** 2
    squared, near = vertical.copy(), np.flatnonzero(ink)
    for offset in range(1, SIDE):
        near = near[squared[near] > offset**2]
        beside = np.minimum(vertical[near - offset], vertical[near + offset])
        squared[near] = np.minimum(squared[near], beside + offset**2)
    return squared


def _medial_axis(ink: np.ndarray, squared: np.ndarray) -> np.ndarray:
    """Return the medial axis of ``bool (n, 114, 114)``, ``uint8``, flat.

    The nearest to the background go first, among them those with the most ink around;
    pixels of equal rank two apart in both directions go at once.
    """
    left = ink.ravel().astype(np.uint8)
    at = np.flatnonzero(left)
    background = 8 - sum(left[at + shift] for shift in AROUND)
    rank = np.where(squared[at] <= 2, 9 * squared[at] + background, 27 + squared[at])
    row, column = np.divmod(at, SIDE)
    rank = (4 * rank + row % 2 * 2 + column % 2).astype(np.int16)
    order = np.argsort(rank, kind="stable")
    for pixels in np.split(at[order], np.flatnonzero(np.diff(rank[order])) + 1):
        around = sum(left[pixels + shift] << bit for bit, shift in enumerate(AROUND))
        left[pixels] = ~REMOVABLE[around]
    return left


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
