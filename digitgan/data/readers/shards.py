"""WebDataset's tar shards, and LMDB databases that a manifest vouches for."""

import json
import tarfile
from pathlib import Path
from typing import Any

from digitgan import limits
from digitgan.data.checks import unreadable
from digitgan.data.pictures import ENDINGS
from digitgan.data.raw import RawDataset, by_part, visible_files
from digitgan.data.readers.pages import part_of_records
from digitgan.errors import import_extra
from digitgan.untrusted import BoundedFile, read_json, sha256

Record = dict[str, Any]  # "image", and "label" or "characters" and "boxes"


def read(path: Path) -> RawDataset | None:
    """Read shards, or a folder of them."""
    every = list(visible_files(path)) if path.is_dir() else [path]
    is_lmdb = any(file.suffix == ".mdb" for file in every)
    suffix, layout, reader = (
        (".mdb", "LMDB", _lmdb_records)
        if is_lmdb
        else (".tar", "WebDataset", _tar_records)
    )
    files = [f for f in every if f.suffix == suffix and f.name != "lock.mdb"]
    parts, notes = {}, ()
    for part, chosen in by_part(files, path).items():
        records = [record for file in chosen for record in reader(file)]
        if not records:
            return None
        parts[part], notes = part_of_records(records)
    return RawDataset(layout, parts, notes=notes) if parts else None


def _tar_records(path: Path) -> list[Record]:
    """Return the samples of a shard: files that share a name up to its first dot."""
    samples: dict[str, Record] = {}
    total = 0
    with BoundedFile(path) as file, tarfile.open(fileobj=file, mode="r:") as archive:
        for member in archive:
            key, _, ending = member.name.partition(".")
            wanted = ending in ("cls", "json") or f".{ending}" in ENDINGS
            if not member.isreg() or not wanted:
                continue
            total += member.size
            if total > limits.ARRAYS or not 0 <= member.size <= limits.PICTURE:
                raise unreadable("holds more than it may", f"{limits.ARRAYS:,} bytes")
            opened = archive.extractfile(member)
            content = opened.read() if opened else b""
            sample = samples.setdefault(key, {})
            if ending != "json":
                sample["label" if ending == "cls" else "image"] = content
            elif isinstance(fields := json.loads(content), dict):
                for name in fields.keys() & {"label", "characters", "boxes"}:
                    sample.setdefault(name, fields[name])
    return [sample for sample in samples.values() if "image" in sample]


def _lmdb_records(path: Path) -> list[Record]:
    """Return the samples of a database if a manifest above it has its SHA-256.

    LMDB trusts the pages that it maps: a damaged one can end the process.
    """
    places = [parent / "manifest.json" for parent in path.parents]
    manifest = next(filter(Path.is_file, places), None)
    stored = read_json("data", manifest, limits.MANIFEST) if manifest else {}
    sums = {shard.get("sha256") for shard in stored.get("shards", ())}
    if sha256(path) not in sums:
        problem = "holds an LMDB database that no manifest.json vouches for"
        raise unreadable(problem, "an unchanged data set of `digitgan dataset`")
    lmdb: Any = import_extra("lmdb", "data", path)
    records = []
    with (
        lmdb.open(str(path.parent), readonly=True, lock=False) as database,
        database.begin() as transaction,
    ):
        for number in range(1, int(transaction.get(b"num-samples")) + 1):
            fields = json.loads(transaction.get(f"json-{number:09}".encode()))
            image = transaction.get(f"image-{number:09}".encode())
            records.append({"image": image, **fields})
    return records
