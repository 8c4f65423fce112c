"""The glyphs of texts: each character in a frame of its own on the same baseline."""

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from digitgan.errors import InputError
from digitgan.handwriting.characters import Characters
from digitgan.handwriting.geometry import BASELINE, DIGIT_HEIGHT, GLYPH_SHAPE
from digitgan.handwriting.outlines import EDGE, flatten, scaled, trace
from digitgan.handwriting.punctuation import draw_punctuation
from digitgan.handwriting.rasterization import coverage
from digitgan.handwriting.writer_style import WriterStyles

MAX_FLOATS = 2**18  # of a surface that is enlarged at once: what a cache holds
MAX_TRACED = 64  # glyphs whose outlines are traced at once
MIN_INK = 32  # of 255: less is background, what a network leaves beside strokes
MIN_DARK = 5  # ink with fewer dark pixels in the 5 x 5 around it is a speck
MAX_STRETCH = 1.2  # at most this much is given back to wide digits
SHARPNESS = 0.75  # edges grow steeper by this power of the scale
MAX_FRAME_PIXELS = 200_000_000  # of all glyphs that are drawn together
MAX_RESAMPLED = 60  # pixels of height: above it, glyphs are drawn from their outlines


class Glyphs(NamedTuple):
    """N characters, each in a frame of its own on the same baseline.

    Attributes:
        drawn: As large as MNIST's digits, ``uint8 (n, 40, 48)``, 0 background to 255.
        stretches: How much taller the ink of each should be, ``float (n,)``.
        frames: As tall and at the height that was asked for, ``uint8 (n, 2 * height,
            2.4 * height)``.
    """

    drawn: np.ndarray
    stretches: np.ndarray
    frames: np.ndarray


def draw_glyphs(characters: Characters, writers: WriterStyles, height: int) -> Glyphs:
    """Return each character of some texts in its writer's hand.

    Args:
        characters: All n of them, digits and punctuation.
        writers: Whose hands, with the digits as the generator drew them.
        height: Of a digit in pixels.

    Raises:
        InputError: So many characters are too large.
    """
    glyphs = np.zeros((len(characters.signs), *GLYPH_SHAPE), np.uint8)
    if glyphs.size * (height / DIGIT_HEIGHT) ** 2 > MAX_FRAME_PIXELS:
        most = int(math.sqrt(MAX_FRAME_PIXELS / glyphs.size) * DIGIT_HEIGHT)
        raise InputError("height", height, f"up to {most} for {len(glyphs)} characters")
    stretches = np.ones(len(glyphs))
    is_digit = characters.is_digit
    digits = _without_specks(writers.images)
    glyphs[is_digit], stretches[is_digit] = _on_baseline(digits)
    marks = np.flatnonzero(~is_digit).tolist()
    for place, noise in zip(marks, writers.punctuation_noise, strict=True):
        pen = writers.pens[characters.text[place]]
        sign = characters.signs[place]
        glyphs[place] = draw_punctuation(sign, pen.thickness, pen.slant, noise)
    return Glyphs(glyphs, stretches, _enlarged(glyphs, stretches, height))


