"""IDX, the format of MNIST's files: a header of sizes, then the pixels or labels.

The header is two zero bytes, the type (8: uint8), the number of dimensions and their
sizes, big-endian. Source: http://yann.lecun.com/exdb/mnist/
"""

import gzip
import math
import struct
import tempfile
import zipfile
from io import BufferedIOBase
from pathlib import Path

import numpy as np

from digitgan.data.checks import check_size, checked_digits, unreadable
from digitgan.data.dataset import Digits

GZIP_START, IDX_START = b"\x1f\x8b", b"\0\0\x08"  # of a file's bytes


def read_idx_folder(folder: Path) -> tuple[Digits, Digits | None]:
    """Read a folder of MNIST's files: training digits, and test digits if it has some.

    Raises:
        Unreadable: A file is not as its name says, or not in order.
    """
    train, test = images_file(folder, "train"), images_file(folder, "t10k")
    if not train:
        raise unreadable("holds no file of training images")
    return read_images_and_labels(train), test and read_images_and_labels(test)


def images_file(folder: Path, part: str) -> Path | None:
    """Return the file of images of ``train`` or ``t10k``, however its name is spelt."""
    endings = ("-images-idx3-ubyte", "-images.idx3-ubyte")
    paths = (folder / (part + end + gz) for end in endings for gz in ("", ".gz"))
    return next(filter(Path.is_file, paths), None)


def read_images_and_labels(path: Path) -> Digits:
    """Read a file of images, and the labels that the usual naming puts beside it."""
    images = read_idx(path, 3)
    plain = path.name.removesuffix(".gz")
    name = plain.replace("images", "labels").replace("idx3", "idx1")
    places = (path.with_name(name + gz) for gz in ("", ".gz"))
    labels = next((p for p in places if name != plain and p.is_file()), None)
    return checked_digits(images, read_idx(labels, 1) if labels else None)


def read_idx(path: Path, dimensions: int) -> np.ndarray:
    """Read an IDX file of uint8, plain or gzipped, with so many dimensions.

    Raises:
        Unreadable: It is no such file, or longer than its header says.
        EOFError: It is shorter.
    """
    with path.open("rb") as file:
        packed = file.read(2) == GZIP_START
    with (gzip.open if packed else open)(path, "rb") as file:
        header = file.read(4 + 4 * dimensions)
        if header[:4] != bytes([0, 0, 8, dimensions]):
            content = "images" if dimensions == 3 else "labels"
            raise unreadable(f"is not an IDX file of {content} ({path.name})")
        if len(header) < 4 + 4 * dimensions:
            raise EOFError("its header is cut short")
        shape = struct.unpack(f">{dimensions}I", header[4:])
        check_size(shape)
        values = _read_up_to(file, math.prod(shape) + 1)
    if len(values) < math.prod(shape):
        raise EOFError("it is shorter than its header says")
    if len(values) > math.prod(shape):
        raise unreadable(f"is longer than its header says ({path.name})")
    return np.frombuffer(values, np.uint8).reshape(shape)


def _read_up_to(file: BufferedIOBase, max_bytes: int) -> bytearray:
    """Read so many bytes; memory grows with what is there, not with a claim."""
    values = bytearray()
    while chunk := file.read(min(2**20, max_bytes - len(values))):
        values += chunk
    return values


def write_idx(path: Path, array: np.ndarray) -> None:
    """Write an array of whole numbers from 0 to 255 as an IDX file of uint8."""
    header = struct.pack(f">4B{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
    path.write_bytes(header + array.astype(np.uint8).tobytes())


def read_qmnist(folder: Path) -> tuple[Digits, Digits]:
    """Read QMNIST, whose labels are eight columns of int32, the digit first."""

    def read_part(part: str) -> Digits:
        images = read_idx(folder / f"qmnist-{part}-images-idx3-ubyte.gz", 3)
        with gzip.open(folder / f"qmnist-{part}-labels-idx2-int.gz") as file:
            columns = np.frombuffer(file.read(), ">i4")[3:].reshape(len(images), -1)
        return Digits(images, columns[:, 0].astype(np.int32))

    return read_part("train"), read_part("test")


def read_emnist_letters(folder: Path) -> tuple[Digits, Digits]:
    """Read EMNIST's letters, which lie on their side and are counted from 1."""

    def read_part(part: str) -> Digits:
        start = f"{unpacked}/gzip/emnist-letters-{part}"
        images = read_idx(Path(f"{start}-images-idx3-ubyte.gz"), 3)
        labels = read_idx(Path(f"{start}-labels-idx1-ubyte.gz"), 1)
        upright = np.ascontiguousarray(images.transpose(0, 2, 1))
        return Digits(upright, labels.astype(np.int32) - 1)

    with (
        tempfile.TemporaryDirectory() as unpacked,
        zipfile.ZipFile(folder / "gzip.zip") as archive,
    ):
        letters = [n for n in archive.namelist() if n.startswith("gzip/emnist-letters")]
        archive.extractall(unpacked, letters)
        return read_part("train"), read_part("test")
