"""What is said of a data set: a record for each shard, and ``manifest.json``."""

import hashlib
import json
from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any

import digitgan
from digitgan.datasets.spec import DatasetSpec


@dataclass(frozen=True)
class FragmentRecord:
    """SHA-256 and bytes of what of a shard is merged with other shards'."""

    sha256: str
    bytes: int


@dataclass(frozen=True)
class ShardRecord:
    """What proves that a shard is whole."""

    index: int  # its number
    part: str  # of the data set
    count: int  # samples
    labels: dict[str, int]  # how often each label, or on pages each character, occurs
    dropped: int  # how many samples were misread, so that others were drawn
    # of its file; of several, what ``sha256sum`` prints for them; of none, of its
    # fragment
    sha256: str
    fragment: FragmentRecord | None  # of its fragment, where it has one


@dataclass(frozen=True)
class Facts:
    """Of a manifest, that which the rest of it follows from."""

    spec: DatasetSpec  # everything that decides the bytes
    # SHA-256 of the files that fragments were merged to, by name
    merged: dict[str, str]
    shards: tuple[ShardRecord, ...]  # what proves each


def manifest_of(facts: Facts, version: str = digitgan.__version__) -> dict[str, Any]:
    """Return what ``manifest.json`` holds.

    Beside the facts these are the version that made the data set, what people look for
    in the spec, ``dropped``, samples that the classifier misread, and how often each
    label or character occurs, by part.
    """
    spec = facts.spec
    counts = {part: Counter() for part in spec.parts}
    for record in facts.shards:
        counts[record.part].update(record.labels)
    manifest = {
        "digitgan": version,
        "kind": spec.kind,
        "format": spec.format,
        "seed": spec.seed,
        "count": spec.count,
        "dropped": sum(record.dropped for record in facts.shards),
        "parts": spec.parts,
        "label_counts": {p: dict(sorted(c.items())) for p, c in counts.items()},
        "model_sha256": spec.model_sha256["generator.onnx"],
        **asdict(facts),
    }
    return json.loads(json.dumps(manifest))  # as it is read: tuples are lists


def sha256_of_files(sums: dict[str, str]) -> str:
    """Return one SHA-256 for the files of a shard, of those of each by name."""
    if len(sums) == 1:
        return next(iter(sums.values()))
    lines = "".join(f"{value}  {name}\n" for name, value in sums.items())
    return hashlib.sha256(lines.encode()).hexdigest()
