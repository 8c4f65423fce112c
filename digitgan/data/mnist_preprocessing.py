"""A drawing made as the digits of MNIST were: 20 pixels long, centred by its mass."""

import numpy as np
from PIL import Image

from digitgan.data.images import SIDE

BOX = 20
CENTRE = (
    14.0  # where the mass of real digits lies, in pixels from the first one's middle
)
FAINT = 16  # grey levels that are not ink yet


def preprocess_drawing(drawing: np.ndarray) -> np.ndarray:
    """Return a drawing as the digit that a network reads.

    Its ink is cut out, made 20 pixels long at its longer side with soft edges, and laid
    so that its centre of mass is the middle of the image.

    Source: LeCun, Cortes and Burges, http://yann.lecun.com/exdb/mnist/

    Args:
        drawing: ``uint8 (H, W)``, 0 paper to 255 ink, with some ink.

    Returns:
        ``uint8 (28, 28)``.
    """
    ink = drawing > FAINT
    rows, columns = (np.flatnonzero(ink.any(axis=axis)) for axis in (1, 0))
    cut = drawing[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    scale = BOX / max(cut.shape)
    size = [max(1, round(side * scale)) for side in cut.shape]
    small = Image.fromarray(cut).resize(size[::-1], Image.Resampling.LANCZOS)
    small = np.asarray(small)
    digit = np.zeros((SIDE, SIDE), np.uint8)
    places = []
    for axis, side in enumerate(size):
        mass = small.sum(axis=1 - axis, dtype=float)
        middle = mass @ np.arange(side) / max(1.0, mass.sum())
        start = min(max(0, round(CENTRE - middle)), SIDE - side)
        places.append(slice(start, start + side))
    digit[tuple(places)] = small
    return digit
