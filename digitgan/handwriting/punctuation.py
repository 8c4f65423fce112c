"""The punctuation that MNIST lacks, drawn as strokes of the pen of the digits."""

import numpy as np

from digitgan.handwriting.geometry import BASELINE, DIGIT_HEIGHT, GLYPH_SHAPE

UNSTEADINESS = 0.02  # how far a hand misses, in heights of a digit
PRESSURE = 0.05  # how much its strokes differ in width
DOT_WIDTH = 1.25  # of a stroke
MAX_DOT = 0.05  # heights: a stroke that reaches no farther is a dot
EDGE = 1.15  # pixels in which ink turns to background; measured on MNIST's strokes
CURVE = np.linspace(0, 1, 48)[:, np.newaxis]  # where strokes are drawn
NOISE_PER_STROKE = 8  # three points, right and up, and the width of both ends

# Each stroke: where it begins, whither it bends and where it ends, as (right, up) from
# the baseline in heights of a digit.
STROKES: dict[str, list[list[tuple[float, float]]]] = {
    "-": [[(0, 0.43), (0.2, 0.45), (0.4, 0.43)]],
    "+": [
        [(0, 0.45), (0.25, 0.47), (0.5, 0.45)],
        [(0.25, 0.71), (0.24, 0.45), (0.25, 0.19)],
    ],
    ".": [[(0, 0.08), (0.02, 0.09), (0.03, 0.07)]],
    ",": [[(0.05, 0.08), (0.09, -0.05), (-0.04, -0.17)]],
    ":": [
        [(0, 0.14), (0.02, 0.15), (0.03, 0.13)],
        [(0, 0.56), (0.02, 0.57), (0.03, 0.55)],
    ],
    "/": [[(0.3, 1.04), (0.16, 0.5), (0, -0.08)]],
    "(": [[(0.2, 1.06), (-0.17, 0.5), (0.2, -0.13)]],
    ")": [[(0, 1.06), (0.37, 0.5), (0, -0.13)]],
}
PUNCTUATION = "".join(STROKES)


def draw_punctuation(
    mark: str, thickness: float, slant: float, noise: np.ndarray
) -> np.ndarray:
    """Draw a mark as a hand would, never twice the same.

    Args:
        mark: One of ``PUNCTUATION``.
        thickness: Of the pen, in pixels.
        slant: In degrees, positive leaning right.
        noise: What makes it unsteady: standard normal, ``(strokes, 8)``.

    Returns:
        ``uint8 (40, 48)``, 0 background to 255 ink, on the baseline.
    """
    row, column = (np.arange(size)[:, np.newaxis] + 0.5 for size in GLYPH_SHAPE)
    depth = np.full(GLYPH_SHAPE, -np.inf)  # of each pixel inside the ink
    for stroke, stroke_noise in zip(STROKES[mark], noise, strict=True):
        points = np.array(stroke) + UNSTEADINESS * stroke_noise[:6].reshape(3, 2)
        dot = np.ptp(stroke, axis=0).max() < MAX_DOT
        width = thickness * (DOT_WIDTH if dot else 1)
        begin, end = width * (1 + PRESSURE * stroke_noise[6:])
        right, up = (DIGIT_HEIGHT * _bezier(points)).T
        right = right + np.tan(np.deg2rad(slant)) * (up - DIGIT_HEIGHT / 2)
        right += GLYPH_SHAPE[1] / 2
        # The stroke is the union of discs along its curve.
        radius = (begin + (end - begin) * CURVE[:, 0]) / 2
        across, down = (column - right) ** 2, (row - (BASELINE - up)) ** 2
        distance = np.sqrt(down[:, np.newaxis] + across)
        depth = np.maximum(depth, (radius - distance).max(axis=2))
    return np.rint(255 * np.clip(depth / EDGE + 0.5, 0, 1)).astype(np.uint8)


def _bezier(points: np.ndarray) -> np.ndarray:
    """Return places on the quadratic curve of three points, ``(48, 2)``."""
    first, bend, last = points
    t = CURVE
    return (1 - t) ** 2 * first + 2 * t * (1 - t) * bend + t**2 * last
