"""The page that a text is written on, and what a scanner makes of it."""

import numpy as np
from PIL import Image, ImageFilter

from digitgan.handwriting.colours import ink_colours
from digitgan.handwriting.geometry import GRID_SIDE
from digitgan.handwriting.layout import Layout
from digitgan.handwriting.options import WriteOptions
from digitgan.handwriting.vector_graphics import LINE_INK
from digitgan.handwriting.writer_style import PenStyle
from digitgan.handwriting.written_text import WrittenText
from digitgan.random_streams import Stream, random_stream

HEIGHT_PER_LINE = 30  # pixels of height for each of a printed line, at least one
CELL_ABOVE, CELL_BELOW = 1.25, 0.25  # of a form cell, from the baseline, in heights
MAX_SHADE = 0.2  # how much darker the darkest place is at full noise
BLUR, GRAIN = 0.7, 9.0  # at full noise: pixels, grey levels


def render_page(
    text: str,
    options: WriteOptions,
    layout: Layout,
    pen: PenStyle,
    width: int | None = None,
) -> WrittenText:
    """Ink a text on its page and scan it.

    Args:
        text: What is written.
        options: How; height, lines, background, ink, noise and seed are used.
        layout: Where the text stands.
        pen: Of the hand.
        width: Of the page; that of the layout unless given.
    """
    width = width or layout.size[0]
    page = np.zeros((layout.size[1], width), np.uint8)  # 0 background to 255 ink
    lines = _printed_lines(layout, width, options)
    for left, top, right, bottom in lines:
        page[top:bottom, left:right] = LINE_INK
    for (left, top, right, bottom), ink in zip(
        layout.boxes.tolist(), layout.inks, strict=True
    ):
        part = page[top:bottom, left:right]
        np.maximum(part, ink, out=part)
    colours = ink_colours(options.background, options.ink)
    pixels = colours.take(page, axis=0)  # quicker than colours[page]
    if options.noise:
        pixels = _scanned(pixels, options.noise, options.seed)
    characters = "".join(text.split())
    return WrittenText(
        text=text,
        options=options,
        pixels=pixels,
        labels=tuple(characters[place] for place in layout.places),
        places=layout.places,
        boxes=layout.boxes,
        inks=layout.inks,
        lines=lines,
        shapes=layout.shapes,
        pen=pen,
    )


def _printed_lines(
    layout: Layout, width: int, options: WriteOptions
) -> list[tuple[int, int, int, int]]:
    """Return ruled lines, squares or the cells of a form.

    Left, top, right and bottom of each line's ink, right and bottom exclusive.
    """
    height, baselines = options.height, layout.baselines.tolist()
    bottom, side = layout.size[1], round(GRID_SIDE * options.height)
    thick = max(1, round(height / HEIGHT_PER_LINE))
    if options.lines == "ruled":
        return [(0, y, width, y + thick) for y in baselines]
    if options.lines == "grid":
        first = baselines[0] % side
        across = [(0, y, width, y + thick) for y in range(first, bottom, side)]
        columns = range(side // 2, width, side)
        return across + [(x, 0, x + thick, bottom) for x in columns]
    lines = []  # of the cells of a form
    for left, right, baseline in layout.cells.tolist():
        top = baseline - round(CELL_ABOVE * height)
        low = baseline + round(CELL_BELOW * height) + 1
        for y in (top, low - thick):
            lines.append((left, y, right + 1, y + thick))
        for x in (left, right + 1 - thick):
            lines.append((x, top, x + thick, low))
    return lines


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
