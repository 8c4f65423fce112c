"""The characters of a text, each in a frame of its own on the same baseline."""

from typing import TYPE_CHECKING

import numpy as np

from digitgan.handwriting.punctuation import (
    BASELINE,
    DIGIT,
    FRAME,
    SIGNS,
    STROKES,
    draw_sign,
)
from digitgan.handwriting.writer_style import Pen, WriterStyle, sample_writer

if TYPE_CHECKING:
    from digitgan.sampling.sampler import Sampler

FAINT = 32  # ink below this, of 255, is paper: what a network leaves beside strokes
STROKE = 5  # ink with fewer dark pixels than this around it is a speck
TALLER = 1.2  # at most this much is given back to wide digits
HALF = 120.0  # of 255: where enlarged ink ends, so that strokes keep their width
STEEPER = 0.75  # its edges grow steeper by this power of the scale


def characters(
    model: "Sampler", signs: str, hand: WriterStyle, height: int = DIGIT, **style
) -> tuple[np.ndarray, Pen]:
    """Draw characters in one hand.

    Args:
        model: Who draws the digits.
        signs: Digits and signs, n characters.
        hand: Whose.
        height: Of a digit in pixels.
        **style: thickness, slant and variety, as for :meth:`Sampler.sample`.

    Returns:
        ``uint8 (n, 2 * height, 2.4 * height)``, 0 paper to 255 ink, and the pen.

    Raises:
        InputError: The model cannot be asked that.
    """
    recipe, pen = sample_writer(model, signs, hand, **style)
    images = iter(_clean(model.draw(recipe)) if len(recipe.latents) else ())
    scale, frames = height / DIGIT, []
    for place, sign in enumerate(signs):
        if sign in SIGNS:
            character_noise = hand.character_noise(place, (len(STROKES[sign]), 8))
            frames.append(_enlarged(draw_sign(sign, pen, character_noise), scale))
        else:
            frames.append(_enlarged(*_on_the_line(next(images), scale)))
    return np.stack(frames), pen


def _clean(images: np.ndarray) -> np.ndarray:
    """Return digits without specks beside their strokes."""
    half = images.max(axis=(1, 2), keepdims=True) / 2
    dark = np.pad(images >= np.maximum(FAINT, half), ((0, 0), (2, 2), (2, 2)))
    around = sum(dark[:, i : i + images.shape[1]].astype(np.uint8) for i in range(5))
    around = sum(around[:, :, i : i + images.shape[2]] for i in range(5))
    return np.where(around >= STROKE, images, 0)


def _on_the_line(image: np.ndarray, scale: float) -> tuple[np.ndarray, float, float]:
    """Put a digit onto the baseline of a frame, and say how to enlarge it.

    MNIST makes wide digits smaller, to fit its box; a hand does not: they get back half
    of what they lost.
    """
    frame = np.zeros(FRAME, np.uint8)
    rows = np.flatnonzero((image >= FAINT).any(axis=1))
    if not len(rows):
        return frame, scale, scale
    above = image[: rows[-1] + 1]
    beside = (FRAME[1] - image.shape[1]) // 2
    frame[BASELINE - len(above) : BASELINE, beside:-beside] = above
    taller = np.sqrt(DIGIT / (rows[-1] + 1 - rows[0]))
    return frame, scale, scale * min(max(taller, 1), TALLER)


def _enlarged(
    frame: np.ndarray, scale: float, stretch: float | None = None
) -> np.ndarray:
    """Draw a frame at a scale, with the edges of a pen.

    Its pixels become a smooth surface, cut at half height: the larger, the smoother
    and the steeper, so that no stroke shows the pixels that it came from.

    Args:
        frame: ``uint8 (40, 48)``.
        scale: Of the frame.
        stretch: Of its ink, from the middle of the baseline; ``scale`` unless given.

    Returns:
        ``uint8 (40 * scale, 48 * scale)``.
    """
    stretch = stretch or scale
    large = np.zeros([round(size * scale) for size in FRAME], np.uint8)
    if not frame.any():
        return large
    inked = tuple(_span(frame.any(axis=axis)) for axis in (1, 0))
    rows, down = _weights(inked[0], FRAME[0], BASELINE, scale, stretch)
    columns, right = _weights(inked[1], FRAME[1], FRAME[1] / 2, scale, stretch)
    surface = down @ frame[inked] @ right.T
    steep = max(1, stretch**STEEPER)
    ink = np.rint(np.clip((surface - HALF) * steep + 127.5, 0, 255))
    large[rows, columns] = np.where(ink < FAINT, 0, ink)
    return large


def _span(inked: np.ndarray) -> slice:
    """Return from the first to the last that is true."""
    places = np.flatnonzero(inked)
    return slice(places[0], places[-1] + 1)


def _weights(
    inked: slice, size: int, still: float, scale: float, stretch: float
) -> tuple[slice, np.ndarray]:
    """Return what each inked pixel of a row adds to each of the enlarged row.

    The cubics of Mitchell and Netravali (1988, doi 10.1145/54852.378514) on their line
    B + 2 C = 1: at scale 1 the one that keeps every pixel (B = 0), then ever more the
    smoothest (B = 1). Below scale 1 it is as wide as what it sums up.

    Args:
        inked: The n pixels with ink.
        size: Pixels of the row.
        still: The place that stays where it is.
        scale: Of the row.
        stretch: Of its ink.

    Returns:
        The m enlarged pixels that get ink; ``float (m, n)``.
    """
    squeeze, b = min(1, stretch), 1 - 1 / max(1, stretch) ** 2
    places = np.arange(round(size * scale)) + 0.5
    places = still + (places - still * scale) / stretch
    reach = inked.start - 2 / squeeze, inked.stop + 2 / squeeze
    touched = slice(*np.searchsorted(places, reach))
    x = np.abs(places[touched, np.newaxis] - np.arange(size) - 0.5) * squeeze
    near = (1.5 - b) * x**3 + (1.5 * b - 2.5) * x**2 + 1 - b / 3
    far = (x - 2) ** 2 * ((1 - x) / 2 + b * (2 * x - 1) / 6)
    weights = np.where(x < 1, near, np.where(x < 2, far, 0))
    return touched, (weights / weights.sum(axis=1, keepdims=True))[:, inked]
