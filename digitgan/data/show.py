"""Digits as one picture: ``digitgan.show``."""

import numpy as np
from PIL import Image

from digitgan.data.dataset import Dataset, Digits
from digitgan.data.image_grid import COLUMNS, SCALE, grid
from digitgan.errors import InputError

SHOWN = 100  # images of a data set


def show(
    images: np.ndarray | Digits | Dataset, columns: int = COLUMNS, scale: int = SCALE
) -> Image.Image:
    """Return digits as one picture, which a notebook shows as the value of a cell.

    Args:
        images: ``uint8 (N, height, width)`` or with 3 channels at the end, 0 background
            to 255 ink; one image ``(height, width)``; or a data set, of which the
            first 100 training digits are shown.
        columns: Images in a row.
        scale: Screen pixels per image pixel.

    Raises:
        InputError: These are no images.
    """
    ink = True
    if isinstance(images, Dataset):
        images, ink = images.train, images.image.is_ink
    if isinstance(images, Digits):
        images = images.images[:SHOWN]
    array = np.asarray(images)
    array = array[np.newaxis] if array.ndim == 2 else array
    is_grid = array.ndim == 3 or (array.ndim == 4 and array.shape[3] == 3)
    if array.dtype != np.uint8 or not is_grid or not len(array):
        allowed = "uint8 (N, height, width), (N, height, width, 3) or (height, width)"
        problem = f"has shape {array.shape} and type {array.dtype}"
        raise InputError("images", None, allowed, problem)
    return grid(array, min(columns, len(array)), scale, ink)
