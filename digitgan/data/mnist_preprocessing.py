"""How MNIST was made: digits 20 pixels long, in a box that is placed by its mass.

Source: LeCun, Cortes and Burges, http://yann.lecun.com/exdb/mnist/
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from PIL import Image

from digitgan.data.images import SIDE

DIGIT_LENGTH = 20  # pixels of the longer side
CENTRE = 14.0  # of mass, in pixels from the middle of the first one
BOX_CENTRE = 15  # the centre of mass lies less than a pixel before this place
MAX_OFFSET = SIDE - DIGIT_LENGTH
MIN_INK = 16  # grey levels; what is fainter is background


def crop_to_box(images: np.ndarray) -> np.ndarray:
    """Return the box of 20 x 20 pixels that each digit fills on its longer side.

    Across the shorter side the ink lies in the middle. What lies outside is lost, which
    is nothing in MNIST.

    Args:
        images: ``uint8 (N, 28, 28)``, or with channels, of which each is a digit.

    Returns:
        ``uint8 (N, 20, 20)``; :func:`place_by_mass` gives the images back.
    """
    if images.ndim == 4:
        return _by_channel(crop_to_box, images)
    ink = images > 0
    starts = (_box_starts(np.any(ink, axis=axis)) for axis in (2, 1))
    rows, columns = (s[:, np.newaxis] + np.arange(DIGIT_LENGTH) for s in starts)
    n = np.arange(len(images))[:, np.newaxis, np.newaxis]
    return images[n, rows[:, :, np.newaxis], columns[:, np.newaxis]]


def _box_starts(inked: Any) -> np.ndarray:
    """Return where the box begins on an axis whose pixels have ink or not, ``(N,)``."""
    first, length = ink_span(inked)
    margin = np.maximum(DIGIT_LENGTH - length, 0) // 2
    return np.clip(first - margin, 0, MAX_OFFSET)


def ink_span(inked: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return the first of ``bool (N, W)`` and how far it is to the last, ``int (N,)``.

    Both are 0 where there is no ink.
    """
    first, last = inked.argmax(axis=1), inked.shape[1] - inked[:, ::-1].argmax(axis=1)
    return first, np.where(inked.any(axis=1), last - first, 0)


def place_by_mass(boxes: np.ndarray) -> np.ndarray:
    """Place boxes ``uint8 (N, 20, 20)`` by their centre of mass: ``(N, 28, 28)``.

    Of several channels, behind the axes of the image, each is a digit of its own.
    """
    if boxes.ndim == 4:
        return _by_channel(place_by_mass, boxes)
    mass = np.maximum(boxes.sum(axis=(1, 2), dtype=float), 1.0)
    middles = np.arange(DIGIT_LENGTH) + 0.5
    images = np.zeros((len(boxes), SIDE, SIDE), np.uint8)
    place = [np.arange(len(boxes))[:, np.newaxis, np.newaxis]]
    for other in (2, 1):
        centre = boxes.sum(axis=other, dtype=float) @ middles / mass
        start = np.clip(np.floor(BOX_CENTRE - centre), 0, MAX_OFFSET).astype(int)
        pixels = start[:, np.newaxis] + np.arange(DIGIT_LENGTH)
        place.append(np.expand_dims(pixels, other))
    images[tuple(place)] = boxes
    return images


def _by_channel(
    function: Callable[[np.ndarray], np.ndarray], images: np.ndarray
) -> np.ndarray:
    return np.stack([function(one) for one in np.moveaxis(images, -1, 0)], axis=-1)


def preprocess_drawing(drawing: np.ndarray) -> np.ndarray:
    """Return a drawing as the digit that a network reads.

    Its ink is cut out, made 20 pixels long at its longer side with soft edges, and laid
    so that its centre of mass is the middle of the image.

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
