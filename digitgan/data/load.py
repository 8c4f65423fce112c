"""Find a data set by its name, or read one's own from a path."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from digitgan.data.cache import cache_folder
from digitgan.data.checks import Unreadable, checked_digits, image_spec, unreadable
from digitgan.data.dataset import Dataset, Digits, count_line
from digitgan.data.download import Unavailable, check_files, copy_whole
from digitgan.data.idx import (
    GZIP_START,
    IDX_START,
    images_file,
    read_idx_folder,
    read_images_and_labels,
)
from digitgan.data.image_folder import read_image_folder
from digitgan.data.named_datasets import NAMED_DATASETS, NAMES, STACKED, Source
from digitgan.data.npz import read_npz
from digitgan.data.stacked_mnist import stack
from digitgan.errors import InputError
from digitgan.files import as_input_errors

Data = str | Path | Dataset | np.ndarray | tuple[np.ndarray, np.ndarray]
ALLOWED = (
    f"{', '.join(NAMES)}, an IDX file of images (also .gz), an NPZ file with x_train "
    "and y_train or x and y, a folder of the MNIST IDX files, or a folder with one "
    "sub-folder of pictures for each class"
)


def load_dataset(data: Data = "mnist") -> Dataset:
    """Find a data set by its name, or read one's own from a path or from arrays.

    Args:
        data: One of ``NAMES``; a data set, which is returned; images, or ``(images,
            labels)``; or the path of an IDX file, an NPZ file, a folder of the
            MNIST IDX files (which ``classes.txt`` in it may name, a line each) or a
            folder of pictures by class.

    Raises:
        InputError: There is no such name or path, or what is there cannot be read.
        ConnectionError: The named data set can be had from none of its sources; the
            line says why and what to do.
    """
    if isinstance(data, Dataset):
        return data
    if not isinstance(data, str | Path):
        images, labels = data if isinstance(data, tuple | list) else (data, None)
        labels = None if labels is None else np.asarray(labels)
        return _with_classes(Path(), checked_digits(np.asarray(images), labels), None)
    name = str(data)
    if name == STACKED:
        dataset = stack(_find("mnist"))
    elif name in NAMED_DATASETS:
        dataset = _find(name)
    else:
        dataset = _read_path(name)
    return replace(dataset, name=name)


def load_cached(name: str) -> Dataset:
    """Return a named data set from the cache alone.

    Raises:
        Unavailable: It is not there, or not as it should be.
    """
    folder = cache_folder() / name
    check_files(folder, NAMED_DATASETS[name].sums)
    return _read_named(name, folder, "the cache")


def _find(name: str) -> Dataset:
    """Return a named data set from the cache or the first source that has it."""
    named, cached = NAMED_DATASETS[name], cache_folder() / name
    remarks = []
    try:
        return load_cached(name)
    except Unavailable as error:
        if cached.is_dir():
            remarks.append(f"the cache in {cached} was not used: {error}")
    failures = []
    for source in named.sources:
        with TemporaryDirectory(prefix="digitgan-") as folder:
            try:
                return _fetch(name, source, Path(folder), remarks, failures)
            except Unavailable as error:
                failures.append(f"not from {source.label}: {error}")
    help = named.help.format(folder=cached)
    reasons = "; ".join([*remarks, *failures, help])
    raise ConnectionError(f"{named.title} could not be had: {reasons}")


def _fetch(
    name: str, source: Source, folder: Path, remarks: list[str], failures: list[str]
) -> Dataset:
    """Fetch a data set into a folder, and keep it in the cache if it is whole."""
    named, cached = NAMED_DATASETS[name], cache_folder() / name
    source.fetch(folder)
    check_files(folder, source.sums or named.sums)
    if source.sums:  # a part of it only: say what would bring the rest
        remarks = [*remarks, *failures, named.help]
    else:
        try:
            copy_whole(named.sums, folder, cached)
        except OSError as error:
            remarks = [*remarks, f"not kept in {cached}: {error.strerror or error}"]
    return _read_named(name, folder, "; ".join([source.label, *remarks]))


def _read_named(name: str, folder: Path, origin: str) -> Dataset:
    named = NAMED_DATASETS[name]
    train, test = named.read(folder)
    line = f"{named.title}: {count_line(train, test)}, from {origin}"
    return Dataset(train, test, named.classes, line)


def _read_path(name: str) -> Dataset:
    """Read the data set at a path; its content says of which kind it is."""
    path = Path(name)
    if not name or (path.name == name and not path.suffix and not path.exists()):
        error = InputError.unknown("data", name, NAMES)
        raise InputError("data", name, f"{error.allowed}, or a path", error.problem)
    if not path.exists():
        raise InputError("data", path, ALLOWED, "does not exist")
    try:
        with as_input_errors("data", path):
            return _read_folder(path) if path.is_dir() else _read_file(path)
    except Unreadable as error:
        allowed = error.allowed or ALLOWED
        raise InputError("data", path, allowed, error.problem) from None


def _read_file(path: Path) -> Dataset:
    if not path.is_file():
        raise unreadable("is no ordinary file")
    with path.open("rb") as file:
        start = file.read(4)
    if start[:2] == b"PK":
        return _with_classes(path, *read_npz(path))
    if start.startswith((GZIP_START, IDX_START)):
        return _with_classes(path, read_images_and_labels(path), None)
    raise unreadable("is neither IDX nor NPZ")


def _read_folder(path: Path) -> Dataset:
    if images_file(path, "train"):
        return _with_classes(path, *read_idx_folder(path))
    return read_image_folder(path)


def _with_classes(path: Path, train: Digits, test: Digits | None) -> Dataset:
    """Return a data set whose classes are 0, 1, ..., or as classes.txt names them."""
    parts = [part for part in (train, test) if part]
    labels = [part.labels for part in parts if part.labels is not None]
    largest = int(max(map(np.max, labels), default=-1))
    classes = tuple(str(n) for n in range(largest + 1))
    names = path / "classes.txt"
    if labels and names.is_file():
        lines = map(str.strip, names.read_text(encoding="utf-8").splitlines())
        classes = tuple(filter(None, lines))
        if len(classes) <= largest or len(set(classes)) < len(classes):
            raise unreadable(
                f"names {len(classes)} classes in classes.txt",
                f"one line, each another, for every label from 0 to {largest}",
            )
    line = f"{path}: {count_line(train, test)}"
    kind = image_spec(train.images).kind
    return Dataset(train, test, classes, line, kind=kind)
