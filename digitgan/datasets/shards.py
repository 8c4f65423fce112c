"""One shard: made from nothing but the spec and its index, kept whole or not at all."""

import hashlib
import json
import os
import shutil
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from digitgan.datasets.draw import draw_samples
from digitgan.datasets.formats import Packed, writer
from digitgan.datasets.samples import Samples
from digitgan.datasets.spec import Shard, Spec
from digitgan.files import replacing, write_text

WORK = ".shards"  # pieces and receipts until the data set is whole


@dataclass(frozen=True)
class Piece:
    """What proves the part of a shard that is joined to others: SHA-256 and bytes."""

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
        dropped: How many samples the judge misread, so that they were drawn again.
        sha256: Of its file; of several, what ``sha256sum`` prints for them; of none,
            of its piece.
        piece: Its piece, where it has one.
    """

    index: int
    part: str
    count: int
    labels: dict[str, int]
    dropped: int
    sha256: str
    piece: Piece | None


def make_shard(spec: Spec, index: int) -> tuple[Packed, ShardRecord]:
    """Make a shard; the same spec and index give the same bytes anywhere.

    Args:
        spec: What :func:`digitgan.datasets.spec.plan` settled.
        index: Which shard, from 0.

    Returns:
        Its bytes, and what proves them.
    """
    shard = spec.shard(index)
    samples = draw_samples(spec, shard)
    packed = writer(spec.format).pack(spec, shard, samples)
    sums = [(name, digest(data)) for name, data in packed.files.items()]
    piece = packed.piece
    if piece is not None:
        piece = Piece(digest(piece), len(piece))
    receipt = ShardRecord(
        index=index,
        part=shard.part,
        count=shard.count,
        labels=_counted(spec, samples),
        dropped=samples.dropped,
        sha256=sum_of(sums) if sums else piece.sha256,
        piece=piece,
    )
    return packed, receipt


def keep_shard(spec: Spec, folder: Path, index: int) -> ShardRecord:
    """Make a shard and put it into the data set; its receipt comes last."""
    packed, receipt = make_shard(spec, index)
    lone = len(packed.files) == 1
    for name, data in packed.files.items():
        _put(folder, name, data, flushed=lone)
    if packed.piece is not None:
        with replacing(piece_path(folder, index)) as path:
            path.write_bytes(packed.piece)
    write_text(folder / WORK / f"{index}.json", json.dumps(asdict(receipt)))
    return receipt


def piece_path(folder: Path, index: int) -> Path:
    """Return where the piece of a shard waits to be joined."""
    return folder / WORK / f"{index}.piece"


def stored_sum(spec: Spec, folder: Path, shard: Shard) -> str | None:
    """Return the SHA-256 of a shard's files as they lie there; None if one is missing.

    Shards that are nothing but a piece have none.
    """
    sums = []
    for name in writer(spec.format).names(spec, shard):
        try:
            with (folder / name).open("rb") as file:
                sums.append((name, hashlib.file_digest(file, "sha256").hexdigest()))
        except FileNotFoundError:
            return None
    return sum_of(sums) if sums else None


def digest(data: bytes) -> str:
    """Return the SHA-256 of bytes."""
    return hashlib.sha256(data).hexdigest()


def sum_of(sums: list[tuple[str, str]]) -> str:
    """Return one SHA-256 for the files of a shard."""
    if len(sums) == 1:
        return sums[0][1]
    return digest("".join(f"{value}  {name}\n" for name, value in sums).encode())


def _counted(spec: Spec, samples: Samples) -> dict[str, int]:
    if samples.labels is not None:
        counts = np.bincount(samples.labels, minlength=len(spec.classes))
        return {spec.classes[n]: int(counts[n]) for n in spec.labels}
    return dict(Counter("".join(samples.characters)))


def _put(folder: Path, name: str, data: bytes, flushed: bool) -> None:
    """Write a file through the work folder, so that nothing half lies beside it.

    Thousands of small files are not flushed one by one, which would take longer than
    to draw them: should the power fail, their sums tell.
    """
    path, waiting = folder / name, folder / WORK / name.replace("/", "-")
    for needed in (path.parent, waiting.parent):
        needed.mkdir(parents=True, exist_ok=True)
    if flushed:
        with replacing(waiting) as temporary:
            temporary.write_bytes(data)
    else:
        waiting = waiting.with_name(f"{waiting.name}.{os.getpid()}")
        waiting.write_bytes(data)
    waiting.replace(path)


def clear_work(folder: Path) -> None:
    """Remove what is needed only until the data set is whole."""
    shutil.rmtree(folder / WORK, ignore_errors=True)
