"""IDX, the format of MNIST's files: a header of sizes, then the pixels or labels.

The header is two zero bytes, the type (of IDX_TYPES), the number of dimensions and
their sizes, big-endian. Source: http://yann.lecun.com/exdb/mnist/
"""

import gzip
import math
import struct
from io import BufferedIOBase
from pathlib import Path

import numpy as np

from digitgan.data.checks import check_size, unreadable

GZIP_START = b"\x1f\x8b"  # of a file's bytes
IDX_TYPES = {8: "u1", 9: "i1", 11: ">i2", 12: ">i4", 13: ">f4", 14: ">f8"}


def read_idx(path: Path) -> np.ndarray:
    """Read an IDX file, plain or gzipped."""
    with path.open("rb") as file:
        packed = file.read(2) == GZIP_START
    with (gzip.open if packed else open)(path, "rb") as file:
        start = file.read(4)
        if len(start) < 4:
            raise EOFError("its header is cut short")
        if start[:2] != b"\0\0" or start[2] not in IDX_TYPES:
            raise unreadable(f"is not an IDX file ({path.name})")
        dtype, dimensions = np.dtype(IDX_TYPES[start[2]]), start[3]
        header = file.read(4 * dimensions)
        if len(header) < 4 * dimensions:
            raise EOFError("its header is cut short")
        shape = struct.unpack(f">{dimensions}I", header)
        check_size(shape, dtype.itemsize)
        size = math.prod(shape) * dtype.itemsize
        values = read_up_to(file, size + 1)
    if len(values) < size:
        raise EOFError("it is shorter than its header says")
    if len(values) > size:
        raise unreadable(f"is longer than its header says ({path.name})")
    return np.frombuffer(values, dtype).reshape(shape)


def read_up_to(file: BufferedIOBase, max_bytes: int) -> bytearray:
    """Read so many bytes; memory grows with what is there, not with a claim."""
    values = bytearray()
    while chunk := file.read(min(2**20, max_bytes - len(values))):
        values += chunk
    return values


def write_idx(path: Path, array: np.ndarray) -> None:
    """Write an array of whole numbers from 0 to 255 as an IDX file of uint8."""
    header = struct.pack(f">4B{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
    path.write_bytes(header + array.astype(np.uint8).tobytes())
