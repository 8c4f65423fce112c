"""One NPZ file laid out as Keras' ``mnist.npz``.

Its arrays are stored, not compressed, so that NumPy reads them at the disk's speed.
"""

import io
import math
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

import numpy as np

from digitgan.datasets.formats.base import Create, EncodedShard, Format, Fragments
from digitgan.datasets.samples import Samples
from digitgan.datasets.spec import PARTS, DatasetSpec, Shard

FILE = "mnist.npz"
CHUNK_SIZE = 2**20


class Npz(Format):
    """Images and labels of all parts in one file."""

    name = "npz"
    kinds = ("digits",)
    holds_metadata = False
    merges = "data set"

    def encode(self, spec: DatasetSpec, shard: Shard, samples: Samples) -> EncodedShard:
        """Return labels and images as they will lie in the file."""
        labels = bytes(sample.label or 0 for sample in samples)
        images = b"".join(sample.image.tobytes() for sample in samples)
        return EncodedShard(fragment=labels + images)

    def merged_names(self, spec: DatasetSpec, parts: Sequence[str]) -> list[str]:
        """Return the one file."""
        return [FILE]

    def merge(self, spec: DatasetSpec, fragments: Fragments, create: Create) -> None:
        """Write all arrays, a MiB in memory at a time; train and test always."""
        image_size = math.prod(spec.image_shape)
        with create(FILE) as path, zipfile.ZipFile(path, "w") as archive:
            for part, total in zip(PARTS, spec.split, strict=True):
                if not total and part == "validation":
                    continue
                for array, shape in (
                    ("x", (total, *spec.image_shape)),
                    ("y", (total,)),
                ):
                    info = zipfile.ZipInfo(f"{array}_{part}.npy")  # dated 1980
                    with archive.open(info, "w", force_zip64=True) as member:
                        member.write(_header(shape))
                        for shard, file in fragments.get(part, []):
                            start, size = 0, shard.count  # of the labels
                            if array == "x":
                                start, size = size, size * image_size
                            _copy(file, member, start, size)

    def extract_fragments(
        self, spec: DatasetSpec, part: str, folder: Path, sizes: Sequence[int]
    ) -> Iterator[bytes]:
        """Yield the fragments of a part again, by their sizes in bytes."""
        total = spec.parts[part]
        with (
            zipfile.ZipFile(folder / FILE) as archive,
            archive.open(f"x_{part}.npy") as x,
            archive.open(f"y_{part}.npy") as y,
        ):
            x.read(len(_header((total, *spec.image_shape))))
            y.read(len(_header((total,))))
            for shard, size in zip(spec.shards(part), sizes, strict=True):
                yield y.read(shard.count) + x.read(size - shard.count)


def _header(shape: tuple[int, ...]) -> bytes:
    description = {"descr": "|u1", "fortran_order": False, "shape": shape}
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, description)
    return header.getvalue()


def _copy(path: Path, member: IO[bytes], start: int, size: int) -> None:
    """Copy some bytes of a fragment."""
    with path.open("rb") as file:
        file.seek(start)
        while size:
            chunk = file.read(min(size, CHUNK_SIZE))
            if not chunk:
                raise EOFError(f"{path} is cut short")
            member.write(chunk)
            size -= len(chunk)
