"""A folder with one sub-folder of pictures for each class, named after it."""

import io
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from digitgan.data.checks import MAX_CLASSES, check_size, checked_digits, unreadable
from digitgan.data.dataset import Dataset
from digitgan.data.images import SIDE
from digitgan.errors import InputError
from digitgan.files import as_input_errors, read_bytes

MAX_FILE_BYTES = 2**27
MAX_PIXELS = 2**24  # of one picture
ENDINGS = (".bmp", ".gif", ".jpeg", ".jpg", ".png")
FORMATS = ("BMP", "GIF", "JPEG", "PNG")  # Pillow knows some that run other programs


def read_image_folder(folder: Path) -> Dataset:
    """Read pictures of any size as grey digits, light ink on dark ground.

    Raises:
        Unreadable: A class has no picture, there are too many, or one is damaged.
    """
    classes = sorted(
        f for f in folder.iterdir() if f.is_dir() and f.name[0] not in "._"
    )
    if not classes:
        raise unreadable("holds neither IDX files nor sub-folders")
    if len(classes) > MAX_CLASSES:
        raise unreadable(
            f"holds {len(classes):,} sub-folders", f"up to {MAX_CLASSES} classes"
        )
    files = [_picture_files(one) for one in classes]
    counts = [len(of_class) for of_class in files]
    check_size((sum(counts), SIDE, SIDE))
    images = np.stack([_read_picture(file) for of_class in files for file in of_class])
    source = f"{folder}: {sum(counts):,} pictures of {len(classes)} classes"
    if np.median(_border(images)) > 127:
        images, source = 255 - images, f"{source}, dark on light, so inverted"
    digits = checked_digits(images, np.repeat(np.arange(len(classes)), counts))
    return Dataset(digits, None, tuple(f.name for f in classes), source)


def _picture_files(folder: Path) -> list[Path]:
    files = [
        file
        for file in sorted(folder.iterdir())
        if file.suffix.lower() in ENDINGS and file.name[0] != "."
    ]
    if not files:
        raise unreadable(
            f"holds no picture in its sub-folder {folder.name!r}",
            f"some in each, ending in {', '.join(ENDINGS)}",
        )
    return files


def _read_picture(path: Path) -> np.ndarray:
    """Read a picture as ``uint8 (28, 28)``, padded to a square with its ground."""
    try:
        content = read_bytes("picture", path, MAX_FILE_BYTES)
        with (
            as_input_errors("picture", path),
            # from memory: of a file, Pillow asks for as much as a chunk claims to hold
            Image.open(io.BytesIO(content), formats=FORMATS) as picture,
        ):
            if picture.width * picture.height > MAX_PIXELS:
                raise ValueError(f"it has more than {MAX_PIXELS:,} pixels")
            grey = to_greyscale(picture)
    except InputError as error:
        raise unreadable(f"holds what cannot be read: {error}", "pictures") from error
    ground, size = int(np.median(_border(np.asarray(grey)))), (SIDE, SIDE)
    return np.asarray(ImageOps.pad(grey, size, Image.Resampling.LANCZOS, color=ground))


def to_greyscale(picture: Image.Image) -> Image.Image:
    """Return a picture in 256 greys, on white where it is transparent."""
    if picture.mode.startswith("I;16"):  # Pillow would clip it, not scale it
        return Image.fromarray((np.asarray(picture) // 257).astype(np.uint8))
    if picture.has_transparency_data:
        white = Image.new("RGBA", picture.size, "white")
        picture = Image.alpha_composite(white, picture.convert("RGBA"))
    return picture.convert("L")


def _border(images: np.ndarray) -> np.ndarray:
    """Return the outermost pixels of ``(..., H, W)``."""
    rows, columns = images[..., [0, -1], :], images[..., [0, -1]]
    return np.concatenate([rows.reshape(-1), columns.reshape(-1)])
