"""MATLAB files of version 5, as EMNIST and others are stored.

Source: MathWorks, "MAT-File Format", R2022a, chapter 1.
"""

import math
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from digitgan import limits
from digitgan.data.checks import unreadable
from digitgan.data.raw import RawDataset, RawPart, part_of, role_of
from digitgan.files import read_bytes

TYPES = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8"}
TYPES |= {12: "i8", 13: "u8", 16: "u1", 17: "u2"}  # the last two: texts
MATRIX, COMPRESSED = 14, 15
CELLS, STRUCT = 1, 2
MAX_DEPTH = 8
COUNTED_FROM_1 = set(range(1, 11))  # digits, as of SVHN


def read(path: Path) -> RawDataset | None:
    """Read arrays of images and labels, loose or in structs, also of EMNIST."""
    if not path.is_file():
        found = sorted(path.glob("*.mat"))
        return read(found[0]) if len(found) == 1 else None
    with path.open("rb") as file:
        header = file.read(128)
    if header.startswith(b"MATLAB 7.3"):
        allowed = "MATLAB's version 7: save('digits.mat', 'x', 'y', '-v7')"
        raise unreadable("is a MATLAB file of version 7.3", allowed)
    if not header.startswith(b"MATLAB 5.0 MAT-file") or header[126:128] != b"IM":
        return None
    data, arrays = memoryview(read_bytes("data", path, limits.ARRAYS))[128:], {}
    while len(data) >= 8:
        kind, content, data = _element(data)
        if kind == COMPRESSED:
            unpacker = zlib.decompressobj()
            content = memoryview(unpacker.decompress(content, limits.ARRAYS))
            if unpacker.unconsumed_tail:
                raise unreadable("holds more than it may")
            kind, content, _ = _element(content)
        if kind == MATRIX:
            name, value = _matrix(content)
            _flatten(name, value, arrays)
    return _dataset(arrays, "emnist" in path.name.lower() or "dataset/train" in name)


def _dataset(arrays: dict[str, np.ndarray], emnist: bool) -> RawDataset:
    emnist = emnist or any(name.startswith("dataset/train/") for name in arrays)
    images, labels = {}, {}
    for name, array in arrays.items():
        side = {"images": images, "labels": labels}.get(role_of(name.split("/")[-1]))
        if side is not None and array.size > 1:
            side.setdefault(part_of(name) or "train", array)
    parts, notes = {}, ()
    if (
        labels
        and set(np.concatenate([*map(np.unique, labels.values())])) == COUNTED_FROM_1
    ):
        labels = {part: y % 10 for part, y in labels.items()}
        notes = ("label 10 is the digit 0",)
    for part, x in images.items():
        y = labels.get(part)
        parts[part] = RawPart(x, y.T if y is not None and y.shape[0] == 1 else y)
    if not parts:
        raise unreadable("holds no arrays of images", "images and labels, or x and y")
    mapping, classes = arrays.get("dataset/mapping"), ()
    if mapping is not None and mapping.ndim == 2 and len(mapping) <= 256:
        codes = {int(row[0]): chr(int(row[1]) % 0x110000) for row in mapping}
        classes = tuple(codes.get(i, f"label {i}") for i in range(256))
    return RawDataset("MATLAB file", parts, classes, notes, transposed=emnist)


def _flatten(name: str, value: Any, arrays: dict[str, np.ndarray]) -> None:
    """Put the arrays of nested structs into one table, such as dataset/train/images."""
    if isinstance(value, dict):
        for key, inner in value.items():
            _flatten(f"{name}/{key}" if name else key, inner, arrays)
    elif isinstance(value, np.ndarray):
        arrays[name] = value


def _element(data: memoryview) -> tuple[int, memoryview, memoryview]:
    """Return the type and content of an element, and what follows it."""
    kind, size = struct.unpack_from("<2I", data)
    if kind >> 16:  # up to four bytes stand in the tag itself
        return kind & 0xFFFF, data[4 : 4 + min(4, kind >> 16)], data[8:]
    content = data[8 : 8 + size]
    if len(content) < size:
        raise EOFError("it is shorter than its tags say")
    padded = size if kind == COMPRESSED else size + -size % 8
    return kind, content, data[8 + padded :]


def _matrix(data: memoryview, depth: int = 0) -> tuple[str, Any]:
    """Return the name and value of a matrix: an array, or a dictionary of fields."""
    if not len(data) or depth > MAX_DEPTH:
        return "", None
    _, flags, data = _element(data)
    _, dimensions, data = _element(data)
    _, name, data = _element(data)
    shape = tuple(np.frombuffer(dimensions, "<i4").tolist())
    if flags[0] == STRUCT:
        _, length, data = _element(data)
        _, names, data = _element(data)
        size = struct.unpack("<i", length)[0]
        if not 0 < size <= 64 or math.prod(shape) != 1:
            return bytes(name).decode("ascii", "replace"), None
        value = {}
        for at in range(0, len(names), size):
            key = bytes(names[at : at + size]).split(b"\0")[0].decode("ascii")
            _, content, data = _element(data)
            value[key] = _matrix(content, depth + 1)[1]
        return bytes(name).decode("ascii", "replace"), value
    if flags[0] == CELLS:
        return bytes(name).decode("ascii", "replace"), None
    kind, content, _ = _element(data)
    values = np.frombuffer(content, "<" + TYPES[kind])
    if len(values) != math.prod(shape):
        raise ValueError(f"a matrix is not as large as its shape {shape}")
    return bytes(name).decode("ascii", "replace"), values.reshape(shape, order="F")
