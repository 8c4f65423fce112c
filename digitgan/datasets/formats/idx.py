"""IDX files with MNIST's names, gzipped: what reads MNIST reads these."""

import gzip
import struct
import zlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from digitgan.datasets.formats.base import EncodedShard, Format, Fragments, Paths
from digitgan.datasets.samples import Samples, labels_and_images
from digitgan.datasets.spec import DatasetSpec, Shard

GZIP_HEADER = b"\x1f\x8b\x08" + bytes(6) + b"\xff"  # no name, no time, any system
LAST_BLOCK = b"\x03\x00"  # an empty one
LABELS_HEADER_SIZE = 8


class Idx(Format):
    """Images and labels, two files a part."""

    name = "idx"
    kinds = ("digits",)
    merged_files = (
        "{part}-images-idx3-ubyte.gz",
        "{part}-labels-idx1-ubyte.gz",
    )
    part_names = {"test": "t10k"}
    holds_metadata = False
    holds_colour = False

    def encode(self, spec: DatasetSpec, shard: Shard, samples: Samples) -> EncodedShard:
        """Return the labels as they are and the images deflated."""
        labels, images = labels_and_images(samples)
        # Of digits runs alone are packed: quicker, and no larger.
        return EncodedShard(fragment=labels + _deflate(images, zlib.Z_RLE))

    def merge(self, spec: DatasetSpec, fragments: Fragments, paths: Paths) -> None:
        """Join the deflated images and the labels, a fragment in memory at a time."""
        ((part, shards),) = fragments.items()
        images = (file.read_bytes()[shard.count :] for shard, file in shards)
        labels = (_deflate(file.read_bytes()[: shard.count]) for shard, file in shards)
        total = spec.parts[part]
        _write_gzip(paths[0], _header(total, *spec.image_shape), images)
        _write_gzip(paths[1], _header(total), labels)

    def extract_fragments(
        self, spec: DatasetSpec, part: str, paths: Paths, sizes: Sequence[int]
    ) -> Iterator[bytes]:
        """Yield the fragments of a part again, by their sizes in bytes."""
        with paths[0].open("rb") as deflated, gzip.open(paths[1]) as labels:
            header = _header(spec.parts[part], *spec.image_shape)
            deflated.seek(len(GZIP_HEADER) + len(_deflate(header)))
            labels.read(LABELS_HEADER_SIZE)
            for shard, size in zip(spec.shards(part), sizes, strict=True):
                yield labels.read(shard.count) + deflated.read(size - shard.count)


def _header(*shape: int) -> bytes:
    return struct.pack(f">4B{len(shape)}I", 0, 0, 8, len(shape), *shape)


def _deflate(data: bytes, strategy: int = zlib.Z_DEFAULT_STRATEGY) -> bytes:
    """Deflate to whole blocks, of which any row is one valid stream (RFC 1951)."""
    compressor = zlib.compressobj(6, zlib.DEFLATED, -15, 8, strategy)
    return compressor.compress(data) + compressor.flush(zlib.Z_FULL_FLUSH)


def _write_gzip(path: Path, header: bytes, rows: Iterable[bytes]) -> None:
    checksum, size = zlib.crc32(header), len(header)
    with path.open("wb") as file:
        file.write(GZIP_HEADER + _deflate(header))
        for blocks in rows:
            data = zlib.decompressobj(-15).decompress(blocks)
            checksum, size = zlib.crc32(data, checksum), size + len(data)
            file.write(blocks)
        file.write(LAST_BLOCK + struct.pack("<2I", checksum, size % 2**32))
