"""Picture files of any size and kind become grey arrays, one at a time."""

import io
import logging
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from digitgan import limits
from digitgan.data.checks import unreadable
from digitgan.errors import InputError
from digitgan.untrusted import as_input_errors, read_bytes

LOGGER = logging.getLogger("digitgan")
ENDINGS = (".bmp", ".gif", ".jfif", ".jpeg", ".jpg", ".pgm", ".png", ".ppm", ".tif")
ENDINGS += (".tiff", ".webp")
FORMATS = ("BMP", "GIF", "JPEG", "PNG", "PPM", "TIFF", "WEBP")  # others run programs
MIN_CONTRAST = 16  # grey levels between ink and paper
PROGRESS_SECONDS = 5.0
ORIENTATION = 0x0112  # of EXIF: how the camera was held


class Pictures(Sequence[np.ndarray]):
    """Pictures in files or in memory, each decoded when it is asked for.

    Args:
        sources: Paths, or the bytes of files.
        colour: Whether colours are kept, ``uint8 (H, W, 3)``.
    """

    def __init__(self, sources: Sequence[Path | bytes], colour: bool = False):
        self.sources = sources
        self.colour = colour

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.sources)

    def __getitem__(self, index: Any) -> Any:
        """Return one, as ``uint8 (H, W)``: 0 background where only alpha shows ink."""
        return decode(self.sources[index], index, self.colour)

    def __iter__(self) -> Iterator[np.ndarray]:
        """Yield all of them; where it takes long, the log says how far it is."""
        last = time.monotonic()
        for index in range(len(self)):
            if (now := time.monotonic()) - last > PROGRESS_SECONDS:
                LOGGER.info("%s of %s pictures read", f"{index:,}", f"{len(self):,}")
                last = now
            yield self[index]


def decode(source: Path | bytes, number: int = 0, colour: bool = False) -> np.ndarray:
    """Read one picture."""
    path = source if isinstance(source, Path) else Path(f"number {number}")
    try:
        # from memory: of a file, Pillow asks for as much as a chunk claims to hold
        content = (
            read_bytes("picture", source, limits.PICTURE)
            if isinstance(source, Path)
            else source
        )
        with (
            as_input_errors("picture", path),
            Image.open(io.BytesIO(content), formats=FORMATS) as picture,
        ):
            if picture.width * picture.height > limits.PICTURE_PIXELS:
                raise ValueError(f"it has more than {limits.PICTURE_PIXELS:,} pixels")
            if picture.mode == "L" and not picture.info:
                return np.asarray(picture)
            if picture.getexif().get(ORIENTATION, 1) != 1:
                ImageOps.exif_transpose(picture, in_place=True)
            return np.asarray(
                picture.convert("RGB") if colour else to_greyscale(picture)
            )
    except InputError as error:
        problem = f"holds what cannot be read: {error}"
        if isinstance(error.__cause__, UnidentifiedImageError):
            problem = f"holds {str(path)!r}, which is damaged or no picture"
        raise unreadable(problem, "pictures") from error


def to_greyscale(picture: Image.Image) -> Image.Image:
    """Return a picture in 256 greys: alpha as ink where only alpha has the shape."""
    if picture.mode.startswith("I;16"):  # Pillow would clip it, not scale it
        return Image.fromarray((np.asarray(picture) // 257).astype(np.uint8))
    if picture.mode in ("I", "F"):
        values = np.asarray(picture).astype(float)
        top = 65535 if values.max() > 255 else 255
        return Image.fromarray(np.clip(values * 255 / top, 0, 255).astype(np.uint8))
    if not picture.has_transparency_data:
        return picture.convert("L")
    layers = picture.convert("RGBA")
    alpha, grey = np.asarray(layers.getchannel("A")), np.asarray(layers.convert("L"))
    visible = grey[alpha > 127]
    if np.ptp(alpha) >= MIN_CONTRAST and (not visible.size or np.ptp(visible) < 64):
        return layers.getchannel("A")
    white = Image.new("RGBA", picture.size, "white")
    return Image.alpha_composite(white, layers).convert("L")
