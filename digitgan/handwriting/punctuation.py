"""The signs that MNIST lacks, drawn as strokes of the pen that draws the digits."""

import numpy as np

from digitgan.handwriting.writer_style import EDGE, Pen

DIGIT = 20  # pixels: the height that MNIST gives a digit
BASELINE = 29  # ink on the line has its lowest pixels in the row above this one
FRAME = (40, 48)  # rows and columns around any character, however slanted
UNSTEADY = 0.02  # how far a hand misses, in heights of a digit
PRESSURE = 0.05  # how much its strokes differ in width
DOT = 1.25  # a dot is a little wider than a stroke
STEPS = np.linspace(0, 1, 48)[:, np.newaxis]

# Each stroke: where it begins, whither it bends and where it ends, as (right, up) from
# the baseline in heights of a digit.
STROKES = {
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
SIGNS = "".join(STROKES)


def draw_sign(sign: str, pen: Pen, character_noise: np.ndarray) -> np.ndarray:
    """Draw a sign as a hand would, never twice the same.

    Args:
        sign: One of ``SIGNS``.
        pen: Thickness and slant of the hand.
        character_noise: What makes it unsteady: standard normal, ``(strokes, 8)``.

    Returns:
        ``uint8 (40, 48)``, 0 paper to 255 ink, on the baseline.
    """
    row, column = (np.arange(size)[:, np.newaxis] + 0.5 for size in FRAME)
    depth = np.full(FRAME, -np.inf)
    for stroke, off in zip(STROKES[sign], character_noise, strict=True):
        points = np.array(stroke) + UNSTEADY * off[:6].reshape(3, 2)
        dab = np.ptp(stroke, axis=0).max() < 0.05
        width = pen.thickness * (DOT if dab else 1)
        ends = width * (1 + PRESSURE * off[6:])
        right, up = (DIGIT * _bent(points)).T
        right = right + np.tan(np.deg2rad(pen.slant)) * (up - DIGIT / 2)
        right += FRAME[1] / 2
        radius = (ends[0] + (ends[1] - ends[0]) * STEPS[:, 0]) / 2
        beside, above = (column - right) ** 2, (row - (BASELINE - up)) ** 2
        away = np.sqrt(above[:, np.newaxis] + beside)
        depth = np.maximum(depth, (radius - away).max(axis=2))
    return np.rint(255 * np.clip(depth / EDGE + 0.5, 0, 1)).astype(np.uint8)


def _bent(points: np.ndarray) -> np.ndarray:
    """Return places on the curve of Bezier from three points, ``(48, 2)``."""
    first, bend, last = points
    return (1 - STEPS) ** 2 * first + 2 * STEPS * (1 - STEPS) * bend + STEPS**2 * last
