"""Digits as other pens, hands, papers and scanners make them: wider than MNIST's are.

A reader that is to read anybody's digits learns more from these. Every digit is drawn
larger, its strokes are made thinner or thicker and it is slanted, turned, scaled and
moved; then it is laid on paper, blurred, and scanned. What it shows stays: nothing is
mirrored, nothing turned far, and nothing leaves the picture. The ranges, and how they
were chosen, stand in docs/what-it-is-worth.md.
"""

import numpy as np
from PIL import Image, ImageFilter

from digitgan.data.images import SIDE
from digitgan.random_streams import Stream, StreamReader

OVERSAMPLING = 4  # of a pixel, while strokes are black or white
PEN_BLUR, PEN_LEVELS = 0.7, (0.2, 0.5)  # pixels; where of the ink's range it is cut
SLANT = 0.35  # of shear to either side: 19 degrees
TURN = np.deg2rad(12.0)  # to either side
SIZE = (0.75, 1.25)  # of each axis
MOVE = 3.0  # pixels to each side
MARGIN = 1.0  # pixels that the ink keeps from the edges
CONTRAST = (0.5, 1.0)  # of the ink's range
PAPER = 60.0  # grey levels at the end of the picture where it is darkest
RESOLUTION = (10, SIDE)  # pixels a side that the scanner sees
BLUR, GRAIN = 0.8, 12.0  # pixels, grey levels; at most


def vary(images: np.ndarray, seed: int, numbers: np.ndarray) -> np.ndarray:
    """Return each digit as another hand, pen, paper and scanner make it.

    Args:
        images: ``uint8 (N, 28, 28)``, 0 background to 255 ink.
        seed: Of the data set.
        numbers: Of the digits in it, ``int (N,)``: each depends on the seed and its own
            alone.

    Returns:
        ``uint8 (N, 28, 28)``.
    """
    streams = StreamReader()
    varied = [
        scan(rewrite(image, rng := streams.start(Stream.ROBUST, seed, n)), rng)
        for image, n in zip(images, numbers.tolist(), strict=True)
    ]
    return np.stack(varied) if varied else images


def rewrite(image: np.ndarray, rng: np.random.Generator) -> Image.Image:
    """Return the ink of another pen and another hand, somewhere in the picture."""
    side = SIDE * OVERSAMPLING
    large = Image.fromarray(image).resize((side, side), Image.Resampling.BICUBIC)
    soft = large.filter(ImageFilter.GaussianBlur(PEN_BLUR * OVERSAMPLING))
    level = np.asarray(soft).max() * rng.uniform(*PEN_LEVELS)
    ink = soft.point([255 * (grey > level) for grey in range(256)])
    slant, turn = SLANT * rng.uniform(-1, 1), TURN * rng.uniform(-1, 1)
    cos, sin = np.cos(turn), np.sin(turn)
    hand = np.array([(cos, -sin), (sin, cos)]) @ np.array([(1, -slant), (0, 1)])
    hand = hand * rng.uniform(*SIZE, 2)
    left, top, right, bottom = ink.getbbox() or (0, 0, side, side)
    half = np.abs(hand) @ (right - left, bottom - top) / 2
    room = side / 2 - MARGIN * OVERSAMPLING
    if (too_large := max(half / room)) > 1:
        hand, half = hand / too_large, half / too_large
    off = np.minimum(MOVE * OVERSAMPLING, room - half) * rng.uniform(-1, 1, 2)
    back = np.linalg.inv(hand)
    start = np.array([left + right, top + bottom]) / 2 - back @ (side / 2 + off)
    places = (*back[0], start[0], *back[1], start[1])
    bilinear = Image.Resampling.BILINEAR
    moved = ink.transform((side, side), Image.Transform.AFFINE, places, bilinear)
    return moved.reduce(OVERSAMPLING)


def scan(ink: Image.Image, rng: np.random.Generator) -> np.ndarray:
    """Return the ink on paper, as a scanner of some resolution sees it."""
    seen = int(rng.integers(RESOLUTION[0], RESOLUTION[1] + 1))
    coarse = ink.resize((seen, seen), Image.Resampling.BOX)
    fine = coarse.resize((SIDE, SIDE), Image.Resampling.BICUBIC)
    soft = fine.filter(ImageFilter.GaussianBlur(BLUR * rng.random()))
    paper = PAPER * rng.random() * _slope(rng)
    grey = paper + (255 - paper) * rng.uniform(*CONTRAST) * np.asarray(soft) / 255
    grey += GRAIN * rng.random() * rng.standard_normal((SIDE, SIDE), np.float32)
    return np.rint(np.clip(grey, 0, 255)).astype(np.uint8)


def _slope(rng: np.random.Generator) -> np.ndarray:
    """Return light that falls from a side, ``float (28, 28)`` from 0 to 1."""
    angle, line = rng.uniform(0, 2 * np.pi), np.linspace(-1, 1, SIDE)
    along = np.cos(angle) * line + np.sin(angle) * line[:, np.newaxis]
    return (1 + along / np.abs(along).max()) / 2
