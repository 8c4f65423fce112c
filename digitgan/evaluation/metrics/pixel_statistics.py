"""Simple statistics of grey images, in groups, each group a kind of tell.

MNIST is resampled black and white writing: which greys occur together in one digit, how
long it is and where it lies follow from that, and a generator must get them right one
by one. Everything is computed on whole batches of images.
"""

from collections.abc import Callable
from functools import reduce
from operator import or_
from typing import Any, NamedTuple

import numpy as np

from digitgan.data.mnist_preprocessing import CENTRE, DIGIT_LENGTH, ink_span

BATCH_SIZE = 1_000
EXCEPTIONS = 0.01  # of real images: data with more do not obey (MNIST has 0.0001)
GREY_EDGES = (0, 1, 4, 8, 16, 32, 64, 96, 128, 160, 192, 224, 250, 255)
STEPS = (1, 4, 16, 32, 64, 128, 192, 250)  # greys: steps between neighbours, at least
FAINT = (1, 4, 16, 64)  # greys: ink that is fainter, at most
DIPS = (0, 8, 32)  # greys: by how much a pixel is less than its neighbours, more than
INK = (1, 100)  # greys: what is ink, when parts are counted
SPECK = 3  # a part that shrinks to nothing in so many steps is a speck


class _Batch(NamedTuple):
    """Images, ``uint8 (n, H, W)``, and what several groups need of each."""

    images: np.ndarray
    greys: np.ndarray  # how many pixels have each grey, ``int (n, 256)``
    # first row, first column, height and width of the ink, ``int (n, 4)``
    box: np.ndarray


def pixel_statistics(images: np.ndarray) -> dict[str, np.ndarray]:
    """Return the statistics of ``uint8 (N, H, W)`` by group, ``float (N, K)`` each."""
    parts = [
        _of_batch(images[start : start + BATCH_SIZE])
        for start in range(0, len(images), BATCH_SIZE)
    ]
    return {name: np.concatenate([part[name] for part in parts]) for name in STATISTICS}


def _of_batch(images: np.ndarray) -> dict[str, np.ndarray]:
    batch = _Batch(images, grey_counts(images), ink_box(images))
    return {name: group(batch).astype(float) for name, group in STATISTICS.items()}


def grey_counts(images: np.ndarray) -> np.ndarray:
    """Return how many pixels of ``uint8 (N, ...)`` have each grey, ``int (N, 256)``."""
    n = len(images)
    owner = 256 * np.arange(n, dtype=np.int64)[:, np.newaxis]
    counts = np.bincount((images.reshape(n, -1) + owner).ravel(), minlength=256 * n)
    return counts.reshape(n, 256)


def histogram(greys: np.ndarray) -> np.ndarray:
    """Bin counts of greys, ``(N, 256)``, to ``float (N, 14)``, as ``log(1 + n)``."""
    return np.log1p(np.add.reduceat(greys, GREY_EDGES, axis=1))


def ink_box(images: np.ndarray) -> np.ndarray:
    """Return first row and column, height and width of the ink, ``int (N, 4)``."""
    spans = (ink_span(np.any(images, axis=axis)) for axis in (2, 1))
    first, size = zip(*spans, strict=True)
    return np.stack([*first, *size], axis=1)


def centre_of_mass(images: np.ndarray) -> np.ndarray:
    """Return row and column of the centre of the ink, ``float (N, 2)``; 0 for none."""
    sums = [images.sum(axis=axis, dtype=np.int64) for axis in (2, 1)]
    mass = np.maximum(sums[0].sum(axis=1), 1)
    return np.stack([part @ np.arange(part.shape[1]) / mass for part in sums], axis=1)


def breaks_law(images: np.ndarray) -> np.ndarray:
    """Return which digits were not made as MNIST was, ``bool (N,)``.

    The ink of every digit is 20 pixels long on its longer side, and its centre of
    mass lies less than a pixel before 14.5 in both directions, in pixels from the
    middle of the first one (Yadav and Bottou 2019, arXiv 1905.10498).
    """
    longer = ink_box(images)[:, 2:].max(axis=1)
    late = CENTRE + 0.5 - centre_of_mass(images)
    return (longer != DIGIT_LENGTH) | np.any((late < 0) | (late >= 1), axis=1)


def obeys_laws(images: np.ndarray) -> bool:
    """Say whether real images are made as MNIST is: measured, not by their name."""
    return images.shape[1:] == (28, 28) and breaks_law(images).mean() < EXCEPTIONS


def _box(batch: _Batch) -> np.ndarray:
    return np.column_stack([batch.box, batch.box[:, 2:].max(axis=1)])


def _brightest(batch: _Batch) -> np.ndarray:
    """Counts of 250 to 255, how many greys there are, and the brightest."""
    greys = batch.greys
    brightest = 255 - (greys[:, ::-1] > 0).argmax(axis=1)
    distinct = np.count_nonzero(greys, axis=1)
    return np.column_stack([greys[:, 250:], distinct, brightest])


def _quantisation(batch: _Batch) -> np.ndarray:
    """How many greys share the pixels that are neither background nor full ink."""
    partial = batch.greys[:, 1:250]
    distinct, pixels = np.count_nonzero(partial, axis=1), partial.sum(axis=1)
    faintest = (partial > 0).argmax(axis=1)
    return np.stack([distinct / np.maximum(pixels, 1), faintest], axis=1)


