"""One photographed digit is treated as a cell of the sheet: evened, cut, centred."""

import cv2
import numpy as np

from digitgan.data.images import SIDE
from digitgan.data.mnist_preprocessing import preprocess_drawing
from digitgan.data.pictures import MIN_CONTRAST

LENGTH = 224  # pixels of the longer side that is looked at
SHRINK = 4  # the light is judged on a smaller picture
CLOSING = 19  # pixels there, a third: wider than strokes, narrower than shadows
PEAK = 64  # pixels that are darker than the ink's own darkness
MIN_AREA = 0.05  # of the largest stroke: less is dirt


def cleaned(picture: np.ndarray) -> np.ndarray:
    """Return the digit in ``uint8 (H, W)`` as MNIST's are; blank where none is seen."""
    scale = LENGTH / max(picture.shape)
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    height, width = (max(1, round(side * scale)) for side in picture.shape)
    page = _on_light_paper(cv2.resize(picture, (width, height), interpolation=way))
    darkness = cv2.medianBlur(darkness_of(page, SHRINK, CLOSING), 5)
    peak = np.partition(darkness.ravel(), -PEAK)[-PEAK] if darkness.size > PEAK else 0
    if peak < MIN_CONTRAST:
        return np.zeros((SIDE, SIDE), np.uint8)
    ink = without_dirt(darkness > peak / 2, MIN_AREA)
    return preprocess_drawing(255 * ink.astype(np.uint8))


def _on_light_paper(page: np.ndarray) -> np.ndarray:
    """Return a picture with dark ink: the light at its border is the paper's.

    A plane through the border is how the light falls off; ink is on one side of it.
    """
    rows, columns = np.indices(page.shape)
    places = np.stack([rows, columns, np.ones_like(rows)], -1).astype(float)
    border = np.ones(page.shape, bool)
    border[1:-1, 1:-1] = False
    plane = np.linalg.lstsq(places[border], page[border].astype(float), rcond=None)[0]
    darkest, lightest = np.percentile(page - places @ plane, (0.5, 99.5))
    return 255 - page if lightest > -darkest else page


def darkness_of(page: np.ndarray, shrink: int, closing: int) -> np.ndarray:
    """Return how much darker each pixel of ``uint8 (H, W)`` is than the paper around.

    The light is judged on a page so many times smaller; closing is so many pixels
    there: wider than strokes, narrower than shadows.
    """
    size = page.shape[::-1]
    small = tuple(max(1, side // shrink) for side in size)
    paper = cv2.resize(page, small, interpolation=cv2.INTER_AREA)
    # Closing fills what is dark and narrow, ink, and leaves what is wide: shadows.
    paper = cv2.morphologyEx(paper, cv2.MORPH_CLOSE, np.ones((closing, closing)))
    paper = cv2.resize(cv2.GaussianBlur(paper, (0, 0), 2), size)
    darkness = 1 - page / np.maximum(paper.astype(np.float32), 1)
    return np.rint(255 * np.clip(darkness, 0, 1)).astype(np.uint8)


def without_dirt(ink: np.ndarray, min_area: float) -> np.ndarray:
    """Return ink ``bool (H, W)`` without specks and a neighbour's strokes at the edge.

    ``min_area`` of what is no speck: pixels, or below 1 a share of the largest.
    """
    _, components, stats, _ = cv2.connectedComponentsWithStats(ink.astype(np.uint8))
    left, top, width, height, area = stats.T
    ends = (left + width == ink.shape[1]) | (top + height == ink.shape[0])
    at_edge = (left == 0) | (top == 0) | ends
    area[0] = 0  # the background
    least = min_area if min_area >= 1 else min_area * area.max()
    return ((area >= least) & (~at_edge | (area == area.max())))[components]
