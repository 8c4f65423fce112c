"""What a text is written on, and what a scanner makes of it."""

import numpy as np
from PIL import Image, ImageFilter

from digitgan.generation.layout import SQUARE, Layout

LINES = ("ruled", "grid", "boxes")
PRINTED = 90  # ink of printed lines, of 255
ABOVE, BELOW = 1.25, 0.25  # how far a form cell reaches from the baseline, in heights
SHADE = 0.2  # how much darker the darkest place is at full noise
BLUR, GRAIN = 0.7, 9.0  # at full noise: pixels, grey levels


def printed(kind: str | None, layout: Layout, height: int) -> np.ndarray:
    """Draw ruled lines, squares or the cells of a form.

    Args:
        kind: ``ruled``, ``grid``, ``boxes`` or None.
        layout: Where the text stands.
        height: Of a digit, in pixels.

    Returns:
        ``uint8``, as large as the picture, 0 paper to 255 ink.
    """
    sheet = np.zeros(layout.size[::-1], np.uint8)
    for line in range(max(1, round(height / 30))):
        if kind == "ruled":
            sheet[layout.baselines + line] = PRINTED
        if kind == "grid":
            square = round(SQUARE * height)
            sheet[layout.baselines[0] % square + line :: square] = PRINTED
            sheet[:, square // 2 + line :: square] = PRINTED
        for left, right, baseline in layout.cells:
            top = baseline - round(ABOVE * height)
            bottom = baseline + round(BELOW * height)
            sheet[[top + line, bottom - line], left : right + 1] = PRINTED
            sheet[top : bottom + 1, [left + line, right - line]] = PRINTED
    return sheet


def picture_of(ink: np.ndarray, background: int, dark: int) -> Image.Image:
    """Return ink on paper as people see it.

    Args:
        ink: ``uint8 (height, width)``, 0 paper to 255 ink.
        background: Grey level of the paper, 0 black to 255 white.
        dark: Grey level of the ink.
    """
    levels = background + np.arange(256) * (dark - background) / 255
    return Image.fromarray(np.rint(levels).astype(np.uint8)[ink])


def scanned(
    picture: Image.Image, noise: float, rng: np.random.Generator
) -> Image.Image:
    """Look at a picture through a scanner: uneven light, blur, grain; nothing moves.

    Args:
        picture: In grey levels.
        noise: From 0, as it is, to 1, a poor scan.
        rng: What decides the light and the grain.
    """
    if not noise:
        return picture
    size = picture.size
    shade = Image.fromarray(rng.random((3, 4), np.float32))
    shade = np.asarray(shade.resize(size, Image.Resampling.BICUBIC))
    soft = np.asarray(picture.filter(ImageFilter.GaussianBlur(BLUR * noise)))
    lit = soft * (1 - SHADE * noise * np.clip(shade, 0, 1))
    grey = lit + GRAIN * noise * rng.standard_normal(lit.shape, np.float32)
    return Image.fromarray(np.rint(np.clip(grey, 0, 255)).astype(np.uint8))
