"""What both players are conditioned on, for every training digit of a data set."""

import logging
from collections.abc import Callable
from contextlib import suppress

import numpy as np

from digitgan.data.cache import cache_folder
from digitgan.data.dataset import Dataset
from digitgan.data.mnist_antialiasing import SIDE_NAME, measure_sides
from digitgan.data.mnist_preprocessing import crop_to_box
from digitgan.errors import InputError
from digitgan.measure.morphometry import measure
from digitgan.npz import read_arrays, write_arrays
from digitgan.sampling.styles import STYLE_UNITS

LOGGER = logging.getLogger("digitgan")
Measured = dict[str, np.ndarray]


def condition_values(dataset: Dataset, names: tuple[str, ...]) -> Measured:
    """Return the conditions of the training digits, in the order of the names.

    These are ``label`` int32 ``(N,)``, ``thickness`` in pixels, ``slant`` in degrees
    and ``bitmap_side`` in pixels, float32 ``(N,)``. Digits are measured once for a data
    set, half a minute or a minute for MNIST, and what was measured kept in the cache.
    """
    values = {"label": np.asarray(dataset.train.labels)}
    for group, (measured, measure_group) in GROUPS.items():
        if set(names) & set(measured):
            values |= _cached(dataset, group, measured, measure_group)
    return {name: values[name] for name in names}


def measure_conditions(images: np.ndarray, names: tuple[str, ...]) -> Measured:
    """Return the measured ones of the conditions of ``uint8 (N, 28, 28)``."""
    values: Measured = {}
    for measured, measure_group in GROUPS.values():
        if set(names) & set(measured):
            values |= measure_group(images)
    return {name: values[name] for name in names if name in values}


def _styles(images: np.ndarray) -> Measured:
    measured = measure(images)
    return {name: measured[name].astype(np.float32) for name in STYLE_UNITS}


def _sides(images: np.ndarray) -> Measured:
    return {SIDE_NAME: measure_sides(crop_to_box(images)).astype(np.float32)}


# What is measured together, by the name of its file in the cache.
GROUPS: dict[str, tuple[tuple[str, ...], Callable[[np.ndarray], Measured]]] = {
    "strokes": (tuple(STYLE_UNITS), _styles),
    "bitmaps": ((SIDE_NAME,), _sides),
}
MEASURED = tuple(name for names, _ in GROUPS.values() for name in names)


def _cached(
    dataset: Dataset,
    group: str,
    names: tuple[str, ...],
    measure_group: Callable[[np.ndarray], Measured],
) -> Measured:
    path = cache_folder() / f"{group}-{dataset.sha256[:16]}.npz"
    n = len(dataset.train)
    with suppress(InputError):  # none yet, or a damaged one: measured anew
        cached = read_arrays("cache", path, names, 8 * len(names) * n)
        if [values.shape for values in cached.values()] == [(n,)] * len(names):
            return cached
    LOGGER.info("Measuring %s digits, once ...", f"{n:,}")
    values = measure_group(dataset.train.images)
    with suppress(OSError):
        write_arrays(path, values)
    return values
