"""Digits as other pens, hands, papers and scanners make them: wider than MNIST's are.

A reader that is to read anybody's digits learns more from these. Their forms are odder
than MNIST's to begin with. Every digit is drawn larger, slanted, turned, scaled, moved
and blurred; half of them are written with another pen, thinner or thicker, and half are
laid on paper and scanned. What it shows stays: nothing is mirrored, nothing turned far,
and nothing leaves the picture. The ranges, and how they were chosen, stand in
docs/what-it-is-worth.md.
"""

import numpy as np
from PIL import Image, ImageFilter

from digitgan.data.images import SIDE
from digitgan.random_streams import Stream, StreamReader

ROBUST_VARIETY = 1.3  # of the digits that are drawn, before they are varied
OVERSAMPLING = 4  # of a pixel, while it is written
PEN_SHARE = 0.5  # of the digits that another pen writes
PEN_BLUR, PEN_LEVELS = 0.7, (0.2, 0.5)  # pixels; where of the ink's range it is cut
SLANT = 0.3  # of shear to either side: 17 degrees
TURN = np.deg2rad(15.0)  # to either side
SIZE = (0.7, 1.3)  # of each axis
MOVE = 2.0  # pixels to each side
MARGIN = 1.0  # pixels that the ink keeps from the edges
BLUR = 1.2  # pixels, at most
SCAN_SHARE = 0.5  # of the digits that lie on paper under a scanner:
CONTRAST = (0.5, 1.0)  # of the ink's range
PAPER = 60.0  # grey levels at the end of the picture where it is darkest
RESOLUTION = (14, SIDE)  # pixels a side that the scanner sees
GRAIN = 12.0  # grey levels, at most


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
    ink = Image.fromarray(image).resize((side, side), Image.Resampling.BICUBIC)
    level = rng.uniform(*PEN_LEVELS)
    if rng.random() < PEN_SHARE:
        soft = ink.filter(ImageFilter.GaussianBlur(PEN_BLUR * OVERSAMPLING))
        level *= float(np.asarray(soft).max())
        ink = soft.point([255 * (grey > level) for grey in range(256)])
    slant, turn = SLANT * rng.uniform(-1, 1), TURN * rng.uniform(-1, 1)
    cos, sin = np.cos(turn), np.sin(turn)
    hand = np.array([(cos, -sin), (sin, cos)]) @ np.array([(1, -slant), (0, 1)])
    hand = hand * rng.uniform(*SIZE, 2)
    # From the middle of the picture, where MNIST has a digit's centre of mass.
    left, top, right, bottom = ink.getbbox() or (0, 0, side, side)
    off_middle = np.array([left + right - side, top + bottom - side]) / 2
    half = np.abs(hand) @ (right - left, bottom - top) / 2
    room = side / 2 - MARGIN * OVERSAMPLING
    hand, half = (part / max(1, (half / room).max()) for part in (hand, half))
    moved = MOVE * OVERSAMPLING * rng.uniform(-1, 1, 2)
    lies = hand @ off_middle
    moved = np.clip(moved, half - room - lies, room - half - lies)
    back = np.linalg.inv(hand)
    start = side / 2 - back @ (side / 2 + moved)
    places = (*back[0], start[0], *back[1], start[1])
    bilinear = Image.Resampling.BILINEAR
    written = ink.transform((side, side), Image.Transform.AFFINE, places, bilinear)
    return written.reduce(OVERSAMPLING)


def scan(ink: Image.Image, rng: np.random.Generator) -> np.ndarray:
    """Return the ink, a little blurred, or on paper as some scanner sees it."""
    blur = ImageFilter.GaussianBlur(BLUR * rng.random())
    if rng.random() >= SCAN_SHARE:
        return np.asarray(ink.filter(blur))
    seen = int(rng.integers(RESOLUTION[0], RESOLUTION[1] + 1))
    coarse = ink.resize((seen, seen), Image.Resampling.BOX)
    soft = coarse.resize((SIDE, SIDE), Image.Resampling.BICUBIC).filter(blur)
    paper = PAPER * rng.random() * _slope(rng)
    grey = paper + (255 - paper) * rng.uniform(*CONTRAST) * np.asarray(soft) / 255
    grey += GRAIN * rng.random() * rng.standard_normal((SIDE, SIDE), np.float32)
    return np.rint(np.clip(grey, 0, 255)).astype(np.uint8)


def _slope(rng: np.random.Generator) -> np.ndarray:
    """Return light that falls from a side, ``float (28, 28)`` from 0 to 1."""
    angle, line = rng.uniform(0, 2 * np.pi), np.linspace(-1, 1, SIDE)
    along = np.cos(angle) * line + np.sin(angle) * line[:, np.newaxis]
    return (1 + along / np.abs(along).max()) / 2
