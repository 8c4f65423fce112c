"""Images and labels that people hand in, checked before anything is measured."""

import numpy as np
from numpy.typing import ArrayLike

from digitgan.errors import InputError


def check_images(
    images: ArrayLike, min_count: int = 1, shape: tuple[int, ...] = (28, 28)
) -> np.ndarray:
    """Return images ``(N, *shape)`` as ``uint8``, or say what is wrong with them.

    They may be integers 0 to 255, or floats 0 to 1, where 0 is background; one channel
    with or without an axis.
    """
    images = np.asarray(images)
    if images.shape[3:] == (1,):
        images = images[..., 0]
    if images.shape[1:] != shape:
        allowed = f"(N, {', '.join(map(str, shape))})"
        raise InputError("images", None, allowed, f"have shape {images.shape}")
    if len(images) < min_count:
        raise InputError("images", None, f"{min_count} or more", f"are {len(images)}")
    if images.dtype.kind not in "uif":
        problem = f"are of type {images.dtype}"
        raise InputError("images", None, "uint8 or float", problem)
    is_float = images.dtype.kind == "f"
    low, high = images.min(), images.max()
    if not (low >= 0 and high <= (1 if is_float else 255)):  # NaN is neither
        allowed = "integers 0 to 255, or floats 0 to 1, where 0 is background"
        raise InputError("images", None, allowed, f"reach from {low} to {high}")
    if is_float:
        images = np.rint(images * 255)
    return np.ascontiguousarray(images, dtype=np.uint8)


def check_labels(
    labels: ArrayLike | None, count: int, classes: int = 10
) -> np.ndarray | None:
    """Return labels as ``int64 (count,)``, or say what is wrong with them."""
    if labels is None:
        return None
    labels = np.asarray(labels)
    if labels.shape != (count,):
        raise InputError("labels", None, f"({count},)", f"have shape {labels.shape}")
    if labels.dtype.kind not in "ui" or labels.min() < 0 or labels.max() >= classes:
        allowed = f"integers from 0 to {classes - 1}"
        raise InputError("labels", None, allowed, "are not all whole or in range")
    return labels.astype(np.int64)
