"""What the players are told about each digit: its label and its style."""

from contextlib import suppress

import numpy as np

from digitgan.data.cache import cache_folder
from digitgan.data.dataset import Dataset
from digitgan.errors import InputError
from digitgan.files import read_arrays, replacing
from digitgan.measure.morphometry import measure
from digitgan.sampling.styles import STYLE_UNITS


def conditions_of(dataset: Dataset, names: tuple[str, ...]) -> dict[str, np.ndarray]:
    """Return what is told about the training digits.

    Strokes are measured once for a data set, half a minute for MNIST, and kept in the
    cache folder.

    Args:
        dataset: With labels, where ``label`` is among the names.
        names: Some of ``label``, ``thickness`` and ``slant``.

    Returns:
        By name and in the order of the names: ``label`` int32 ``(N,)``, ``thickness``
        in pixels and ``slant`` in degrees, float32 ``(N,)``.
    """
    told = {"label": dataset.train.labels}
    if set(names) & set(STYLE_UNITS):
        told |= _styles(dataset)
    return {name: told[name] for name in names}


def _styles(dataset: Dataset) -> dict[str, np.ndarray]:
    path = cache_folder() / f"styles-{dataset.sha256[:16]}.npz"
    with suppress(InputError):  # none yet, or a damaged one: measured anew
        n, names = len(dataset.train), list(STYLE_UNITS)
        kept = read_arrays("cache", path, names, 8 * len(names) * n)
        if [kept[name].shape for name in kept] == [(n,)] * len(names):
            return kept
    print(f"Measuring {len(dataset.train):,} digits, once ...", flush=True)
    measured = measure(dataset.train.images)
    styles = {name: measured[name].astype(np.float32) for name in STYLE_UNITS}
    with suppress(OSError), replacing(path) as temporary:
        np.savez(temporary, **styles)
    return styles
