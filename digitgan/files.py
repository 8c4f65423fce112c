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
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar
from zipfile import BadZipFile

import numpy as np

from digitgan import limits
from digitgan.errors import InputError
from digitgan.memory import memory_bound

MAX_SHOWN = 200  # characters of what a parser said
OBJECT_BYTES, VALUE_BYTES = 256, 64  # of Python: a small dict or list; a value in one
ROWS = (b"\n", b"\r", b"{", b"[")  # what begins one, of CSV or of JSON lines
StrPath = str | os.PathLike[str]
P = ParamSpec("P")
T = TypeVar("T")


@contextmanager
def replacing(path: StrPath) -> Iterator[Path]:
    """Yield a temporary path that becomes ``path`` when the block ends without error.

    The temporary file lies in the same folder with the same ending, is flushed to the
    disk and then renamed, so a killed process leaves the old file or the new one.
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


def again_if_moved(write: Callable[P, T]) -> Callable[P, T]:
    """Make a function write again where its folder is moved or removed meanwhile."""

    @wraps(write)
    def written(*arguments: P.args, **more: P.kwargs) -> T:
        try:
            return write(*arguments, **more)
        except FileNotFoundError:
            return write(*arguments, **more)

    return written


@again_if_moved
def write_text(path: StrPath, text: str) -> None:
    """Write ``text`` as UTF-8 to ``path``, whole or not at all."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_json(path: StrPath, value: Any) -> None:
    """Write a value as JSON to ``path``, whole or not at all."""
    write_text(path, json.dumps(value, indent=2) + "\n")


def write_arrays(path: StrPath, arrays: Mapping[str, np.ndarray]) -> None:
    """Write an NPZ file of arrays by name, whole or not at all."""
    save: Any = np.savez  # typed, its own flag would be one of the names
    with replacing(path) as temporary:
        save(temporary, **arrays)


def sha256(path: StrPath) -> str:
    """Return the SHA-256 of an ordinary file as 64 hexadecimal digits."""
    with BoundedFile(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def changed_file(field: str, path: StrPath) -> InputError:
    """Return the error for a file that has not the SHA-256 that it should have."""
    return InputError(field, Path(path), problem="was changed: its SHA-256 differs")


@contextmanager
def as_input_errors(field: str, path: StrPath) -> Iterator[None]:
    """Turn whatever a damaged or hostile file brings up into an InputError.

    The field is the argument that the file was named for, such as ``model``.
    """
    try:
        free = memory_bound.active or not memory_bound.enforced
        bound = nullcontext() if free else memory_bound(Path(path))
        with warnings.catch_warnings(), bound:
            warnings.simplefilter("ignore")  # Pillow and NumPy warn before they fail
            yield
    except InputError:
        raise
    except FileNotFoundError as error:
        raise InputError(field, Path(path), problem="does not exist") from error
    except Exception as error:  # parsers raise anything at bytes they do not expect
        if isinstance(error, OSError) and error.errno:
            problem = f"cannot be read: {error.strerror}"
        elif isinstance(error, MemoryError):
            problem = "takes more memory than a file of its size may"
        else:
            reason = " ".join(f"{error}".split()) or type(error).__name__
            problem = f"is damaged ({reason[:MAX_SHOWN]})"
        raise InputError(field, Path(path), problem=problem) from error


def inside(field: str, folder: StrPath, *parts: str) -> Path:
    """Return the path of a file in a folder from anywhere; a link may not lead out.

    A snapshot of the hub is the one folder whose files may be links, into the blobs
    that its cache keeps beside it. The file need not be there.
    """
    path = Path(folder, *parts)
    root, real = Path(folder).resolve(), path.resolve()
    roots = [root]
    if root.parent.name == "snapshots":
        roots.append(root.parent.parent / "blobs")
    if not any(map(real.is_relative_to, roots)):
        problem = "is a link that leads out of its folder"
        raise InputError(field, path, "files of the folder itself", problem)
    return path


def read_bytes(field: str, path: StrPath, max_bytes: int) -> bytes:
    """Return the content of an ordinary file of at most so many bytes."""
    with as_input_errors(field, path), BoundedFile(path) as file:
        if file.size > max_bytes:
            raise ValueError(f"it has {file.size:,} bytes, allowed are {max_bytes:,}")
        return file.readall()


def read_json(field: str, path: StrPath, max_bytes: int = limits.JSON) -> Any:
    """Return what a JSON file of at most so many bytes holds."""
    content = read_bytes(field, path, max_bytes)
    with as_input_errors(field, path):
        check_parsed(content)
        return json.loads(content)


def check_parsed(content: bytes, objects: Iterable[bytes] = (b"{", b"[")) -> None:
    """Refuse JSON, or rows of CSV, whose values would take too much memory.

    A row of two characters becomes a dict of two hundred bytes. The objects are what
    begins a dict or a list; of rows, ``ROWS``.
    """
    size = len(content) + OBJECT_BYTES * sum(map(content.count, objects))
    size += VALUE_BYTES * sum(map(content.count, (b",", b":")))
    if size > limits.PARSED:
        allowed = f"allowed are {limits.PARSED:,}"
        raise ValueError(f"its values take up to {size:,} bytes of memory, {allowed}")


def write_table(path: StrPath, rows: Sequence[dict[str, float]]) -> None:
    """Write rows as CSV, whole or not at all."""
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    write_text(path, text.getvalue())


def read_table(
    field: str, path: StrPath, columns: Iterable[str]
) -> list[dict[str, float]]:
    """Return the rows of a CSV file of numbers; none where there is no file.

    The columns must be there, and finite.
    """
    if not Path(path).exists():
        return []
    content = read_bytes(field, path, limits.TABLE)
    with as_input_errors(field, path):
        check_parsed(content, ROWS)
        rows = csv.DictReader(io.StringIO(content.decode(), newline=""))
        table = [{name: _number(row[name]) for name in row} for row in rows]
        for row in table:
            if not all(math.isfinite(row[name]) for name in columns):
                raise ValueError(f"a row lacks one of {', '.join(columns)}")
        return table


def _number(text: str) -> float:
    """Return what was written, so that it is written the same again."""
    return int(text) if text.isdigit() else float(text)


class BoundedFile(io.FileIO):
    """An ordinary file, which ends, and of which nobody reads much at once.

    ZipFile reads a table of contents whole and makes an object of each of its lines.
    """

    def __init__(self, path: StrPath):
        if not stat.S_ISREG(os.stat(path).st_mode):  # opening one may wait for ever
            raise ValueError("it is no ordinary file")
        super().__init__(path)
        self.size: int = os.fstat(self.fileno()).st_size

    def read(self, size: int | None = -1, /) -> bytes:
        """Read so many bytes, or all that are left, if they are not too many."""
        if size is None or size < 0:
            size = self.size - self.tell()
        if size > limits.ZIP_READ:
            allowed = f"{limits.ZIP_READ:,} bytes"
            raise BadZipFile(f"its table of contents has more than {allowed}")
        return super().read(size)
