"""NPZ and NPY files, by the names that Keras, scikit-learn, MedMNIST and others use."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from digitgan import limits
from digitgan.data.checks import unreadable
from digitgan.data.labels import is_one_hot
from digitgan.data.raw import (
    RawDataset,
    as_part,
    by_role,
    part_of,
    role_of,
    visible_files,
)
from digitgan.npz import read_array, read_arrays, zip_names
from digitgan.untrusted import as_input_errors

NPY_START, ZIP_START = b"\x93NUMPY", b"PK\x03\x04"
MAX_SHOWN = 200  # characters of names in a line


def read(path: Path) -> RawDataset | None:
    """Read an NPZ, an NPY with its labels next to it, or a folder of them."""
    if path.is_dir():
        found = [f for f in visible_files(path) if f.suffix in (".npy", ".npz")]
        if len(found) == 1 and found[0].suffix == ".npz":
            return read(found[0])
        plain = [file for file in found if file.suffix == ".npy"]
        named = {
            f.relative_to(path).with_suffix("").as_posix(): _read_npy(f) for f in plain
        }
        return _of_names(named, "NPY") if plain else None
    with path.open("rb") as file:
        start = file.read(6)
    if start == NPY_START:
        return _read_lone(path)
    if start[:4] != ZIP_START:
        return None
    members = zip_names("data", path)
    names = [name.removesuffix(".npy") for name in members if name.endswith(".npy")]
    named = [name for name in names if role_of(name)]
    chosen = named if any(role_of(n) == "images" for n in named) else names
    arrays = read_arrays("data", path, chosen, limits.ARRAYS)
    return _of_names(arrays, "NPZ") if names else None


def _read_lone(path: Path) -> RawDataset:
    """Read an NPY file, and the first next to it that names labels of its part."""
    near = [f for f in sorted(path.parent.glob("*.npy")) if role_of(f.stem) == "labels"]
    labels = [f for f in near if part_of(f.stem) == part_of(path.stem)]
    values = _read_npy(labels[0]) if labels and labels[0] != path else None
    return RawDataset("NPY", {"train": as_part(_read_npy(path), values)})


def _read_npy(path: Path) -> np.ndarray:
    with as_input_errors("data", path):
        return read_array("data", path, limits.ARRAYS)


def _of_names(arrays: Mapping[str, np.ndarray], layout: str) -> RawDataset:
    """Return the parts by the names of arrays; where they say nothing, by content."""
    if parts := by_role(arrays):
        return RawDataset(f"{layout} arrays", parts)
    last = ""
    for array in arrays.values():
        is_images = array.ndim > 2 or (array.ndim == 2 and array.shape[1] >= 16)
        if is_images and not (array.ndim == 2 and is_one_hot(array)):
            last = "test" if parts else "train"
            if "test" not in parts:
                parts[last] = as_part(array)
        elif last and array.ndim and len(array) == len(parts[last].images):
            parts[last] = parts[last]._replace(labels=array)
    if not parts:
        shown = ", ".join(map(ascii, sorted(arrays)[:8])) or "nothing"
        problem = f"holds no array of images but {shown[:MAX_SHOWN]}"
        raise unreadable(problem, "x_train and y_train, x and y, or images and labels")
    note = f"by their shapes, of {', '.join(map(ascii, list(arrays)[:8]))}"
    return RawDataset(f"{layout} arrays", parts, notes=(note[:MAX_SHOWN],))
