"""What the images and labels of a data set must be like."""

import math

import numpy as np

from digitgan import limits
from digitgan.data.images import ImageSpec
from digitgan.errors import InputError

MAX_CLASSES = 256
SHAPES = "N x 28 x 28 for digits; N x H x W, or N x H x W x 3, for other pictures"


class Unreadable(InputError):
    """What is wrong with a file of data; ``load_dataset`` adds which file it is."""


def unreadable(problem: str, allowed: str = "") -> Unreadable:
    """Return the error for a file with such a problem, and what would be right."""
    return Unreadable("data", None, allowed, problem)


def image_spec(images: np.ndarray) -> ImageSpec:
    """Return size and kind of ``(N, H, W)`` or ``(N, H, W, 3)``: digits or pictures."""
    shape = images.shape[1:]
    try:
        if len(shape) == 2:
            kind = "digits" if shape == ImageSpec().shape else "pictures"
            return ImageSpec(*shape, kind=kind)
        height, width, channels = shape
        if channels != 3:
            raise ValueError("neither grey nor in colour")
        return ImageSpec(height, width, channels, kind="pictures")
    except (InputError, ValueError) as error:
        raise unreadable(f"holds images of shape {images.shape}", SHAPES) from error


def check_size(shape: tuple[int, ...], itemsize: int = 1) -> None:
    """Refuse an array that a header claims if it is too large to hold."""
    size = math.prod(shape) * itemsize
    if size > limits.ARRAYS:
        raise unreadable(
            f"holds an array of {size:,} bytes", f"up to {limits.ARRAYS:,} bytes"
        )
