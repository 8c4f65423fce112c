"""The one way in: a data set by its name, from a path, the hub or arrays."""

import json
from contextlib import ExitStack
from dataclasses import replace
from os import PathLike, fspath
from pathlib import Path
from typing import cast

import numpy as np

from digitgan import hub, limits
from digitgan.data import archives
from digitgan.data.checks import Unreadable, unreadable
from digitgan.data.dataset import Dataset
from digitgan.data.find_named import find_named, load_cached
from digitgan.data.named_datasets import NAMED_DATASETS, NAMES, STACKED
from digitgan.data.normalize_dataset import normalize
from digitgan.data.raw import RawDataset, RawPart, visible_files
from digitgan.data.readers import READERS
from digitgan.data.stacked_mnist import stack
from digitgan.data.tf_data import TFDataset, arrays_of
from digitgan.errors import InputError
from digitgan.untrusted import as_input_errors, read_bytes, read_json

__all__ = ["load_cached", "load_dataset"]
Arrays = np.ndarray | tuple[np.ndarray, np.ndarray]
Data = str | PathLike[str] | Dataset | Arrays | TFDataset
ALLOWED = (
    f"{', '.join(NAMES)}, hf://user/name, a folder of pictures (with a folder for each "
    "class, or without), IDX, NPZ, NPY, CSV, ARFF, Parquet or MATLAB files, or an "
    "archive of them (docs/your-data.md)"
)
HUB_FILES = ("*.parquet", "*.csv", "*.npz", "*.gz", "*ubyte", "*.zip", "*.jsonl")
HUB_FILES += ("*.png", "*.jpg", "*.jpeg", "*.webp", "*.tar")
PICKLES = (".pkl", ".pickle", ".pt", ".pth", ".joblib")
PICKLE_STARTS = tuple(b"\x80" + bytes([protocol]) for protocol in range(2, 6))


def load_dataset(data: Data = "mnist", clean: bool = False) -> Dataset:
    """Find a data set by its name, or read one's own from a path or from arrays.

    Layouts are recognised by content, see docs/your-data.md; what was understood and
    done stands in ``Dataset.decisions``.

    Args:
        data: One of ``NAMES``; the path of a file, an archive or a folder;
            ``hf://user/name``; images of any usual shape and range, or ``(images,
            labels)``; a ``tf.data.Dataset`` of either; or a data set, which is
            returned.
        clean: Treat each picture as the cell of a sheet: cut out, its light evened,
            centred as MNIST's are. For photographs and scans.

    Raises:
        InputError: There is no such name or path, or what is there cannot be read.
        ConnectionError: The named data set can be had from none of its sources; the
            line says why and what to do.
    """
    if isinstance(data, Dataset):
        return data
    if not isinstance(data, str | PathLike):
        return _from_arrays(data, clean)
    name = fspath(data)
    if name == STACKED:
        dataset = stack(find_named("mnist"))
    elif name in NAMED_DATASETS:
        dataset = find_named(name)
    elif name.startswith(hub.PREFIX):
        folder = hub.download("data", name, HUB_FILES, repo_type="dataset")
        dataset = _read_path(folder, name, clean)
    else:
        dataset = _read_path(_existing(name), name, clean)
    return replace(dataset, name=name)


def _from_arrays(data: Arrays | TFDataset, clean: bool) -> Dataset:
    if hasattr(data, "as_numpy_iterator"):
        images, labels = arrays_of(cast(TFDataset, data))
    elif isinstance(data, tuple | list) and len(data) == 2:
        images, labels = data
    else:
        images, labels = data, None
    try:
        with as_input_errors("data", "arrays"):
            part = RawPart(np.asarray(images), labels)
            return normalize(RawDataset("arrays", {"train": part}), clean=clean)
    except Unreadable as error:
        raise InputError("data", None, error.allowed, error.problem) from None


def _existing(name: str) -> Path:
    """Return the path that a name means, with ~ for the home folder."""
    path = Path(name).expanduser() if name.strip() else Path(name)
    plain = path.name == name and not path.suffix and not path.exists()
    if not name.strip() or plain:
        error = InputError.unknown("data", name, NAMES)
        raise InputError("data", name, f"{error.allowed}, or a path", error.problem)
    if not path.exists():
        raise InputError("data", path, ALLOWED, "does not exist")
    return path


def _read_path(path: Path, name: str, clean: bool) -> Dataset:
    try:
        with as_input_errors("data", path), ExitStack() as unpacked:
            place = path
            if path.is_file():
                _refuse_pickles(path)
                place = archives.unpack(path, unpacked)
            elif not path.is_dir():
                raise unreadable("is no ordinary file")
            found = (read(place) for read in READERS)
            raw = next((one for one in found if one is not None), None)
            if raw is None:
                _refuse_pickles(path)
                raise unreadable("holds nothing that is read")
            raw = _with_manifest(_with_names(raw, place), place)
            return normalize(raw, name, clean)
    except Unreadable as error:
        allowed = error.allowed or ALLOWED
        raise InputError("data", path, allowed, error.problem) from None


def _refuse_pickles(path: Path) -> None:
    """Refuse a pickle, or a folder of nothing else, and say the way out."""
    files = [path] if path.is_file() else visible_files(path)
    for file in files:
        with file.open("rb") as opened:
            start = opened.read(2)
        suffixes = {suffix.lower() for suffix in file.suffixes}
        if start in PICKLE_STARTS or suffixes & set(PICKLES):
            raise unreadable(
                f"is a pickle ({file.name}), which can run any program when it is read",
                "the same arrays saved with np.savez('digits.npz', x=images, "
                "y=labels) where the pickle is trusted",
            )


def _with_names(raw: RawDataset, path: Path) -> RawDataset:
    """Add the names of classes.txt, a line each, if there is one."""
    file = path / "classes.txt"
    if not file.is_file():
        return raw
    content = read_bytes("data", file, limits.CLASSES)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise unreadable("names classes in a classes.txt that is not UTF-8") from None
    names = tuple(filter(None, map(str.strip, text.splitlines())))
    if len(set(names)) < len(names):
        problem = f"names {len(names)} classes in classes.txt, some of them twice"
        raise unreadable(problem, "one line, each another, for every label")
    return replace(raw, classes=names)


def _with_manifest(raw: RawDataset, path: Path) -> RawDataset:
    """Mark what this package wrote: its images are as they should be."""
    file = (path if path.is_dir() else path.parent) / "manifest.json"
    if not file.is_file():
        return raw
    try:
        stored = read_json("data", file, limits.MANIFEST)
        spec = stored["spec"] if "digitgan" in stored else {}
        if spec.get("kind") == "digits":
            return replace(raw, classes=tuple(map(str, spec["classes"])), exact=True)
    except (InputError, KeyError, TypeError, AttributeError, json.JSONDecodeError):
        pass  # many programs have such a file
    return raw
