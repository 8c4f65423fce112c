"""The folder of a data set: its manifest and, until it is whole, ``.shards``.

``.shards`` holds the spec, a record and perhaps a fragment of each shard that is whole,
and files on their way to their place.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from digitgan import limits
from digitgan.dataclass_json import from_json
from digitgan.datasets.formats import FORMATS
from digitgan.datasets.manifest import Facts, ShardRecord, manifest_of
from digitgan.datasets.resolve import check_spec
from digitgan.datasets.spec import DatasetSpec
from digitgan.errors import InputError
from digitgan.untrusted import as_input_errors, inside, read_json, sha256

MANIFEST, SHARDS, SPEC = "manifest.json", ".shards", ".shards/spec.json"
MAX_SHOWN = 3  # files of others that are named


@dataclass
class DatasetState:
    """A data set as far as it is made."""

    folder: Path  # where it lies
    spec: DatasetSpec  # what it shall be
    # of the shards that were whole once, by index
    records: dict[int, ShardRecord] = field(default_factory=dict)
    # SHA-256 of the files that fragments were merged to, by name
    merged: dict[str, str] = field(default_factory=dict)
    # what it said when it was whole; None before
    manifest: dict[str, Any] | None = None

    def add(self, record: ShardRecord) -> None:
        """Add a record that was stored."""
        shard = self.spec.shard(record.index) if record.index >= 0 else None
        if not shard or (shard.part, shard.count) != (record.part, record.count):
            raise ValueError(f"there is no such shard as {record.index}")
        format = FORMATS[self.spec.format]
        if record.fragment is None and not format.file_names(self.spec, shard):
            raise ValueError(f"shard {record.index} has no fragment")
        self.records[record.index] = record

    def is_merged(self, name: str) -> bool:
        """Say whether a merged file is still the one that was written."""
        return has_sha256(self.folder / name, self.merged.get(name))

    def finish(self) -> dict[str, Any]:
        """Write and return the manifest."""
        shards = tuple(self.records[index] for index in sorted(self.records))
        manifest = manifest_of(Facts(self.spec, self.merged, shards))
        write_file(self.folder, MANIFEST, f"{json.dumps(manifest, indent=1)}\n")
        return manifest


def read_state(folder: Path) -> DatasetState | None:
    """Return what a folder says of itself, or None if it is no data set of ours."""
    _check_folders(folder)
    if (path := inside("data set", folder, MANIFEST)).is_file():
        stored = read_json("data set", path, limits.MANIFEST)
        if not isinstance(stored, dict) or "digitgan" in stored:  # others have one too
            with as_input_errors("data set", path):
                return _state_of(folder, stored)
    if not (path := inside("data set", folder, SPEC)).is_file():
        return None
    with as_input_errors("data set", path):
        spec = from_json(DatasetSpec, read_json("data set", path))
        state = DatasetState(folder, check_spec(spec))
    for path in record_paths(folder):
        with as_input_errors("data set", inside("data set", folder, SHARDS, path.name)):
            state.add(from_json(ShardRecord, read_json("data set", path)))
    return state


def _state_of(folder: Path, manifest: dict[str, Any]) -> DatasetState:
    """Return the state that a manifest describes, if all of it is as it would be."""
    names = ("spec", "merged", "shards")
    facts = from_json(Facts, {name: manifest[name] for name in names})
    spec, merged = check_spec(facts.spec), dict(facts.merged)
    state = DatasetState(folder, spec, merged=merged, manifest=manifest)
    for record in facts.shards:
        state.add(record)
    made = manifest_of(facts, manifest["digitgan"])
    if manifest | {"spec": made["spec"]} != made:  # an older one's lacks new options
        raise ValueError("it contradicts itself")
    return state


def claim_folder(folder: Path, spec: DatasetSpec) -> DatasetState:
    """Return the state of a folder that may be new; claim it for a spec."""
    try:
        state = read_state(folder)
        if state is None:
            _check_empty(folder)
            write_file(folder, SPEC, json.dumps(asdict(spec)))
            return DatasetState(folder, spec)
    except OSError as error:
        problem = f"cannot be written to ({error.strerror})"
        raise InputError("out", folder, "a folder of your own", problem) from error
    if state.spec != spec:
        wanted, present = asdict(spec), asdict(state.spec)
        name = next(k for k in wanted if k != "model" and wanted[k] != present[k])
        problem = f"holds a data set with {name} {present[name]!r:.200}, not "
        problem += f"{wanted[name]!r:.200}"
        raise InputError("out", folder, "another folder, or remove this one", problem)
    state.spec = spec  # the model may lie elsewhere now
    return state


def _check_folders(folder: Path) -> None:
    """Refuse a folder with a link in the place of a folder, which may lead anywhere."""
    for place, names, _ in os.walk(folder):
        for path in (Path(place, name) for name in names):
            if path.is_symlink():
                allowed = "a data set with folders of its own"
                raise InputError("out", path, allowed, "is a link")


def _check_empty(folder: Path) -> None:
    """Refuse a folder with somebody else's files, or a file."""
    if folder.exists() and not folder.is_dir():
        raise InputError("out", folder, "a new folder", "is a file")
    # A run that was killed at once may have left the folder and the spec on its way.
    paths = [*folder.glob("*"), *folder.glob(f"{SHARDS}/*")]
    others = sorted(path.name for path in paths if not path.name.startswith(SHARDS))
    if others:
        more = ", ..." if len(others) > MAX_SHOWN else ""
        problem = f"holds other files ({', '.join(others[:MAX_SHOWN])}{more})"
        raise InputError("out", folder, "a new or an empty folder", problem)


def record_paths(folder: Path) -> list[Path]:
    """Return the files of the records of shards that are whole."""
    return list((folder / SHARDS).glob("[0-9]*.json"))


def record_name(index: int) -> str:
    """Return the file of the record of a shard."""
    return f"{SHARDS}/{index}.json"


def fragment_name(index: int) -> str:
    """Return the file where the fragment of a shard waits to be merged."""
    return f"{SHARDS}/{index}.fragment"


def write_file(
    folder: Path, name: str, content: str | bytes, flushed: bool = True
) -> None:
    """Write a file of the data set as :func:`creating` does; a text as UTF-8."""
    with creating(folder, name, flushed) as path:
        path.write_bytes(content.encode() if isinstance(content, str) else content)


@contextmanager
def creating(folder: Path, name: str, flushed: bool = True) -> Iterator[Path]:
    """Yield a path whose file takes its place in the data set once it is whole.

    Thousands of small files are not flushed one by one, which would take longer than
    to draw them: should the power fail, their sums tell.
    """
    path = folder / name
    waiting = folder / SHARDS / f"{name.replace('/', '-')}.{os.getpid()}"
    for needed in (path.parent, waiting.parent):
        needed.mkdir(parents=True, exist_ok=True)
    yield waiting
    if flushed:
        with waiting.open("rb+") as file:
            os.fsync(file.fileno())
    waiting.replace(path)


def is_own_file(path: Path) -> bool:
    """Say whether a path is a file; a link, a pipe or a device is none."""
    return path.is_file() and not path.is_symlink()


def has_sha256(path: Path, expected: str | None) -> bool:
    """Say whether a file is there and as it was written."""
    return is_own_file(path) and sha256(path) == expected
