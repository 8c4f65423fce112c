"""What both players are conditioned on, for every training digit of a data set."""

import logging
from contextlib import suppress

import numpy as np

from digitgan.data.cache import cache_folder
from digitgan.data.dataset import Dataset
from digitgan.errors import InputError
from digitgan.files import write_arrays
from digitgan.measure.morphometry import measure
from digitgan.npz import read_arrays
from digitgan.sampling.styles import STYLE_UNITS

LOGGER = logging.getLogger("digitgan")


def condition_values(dataset: Dataset, names: tuple[str, ...]) -> dict[str, np.ndarray]:
    """Return the conditions of the training digits, in the order of the names.

    These are ``label`` int32 ``(N,)``, ``thickness`` in pixels and ``slant`` in
    degrees, float32 ``(N,)``. Strokes are measured once for a data set, half a minute
    for MNIST, and kept in the cache folder.
    """
    styles = _cached_styles(dataset) if set(names) & set(STYLE_UNITS) else {}
    values = {"label": np.asarray(dataset.train.labels), **styles}
    return {name: values[name] for name in names}


def measured_styles(images: np.ndarray) -> dict[str, np.ndarray]:
    """Return thickness and slant of ``uint8 (N, 28, 28)``, float32 ``(N,)`` each."""
    measured = measure(images)
    return {name: measured[name].astype(np.float32) for name in STYLE_UNITS}


def _cached_styles(dataset: Dataset) -> dict[str, np.ndarray]:
    path = cache_folder() / f"styles-{dataset.sha256[:16]}.npz"
    n = len(dataset.train)
    with suppress(InputError):  # none yet, or a damaged one: measured anew
        cached = read_arrays("cache", path, STYLE_UNITS, 8 * len(STYLE_UNITS) * n)
        if [values.shape for values in cached.values()] == [(n,)] * len(STYLE_UNITS):
            return cached
    LOGGER.info("Measuring %s digits, once ...", f"{n:,}")
    styles = measured_styles(dataset.train.images)
    with suppress(OSError):
        write_arrays(path, styles)
    return styles
