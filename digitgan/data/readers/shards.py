"""WebDataset's tar shards, and LMDB databases that a manifest vouches for."""

import json
import tarfile
from pathlib import Path
from typing import Any

from digitgan import limits
from digitgan.data.checks import unreadable
from digitgan.data.pictures import ENDINGS, Pictures
from digitgan.data.raw import RawDataset, RawPart, by_part, visible_files
from digitgan.data.readers.pages import cut_pages
from digitgan.errors import import_extra
from digitgan.files import BoundedFile, read_json, sha256

Record = dict[str, Any]  # "image", and "label" or "characters" and "boxes"


def read(path: Path) -> RawDataset | None:
    """Read shards, or a folder of them."""
    if path.is_dir():
        files = [f for f in visible_files(path) if f.suffix in (".tar", ".mdb")]
    else:
        files = [path] if path.suffix in (".tar", ".mdb") else []
    kind = ".mdb" if any(file.suffix == ".mdb" for file in files) else ".tar"
    files = [f for f in files if f.suffix == kind and f.name != "lock.mdb"]
    if not files:
        return None
    parts, notes = {}, ()
    for part, chosen in by_part(files, path).items():
        reader = _tar_records if kind == ".tar" else _lmdb_records
        records = [record for file in chosen for record in reader(file)]
        if not records:
            return None
        parts[part], notes = _part(records)
    return RawDataset("LMDB" if kind == ".mdb" else "WebDataset", parts, notes=notes)


def _part(records: list[Record]) -> tuple[RawPart, tuple[str, ...]]:
    pictures = Pictures([record["image"] for record in records])
    if all("label" in record for record in records):
        return RawPart(pictures, [record["label"] for record in records]), ()
    if all("boxes" in record and "characters" in record for record in records):
        columns = ([r[name] for r in records] for name in ("characters", "boxes"))
        return cut_pages(pictures, *columns)
    return RawPart(pictures), ()


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
            if ending == "json":
                stored = json.loads(content)
                fields = stored if isinstance(stored, dict) else {}
                for name in ("label", "characters", "boxes"):
                    if name in fields:
                        sample.setdefault(name, fields[name])
            else:
                sample["label" if ending == "cls" else "image"] = content
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
