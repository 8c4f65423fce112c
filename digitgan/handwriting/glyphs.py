"""The glyphs of a text: each character in a frame of its own on the same baseline."""

import numpy as np

from digitgan.handwriting.geometry import BASELINE, DIGIT_HEIGHT, GLYPH_SHAPE
from digitgan.handwriting.punctuation import STROKES, draw_punctuation
from digitgan.handwriting.writer_style import WriterStyle

MIN_INK = 32  # of 255: less is background, what a network leaves beside strokes
MIN_DARK = 5  # ink with fewer dark pixels in the 5 x 5 around it is a speck
MAX_STRETCH = 1.2  # at most this much is given back to wide digits
THRESHOLD = 120.0  # of 255: where enlarged ink ends, so that strokes keep their width
SHARPNESS = 0.75  # edges grow steeper by this power of the scale


def draw_glyphs(
    images: np.ndarray, characters: str, writer: WriterStyle, height: int
) -> np.ndarray:
    """Return each character of a text in the writer's hand.

    Args:
        images: Its digits in order, ``uint8 (m, 28, 28)``, as the generator drew them.
        characters: All n of them, digits and punctuation.
        writer: Whose hand.
        height: Of a digit in pixels.

    Returns:
        ``uint8 (n, 2 * height, 2.4 * height)``, 0 background to 255 ink.
    """
    digits, noises = iter(_without_specks(images)), iter(writer.punctuation_noise)
    scale, glyphs = height / DIGIT_HEIGHT, []
    for character in characters:
        if character in STROKES:
            mark = draw_punctuation(character, *writer.pen, next(noises))
            glyphs.append(_enlarged(mark, scale, scale))
        else:
            glyph, stretch = _on_baseline(next(digits))
            glyphs.append(_enlarged(glyph, scale, scale * stretch))
    return np.stack(glyphs)


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


def _on_baseline(image: np.ndarray) -> tuple[np.ndarray, float]:
    """Put a digit onto the baseline of a glyph, and say how much taller it should be.

    MNIST makes wide digits smaller, to fit its box; a hand does not: they get back half
    of what they lost.
    """
    glyph = np.zeros(GLYPH_SHAPE, np.uint8)
    rows = np.flatnonzero((image >= MIN_INK).any(axis=1))
    if not len(rows):
        return glyph, 1.0
    end = rows[-1] + 1
    margin = (GLYPH_SHAPE[1] - image.shape[1]) // 2
    glyph[BASELINE - end : BASELINE, margin:-margin] = image[:end]
    stretch = np.sqrt(DIGIT_HEIGHT / (end - rows[0]))
    return glyph, min(max(stretch, 1), MAX_STRETCH)


def _enlarged(glyph: np.ndarray, scale: float, ink_scale: float) -> np.ndarray:
    """Draw a glyph at a scale, with the edges of a pen.

    Its pixels become a smooth surface, cut at half height: the larger, the smoother
    and the steeper, so that no stroke shows the pixels that it came from.

    Args:
        glyph: ``uint8 (40, 48)``.
        scale: Of the frame.
        ink_scale: Of its ink, from the middle of the baseline.

    Returns:
        ``uint8 (40 * scale, 48 * scale)``.
    """
    large = np.zeros([round(size * scale) for size in GLYPH_SHAPE], np.uint8)
    if not glyph.any():
        return large
    inked = _span(glyph, axis=1), _span(glyph, axis=0)
    height, width = GLYPH_SHAPE
    rows, down = _resampling(inked[0], height, BASELINE, scale, ink_scale)
    columns, right = _resampling(inked[1], width, width / 2, scale, ink_scale)
    surface = down @ glyph[inked] @ right.T
    steepness = max(1, ink_scale**SHARPNESS)
    ink = np.rint(np.clip((surface - THRESHOLD) * steepness + 127.5, 0, 255))
    large[rows, columns] = np.where(ink < MIN_INK, 0, ink)
    return large


def _span(glyph: np.ndarray, axis: int) -> slice:
    """Return from the first to the last with ink along an axis."""
    places = np.flatnonzero(glyph.any(axis=axis))
    return slice(places[0], places[-1] + 1)


def _resampling(
    inked: slice, size: int, anchor: float, scale: float, ink_scale: float
) -> tuple[slice, np.ndarray]:
    """Return what each inked pixel of a row adds to each of the enlarged row.

    The cubics of Mitchell and Netravali (1988, doi 10.1145/54852.378514) on their line
    B + 2 C = 1: at scale 1 the one that keeps every pixel (B = 0), then ever more the
    smoothest (B = 1). Below scale 1 it is as wide as what it sums up.

    Args:
        inked: The n pixels with ink.
        size: Pixels of the row.
        anchor: The place that stays where it is.
        scale: Of the row.
        ink_scale: Of its ink.

    Returns:
        The m enlarged pixels that get ink; ``float (m, n)``.
    """
    # Where the middle of each enlarged pixel lies in the row.
    places = np.arange(round(size * scale)) + 0.5
    places = anchor + (places - anchor * scale) / ink_scale
    squeeze = min(1, ink_scale)
    reach = inked.start - 2 / squeeze, inked.stop + 2 / squeeze
    touched = slice(*np.searchsorted(places, reach))
    # The kernel at the distance of each pixel, in two pieces, 0 from 2 on.
    x = np.abs(places[touched, np.newaxis] - np.arange(size) - 0.5) * squeeze
    b = 1 - 1 / max(1, ink_scale) ** 2
    near = (1.5 - b) * x**3 + (1.5 * b - 2.5) * x**2 + 1 - b / 3
    far = (x - 2) ** 2 * ((1 - x) / 2 + b * (2 * x - 1) / 6)
    weights = np.where(x < 1, near, np.where(x < 2, far, 0))
    return touched, (weights / weights.sum(axis=1, keepdims=True))[:, inked]
