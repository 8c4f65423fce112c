"""What is said of a data set: a record for each shard, and ``manifest.json``."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import digitgan
from digitgan.datasets.spec import DatasetSpec


@dataclass(frozen=True)
class FragmentRecord:
    """SHA-256 and bytes of what of a shard is merged with other shards'."""

    sha256: str
    bytes: int


@dataclass(frozen=True)
class ShardRecord:
    """What proves that a shard is whole.

    Attributes:
        index: Its number.
        part: Of the data set.
        count: Samples.
        labels: How often each label, or on pages each character, occurs.
        dropped: How many samples were misread, so that others were drawn.
        sha256: Of its file; of several, what ``sha256sum`` prints for them; of none,
            of its fragment.
        fragment: Of its fragment, where it has one.
    """

    index: int
    part: str
    count: int
    labels: dict[str, int]
    dropped: int
    sha256: str
    fragment: FragmentRecord | None


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


def manifest_of(
    spec: DatasetSpec, records: Iterable[ShardRecord], merged: dict[str, str]
) -> Manifest:
    """Return the manifest of a data set that is whole."""
    shards = tuple(sorted(records, key=lambda record: record.index))
    counts = {part: Counter() for part in spec.parts}
    for record in shards:
        counts[record.part].update(record.labels)
    return Manifest(
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


def sha256_of_files(sums: dict[str, str]) -> str:
    """Return one SHA-256 for the files of a shard, of those of each by name."""
    if len(sums) == 1:
        return next(iter(sums.values()))
    lines = "".join(f"{value}  {name}\n" for name, value in sums.items())
    return hashlib.sha256(lines.encode()).hexdigest()
