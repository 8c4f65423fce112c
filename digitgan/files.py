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
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

import numpy as np

from digitgan.errors import InputError

MOST_JSON = 2**22  # bytes
MOST_TABLE = 2**26  # bytes
AT_ONCE = 2**20  # bytes
SHOWN = 200  # characters of what a parser said


@contextmanager
def replacing(path: str | os.PathLike) -> Iterator[Path]:
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


def write_text(path: str | os.PathLike, text: str) -> None:
    """Write ``text`` as UTF-8 to ``path``, whole or not at all."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def sha256(path: str | os.PathLike) -> str:
    """Return the SHA-256 of a file as 64 hexadecimal digits."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def changed(what: str, path: str | os.PathLike) -> InputError:
    """Return the error for a file that has not the SHA-256 that it should have."""
    return InputError(
        f"{what} {str(path)!r} is not the file that was described "
        "(its SHA-256 differs): it was changed or damaged"
    )


@contextmanager
def reading(what: str, path: str | os.PathLike) -> Iterator[None]:
    """Turn whatever a damaged or hostile file brings up into one clear line.

    Args:
        what: What the file was named for, such as ``model`` or ``--resume``.
        path: The file.

    Raises:
        InputError: The block failed; lines that are clear already pass.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow and NumPy warn before they fail
            yield
    except InputError:
        raise
    except FileNotFoundError as error:
        raise InputError(f"{what} {str(path)!r} does not exist") from error
    except Exception as error:  # parsers raise anything at bytes they do not expect
        if isinstance(error, OSError) and error.errno:
            reason = f"cannot be read: {error.strerror}"
        else:
            words = " ".join(f"{error}".split()) or type(error).__name__
            reason = f"is damaged ({words[:SHOWN]})"
        raise InputError(f"{what} {str(path)!r} {reason}") from error


def read_bytes(what: str, path: str | os.PathLike, most: int) -> bytes:
    """Return the content of a file of at most so many bytes.

    Raises:
        InputError: There is no such file, it cannot be read, or it is larger.
    """
    with reading(what, path), _Sparing(path) as file:
        if file.length > most:
            raise ValueError(f"it has {file.length:,} bytes, allowed are {most:,}")
        return file.readall()


def read_json(what: str, path: str | os.PathLike, most: int = MOST_JSON) -> Any:
    """Return what a JSON file of at most so many bytes holds.

    Raises:
        InputError: There is no such file, it is larger, or it is no JSON.
    """
    content = read_bytes(what, path, most)
    with reading(what, path):
        return json.loads(content)


def read_table(
    what: str, path: str | os.PathLike, columns: Iterable[str]
) -> list[dict[str, float]]:
    """Return the rows of a CSV file of numbers; none where there is no file.

    Args:
        what: What the file was named for.
        path: The file.
        columns: Those that must be there, and finite.

    Raises:
        InputError: It is too large, lacks a column, or holds what is no number.
    """
    if not Path(path).exists():
        return []
    content = read_bytes(what, path, MOST_TABLE)
    with reading(what, path):
        rows = list(csv.DictReader(io.StringIO(content.decode(), newline="")))
        numbers = [{name: _number(row[name]) for name in row} for row in rows]
        for row in numbers:
            if not all(math.isfinite(row[name]) for name in columns):
                raise ValueError(f"a row lacks one of {', '.join(columns)}")
        return numbers


def _number(text: str) -> float:
    """Return what was written, so that it is written the same again."""
    return int(text) if text.isdigit() else float(text)


def read_arrays(
    what: str, path: str | os.PathLike, names: Iterable[str], most: int
) -> dict[str, np.ndarray]:
    """Read arrays of an NPZ file after a look at what their headers promise.

    Nothing is unpickled, and nothing is held before it is known to fit.

    Args:
        what: What the file was named for.
        path: The file.
        names: Of the arrays; those that the file does not hold are left out.
        most: Bytes of all of them together.

    Raises:
        InputError: There is no such file, it is damaged, or it promises more.
    """
    with reading(what, path), _Sparing(path) as file, ZipFile(file) as archive:
        held = set(archive.namelist())
        names = [name for name in names if f"{name}.npy" in held]
        for name in names:
            most -= _promised(archive, name, most)
        found = {}
        for name in names:
            with archive.open(f"{name}.npy") as member:
                found[name] = np.lib.format.read_array(member, allow_pickle=False)
    return found


def names_in(what: str, path: str | os.PathLike) -> list[str]:
    """Return the names of the members of an NPZ or other zip file.

    Raises:
        InputError: There is no such file, or it is damaged.
    """
    with reading(what, path), _Sparing(path) as file, ZipFile(file) as archive:
        return archive.namelist()


class _Sparing(io.FileIO):
    """A file that ends, and that is never asked for much at once.

    ZipFile reads a table of contents whole and makes an object of each of its lines.
    """

    def __init__(self, path: str | os.PathLike):
        status = os.stat(path)
        if not stat.S_ISREG(status.st_mode):  # opening a pipe may wait for ever
            raise ValueError("it is no ordinary file")
        self.length = status.st_size
        super().__init__(path)

    def read(self, size: int = -1) -> bytes:
        size = self.length - self.tell() if size < 0 else size
        if size > AT_ONCE:
            raise BadZipFile(f"its table of contents has more than {AT_ONCE:,} bytes")
        return super().read(size)


def _promised(archive: ZipFile, name: str, most: int) -> int:
    """Return the bytes of an array by its header, if they are there and not too many.

    Zip knows ways of packing whose dictionaries alone take gigabytes; NumPy has one.
    """
    member = archive.getinfo(f"{name}.npy")
    if member.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        raise BadZipFile(f"{name} is packed in a way that NumPy does not use")
    with archive.open(member) as file:
        if np.lib.format.read_magic(file) != (1, 0):
            raise ValueError(f"{name} is of an unknown version")
        shape, _, dtype = np.lib.format.read_array_header_1_0(file)
        start = file.tell()
    if dtype.hasobject:
        raise ValueError(f"{name} holds Python objects, which are never loaded")
    size = math.prod(shape) * dtype.itemsize
    if size > most:
        raise ValueError(f"{name} has {size:,} bytes, allowed are {most:,}")
    if min(shape, default=0) < 0 or member.file_size != start + size:
        raise ValueError(f"{name} is not as long as its header says")
    return size


def from_json(cls: type, stored: Any) -> Any:
    """Build a dataclass from a JSON object, if every value is of its annotated type.

    Lists become tuples; fields may be dataclasses themselves.

    Raises:
        ValueError: A name is missing or unknown, or a value is of another type.
    """
    if not isinstance(stored, dict):
        raise ValueError(f"no description of a {cls.__name__}")
    hints = get_type_hints(cls)
    needed = {f.name for f in fields(cls) if f.default is MISSING}
    wrong = sorted((needed - stored.keys()) | (stored.keys() - hints.keys()))
    if wrong:
        raise ValueError(f"{wrong[0][:SHOWN]!r} is missing or unknown")
    return cls(
        **{name: _as(hints[name], value, name) for name, value in stored.items()}
    )


def _as(kind: Any, value: Any, name: str) -> Any:
    """Return a value of JSON as its annotation wants it."""
    origin, inner = get_origin(kind), get_args(kind)
    if origin is UnionType:
        for one in inner:
            with suppress(ValueError):
                return _as(one, value, name)
    elif is_dataclass(kind):
        return from_json(kind, value)
    elif origin is tuple and isinstance(value, list):
        kinds = inner[:1] * len(value) if inner[-1] is ... else inner
        if len(kinds) == len(value):
            return tuple(_as(k, v, name) for k, v in zip(kinds, value, strict=True))
    elif origin is dict and isinstance(value, dict):
        return {key: _as(inner[1], v, name) for key, v in value.items()}
    elif kind is float and type(value) in (int, float):
        if math.isfinite(value):
            return value
    elif type(value) is kind:
        return value
    raise ValueError(f"{name} is {repr(value)[:SHOWN]}")
