"""Files that are whole or absent, and files from anywhere that are read with care."""

import csv
import hashlib
import io
import json
import math
import os
import stat
import tempfile
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

import numpy as np

from digitgan.errors import InputError

MAX_JSON_BYTES = 2**22
MAX_TABLE_BYTES = 2**26
MAX_READ = 2**20  # bytes that a zip file may ask for at once
MAX_SHOWN = 200  # characters of what a parser said
StrPath = str | os.PathLike


@contextmanager
def replacing(path: StrPath) -> Iterator[Path]:
    """Yield a temporary path that becomes ``path`` when the block ends without error.

    The temporary file lies in the same folder with the same ending, is flushed to the
    disk and then renamed, so a killed process leaves the old file or the new one.

    Raises:
        OSError: The folder cannot be written to, or the disk is full.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(
        dir=path.parent, prefix=f".{path.stem}-", suffix=path.suffix
    )
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        temporary.chmod(0o644)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write_text(path: StrPath, text: str) -> None:
    """Write ``text`` as UTF-8 to ``path``, whole or not at all."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_arrays(path: StrPath, arrays: Mapping[str, np.ndarray]) -> None:
    """Write an NPZ file of arrays by name, whole or not at all."""
    save: Any = np.savez  # typed, its own flag would be one of the names
    with replacing(path) as temporary:
        save(temporary, **arrays)


def sha256(path: StrPath) -> str:
    """Return the SHA-256 of a file as 64 hexadecimal digits."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def changed_file(field: str, path: StrPath) -> InputError:
    """Return the error for a file that has not the SHA-256 that it should have."""
    return InputError(field, Path(path), problem="was changed: its SHA-256 differs")


@contextmanager
def as_input_errors(field: str, path: StrPath) -> Iterator[None]:
    """Turn whatever a damaged or hostile file brings up into an InputError.

    Args:
        field: The argument that the file was named for, such as ``model``.
        path: The file.

    Raises:
        InputError: The block failed; one that it raised itself passes.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow and NumPy warn before they fail
            yield
    except InputError:
        raise
    except FileNotFoundError as error:
        raise InputError(field, Path(path), problem="does not exist") from error
    except Exception as error:  # parsers raise anything at bytes they do not expect
        if isinstance(error, OSError) and error.errno:
            problem = f"cannot be read: {error.strerror}"
        else:
            reason = " ".join(f"{error}".split()) or type(error).__name__
            problem = f"is damaged ({reason[:MAX_SHOWN]})"
        raise InputError(field, Path(path), problem=problem) from error


def read_bytes(field: str, path: StrPath, max_bytes: int) -> bytes:
    """Return the content of a file of at most so many bytes.

    Raises:
        InputError: There is no such file, it cannot be read, or it is larger.
    """
    with as_input_errors(field, path), BoundedFile(path) as file:
        if file.size > max_bytes:
            raise ValueError(f"it has {file.size:,} bytes, allowed are {max_bytes:,}")
        return file.readall()


def read_json(field: str, path: StrPath, max_bytes: int = MAX_JSON_BYTES) -> Any:
    """Return what a JSON file of at most so many bytes holds.

    Raises:
        InputError: There is no such file, it is larger, or it is no JSON.
    """
    content = read_bytes(field, path, max_bytes)
    with as_input_errors(field, path):
        return json.loads(content)


def read_table(
    field: str, path: StrPath, columns: Iterable[str]
) -> list[dict[str, float]]:
    """Return the rows of a CSV file of numbers; none where there is no file.

    Args:
        field: The argument that the file was named for.
        path: The file.
        columns: Those that must be there, and finite.

    Raises:
        InputError: It is too large, lacks a column, or holds what is no number.
    """
    if not Path(path).exists():
        return []
    content = read_bytes(field, path, MAX_TABLE_BYTES)
    with as_input_errors(field, path):
        rows = list(csv.DictReader(io.StringIO(content.decode(), newline="")))
        table = [{name: _number(row[name]) for name in row} for row in rows]
        for row in table:
            if not all(math.isfinite(row[name]) for name in columns):
                raise ValueError(f"a row lacks one of {', '.join(columns)}")
        return table


def _number(text: str) -> float:
    """Return what was written, so that it is written the same again."""
    return int(text) if text.isdigit() else float(text)


def read_arrays(
    field: str, path: StrPath, names: Iterable[str], max_bytes: int
) -> dict[str, np.ndarray]:
    """Read arrays of an NPZ file after a look at what their headers claim.

    Nothing is unpickled, and nothing is held before it is known to fit.

    Args:
        field: The argument that the file was named for.
        path: The file.
        names: Of the arrays; those that the file does not hold are left out.
        max_bytes: Of all of them together.

    Raises:
        InputError: There is no such file, it is damaged, or it claims more.
    """
    with (
        as_input_errors(field, path),
        BoundedFile(path) as file,
        ZipFile(file) as archive,
    ):
        members = set(archive.namelist())
        names = [name for name in names if f"{name}.npy" in members]
        for name in names:
            max_bytes -= _checked_size(archive, name, max_bytes)
        arrays = {}
        for name in names:
            with archive.open(f"{name}.npy") as member:
                arrays[name] = np.lib.format.read_array(member, allow_pickle=False)
    return arrays


def read_array(field: str, path: StrPath, max_bytes: int) -> np.ndarray:
    """Read an NPY file likewise.

    Raises:
        InputError: There is no such file, it is damaged, or it claims more.
    """
    with as_input_errors(field, path), BoundedFile(path) as file:
        _check_header(file, Path(path).name, max_bytes, file.size)
        file.seek(0)
        values = io.BytesIO(file.readall())
        return np.lib.format.read_array(values, allow_pickle=False)


def zip_names(field: str, path: StrPath) -> list[str]:
    """Return the names of the members of an NPZ or other zip file.

    Raises:
        InputError: There is no such file, or it is damaged.
    """
    with (
        as_input_errors(field, path),
        BoundedFile(path) as file,
        ZipFile(file) as archive,
    ):
        return archive.namelist()


class BoundedFile(io.FileIO):
    """A file that ends, and of which nobody reads much at once.

    ZipFile reads a table of contents whole and makes an object of each of its lines.
    """

    def __init__(self, path: StrPath):
        status = os.stat(path)
        if not stat.S_ISREG(status.st_mode):  # opening a pipe may wait for ever
            raise ValueError("it is no ordinary file")
        self.size = status.st_size
        super().__init__(path)

    def read(self, size: int | None = -1, /) -> bytes:
        """Read so many bytes, or all that are left, if they are not too many."""
        if size is None or size < 0:
            size = self.size - self.tell()
        if size > MAX_READ:
            raise BadZipFile(f"its table of contents has more than {MAX_READ:,} bytes")
        return super().read(size)


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
