"""``manifest.json``: what a finished data set says of itself."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

import digitgan
from digitgan.datasets.resolve import check_spec
from digitgan.datasets.shard_record import ShardRecord, check_record
from digitgan.datasets.spec import DatasetSpec
from digitgan.files import as_input_errors, from_json, read_json, write_text

FILE = "manifest.json"
MAX_BYTES = 2**28  # half a million shards


@dataclass(frozen=True)
class Manifest:
    """What ``manifest.json`` holds.

    Attributes:
        digitgan: Version that made the data set.
        kind: As in the spec, like the next three.
        format: See there.
        seed: See there.
        count: See there.
        dropped: Samples that the classifier misread.
        parts: Samples by part.
        label_counts: How often each label or character occurs, by part.
        model_sha256: Of the network.
        spec: Everything that decides the bytes.
        merged: SHA-256 of the files that fragments were merged to, by name.
        shards: What proves each.
    """

    digitgan: str
    kind: str
    format: str
    seed: int
    count: int
    dropped: int
    parts: dict[str, int]
    label_counts: dict[str, dict[str, int]]
    model_sha256: str
    spec: DatasetSpec
    merged: dict[str, str]
    shards: tuple[ShardRecord, ...]


def read_manifest(folder: Path) -> Manifest | None:
    """Return the manifest of a data set; None where there is none.

    Nor is one that is somebody else's: many programs have such a file.

    Raises:
        InputError: It is damaged.
    """
    path = folder / FILE
    if not path.is_file():
        return None
    stored = read_json("data set", path, MAX_BYTES)
    if isinstance(stored, dict) and "digitgan" not in stored:
        return None
    with as_input_errors("data set", path):
        manifest = from_json(Manifest, stored)
        check_spec(manifest.spec)
        for record in manifest.shards:
            check_record(manifest.spec, record)
    return manifest


def write_manifest(
    folder: Path,
    spec: DatasetSpec,
    records: Iterable[ShardRecord],
    merged: dict[str, str],
) -> Manifest:
    """Write and return the manifest of a data set that is whole."""
    shards = tuple(sorted(records, key=lambda record: record.index))
    counts = {part: Counter() for part in spec.parts}
    for record in shards:
        counts[record.part].update(record.labels)
    manifest = Manifest(
        digitgan=digitgan.__version__,
        kind=spec.kind,
        format=spec.format,
        seed=spec.seed,
        count=spec.count,
        dropped=sum(record.dropped for record in shards),
        parts=spec.parts,
        label_counts={part: dict(sorted(c.items())) for part, c in counts.items()},
        model_sha256=spec.model_sha256["generator.onnx"],
        spec=spec,
        merged=merged,
        shards=shards,
    )
    write_text(folder / FILE, json.dumps(asdict(manifest), indent=1) + "\n")
    return manifest


def as_json(manifest: Manifest) -> dict:
    """Return what stands in the file."""
    return json.loads(json.dumps(asdict(manifest)))
