"""Files from anywhere, read with care: bounded in kind, in bytes and in memory.

Few parsers can be told how much memory they may take, so Linux is: past the bound an
allocation fails, and the file is refused. Elsewhere nothing is enforced.
"""

import csv
import hashlib
import io
import json
import math
import os
import stat
import threading
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from digitgan import limits
from digitgan.errors import InputError
from digitgan.files import StrPath

MAX_SHOWN = 200  # characters of what a parser said
OBJECT_BYTES, VALUE_BYTES = 256, 64  # of Python: a small dict or list; a value in one
ROWS = (b"\n", b"\r", b"{", b"[")  # what begins one, of CSV or of JSON lines
LARGE = 10**8  # bytes of a file
STATM, PAGES_OF_DATA = Path("/proc/self/statm"), 5


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


def _number(text: str) -> float:
    """Return what was written, so that it is written the same again."""
    return int(text) if text.isdigit() else float(text)


def sha256(path: StrPath) -> str:
    """Return the SHA-256 of an ordinary file as 64 hexadecimal digits."""
    with BoundedFile(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def changed_file(field: str, path: StrPath) -> InputError:
    """Return the error for a file that has not the SHA-256 that it should have."""
    return InputError(field, Path(path), problem="was changed: its SHA-256 differs")


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


class MemoryBound:
    """One for the process; blocks that overlap share that of the first.

    Attributes:
        enforced: Whether it binds: on Linux, in a command, whose process is nobody
            else's.
        active: Whether a block is entered; one within it needs no bound of its own.
    """

    def __init__(self):
        self.enforced = self.active = False
        self._lock, self._blocks, self._outside = threading.Lock(), 0, (0, 0)

    @contextmanager
    def __call__(self, path: Path) -> Iterator[None]:
        """Let the process take so much memory more as the reading of a path may.

        Raises:
            MemoryError: In the block, by whoever asks for more.
        """
        import resource

        with self._lock:
            self._blocks += 1
            self.active = True
            if self._blocks == 1:
                self._outside = soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
                most = _used() + _allowed(path)
                most = min([most, *(limit for limit in (soft, hard) if limit >= 0)])
                resource.setrlimit(resource.RLIMIT_DATA, (most, hard))
        try:
            yield
        finally:
            with self._lock:
                self._blocks -= 1
                self.active = self._blocks > 0
                if not self.active:
                    resource.setrlimit(resource.RLIMIT_DATA, self._outside)


def _used() -> int:
    """Return the bytes of this process that the kernel's bound is about."""
    pages = STATM.read_text().split()[PAGES_OF_DATA]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def _allowed(path: Path) -> int:
    """Return the bytes that the reading of a file, or of a folder of some, may take."""
    files = path.rglob("*") if path.is_dir() else [path]
    size = sum(file.stat().st_size for file in files if file.is_file())
    return limits.READING if size <= LARGE else limits.READING_LARGE * size


memory_bound = MemoryBound()
