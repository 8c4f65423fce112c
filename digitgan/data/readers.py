"""Files in: IDX, NPZ and folders of pictures become images and labels."""

import gzip
import io
import math
import struct
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from digitgan import files
from digitgan.data.dataset import Dataset, Digits, count_line
from digitgan.data.images import SIDE
from digitgan.data.names import NAMES
from digitgan.errors import InputError

MAX_BYTES = 2**30  # of one array: 1.3 million images
MAX_PICTURE = 2**27  # bytes of its file
MAX_PIXELS = 2**24  # of one picture
MAX_CLASSES = 256
PICTURES = (".bmp", ".gif", ".jpeg", ".jpg", ".png")
FORMATS = ("BMP", "GIF", "JPEG", "PNG")  # Pillow knows some that run other programs
SHOWN = 200  # characters of names in a line
ALLOWED = (
    f"allowed are {', '.join(NAMES)}, an IDX file of images (also .gz), an NPZ file "
    "with x_train and y_train or x and y, a folder of the MNIST IDX files, or a "
    "folder with one sub-folder of pictures for each class"
)


class _Unreadable(InputError):
    """What is wrong with a file; ``read`` adds which file it is."""


def read(path: Path) -> Dataset:
    """Read the data set at ``path``; its content says of which kind it is.

    Raises:
        InputError: There is nothing that can be read, or it is damaged, too large, of
            the wrong shape or smaller than two images.
    """
    if not path.exists():
        raise InputError(f"--data {str(path)!r} does not exist: {ALLOWED}")
    try:
        with files.as_input_errors("data", path):
            return _folder(path) if path.is_dir() else _file(path)
    except _Unreadable as error:
        raise InputError(f"--data {str(path)!r} {error}") from None


def _file(path: Path) -> Dataset:
    if not path.is_file():
        raise _Unreadable(f"is no ordinary file: {ALLOWED}")
    with path.open("rb") as file:
        start = file.read(4)
    if start[:2] == b"PK":
        return _npz(path)
    if start[:2] == b"\x1f\x8b" or start[:3] == b"\0\0\x08":
        return _numbered(path, _idx_pair(path), None)
    raise _Unreadable(f"is neither IDX nor NPZ: {ALLOWED}")


def _folder(path: Path) -> Dataset:
    train, test = _idx_in(path, "train"), _idx_in(path, "t10k")
    if not train:
        return _pictures(path)
    return _numbered(path, _idx_pair(train), test and _idx_pair(test))


def _numbered(path: Path, train: Digits, test: Digits | None) -> Dataset:
    """Return a data set whose classes are 0, 1, ..., or as classes.txt names them."""
    known = [part.labels for part in (train, test) if part and part.labels is not None]
    largest = max((labels.max() for labels in known), default=-1)
    classes = tuple(str(n) for n in range(largest + 1))
    if known and path.is_dir() and (path / "classes.txt").is_file():
        text = (path / "classes.txt").read_text(encoding="utf-8")
        classes = tuple(line.strip() for line in text.splitlines() if line.strip())
        if len(classes) <= largest or len(set(classes)) < len(classes):
            raise _Unreadable(
                f"names {len(classes)} classes in classes.txt: allowed is one line, "
                f"each another, for every label from 0 to {largest}"
            )
    return Dataset(train, test, classes, f"{path}: {count_line(train, test)}")


def _digits(images: np.ndarray, labels: np.ndarray | None) -> Digits:
    """Return the digits if they are as the contract says."""
    if images.shape[1:] != (SIDE, SIDE):
        raise _Unreadable(
            f"holds images of shape {images.shape}: allowed is N x {SIDE} x {SIDE}"
        )
    if len(images) < 2:
        raise _Unreadable(f"holds {len(images)} images: at least 2 are needed")
    if labels is None:
        return Digits(images)
    if len(labels) != len(images):
        raise _Unreadable(
            f"holds {len(images)} images but {len(labels)} labels: "
            "allowed is one label for each image"
        )
    if labels.min() < 0 or labels.max() >= MAX_CLASSES:
        raise _Unreadable(
            f"holds labels from {labels.min()} to {labels.max()}: "
            f"allowed are 0 to {MAX_CLASSES - 1}"
        )
    return Digits(images, labels.astype(np.int32))


