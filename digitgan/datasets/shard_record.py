"""What proves that a shard is whole."""

import hashlib
from dataclasses import dataclass

from digitgan.datasets.formats import FORMATS
from digitgan.datasets.spec import DatasetSpec


@dataclass(frozen=True)
class FragmentRecord:
    """SHA-256 and bytes of what of a shard is merged with other shards'."""

    sha256: str
    bytes: int


@dataclass(frozen=True)
class ShardRecord:
    """What is known of a shard that is whole.

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


def check_record(spec: DatasetSpec, record: ShardRecord) -> ShardRecord:
    """Return a record that was stored if the spec has such a shard.

    Raises:
        ValueError: It has not.
    """
    shard = spec.shard(record.index) if record.index >= 0 else None
    if not shard or (shard.part, shard.count) != (record.part, record.count):
        raise ValueError(f"there is no such shard as {record.index}")
    if record.fragment is None and not FORMATS[spec.format].file_names(spec, shard):
        raise ValueError(f"shard {record.index} has no fragment")
    return record


def sha256_of_files(sums: dict[str, str]) -> str:
    """Return one SHA-256 for the files of a shard, of those of each by name."""
    if len(sums) == 1:
        return next(iter(sums.values()))
    lines = "".join(f"{value}  {name}\n" for name, value in sums.items())
    return hashlib.sha256(lines.encode()).hexdigest()
