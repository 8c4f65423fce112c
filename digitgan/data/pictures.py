"""Digits as pictures that people look at: dark ink on white paper."""

import numpy as np
from PIL import Image
from rich.text import Text


def grid(images: np.ndarray, columns: int = 10, scale: int = 2) -> Image.Image:
    """Lay digits out in rows.

    Args:
        images: ``uint8 (N, height, width)``, 0 paper to 255 ink.
        columns: Digits in a row.
        scale: Screen pixels per image pixel.

    Returns:
        A greyscale picture with white paper.
    """
    n, height, width = images.shape
    rows = -(-n // columns)
    sheet = np.zeros((rows * columns, height, width), np.uint8)
    sheet[:n] = images
    sheet = sheet.reshape(rows, columns, height, width).swapaxes(1, 2)
    picture = Image.fromarray(255 - sheet.reshape(rows * height, columns * width))
    size = (picture.width * scale, picture.height * scale)
    return picture.resize(size, Image.Resampling.NEAREST)


def in_characters(images: np.ndarray) -> Text:
    """Draw digits side by side for a terminal, two pixels a character.

    Args:
        images: ``uint8 (N, 28, 28)``; each is halved to 14 columns and 7 lines.
    """
    small = images.reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4)).astype(int)
    lines = np.concatenate(list(small), axis=1)
    text = Text(no_wrap=True)
    for above, below in zip(lines[::2], lines[1::2], strict=True):
        for top, bottom in zip(above, below, strict=True):
            text.append(
                "▀", f"rgb({top},{top},{top}) on rgb({bottom},{bottom},{bottom})"
            )
        text.append("\n")
    return text