def _check_size(shape: tuple[int, ...], itemsize: int = 1) -> None:
    """Refuse an array that a header promises if it is too large to hold."""
    if (size := math.prod(shape) * itemsize) > MAX_BYTES:
        raise _Unreadable(
            f"holds an array of {size:,} bytes: allowed are up to {MAX_BYTES:,}"
        )


# IDX: two zero bytes, the type (8: uint8), the number of dimensions, their sizes.


def _idx_pair(path: Path) -> Digits:
    """Read a file of images, and the labels that the usual naming puts beside it."""
    images = read_idx(path, 3)
    plain = path.name.removesuffix(".gz")
    name = plain.replace("images", "labels").replace("idx3", "idx1")
    beside = (path.with_name(name + end) for end in ("", ".gz"))
    found = next((file for file in beside if name != plain and file.is_file()), None)
    return _digits(images, found and read_idx(found, 1))


def read_idx(path: Path, dimensions: int) -> np.ndarray:
    """Read an IDX file of uint8, plain or gzipped, with so many dimensions."""
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    with (gzip.open if packed else open)(path, "rb") as file:
        header = file.read(4 + 4 * dimensions)
        if header[:4] != bytes([0, 0, 8, dimensions]):
            what = "images" if dimensions == 3 else "labels"
            raise _Unreadable(f"is not an IDX file of {what} ({path.name}): {ALLOWED}")
        if len(header) < 4 + 4 * dimensions:
            raise EOFError("its header is cut short")
        shape = struct.unpack(f">{dimensions}I", header[4:])
        _check_size(shape)
        values = _take(file, math.prod(shape) + 1)
    if len(values) < math.prod(shape):
        raise EOFError("it is shorter than its header says")
    if len(values) > math.prod(shape):
        raise _Unreadable(f"is longer than its header says ({path.name})")
    return np.frombuffer(values, np.uint8).reshape(shape)


def _take(file, most: int) -> bytearray:
    """Read up to so many bytes; memory grows with what is there, not with a promise."""
    values = bytearray()
    while chunk := file.read(min(2**20, most - len(values))):
        values += chunk
    return values


def _idx_in(folder: Path, part: str) -> Path | None:
    ends = ("-images-idx3-ubyte", "-images.idx3-ubyte")
    names = (part + end + gz for end in ends for gz in ("", ".gz"))
    return next((folder / name for name in names if (folder / name).is_file()), None)


# NPZ: a zip of arrays, in Keras' layout (x_train, ...) or with x and perhaps y.


def _npz(path: Path) -> Dataset:
    held = files.zip_names("data", path)
    suffix = "_train" if "x_train.npy" in held else ""
    if f"x{suffix}.npy" not in held:
        shown = ", ".join(map(ascii, sorted(held)[:8])) or "nothing"
        raise _Unreadable(f"holds {shown[:SHOWN]}: {ALLOWED}")
    wanted = [letter + end for end in (suffix, "_test") for letter in "xy"]
    arrays = files.read_arrays("data", path, wanted, MAX_BYTES)
    train = _npz_pair(arrays, suffix)
    test = _npz_pair(arrays, "_test") if "x_test" in arrays else None
    return _numbered(path, train, test)


def _npz_pair(arrays: dict[str, np.ndarray], suffix: str) -> Digits:
    images = _integers(arrays, "x" + suffix, dimensions=3)
    if images.size and (images.min() < 0 or images.max() > 255):
        raise _Unreadable(
            f"holds x{suffix} from {images.min()} to {images.max()}: "
            "allowed are 0 (paper) to 255 (ink)"
        )
    known = "y" + suffix in arrays
    labels = _integers(arrays, "y" + suffix, dimensions=1) if known else None
    return _digits(images.astype(np.uint8, copy=False), labels)


