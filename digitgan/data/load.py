"""Find a data set by its name, or read one's own from a path."""

from dataclasses import replace
from pathlib import Path

from digitgan.data import originals, readers, sources, stacked_mnist
from digitgan.data.dataset import Dataset
from digitgan.data.names import NAMES, STACKED
from digitgan.errors import InputError, unknown_name


def load_dataset(data: str | Path = "mnist") -> Dataset:
    """Find a data set by its name, or read one's own from a path.

    Args:
        data: One of ``NAMES``, or the path of an IDX file, an NPZ file, a folder of the
            MNIST IDX files (which ``classes.txt`` in it may name, a line each) or a
            folder of pictures by class.

    Raises:
        InputError: There is no such name or path, or what is there cannot be read.
        ConnectionError: The named data set can be had from none of its sources.
    """
    return replace(_find(str(data)), name=str(data))


def _find(name: str) -> Dataset:
    path = Path(name)
    if name == STACKED:
        return stacked_mnist.stack(sources.find("mnist"))
    if name in originals.ORIGINALS:
        return originals.find(name)
    if name in NAMES:
        return sources.find(name)
    if not name or (path.name == name and not path.suffix and not path.exists()):
        raise InputError(f"{unknown_name('--data', name, NAMES)}, or a path")
    return readers.read(path)


def licence_of(data: str) -> str:
    """Return who made a named data set and on what terms; empty for one's own."""
    return (sources.LICENCES | originals.LICENCES).get(data, "")
