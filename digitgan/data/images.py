"""The two functions between finished images and what the networks see."""

import numpy as np


def to_float(images: np.ndarray) -> np.ndarray:
    """Turn ``uint8 (N, 28, 28)``, 0 paper to 255 ink, into what networks read.

    Returns:
        ``float32 (N, 28, 28, 1)`` in [-1, 1].
    """
    return images[..., np.newaxis].astype(np.float32) / 127.5 - 1.0


def to_uint8(images: np.ndarray) -> np.ndarray:
    """Turn ``float (N, 28, 28, 1)`` in [-1, 1] back into ``uint8 (N, 28, 28)``.

    Values outside the range are clipped; halves round to the even neighbour.
    """
    scaled = (np.asarray(images)[..., 0] + 1.0) * 127.5
    return np.rint(np.clip(scaled, 0.0, 255.0)).astype(np.uint8)
