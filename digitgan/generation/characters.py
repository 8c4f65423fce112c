"""The characters of a text, each in a frame of its own on the same baseline."""

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from digitgan.generation.hand import Pen, stream, take_pen
from digitgan.generation.signs import BASELINE, DIGIT, FRAME, SIGNS, draw_sign

if TYPE_CHECKING:
    from digitgan.generation.sampler import Sampler

FAINT = 32  # ink below this, of 255, is paper: what a network leaves beside strokes
STROKE = 5  # ink with fewer dark pixels than this around it is a speck
TALLER = 1.2  # at most this much is given back to wide digits


def characters(
    model: "Sampler", signs: str, height: int = DIGIT, seed: int = 0, **style
) -> tuple[np.ndarray, Pen]:
    """Draw characters in one hand.

    Args:
        model: Who draws the digits.
        signs: Digits and signs, n characters.
        height: Of a digit in pixels.
        seed: Same seed, same hand.
        **style: thickness, slant and variety, as for :meth:`Sampler.sample`.

    Returns:
        ``uint8 (n, 2 * height, 2.4 * height)``, 0 paper to 255 ink, and the pen.

    Raises:
        InputError: The model cannot be asked that.
    """
    digits = [i for i, sign in enumerate(signs) if sign not in SIGNS]
    labels = [model.classes.index(signs[i]) for i in digits]
    recipe, pen = take_pen(model, labels, seed, **style)
    images = iter(model.draw(recipe) if digits else ())
    rng, scale = stream(seed, lane=11), height / DIGIT
    frames = np.stack(
        [
            _resized(draw_sign(sign, pen, rng), scale)
            if sign in SIGNS
            else _on_the_line(next(images), scale)
            for sign in signs
        ]
    )
    return frames * (frames >= FAINT), pen


def _on_the_line(image: np.ndarray, scale: float) -> np.ndarray:
    """Put a digit onto the baseline of a frame, without specks beside its strokes.

    MNIST makes wide digits smaller, to fit its box; a hand does not: they get back half
    of what they lost.
    """
    dark = np.pad(image >= max(FAINT, image.max() / 2), 2)
    around = np.lib.stride_tricks.sliding_window_view(dark, (5, 5)).sum(axis=(2, 3))
    image = np.where(around >= STROKE, image, 0)
    frame = np.zeros(FRAME, np.uint8)
    rows = np.flatnonzero((image >= FAINT).any(axis=1))
    if not len(rows):
        return _resized(frame, scale)
    above = image[: rows[-1] + 1]
    beside = (FRAME[1] - image.shape[1]) // 2
    frame[BASELINE - len(above) : BASELINE, beside:-beside] = above
    taller = np.sqrt(DIGIT / (rows[-1] + 1 - rows[0]))
    return _resized(frame, scale, np.clip(taller, 1, TALLER))


def _resized(frame: np.ndarray, scale: float, taller: float = 1) -> np.ndarray:
    """Draw a frame at a scale, its edges no softer, its ink taller on the line."""
    rows, columns = FRAME
    seen = np.array([-columns / 2, -BASELINE, columns / 2, rows - BASELINE]) / taller
    seen += [columns / 2, BASELINE, columns / 2, BASELINE]
    size = [round(columns * scale), round(rows * scale)]
    large = Image.fromarray(frame).resize(size, Image.Resampling.BICUBIC, tuple(seen))
    sharper = max(1, np.sqrt(scale * taller))
    levels = (np.arange(256) - 127.5) * sharper + 127.5
    return np.clip(np.rint(levels), 0, 255).astype(np.uint8)[np.asarray(large)]
