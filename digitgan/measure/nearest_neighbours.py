"""The nearest of many images, and how far away it is.

Near is the Euclidean distance, in grey levels, of the averages of 2 x 2 pixels, so that
a copy shifted by half a pixel or a little blurred is still a copy.
"""

import numpy as np

BATCH_SIZE = 500
GREY_STEP = 2  # greys that count as one, so that float32 holds every sum exactly


def nearest(
    images: np.ndarray, among: np.ndarray, skip: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Find the nearest image, in batches.

    Args:
        images: ``uint8 (N, 28, 28)``, or others of even height and width.
        among: ``uint8 (M, 28, 28)``, likewise.
        skip: ``int (N,)``, one position in ``among`` that is not looked at.

    Returns:
        ``float (N,)`` distances and ``int (N,)`` positions in ``among``, the first of
        several equally near ones.
    """
    a, b = _averages(images), _averages(among)
    half = np.sum(b * b, axis=1) / 2
    distance, position = np.empty(len(a)), np.empty(len(a), int)
    for start in range(0, len(a), BATCH_SIZE):
        rows = slice(start, start + BATCH_SIZE)
        score, each = half - a[rows] @ b.T, np.arange(len(a[rows]))
        if skip is not None:
            score[each, skip[rows]] = np.inf
        position[rows] = best = score.argmin(axis=1)
        squared = 2 * score[each, best] + np.sum(a[rows] * a[rows], axis=1)
        distance[rows] = np.sqrt(squared) * GREY_STEP
    return distance, position


def distances(image: np.ndarray, among: np.ndarray) -> np.ndarray:
    """Return how far ``uint8 (28, 28)`` lies from each of ``(M, 28, 28)``, ``(M,)``."""
    apart = _averages(among) - _averages(image[np.newaxis])
    return GREY_STEP * np.sqrt(np.einsum("mp,mp->m", apart, apart))


def _averages(images: np.ndarray) -> np.ndarray:
    """Return the averages of 2 x 2 pixels, ``float32 (N, D)``, whole numbers to 127."""
    rows = images[:, ::2].astype(np.uint16) + images[:, 1::2]
    sums = rows[:, :, ::2] + rows[:, :, 1::2]
    return (sums // (4 * GREY_STEP)).reshape(len(images), -1).astype(np.float32)
