"""What an image is, and the two functions between finished images and networks."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

Kind = Literal["digits", "triplets", "pictures"]


@dataclass(frozen=True)
class ImageSpec:
    """Size and kind of the images of a data set, a preset or a model.

    Attributes:
        height: In pixels.
        width: In pixels.
        channels: 1 for grey, 3 for colour or for triplets.
        kind: ``digits``, one each, as MNIST has them; ``triplets``, a digit in each
            channel (Stacked MNIST); ``pictures`` of anything else.
    """

    height: int = 28
    width: int = 28
    channels: int = 1
    kind: Kind = "digits"

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of a finished image, ``uint8``; one channel has no axis."""
        size = (self.height, self.width)
        return size if self.channels == 1 else (*size, self.channels)


def to_float(images: np.ndarray) -> np.ndarray:
    """Turn ``uint8 (N, 28, 28)``, 0 paper to 255 ink, into what networks read.

    Args:
        images: That, or ``uint8 (N, 28, 28, 3)``; of NumPy or JAX.

    Returns:
        ``float32 (N, 28, 28, 1)``, or with 3 channels, in [-1, 1].
    """
    if images.ndim == 3:
        images = images[..., np.newaxis]
    return images.astype(np.float32) / 127.5 - 1.0


def to_uint8(images: np.ndarray) -> np.ndarray:
    """Turn ``float (N, 28, 28, 1)`` in [-1, 1] back into ``uint8 (N, 28, 28)``.

    Several channels are kept. Values outside the range are clipped; halves round to the
    even neighbour.
    """
    scaled = (np.asarray(images) + 1.0) * 127.5
    finished = np.rint(np.clip(scaled, 0.0, 255.0)).astype(np.uint8)
    return finished[..., 0] if finished.shape[-1] == 1 else finished


def channels_of(images: np.ndarray) -> int:
    """Return the channels of ``uint8 (N, 28, 28)`` or ``(N, 28, 28, C)``."""
    return 1 if images.ndim == 3 else images.shape[3]
