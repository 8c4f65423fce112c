"""Digits as pictures that people look at: dark ink on white paper."""

import sys
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import Image

FRAME_MS = 60  # of an animation
COLUMNS, SCALE = 10, 2  # of a grid, unless others are given


def grid(
    images: np.ndarray, columns: int = COLUMNS, scale: int = SCALE, ink: bool = True
) -> Image.Image:
    """Lay images out in rows.

    Args:
        images: ``uint8 (N, height, width)`` or ``(N, height, width, 3)``.
        columns: Images in a row.
        scale: Screen pixels per image pixel.
        ink: Values are 0 background to 255 ink (of three channels cyan, magenta and
            yellow), shown on white; not colours, shown as they are.

    Returns:
        A greyscale picture, or one in colour.
    """
    n, height, width, *channels = images.shape
    rows = -(-n // columns)
    sheet = np.zeros((rows * columns, *images.shape[1:]), np.uint8)
    sheet[:n] = images
    sheet = sheet.reshape(rows, columns, height, width, *channels).swapaxes(1, 2)
    sheet = sheet.reshape(rows * height, columns * width, *channels)
    picture = Image.fromarray(255 - sheet if ink else sheet)
    size = (picture.width * scale, picture.height * scale)
    return picture.resize(size, Image.Resampling.NEAREST)


def examples(
    images: np.ndarray, labels: np.ndarray, classes: int, each: int
) -> np.ndarray:
    """Return so many images of each class in turn, blank where there are fewer."""
    rows = np.zeros((classes, each, *images.shape[1:]), np.uint8)
    for label, row in enumerate(rows):
        some = images[np.flatnonzero(labels == label)[:each]]
        row[: len(some)] = some
    return rows.reshape(-1, *images.shape[1:])


def images_of_grid(picture: Image.Image, size: int = 28) -> np.ndarray:
    """Return the digits of a greyscale :func:`grid`, ``uint8 (N, size, size)``.

    The background that fills up the last row is returned, too.
    """
    pixels = 255 - np.asarray(picture.convert("L"))[::SCALE, ::SCALE]
    images = pixels.reshape(-1, size, COLUMNS, size).swapaxes(1, 2)
    return np.ascontiguousarray(images.reshape(-1, size, size))


def save_gif(frames: list[Image.Image], file: Path | BinaryIO) -> None:
    """Write a GIF that leads from the first frame to the last and back, for ever."""
    frames = frames + frames[-2:0:-1]
    options = {"append_images": frames[1:], "duration": FRAME_MS, "loop": 0}
    if frames[0].mode == "RGBA":  # or the next would be drawn over it
        options["disposal"] = 2
    frames[0].save(file, "gif", save_all=True, **options)


def _blocks() -> str:
    """Return nothing, the upper half, the lower half and all of a character."""
    blocks = " ▀▄█"
    try:
        blocks.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:  # a console of cp1252 or ASCII
        return " '.#"
    return blocks


def to_block_characters(images: np.ndarray, columns: int = 80) -> str:
    """Draw digits in block characters, two pixels a character, for any terminal.

    As many of ``uint8 (N, 28, 28)``, or with 3 channels, as fit stand side by side;
    paper that all of them have at their edges is left out.
    """
    if images.ndim == 4:
        images = images.max(axis=3)
    ink = images > 96
    rows, used = (np.flatnonzero(ink.any(axis=axes)) for axes in ((0, 2), (0, 1)))
    if not len(rows):
        return ""
    top = rows[0] // 2 * 2  # a character holds two rows
    ink = ink[:, top : top + -(-(rows[-1] + 1 - top) // 2) * 2]
    ink = np.pad(ink[:, :, used[0] : used[-1] + 1], ((0, 0), (0, 0), (0, 2)))
    characters = np.array(list(_blocks()))[ink[:, ::2] + 2 * ink[:, 1::2]]
    fit = max(1, columns // characters.shape[2])
    lines = [
        "".join(line).rstrip()
        for start in range(0, len(ink), fit)
        for line in [*np.concatenate(list(characters[start : start + fit]), 1), ""]
    ]
    return "\n".join(lines[:-1])
