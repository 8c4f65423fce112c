"""The page that a text is written on, and what a scanner makes of it."""

import numpy as np
from PIL import Image, ImageFilter

from digitgan.handwriting.colours import ink_colours
from digitgan.handwriting.geometry import GRID_SIDE
from digitgan.handwriting.layout import Layout
from digitgan.handwriting.options import WriteOptions
from digitgan.random_streams import Stream, random_stream

LINE_INK = 90  # of printed lines, of 255
HEIGHT_PER_LINE = 30  # pixels of height for each of a printed line, at least one
CELL_ABOVE, CELL_BELOW = 1.25, 0.25  # of a form cell, from the baseline, in heights
MAX_SHADE = 0.2  # how much darker the darkest place is at full noise
BLUR, GRAIN = 0.7, 9.0  # at full noise: pixels, grey levels


def render_page(layout: Layout, width: int, options: WriteOptions) -> np.ndarray:
    """Ink a text on its page and scan it.

    Args:
        layout: Where the text stands.
        width: Of the page; at least that of the layout.
        options: Height, lines, background, ink, noise and seed are used.

    Returns:
        ``uint8 (height, width)``; in colour with 3 channels, on transparent paper 4.
    """
    page = np.zeros((layout.size[1], width), np.uint8)  # 0 background to 255 ink
    _print_lines(page, layout, options)
    for (left, top, right, bottom), ink in zip(
        layout.boxes.tolist(), layout.inks, strict=True
    ):
        part = page[top:bottom, left:right]
        np.maximum(part, ink, out=part)
    pixels = ink_colours(options.background, options.ink)[page]
    return _scanned(pixels, options.noise, options.seed) if options.noise else pixels


def _print_lines(page: np.ndarray, layout: Layout, options: WriteOptions) -> None:
    """Draw ruled lines, squares or the cells of a form."""
    height, baselines = options.height, layout.baselines
    for line in range(max(1, round(height / HEIGHT_PER_LINE))):
        if options.lines == "ruled":
            page[baselines + line] = LINE_INK
        if options.lines == "grid":
            side = round(GRID_SIDE * height)
            page[baselines[0] % side + line :: side] = LINE_INK
            page[:, side // 2 + line :: side] = LINE_INK
        for left, right, baseline in layout.cells:
            top = baseline - round(CELL_ABOVE * height)
            bottom = baseline + round(CELL_BELOW * height)
            page[[top + line, bottom - line], left : right + 1] = LINE_INK
            page[top : bottom + 1, [left + line, right - line]] = LINE_INK


def _scanned(pixels: np.ndarray, noise: float, seed: int) -> np.ndarray:
    """Look at a page through a scanner: uneven light, blur, grain; nothing moves."""
    rng, picture = random_stream(Stream.SCANNER_NOISE, seed), Image.fromarray(pixels)
    shade = Image.fromarray(rng.random((3, 4), np.float32))
    shade = np.asarray(shade.resize(picture.size, Image.Resampling.BICUBIC))
    blurred = np.asarray(picture.filter(ImageFilter.GaussianBlur(BLUR * noise)))
    grain = GRAIN * noise * rng.standard_normal(shade.shape, np.float32)
    channels = np.atleast_3d(blurred)
    light = 1 - MAX_SHADE * noise * np.clip(shade, 0, 1)
    seen = channels * light[..., np.newaxis] + grain[..., np.newaxis]
    return np.rint(np.clip(seen, 0, 255)).astype(np.uint8).reshape(pixels.shape)
