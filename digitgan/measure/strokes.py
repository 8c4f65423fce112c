"""Width and slant of drawn strokes, without their skeletons."""

from typing import NamedTuple

import numpy as np


class Moments(NamedTuple):
    """Where the ink of n images lies."""

    ink: np.ndarray  # each pixel's share of all the ink, ``float (n, height, width)``
    rows: np.ndarray  # the share of each row, ``float (n, height)``
    down: np.ndarray  # how far each row lies below the mean, ``float (n, height)``
    # how far each column lies right of the mean, ``float (n, width)``
    right: np.ndarray
    shear: np.ndarray  # covariance of both over the variance downwards, ``float (n,)``

    @property
    def slant(self) -> np.ndarray:
        """In degrees, positive leaning right, ``float (n,)``."""
        return np.rad2deg(np.arctan(-self.shear))


def ink_moments(images: np.ndarray) -> Moments:
    """Measure first and second moments of the ink of ``uint8 (n, height, width)``."""
    ink = images.astype(float)
    ink /= np.maximum(ink.sum(axis=(1, 2), keepdims=True), 1)
    rows, columns = ink.sum(axis=2), ink.sum(axis=1)
    y, x = (np.arange(size) for size in ink.shape[1:])
    down = y - (rows @ y)[:, np.newaxis]
    right = x - (columns @ x)[:, np.newaxis]
    covariance = np.einsum("nyx,ny,nx->n", ink, down, right, optimize=True)
    shear = covariance / np.maximum(np.sum(rows * down**2, axis=1), 1e-6)
    return Moments(ink, rows, down, right, shear)


def outline_width(images: np.ndarray) -> np.ndarray:
    """Measure the width of strokes in ``uint8 (n, height, width)``, ``float32 (n,)``.

    A stroke has two sides: twice its area over the length of its outline, which is the
    total variation of the ink, is its width (0.15 pixels from that along the skeleton,
    for a digit). There must be ink in each image.
    """
    ink = np.pad(images / np.float32(255), ((0, 0), (1, 1), (1, 1)))
    down, right = np.diff(ink, axis=1), np.diff(ink, axis=2)
    down, right = down[:, :, 1:] + down[:, :, :-1], right[:, 1:] + right[:, :-1]
    outline = np.hypot(down, right).sum(axis=(1, 2)) / 2
    return 2 * ink.sum(axis=(1, 2)) / outline
