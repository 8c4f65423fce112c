"""Files that are whole or absent."""

import csv
import io
import json
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

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


def write_table(path: StrPath, rows: Sequence[dict[str, float]]) -> None:
    """Write rows as CSV, whole or not at all."""
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    write_text(path, text.getvalue())