def _enlarged(glyphs: np.ndarray, stretches: np.ndarray, height: int) -> np.ndarray:
    """Return glyphs as tall and at the height that is asked for."""
    rows, columns = (round(size * height / DIGIT_HEIGHT) for size in GLYPH_SHAPE)
    frames = np.zeros((len(glyphs), rows, columns), np.uint8)
    step = max(1, MAX_FLOATS // (rows * columns))
    if height > MAX_RESAMPLED:
        for start in range(0, len(glyphs), MAX_TRACED):
            part = slice(start, start + MAX_TRACED)
            _fill_outlines(glyphs[part], stretches[part], frames[part], height, step)
        return frames
    for stretch in np.unique(stretches).tolist():
        alike = np.flatnonzero(stretches == stretch)
        for start in range(0, len(alike), step):
            _resample(glyphs, frames, alike[start : start + step], height, stretch)
    return frames


def _fill_outlines(
    glyphs: np.ndarray,
    stretches: np.ndarray,
    frames: np.ndarray,
    height: int,
    step: int,
) -> None:
    """Trace all glyphs and fill their frames, so many at once."""
    corners = np.zeros((len(glyphs), 2))
    outlines = scaled(trace(glyphs), height, stretches, corners)
    for start in range(0, len(glyphs), step):
        some = outlines.of_glyphs(start, start + step)
        part = frames[start : start + step]
        part[:] = coverage(flatten(some), part.shape)


def _without_specks(images: np.ndarray) -> np.ndarray:
    """Return digits without specks beside their strokes."""
    half = images.max(axis=(1, 2), keepdims=True) / 2
    dark = np.pad(images >= np.maximum(MIN_INK, half), ((0, 0), (2, 2), (2, 2)))
    dark = dark.astype(np.uint8)
    # How many pixels are dark in the 5 x 5 around each: first by rows, then columns.
    dark = dark[:, :-4] + dark[:, 1:-3] + dark[:, 2:-2] + dark[:, 3:-1] + dark[:, 4:]
    dark = dark.swapaxes(1, 2)
    dark = dark[:, :-4] + dark[:, 1:-3] + dark[:, 2:-2] + dark[:, 3:-1] + dark[:, 4:]
    dark = dark.swapaxes(1, 2)
    return np.where(dark >= MIN_DARK, images, 0)


def _on_baseline(images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Put digits onto the baseline of glyphs, and say how much taller each should be.

    MNIST makes wide digits smaller, to fit its box; a hand does not: they get back half
    of what they lost.
    """
    count, height, width = images.shape
    inked = images.max(axis=2) >= MIN_INK
    first, last = inked.argmax(axis=1), height - 1 - inked[:, ::-1].argmax(axis=1)
    # The row of the image that comes to each row of the glyph, if any.
    rows = np.arange(GLYPH_SHAPE[0]) - (BASELINE - 1) + last[:, np.newaxis]
    present = (rows >= 0) & (rows <= last[:, np.newaxis])
    present &= inked.max(axis=1, keepdims=True)
    moved = images[np.arange(count)[:, np.newaxis], np.clip(rows, 0, height - 1)]
    moved[~present] = 0
    glyphs = np.zeros((count, *GLYPH_SHAPE), np.uint8)
    margin = (GLYPH_SHAPE[1] - width) // 2
    glyphs[:, :, margin:-margin] = moved
    stretches = np.sqrt(DIGIT_HEIGHT / (last + 1 - first))
    return glyphs, np.clip(stretches, 1, MAX_STRETCH)


def _resample(
    glyphs: np.ndarray,
    frames: np.ndarray,
    alike: np.ndarray,
    height: int,
    stretch: float,
) -> None:
    """Draw glyphs at a scale, with the edges of a pen.

    Their pixels become a smooth surface, cut at half height: the larger, the smoother
    and the steeper.

    Args:
        glyphs: ``uint8 (n, 40, 48)``.
        frames: What to draw into, ``uint8 (n, 2 * height, 2.4 * height)``.
        alike: The numbers of those to draw.
        height: Of a digit in pixels.
        stretch: How much taller their ink is, from the middle of the baseline.
    """
    ink = glyphs[alike]
    inked = _span(ink.max(axis=(0, 2))), _span(ink.max(axis=(0, 1)))
    if not ink.any():
        return
    rows, down = _resampling(inked[0], GLYPH_SHAPE[0], BASELINE, height, stretch)
    columns, right = _resampling(
        inked[1], GLYPH_SHAPE[1], GLYPH_SHAPE[1] / 2, height, stretch
    )
    surface = down @ ink[:, *inked] @ right.T
    surface -= EDGE
    surface *= max(1, (height / DIGIT_HEIGHT * stretch) ** SHARPNESS)
    surface += 127.5
    levels = np.rint(np.clip(surface, 0, 255, out=surface), out=surface).astype(
        np.uint8
    )
    levels[levels < MIN_INK] = 0
    frames[alike, rows, columns] = levels


def _span(ink: np.ndarray) -> slice:
    """Return from the first to the last with ink."""
    places = np.flatnonzero(ink)
    return slice(places[0], places[-1] + 1) if len(places) else slice(0)


def _resampling(
    inked: slice, size: int, anchor: float, height: int, stretch: float
) -> tuple[slice, np.ndarray]:
    """Return what each inked pixel of a row adds to each of the enlarged row.

    Args:
        inked: The n pixels with ink.
        size: Pixels of the row.
        anchor: The place that stays where it is.
        height: Of a digit in pixels.
        stretch: How much more ink is enlarged than the row.

    Returns:
        The m enlarged pixels that get ink; ``float (m, n)``.
    """
    places, weights = _kernel(size, anchor, height, stretch)
    squeeze = min(1, height / DIGIT_HEIGHT * stretch)
    reach = inked.start - 2 / squeeze, inked.stop + 2 / squeeze
    touched = slice(*np.searchsorted(places, reach))
    return touched, weights[touched, inked]


@lru_cache(maxsize=512)  # every kernel of some thirty heights, 10 to 100 KB each
def _kernel(
    size: int, anchor: float, height: int, stretch: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return where enlarged pixels lie in the row and the weights of all its pixels.

    The cubics of Mitchell and Netravali (1988, doi 10.1145/54852.378514) on their line
    B + 2 C = 1: at scale 1 the one that keeps every pixel (B = 0), then ever more the
    smoothest (B = 1). Below scale 1 it is as wide as what it sums up.
    """
    scale = height / DIGIT_HEIGHT
    ink_scale = scale * stretch
    # Where the middle of each enlarged pixel lies in the row.
    places = np.arange(round(size * scale)) + 0.5
    places = anchor + (places - anchor * scale) / ink_scale
    # The kernel at the distance of each pixel, in two pieces, 0 from 2 on.
    x = np.abs(places[:, np.newaxis] - np.arange(size) - 0.5) * min(1, ink_scale)
    b = 1 - 1 / max(1, ink_scale) ** 2
    near = (1.5 - b) * x**3 + (1.5 * b - 2.5) * x**2 + 1 - b / 3
    far = (x - 2) ** 2 * ((1 - x) / 2 + b * (2 * x - 1) / 6)
    weights = np.where(x < 1, near, np.where(x < 2, far, 0))
    sums = weights.sum(axis=1, keepdims=True)
    return places, weights / np.where(sums, sums, 1)
