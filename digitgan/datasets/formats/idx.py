"""IDX files with MNIST's names, gzipped: what reads MNIST reads these."""

import gzip
import struct
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from digitgan.datasets.formats import Packed, Pieces, Place

TOGETHER = False
STEM = {"train": "train", "validation": "validation", "test": "t10k"}
HEADER = b"\x1f\x8b\x08" + bytes(6) + b"\xff"  # no name, no time, any system
END = b"\x03\x00"  # an empty last block


def names(spec, shard) -> list[str]:
    """Return none: all is joined."""
    return []


def pack(spec, shard, samples) -> Packed:
    """Return the labels, plain, and the images, packed as :func:`_packed` does."""
    labels = samples.labels.astype("u1").tobytes()
    return Packed(piece=labels + _packed(samples.images.tobytes()))


def joined(spec, parts) -> list[str]:
    """Return images and labels, as MNIST names them; its test digits are t10k."""
    ends = ("images-idx3-ubyte.gz", "labels-idx1-ubyte.gz")
    return [f"{STEM[part]}-{end}" for part in parts for end in ends]


def join(spec, parts, pieces: Pieces, place: Place) -> None:
    """Join the pieces, one in memory at a time."""
    for part in parts:
        total = spec.parts[part]
        counts = [shard.count for shard in spec.shards() if shard.part == part]
        images, labels = joined(spec, [part])
        with place(images) as path:
            packed = (
                piece.read_bytes()[count:]
                for piece, count in zip(pieces(part), counts, strict=True)
            )
            _write(path, _image_header(total), packed)
        with place(labels) as path:
            plain = (
                _packed(_first(piece, count))
                for piece, count in zip(pieces(part), counts, strict=True)
            )
            _write(path, struct.pack(">4BI", 0, 0, 8, 1, total), plain)


def take_out(spec, part: str, folder: Path, sizes: list[int]) -> Iterator[bytes]:
    """Yield the pieces of a part again, by their sizes in bytes."""
    counts = [shard.count for shard in spec.shards() if shard.part == part]
    images, labels = (folder / name for name in joined(spec, [part]))
    with images.open("rb") as packed, gzip.open(labels) as plain:
        packed.seek(len(HEADER) + len(_packed(_image_header(spec.parts[part]))))
        plain.read(8)
        for count, size in zip(counts, sizes, strict=True):
            yield plain.read(count) + packed.read(size - count)


def _image_header(total: int) -> bytes:
    return struct.pack(">4B3I", 0, 0, 8, 3, total, 28, 28)


def _first(path: Path, count: int) -> bytes:
    with path.open("rb") as file:
        return file.read(count)


def _packed(data: bytes) -> bytes:
    """Deflate to whole blocks, of which any row is one valid stream (RFC 1951)."""
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush(zlib.Z_FULL_FLUSH)


def _write(path: Path, header: bytes, packed: Iterable[bytes]) -> None:
    """Write one gzip stream of packed rows of blocks."""
    check, size = zlib.crc32(header), len(header)
    with path.open("wb") as file:
        file.write(HEADER + _packed(header))
        for part in packed:
            data = zlib.decompressobj(-15).decompress(part)
            check, size = zlib.crc32(data, check), size + len(data)
            file.write(part)
        file.write(END + struct.pack("<2I", check, size % 2**32))
