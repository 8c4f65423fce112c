"""The folder ``.shards`` inside a data set that is not finished.

It holds the spec, a record and perhaps a fragment of each shard that is whole, and
files on their way to their place.
"""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from digitgan.datasets.resolve import check_spec
from digitgan.datasets.shard_record import ShardRecord, check_record
from digitgan.datasets.spec import DatasetSpec
from digitgan.files import as_input_errors, from_json, read_json, write_text

NAME = ".shards"
SPEC = "spec.json"


def write_spec(folder: Path, spec: DatasetSpec) -> None:
    """Begin a data set."""
    write_text(folder / NAME / SPEC, json.dumps(asdict(spec)))


def read_spec(folder: Path) -> DatasetSpec | None:
    """Return what an unfinished data set shall be; None where there is none.

    Raises:
        InputError: It is damaged.
    """
    path = folder / NAME / SPEC
    if not path.is_file():
        return None
    stored = read_json("data set", path)
    with as_input_errors("data set", path):
        return check_spec(from_json(DatasetSpec, stored))


def write_record(folder: Path, record: ShardRecord) -> None:
    """Note that a shard is whole."""
    write_text(folder / NAME / f"{record.index}.json", json.dumps(asdict(record)))


def read_records(folder: Path, spec: DatasetSpec) -> Iterator[ShardRecord]:
    """Yield the records of the shards that are whole.

    Raises:
        InputError: One is damaged, or of another data set.
    """
    for path in (folder / NAME).glob("[0-9]*.json"):
        stored = read_json("data set", path)
        with as_input_errors("data set", path):
            yield check_record(spec, from_json(ShardRecord, stored))


def fragment_path(folder: Path, index: int) -> Path:
    """Return where the fragment of a shard waits to be merged."""
    return folder / NAME / f"{index}.fragment"


def write_fragment(folder: Path, index: int, fragment: bytes) -> None:
    """Write the fragment of a shard, whole or not at all."""
    with creating(folder, f"{NAME}/{index}.fragment") as path:
        path.write_bytes(fragment)


@contextmanager
def creating(folder: Path, name: str, flushed: bool = True) -> Iterator[Path]:
    """Yield a path whose file takes its place in the data set once it is whole.

    Thousands of small files are not flushed one by one, which would take longer than
    to draw them: should the power fail, their sums tell.
    """
    path = folder / name
    waiting = folder / NAME / f"{name.replace('/', '-')}.{os.getpid()}"
    for needed in (path.parent, waiting.parent):
        needed.mkdir(parents=True, exist_ok=True)
    yield waiting
    if flushed:
        with waiting.open("rb+") as file:
            os.fsync(file.fileno())
    waiting.replace(path)


def may_be_left_over(name: str) -> bool:
    """Say whether a run that was killed at once may have left a file or folder."""
    return name.startswith((NAME, f".{Path(SPEC).stem}-"))


def remove(folder: Path) -> None:
    """Remove what is needed only until the data set is whole."""
    shutil.rmtree(folder / NAME, ignore_errors=True)
