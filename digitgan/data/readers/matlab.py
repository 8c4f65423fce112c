"""MATLAB files of version 5 to 7, as EMNIST and others are stored."""

import io
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from digitgan import limits
from digitgan.data.checks import unreadable
from digitgan.data.raw import RawDataset, RawPart, by_role
from digitgan.errors import import_extra
from digitgan.untrusted import read_bytes

HEADER = 128  # bytes
MATRIX, COMPRESSED = 14, 15  # types of elements; others hold numbers or texts
COUNTED_FROM_1 = set(range(1, 11))  # digits, as of SVHN
MAX_MATRICES = 1_000  # in a file; what nests deeper ends SciPy's stack


def read(path: Path) -> RawDataset | None:
    """Read arrays of images and labels, loose or in structs, also of EMNIST."""
    if not path.is_file():
        found = sorted(path.glob("*.mat"))
        return read(found[0]) if len(found) == 1 else None
    with path.open("rb") as file:
        header = file.read(HEADER)
    if header.startswith(b"MATLAB 7.3"):
        allowed = "MATLAB's version 7: save('digits.mat', 'x', 'y', '-v7')"
        raise unreadable("is a MATLAB file of version 7.3", allowed)
    if not header.startswith(b"MATLAB 5.0 MAT-file") or header[126:] != b"IM":
        return None
    scipy_io: Any = import_extra("scipy.io", "data", path, "datasets")
    content = read_bytes("data", path, limits.ARRAYS)
    _check(memoryview(content))
    stored = scipy_io.loadmat(io.BytesIO(content), simplify_cells=True)
    arrays = dict(_arrays(stored))
    parts, notes = by_role(arrays), ()
    labels = [np.unique(y) for _, y in parts.values() if y is not None]
    if labels and set(np.concatenate(labels)) == COUNTED_FROM_1:
        parts = {part: RawPart(x, y % 10) for part, (x, y) in parts.items()}
        notes = ("label 10 is the digit 0",)
    if not parts:
        raise unreadable("holds no arrays of images", "images and labels, or x and y")
    mapping, classes = arrays.get("dataset/mapping"), ()
    if mapping is not None and mapping.ndim == 2 and len(mapping) <= 256:
        codes = {int(row[0]): chr(int(row[1]) % 0x110000) for row in mapping}
        classes = tuple(codes.get(i, f"label {i}") for i in range(256))
    emnist = "emnist" in path.name.lower() or "dataset/train/images" in arrays
    return RawDataset("MATLAB file", parts, classes, notes, transposed=emnist)


def _check(content: memoryview) -> None:
    """Refuse what SciPy, which trusts a file, would take too much for."""
    at, count = HEADER, 0
    while at + 8 <= len(content):
        kind, size = struct.unpack_from("<2I", content, at)
        end = at + 8 + size
        element = content[at:end]
        if kind == COMPRESSED:
            unpacker = zlib.decompressobj()
            unpacked = unpacker.decompress(element[8:], limits.ARRAYS)
            if unpacker.unconsumed_tail:
                raise unreadable("holds more than it may")
            element = memoryview(unpacked)
        count += _count_matrices(element)
        at = end
    if at != len(content):
        raise EOFError("it is not as long as its tags say")
    if count > MAX_MATRICES:
        raise unreadable(f"holds {count:,} matrices", f"up to {MAX_MATRICES:,}")


def _count_matrices(data: memoryview) -> int:
    """Count matrices in the order in which SciPy meets them, and check all sizes."""
    at = count = 0
    while at + 8 <= len(data):
        kind, size = struct.unpack_from("<2I", data, at)
        at += 8
        if kind == MATRIX:  # SciPy passes over the tag of its flags unread
            count, at = count + 1, at + (16 if size else 0)
        elif not kind >> 16:  # or up to four bytes stand in the tag itself
            at += size + -size % 8
    if at != len(data):
        raise EOFError("it is not as long as its tags say")
    return count


def _arrays(stored: dict[str, Any], inside: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the arrays of nested structs, named such as dataset/train/images."""
    for name, value in stored.items():
        if isinstance(value, dict):
            yield from _arrays(value, f"{inside}{name}/")
        elif isinstance(value, np.ndarray):
            yield f"{inside}{name}", value
