"""Copies of named data sets that other programs left on this disk."""

import os
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import numpy as np

from digitgan.data.download import IDX_SIZES, Unavailable
from digitgan.data.idx import write_idx
from digitgan.data.readers import arrays, arrow, idx_files
from digitgan.errors import InputError
from digitgan.files import as_input_errors

READERS = (idx_files.read, arrow.read, arrays.read)
TORCHVISION = {"mnist": "MNIST", "fashion-mnist": "FashionMNIST"}
HUGGING_FACE = {"mnist": "mnist", "fashion-mnist": "fashion_mnist"}


def copies(name: str) -> Iterator[Path]:
    """Yield where Keras, torchvision and Hugging Face keep a data set, if they do."""
    if name not in TORCHVISION:
        return
    keras = Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras") / "datasets"
    yield from (keras / f"{name}.npz", keras / name)
    places = product((Path.cwd(), Path.home()), ("", "data", "datasets"))
    yield from (place / sub / TORCHVISION[name] / "raw" for place, sub in places)
    cache = Path(os.environ.get("HF_HOME") or Path.home() / ".cache" / "huggingface")
    owned = HUGGING_FACE[name]
    yield from sorted(cache.glob(f"hub/datasets--*--{owned}/snapshots/*"))
    yield from sorted(cache.glob(f"datasets/*{owned}/*/*/*"))


def copy_as_idx(place: Path, folder: Path) -> None:
    """Write what lies at a place as the four files of MNIST.

    Raises:
        Unavailable: That is no such data set.
    """
    try:
        with as_input_errors("data", place):
            raw = next(filter(None, (read(place) for read in READERS)))
            parts = [raw.parts[name] for name in ("train", "test")]
            both = [values for part in parts for values in part]
            for name, values in zip(IDX_SIZES, both, strict=True):
                write_idx(folder / name, np.stack(list(values)))
    except InputError as error:
        raise Unavailable(str(error)) from None
