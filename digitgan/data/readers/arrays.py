"""NPZ and NPY files, by the names that Keras, scikit-learn, MedMNIST and others use."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from digitgan import limits
from digitgan.data.checks import unreadable
from digitgan.data.labels import is_one_hot
from digitgan.data.raw import (
    RawDataset,
    RawPart,
    has_label,
    part_of,
    role_of,
    split_label,
    visible_files,
)
from digitgan.files import as_input_errors
from digitgan.npz import read_array, read_arrays, zip_names

NPY_START, ZIP_START = b"\x93NUMPY", b"PK\x03\x04"
MAX_SHOWN = 200  # characters of names in a line


def read(path: Path) -> RawDataset | None:
    """Read an NPZ, an NPY with its labels next to it, or a folder of them."""
    if path.is_dir():
        found = [f for f in visible_files(path) if f.suffix in (".npy", ".npz")]
        if len(found) == 1 and found[0].suffix == ".npz":
            return read(found[0])
        plain = [file for file in found if file.suffix == ".npy"]
        if not plain:
            return None
        arrays = {str(f.relative_to(path).with_suffix("")): f for f in plain}
        return _of_names({name: _read_npy(f) for name, f in arrays.items()}, "NPY")
    with path.open("rb") as file:
        start = file.read(6)
    if start == NPY_START:
        near = sorted(path.parent.glob("*.npy"))
        mine = part_of(path.stem)
        labels = [
            f for f in near if role_of(f.stem) == "labels" and part_of(f.stem) == mine
        ]
        values = _read_npy(labels[0]) if labels and labels[0] != path else None
        return RawDataset("NPY", {"train": _part(_read_npy(path), values)})
    if start[:4] != ZIP_START:
        return None
    members = zip_names("data", path)
    names = [name.removesuffix(".npy") for name in members if name.endswith(".npy")]
    if not names:
        return None
    named = [name for name in names if role_of(name)]
    chosen = named if any(role_of(n) == "images" for n in named) else names
    arrays = read_arrays("data", path, chosen, limits.ARRAYS)
    return _of_names(arrays, "NPZ")


def _read_npy(path: Path) -> np.ndarray:
    with as_input_errors("data", path):
        return read_array("data", path, limits.ARRAYS)


def _part(images: np.ndarray, labels: np.ndarray | None) -> RawPart:
    """Return images and labels, which may be a column of ``(N, 785)``."""
    is_table = labels is None and images.ndim == 2 and has_label(images.shape[1])
    return split_label(images)[0] if is_table else RawPart(images, labels)


def _of_names(arrays: Mapping[str, np.ndarray], layout: str) -> RawDataset:
    """Return the parts by the names of arrays; where they say nothing, by content."""
    images, labels = {}, {}
    for name, array in arrays.items():
        side = {"images": images, "labels": labels}.get(role_of(Path(name).name))
        if side is not None:
            side.setdefault(part_of(name) or "train", array)
    if images:
        parts = {part: _part(x, labels.get(part)) for part, x in images.items()}
        return RawDataset(f"{layout} arrays", parts)
    parts, last = {}, ""
    for array in arrays.values():
        is_images = array.ndim > 2 or (array.ndim == 2 and array.shape[1] >= 16)
        if is_images and not (array.ndim == 2 and is_one_hot(array)):
            last = "test" if parts else "train"
            if "test" not in parts:
                parts[last] = _part(array, None)
        elif last and len(array.shape) and len(array) == len(parts[last].images):
            parts[last] = parts[last]._replace(labels=array)
    if not parts:
        shown = ", ".join(map(ascii, sorted(arrays)[:8])) or "nothing"
        problem = f"holds no array of images but {shown[:MAX_SHOWN]}"
        raise unreadable(problem, "x_train and y_train, x and y, or images and labels")
    note = f"by their shapes, of {', '.join(map(ascii, list(arrays)[:8]))}"
    return RawDataset(f"{layout} arrays", parts, notes=(note[:MAX_SHOWN],))
