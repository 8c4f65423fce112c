"""IDX files with MNIST's names, gzipped: what reads MNIST reads these."""

import gzip
import struct
import zlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from digitgan.datasets.formats.base import Create, EncodedShard, Format, Fragments
from digitgan.datasets.samples import Samples
from digitgan.datasets.spec import DatasetSpec, Shard

STEMS = {"train": "train", "validation": "validation", "test": "t10k"}
GZIP_HEADER = b"\x1f\x8b\x08" + bytes(6) + b"\xff"  # no name, no time, any system
LAST_BLOCK = b"\x03\x00"  # an empty one
LABELS_HEADER_SIZE = 8


class Idx(Format):
    """Images and labels, two files a part."""

    name = "idx"
    kinds = ("digits",)
    holds_metadata = False
    holds_colour = False
    merges = "part"

    def encode(self, spec: DatasetSpec, shard: Shard, samples: Samples) -> EncodedShard:
        """Return the labels as they are and the images deflated."""
        labels = bytes(sample.label or 0 for sample in samples)
        images = b"".join(sample.image.tobytes() for sample in samples)
        return EncodedShard(fragment=labels + _deflate(images))

    def merged_names(self, spec: DatasetSpec, parts: Sequence[str]) -> list[str]:
        """Return images and labels, as MNIST names them; its test digits are t10k."""
        ends = ("images-idx3-ubyte.gz", "labels-idx1-ubyte.gz")
        return [f"{STEMS[part]}-{end}" for part in parts for end in ends]

    def merge(self, spec: DatasetSpec, fragments: Fragments, create: Create) -> None:
        """Join the deflated images and the labels, a fragment in memory at a time."""
        for part, files in fragments.items():
            images, labels = self.merged_names(spec, [part])
            total = sum(shard.count for shard, _ in files)
            with create(images) as path:
                rows = (file.read_bytes()[shard.count :] for shard, file in files)
                _write_gzip(path, _header(total, *spec.image_shape), rows)
            with create(labels) as path:
                rows = (_deflate(_first(file, shard.count)) for shard, file in files)
                _write_gzip(path, _header(total), rows)

    def extract_fragments(
        self, spec: DatasetSpec, part: str, folder: Path, sizes: Sequence[int]
    ) -> Iterator[bytes]:
        """Yield the fragments of a part again, by their sizes in bytes."""
        images, labels = (folder / name for name in self.merged_names(spec, [part]))
        with images.open("rb") as deflated, gzip.open(labels) as plain:
            header = _header(spec.parts[part], *spec.image_shape)
            deflated.seek(len(GZIP_HEADER) + len(_deflate(header)))
            plain.read(LABELS_HEADER_SIZE)
            for shard, size in zip(spec.shards(part), sizes, strict=True):
                yield plain.read(shard.count) + deflated.read(size - shard.count)


def _header(*shape: int) -> bytes:
    """Return the header of bytes of a shape."""
    return struct.pack(f">4B{len(shape)}I", 0, 0, 8, len(shape), *shape)


def _first(path: Path, count: int) -> bytes:
    with path.open("rb") as file:
        return file.read(count)


def _deflate(data: bytes) -> bytes:
    """Deflate to whole blocks, of which any row is one valid stream (RFC 1951)."""
    compressor = zlib.compressobj(6, zlib.DEFLATED, -15)
    return compressor.compress(data) + compressor.flush(zlib.Z_FULL_FLUSH)


def _write_gzip(path: Path, header: bytes, rows: Iterable[bytes]) -> None:
    """Write one gzip stream of rows of deflated blocks."""
    checksum, size = zlib.crc32(header), len(header)
    with path.open("wb") as file:
        file.write(GZIP_HEADER + _deflate(header))
        for blocks in rows:
            data = zlib.decompressobj(-15).decompress(blocks)
            checksum, size = zlib.crc32(data, checksum), size + len(data)
            file.write(blocks)
        file.write(LAST_BLOCK + struct.pack("<2I", checksum, size % 2**32))
