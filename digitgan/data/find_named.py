"""A named data set: from the cache, a copy on this disk or the first source."""

import os
import zipfile
from collections.abc import Iterator
from functools import partial
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from digitgan.data.cache import cache_folder
from digitgan.data.dataset import Dataset, Digits, count_line
from digitgan.data.download import IDX_SIZES, Unavailable, check_files, copy_whole
from digitgan.data.idx import write_idx
from digitgan.data.named_datasets import NAMED_DATASETS, Source
from digitgan.data.readers import arrays, arrow, idx_files
from digitgan.errors import InputError
from digitgan.untrusted import as_input_errors

COPIED = {  # what torchvision and Hugging Face call it
    "mnist": ("MNIST", "mnist"),
    "fashion-mnist": ("FashionMNIST", "fashion_mnist"),
}


def load_cached(name: str) -> Dataset:
    """Return a named data set from the cache alone, or raise Unavailable."""
    folder = cache_folder() / name
    check_files(folder, NAMED_DATASETS[name].sums)
    return _read(name, folder, "the cache")


def find_named(name: str) -> Dataset:
    """Return a named data set from wherever it is to be had first.

    Raises:
        ConnectionError: It is not; the line says why and what to do.
    """
    named, cached = NAMED_DATASETS[name], cache_folder() / name
    remarks, failures = [], []
    try:
        return load_cached(name)
    except Unavailable as error:
        if cached.is_dir():
            remarks.append(f"the cache in {cached} was not used: {error}")
    copies = [
        Source(f"the copy in {place}", partial(_copy_as_idx, place))
        for place in _copies(name)
        if place.exists()
    ]
    for source in [*copies, *named.sources]:
        with TemporaryDirectory(prefix="digitgan-") as folder:
            try:
                return _fetch(name, source, Path(folder), remarks, failures)
            except Unavailable as error:
                failures.append(f"not from {source.label}: {error}")
    help = named.help.format(folder=cached)
    reasons = "; ".join([*remarks, *failures, help])
    raise ConnectionError(f"{named.title} could not be had: {reasons}")


def _copies(name: str) -> Iterator[Path]:
    """Yield where Keras, torchvision and Hugging Face keep a data set, if they do."""
    if name not in COPIED:
        return
    torchvision, hugging_face = COPIED[name]
    keras = Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras") / "datasets"
    yield from (keras / f"{name}.npz", keras / name)
    places = product((Path.cwd(), Path.home()), ("", "data", "datasets"))
    yield from (place / sub / torchvision / "raw" for place, sub in places)
    cache = Path(os.environ.get("HF_HOME") or Path.home() / ".cache" / "huggingface")
    yield from sorted(cache.glob(f"hub/datasets--*--{hugging_face}/snapshots/*"))
    yield from sorted(cache.glob(f"datasets/*{hugging_face}/*/*/*"))


def _copy_as_idx(place: Path, folder: Path) -> None:
    try:
        with as_input_errors("data", place):
            readers = idx_files.read, arrow.read, arrays.read
            raw = next(filter(None, (read(place) for read in readers)))
            both = [values for name in ("train", "test") for values in raw.parts[name]]
            for name, values in zip(IDX_SIZES, both, strict=True):
                write_idx(folder / name, np.stack(list(values)))
    except InputError as error:
        raise Unavailable(str(error)) from None


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
    return _read(name, folder, "; ".join([source.label, *remarks]))


def _read(name: str, folder: Path, origin: str) -> Dataset:
    """Read the files of a named data set, which need no decisions."""
    named = NAMED_DATASETS[name]
    with TemporaryDirectory(prefix="digitgan-") as unpacked:
        if named.unpack:
            (archive_name,) = named.sums
            with zipfile.ZipFile(folder / archive_name) as archive:
                names = [n for n in archive.namelist() if n.startswith(named.unpack)]
                archive.extractall(unpacked, names)
            folder = Path(unpacked)
        raw = idx_files.read(folder)
    assert raw is not None
    parts = {}
    for part, (images, labels) in raw.parts.items():
        upright = np.asarray(images).swapaxes(1, 2) if raw.transposed else images
        numbers = np.asarray(labels).astype(np.int32) - named.first_label
        parts[part] = Digits(np.ascontiguousarray(upright), numbers)
    train, test = parts["train"], parts.get("test")
    line = f"{named.title}: {count_line(train, test)}, from {origin}"
    return Dataset(train, test, named.classes, line, decisions=(line,))
