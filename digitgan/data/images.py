"""What an image is, and the two functions between finished images and networks."""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from digitgan.errors import InputError

SIDE = 28  # pixels of a digit of MNIST
MAX_SIDE = 1024
Kind = Literal["digits", "triplets", "pictures"]


@dataclass(frozen=True)
class ImageSpec:
    """Size and kind of the images of a data set, a preset or a model.

    Attributes:
        height: In pixels, a multiple of 4.
        width: Likewise.
        channels: 1 for grey, 3 for colour or for triplets.
        kind: ``digits``, one each, as MNIST has them: 28 x 28, grey; ``triplets``, such
            a digit in each of three channels (Stacked MNIST); ``pictures`` of anything.

    Raises:
        InputError: There are no such images.
    """

    height: int = SIDE
    width: int = SIDE
    channels: int = 1
    kind: Kind = "digits"

    def __post_init__(self) -> None:
        """Refuse what no data set, preset or model has."""
        for name in ("height", "width"):
            side = getattr(self, name)
            if side % 4 or not 4 <= side <= MAX_SIDE:
                allowed = f"a multiple of 4, up to {MAX_SIDE}"
                raise InputError(name, side, allowed)
        if self.channels not in (1, 3):
            raise InputError("channels", self.channels, "1 or 3")
        shapes = {"digits": (SIDE, SIDE), "triplets": (SIDE, SIDE, 3)}
        if shapes.get(self.kind, self.shape) != self.shape:
            raise InputError("kind", self.kind, "pictures", f"are not {self}")

    @property
    def is_ink(self) -> bool:
        """Whether values are ink on a background, shown dark on white, or colours."""
        return self.kind != "pictures" or self.channels == 1

    def __str__(self) -> str:
        """Return such as ``28 x 28 x 3 (triplets)``."""
        return f"{' x '.join(map(str, self.shape))} ({self.kind})"

    @cached_property
    def shape(self) -> tuple[int, ...]:
        """Shape of a finished image, ``uint8``; one channel has no axis."""
        size = (self.height, self.width)
        return size if self.channels == 1 else (*size, self.channels)


DIGIT_NAMES = tuple("0123456789")  # as classes
DIGITS = ImageSpec()
TRIPLETS = ImageSpec(channels=3, kind="triplets")


def to_float(images: np.ndarray) -> np.ndarray:
    """Turn images, 0 background to 255 ink, into what networks read.

    Args:
        images: ``uint8 (N, height, width)`` or with 3 channels; of NumPy or JAX.

    Returns:
        ``float32 (N, height, width, C)`` in [-1, 1].
    """
    if images.ndim == 3:
        images = images[..., np.newaxis]
    return images.astype(np.float32) / 127.5 - 1.0


def to_uint8(images: np.ndarray) -> np.ndarray:
    """Turn ``float (N, height, width, C)`` in [-1, 1] back into ``uint8`` images.

    One channel has no axis. Values outside the range are clipped; halves round to the
    even neighbour.
    """
    scaled = (np.asarray(images) + 1.0) * 127.5
    finished = np.rint(np.clip(scaled, 0.0, 255.0)).astype(np.uint8)
    return finished[..., 0] if finished.shape[-1] == 1 else finished
