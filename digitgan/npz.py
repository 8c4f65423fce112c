"""NPZ files, written whole; NPZ and NPY from anywhere: no pickles, no bare claims."""

import io
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

import numpy as np

from digitgan import limits
from digitgan.files import StrPath, replacing
from digitgan.untrusted import BoundedFile, as_input_errors

ZIP_ENTRY, ZIP_ENTRY_BYTES = b"PK\x01\x02", 46  # how each line of its table begins


def write_arrays(path: StrPath, arrays: Mapping[str, np.ndarray]) -> None:
    """Write an NPZ file of arrays by name, whole or not at all."""
    save: Any = np.savez  # typed, its own flag would be one of the names
    with replacing(path) as temporary:
        save(temporary, **arrays)


def read_arrays(
    field: str, path: StrPath, names: Iterable[str], max_bytes: int
) -> dict[str, np.ndarray]:
    """Read arrays of an NPZ file; those that it does not hold are left out.

    Nothing is unpickled, and nothing is held before the headers are known to claim no
    more bytes than allowed.
    """
    with (
        as_input_errors(field, path),
        BoundedFile(path) as file,
        ZipFile(file) as archive,
    ):
        return _read_members(archive, names, max_bytes)


def parse_arrays(
    content: bytes, names: Iterable[str], max_bytes: int
) -> dict[str, np.ndarray]:
    """Return arrays of an NPZ file that is in memory, likewise.

    Its errors are ValueError and BadZipFile.
    """
    if content.count(ZIP_ENTRY) * ZIP_ENTRY_BYTES > limits.ZIP_READ:
        raise ValueError("its table of contents is too long")
    with ZipFile(io.BytesIO(content)) as archive:
        return _read_members(archive, names, max_bytes)


def read_array(field: str, path: StrPath, max_bytes: int) -> np.ndarray:
    """Read an NPY file likewise."""
    with as_input_errors(field, path), BoundedFile(path) as file:
        _check_header(file, Path(path).name, max_bytes, file.size)
        file.seek(0)
        values = io.BytesIO(file.readall())
        return np.lib.format.read_array(values, allow_pickle=False)


def zip_names(field: str, path: StrPath) -> list[str]:
    """Return the names of the members of an NPZ or other zip file."""
    with (
        as_input_errors(field, path),
        BoundedFile(path) as file,
        ZipFile(file) as archive,
    ):
        return archive.namelist()


def _read_members(
    archive: ZipFile, names: Iterable[str], max_bytes: int
) -> dict[str, np.ndarray]:
    """Return the arrays that are there, once all headers are known to fit."""
    members = set(archive.namelist())
    names = [name for name in names if f"{name}.npy" in members]
    for name in names:
        max_bytes -= _checked_size(archive, name, max_bytes)
    arrays = {}
    for name in names:
        with archive.open(f"{name}.npy") as member:
            arrays[name] = np.lib.format.read_array(member, allow_pickle=False)
    return arrays


def _checked_size(archive: ZipFile, name: str, max_bytes: int) -> int:
    """Return the bytes of an array by its header, if they are there and not too many.

    Zip knows ways of packing whose dictionaries alone take gigabytes; NumPy has one.
    """
    member = archive.getinfo(f"{name}.npy")
    if member.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        raise BadZipFile(f"{name} is packed in a way that NumPy does not use")
    with archive.open(member) as file:
        return _check_header(file, name, max_bytes, member.file_size)


def _check_header(file: Any, name: str, max_bytes: int, file_size: int) -> int:
    """Return the bytes of an array, if they are there and not too many."""
    read_header = {
        (1, 0): np.lib.format.read_array_header_1_0,
        (2, 0): np.lib.format.read_array_header_2_0,
    }.get(np.lib.format.read_magic(file))
    if read_header is None:
        raise ValueError(f"{name} is of an unknown version")
    shape, _, dtype = read_header(file)
    if dtype.hasobject:
        raise ValueError(
            f"{name} holds Python objects, a pickle, which could run any program and "
            "is never loaded: save it again as numbers or texts, such as "
            f"{name}.astype(str)"
        )
    size = math.prod(shape) * dtype.itemsize
    if size > max_bytes:
        raise ValueError(f"{name} has {size:,} bytes, allowed are {max_bytes:,}")
    if min(shape, default=0) < 0 or file_size != file.tell() + size:
        raise ValueError(f"{name} is not as long as its header says")
    return size