def _place_of_brightest(batch: _Batch) -> np.ndarray:
    """Where the first and the last of the brightest pixels lie in the ink's box."""
    flat = batch.images.reshape(len(batch.images), -1)
    places = flat.argmax(axis=1), flat.shape[1] - 1 - flat[:, ::-1].argmax(axis=1)
    width = batch.images.shape[2]
    return np.column_stack(
        [np.stack(np.divmod(at, width), axis=1) - batch.box[:, :2] for at in places]
    )


def _edges(batch: _Batch) -> np.ndarray:
    """Steps between neighbours, faint pixels, and pixels less than both neighbours."""
    images = batch.images
    columns = [np.cumsum(batch.greys[:, 1:], axis=1)[:, [f - 1 for f in FAINT]]]
    for image in (images, images.transpose(0, 2, 1)):
        left, right = image[:, :, :-1], image[:, :, 1:]
        step = np.maximum(left, right) - np.minimum(left, right)
        columns += [_count(step >= size) for size in STEPS]
        less = np.minimum(image[:, :, :-2], image[:, :, 2:])
        dip = less - np.minimum(less, image[:, :, 1:-1])
        columns += [_count(dip > size) for size in DIPS]
    return np.column_stack(columns)


def _count(where: np.ndarray) -> np.ndarray:
    return np.count_nonzero(where.reshape(len(where), -1), axis=1)


def _roughness(batch: _Batch) -> np.ndarray:
    """Laplacian and total variation, both over the ink and over one another."""
    ink = np.pad(batch.images.astype(np.int16), ((0, 0), (1, 1), (1, 1)))
    middle = ink[:, 1:-1, 1:-1]
    around = ink[:, :-2, 1:-1] + ink[:, 2:, 1:-1] + ink[:, 1:-1, :-2] + ink[:, 1:-1, 2:]
    laplacian = np.abs(4 * middle - around).sum(axis=(1, 2), dtype=float)
    variation = sum(
        np.abs(np.diff(ink, axis=axis)).sum(axis=(1, 2), dtype=float) for axis in (1, 2)
    )
    mass = np.maximum(middle.sum(axis=(1, 2), dtype=float), 1)
    ratio = laplacian / np.maximum(variation, 1)
    return np.stack([ratio, laplacian / mass, variation / mass], axis=1)


def _parts(batch: _Batch) -> np.ndarray:
    """Components, specks among them, and holes, of two degrees of ink."""
    columns = []
    for level in INK:
        ink = batch.images >= level
        components, specks = count_components(ink)
        columns += [components, specks, components - euler_number(ink)]
    return np.stack(columns, axis=1)


def count_components(ink: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Count 8-connected components by shrinking each to nothing.

    Levialdi 1972 (doi 10.1145/361237.361240): in each step a component loses its sides
    to the south and the west, and never falls apart nor meets another. Logical
    operations on bytes that hold one pixel of eight images each.
    """
    n, height, width = ink.shape
    padded = np.pad(ink, ((0, 0), (1, 1), (1, 1))).reshape(n, -1).T
    bits = np.ascontiguousarray(np.packbits(padded, axis=1))  # a row: a pixel of all
    side = width + 2

    def neighbour(shift: int) -> np.ndarray:
        return bits[side + 1 + shift : len(bits) - side - 1 + shift]

    centre, west, south, corner = map(neighbour, (0, -1, side, side - 1))
    others = [neighbour(shift) for shift in (-side - 1, -side, 1 - side, 1, side + 1)]
    components, specks = np.zeros((2, bits.shape[1] * 8), int)
    for step in range(1, height + width):
        beside = west | south | corner
        alone: Any = centre & ~(beside | reduce(or_, others))
        row = np.flatnonzero(alone.any(axis=1))
        components += np.unpackbits(alone[row], axis=1).sum(axis=0, dtype=int)
        if step == SPECK:
            specks[:] = components
        centre[:] = centre & beside | west & south
    return components[:n], specks[:n]


def euler_number(ink: np.ndarray) -> np.ndarray:
    """Return components less holes, ``int (N,)``, of ``bool (N, H, W)``.

    Ink is 8-connected, holes 4-connected; by the 2 x 2 patterns (Gray 1971, doi
    10.1109/T-C.1971.223289).
    """
    padded = np.pad(ink, ((0, 0), (1, 1), (1, 1))).view(np.uint8)
    a, b = padded[:, :-1, :-1], padded[:, :-1, 1:]
    c, d = padded[:, 1:, :-1], padded[:, 1:, 1:]
    pixels = a + b + c + d
    diagonal = (pixels == 2) & (a == d)
    return (_count(pixels == 1) - _count(pixels == 3) - 2 * _count(diagonal)) // 4


STATISTICS: dict[str, Callable[[_Batch], np.ndarray]] = {
    "grey histogram": lambda batch: histogram(batch.greys),
    "bounding box": _box,
    "centre of mass": lambda batch: centre_of_mass(batch.images),
    "counts of 250 to 255": _brightest,
    "grey quantisation": _quantisation,
    "place of the brightest": _place_of_brightest,
    "edges": _edges,
    "roughness": _roughness,
    "components and holes": _parts,
}