def _integers(arrays, name: str, dimensions: int) -> np.ndarray:
    """Return an array if it is of integers and has so many dimensions."""
    array = arrays[name]
    if array.dtype.kind not in "iu":
        raise _Unreadable(
            f"holds {name} as {array.dtype}: allowed are integers, best uint8, "
            "from 0 to 255"
        )
    if array.ndim != dimensions:
        allowed = f"N x {SIDE} x {SIDE}" if dimensions == 3 else "N"
        raise _Unreadable(f"holds {name} of shape {array.shape}: allowed is {allowed}")
    return array


# Pictures: one sub-folder for each class, named after it.


def _pictures(path: Path) -> Dataset:
    folders = sorted(f for f in path.iterdir() if f.is_dir() and f.name[0] not in "._")
    if not folders:
        raise _Unreadable(f"holds neither IDX files nor sub-folders: {ALLOWED}")
    if len(folders) > MAX_CLASSES:
        raise _Unreadable(
            f"holds {len(folders):,} sub-folders: allowed are {MAX_CLASSES} classes"
        )
    pictures = [
        [f for f in sorted(folder.iterdir()) if _wanted(f)] for folder in folders
    ]
    for folder, found in zip(folders, pictures, strict=True):
        if not found:
            raise _Unreadable(
                f"holds no picture in its sub-folder {folder.name!r}: each class needs "
                f"some, ending in {', '.join(PICTURES)}"
            )
    counts = [len(found) for found in pictures]
    _check_size((sum(counts), SIDE, SIDE))
    images = np.stack([_picture(file) for found in pictures for file in found])
    source = f"{path}: {sum(counts):,} pictures of {len(folders)} classes"
    if np.median(_border(images)) > 127:
        images, source = 255 - images, f"{source}, dark on light, so inverted"
    digits = _digits(images, np.repeat(np.arange(len(folders)), counts))
    return Dataset(digits, None, tuple(f.name for f in folders), source)


def _wanted(file: Path) -> bool:
    return file.suffix.lower() in PICTURES and file.name[0] != "."


def _picture(path: Path) -> np.ndarray:
    """Read one picture as ``uint8 (28, 28)``, padded to a square with its paper."""
    try:
        content = files.read_bytes("picture", path, MAX_PICTURE)
        with (
            files.as_input_errors("picture", path),
            # from memory: of a file, Pillow asks for as much as a chunk claims to hold
            Image.open(io.BytesIO(content), formats=FORMATS) as picture,
        ):
            if picture.width * picture.height > MAX_PIXELS:
                raise ValueError(f"it has more than {MAX_PIXELS:,} pixels")
            grey = as_grey(picture)
    except InputError as error:
        raise _Unreadable(f"holds what cannot be read: {error}") from error
    paper, size = int(np.median(_border(np.asarray(grey)))), (SIDE, SIDE)
    return np.asarray(ImageOps.pad(grey, size, Image.Resampling.LANCZOS, color=paper))


def as_grey(picture: Image.Image) -> Image.Image:
    """Return a picture in 256 greys, on white paper where it is transparent."""
    if picture.mode.startswith("I;16"):  # Pillow would clip it, not scale it
        return Image.fromarray((np.asarray(picture) // 257).astype(np.uint8))
    if picture.has_transparency_data:
        paper = Image.new("RGBA", picture.size, "white")
        picture = Image.alpha_composite(paper, picture.convert("RGBA"))
    return picture.convert("L")


def _border(images: np.ndarray) -> np.ndarray:
    """Return the outermost pixels of ``(..., H, W)``."""
    rows, columns = images[..., [0, -1], :], images[..., [0, -1]]
    return np.concatenate([rows.reshape(-1), columns.reshape(-1)])
