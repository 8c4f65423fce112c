"""One NPZ file laid out as Keras' ``mnist.npz``.

Its arrays are stored, not compressed, so that NumPy reads them at the disk's speed.
"""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from digitgan.datasets.formats import Packed, Pieces, Place
from digitgan.datasets.spec import PARTS

TOGETHER = True
FILE = "mnist.npz"
PIXELS = 28 * 28
CHUNK = 2**20


def names(spec, shard) -> list[str]:
    """Return none: all is joined."""
    return []


def pack(spec, shard, samples) -> Packed:
    """Return labels and images as they will lie in the file."""
    labels = samples.labels.astype("u1").tobytes()
    return Packed(piece=labels + samples.images.tobytes())


def joined(spec, parts) -> list[str]:
    """Return the one file."""
    return [FILE]


def join(spec, parts, pieces: Pieces, place: Place) -> None:
    """Join the pieces, a MiB in memory at a time; train and test are always there."""
    with place(FILE) as path, zipfile.ZipFile(path, "w") as archive:
        for part, total in zip(PARTS, spec.split, strict=True):
            if not total and part == "validation":
                continue
            counts = [shard.count for shard in spec.shards() if shard.part == part]
            for letter, shape in (("x", (total, 28, 28)), ("y", (total,))):
                info = zipfile.ZipInfo(f"{letter}_{part}.npy")  # dated 1980
                with archive.open(info, "w", force_zip64=True) as member:
                    member.write(_header(shape))
                    for piece, count in zip(pieces(part), counts, strict=True):
                        _copy(piece, member, letter, count)


def take_out(spec, part: str, folder: Path, sizes: list[int]) -> Iterator[bytes]:
    """Yield the pieces of a part again; their sizes follow from their samples."""
    counts = [shard.count for shard in spec.shards() if shard.part == part]
    total = spec.parts[part]
    with (
        zipfile.ZipFile(folder / FILE) as archive,
        archive.open(f"x_{part}.npy") as x,
        archive.open(f"y_{part}.npy") as y,
    ):
        x.read(len(_header((total, 28, 28))))
        y.read(len(_header((total,))))
        for count in counts:
            yield y.read(count) + x.read(count * PIXELS)


def _header(shape: tuple[int, ...]) -> bytes:
    told = {"descr": "|u1", "fortran_order": False, "shape": shape}
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, told)
    return header.getvalue()


def _copy(piece: Path, member, letter: str, count: int) -> None:
    """Copy the images or the labels of a piece."""
    with piece.open("rb") as file:
        left = count if letter == "y" else count * PIXELS
        file.seek(0 if letter == "y" else count)
        while left:
            chunk = file.read(min(left, CHUNK))
            if not chunk:
                raise EOFError(f"{piece} is cut short")
            member.write(chunk)
            left -= len(chunk)
