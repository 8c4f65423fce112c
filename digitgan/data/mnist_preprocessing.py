"""A drawing made as the digits of MNIST were: 20 pixels long, centred by its mass."""

import numpy as np
from PIL import Image

from digitgan.data.images import SIDE

DIGIT_LENGTH = 20  # pixels of the longer side
CENTRE = 14.0  # of mass, in pixels from the middle of the first one
MIN_INK = 16  # grey levels; what is fainter is background


def preprocess_drawing(drawing: np.ndarray) -> np.ndarray:
    """Return a drawing as the digit that a network reads.

    Its ink is cut out, made 20 pixels long at its longer side with soft edges, and laid
    so that its centre of mass is the middle of the image.

    Source: LeCun, Cortes and Burges, http://yann.lecun.com/exdb/mnist/

    Args:
        drawing: ``uint8 (H, W)``, 0 background to 255 ink, with some ink.

    Returns:
        ``uint8 (28, 28)``.
    """
    ink = drawing > MIN_INK
    rows, columns = (np.flatnonzero(ink.any(axis=axis)) for axis in (1, 0))
    cut = drawing[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    scale = DIGIT_LENGTH / max(cut.shape)
    size = [max(1, round(side * scale)) for side in cut.shape]
    resized = Image.fromarray(cut).resize(size[::-1], Image.Resampling.LANCZOS)
    small = np.asarray(resized)
    digit = np.zeros((SIDE, SIDE), np.uint8)
    place = tuple(_centred(small, axis) for axis in (0, 1))
    digit[place] = small
    return digit


def _centred(small: np.ndarray, axis: int) -> slice:
    """Return where an axis of a small digit lies when its mass is in the middle."""
    side = small.shape[axis]
    mass = small.sum(axis=1 - axis, dtype=float)
    centre = mass @ np.arange(side) / max(1.0, mass.sum())
    start = min(max(0, round(CENTRE - centre)), SIDE - side)
    return slice(start, start + side)
