"""A named data set: from the cache, a copy on the disk or the first source."""

import zipfile
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from digitgan.data.cache import cache_folder
from digitgan.data.copies import copies, copy_as_idx
from digitgan.data.dataset import Dataset, Digits, count_line
from digitgan.data.download import Unavailable, check_files, copy_whole
from digitgan.data.named_datasets import NAMED_DATASETS, Source
from digitgan.data.readers import idx_files


def load_cached(name: str) -> Dataset:
    """Return a named data set from the cache alone.

    Raises:
        Unavailable: It is not there, or not as it should be.
    """
    folder = cache_folder() / name
    check_files(folder, NAMED_DATASETS[name].sums)
    return _read(name, folder, "the cache")


def find_named(name: str) -> Dataset:
    """Return a named data set from the cache, a copy or the first source that has it.

    Raises:
        ConnectionError: None has; the line says why and what to do.
    """
    named, cached = NAMED_DATASETS[name], cache_folder() / name
    remarks = []
    try:
        return load_cached(name)
    except Unavailable as error:
        if cached.is_dir():
            remarks.append(f"the cache in {cached} was not used: {error}")
    failures = []
    found = (place for place in copies(name) if place.exists())
    kept = [Source(f"the copy in {p}", partial(copy_as_idx, p)) for p in found]
    for source in [*kept, *named.sources]:
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
