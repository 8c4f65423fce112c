"""Digits written again a little otherwise: the same digit, the same hand."""

import numpy as np
from scipy import ndimage

from digitgan.data.images import SIDE
from digitgan.data.mnist_preprocessing import CENTRE

SHEAR = np.tan(np.deg2rad(4.0))  # all of these to either side
STRETCH = 0.08
TURN = np.deg2rad(3.0)
EDGE = 40  # grey levels: the pen is up to a third of a pixel wider or narrower
FINE = 4  # pixels in one, to either side, while strokes are black or white
BEND, SMOOTH = 0.6, 5.0  # pixels that parts of a digit move, and how wide parts are


def vary(images: np.ndarray, times: int, seed: int = 0) -> np.ndarray:
    """Write every digit anew so many times, as its writer might have.

    Small changes of slant, proportions, direction, pen and course of the strokes; never
    a flip. Elastic changes are those of Simard, Steinkraus and Platt 2003, "Best
    practices for convolutional neural networks applied to visual document analysis".

    Args:
        images: ``uint8 (N, 28, 28)``, 0 paper to 255 ink, centred by their mass.
        times: How many of each.
        seed: Same seed, same digits.

    Returns:
        ``uint8 (N * times, 28, 28)``: all digits once, all of them again, and so on.
    """
    rng = np.random.default_rng(seed)
    return np.stack([_again(image, rng) for _ in range(times) for image in images])


def _again(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    shear, turn = SHEAR * rng.uniform(-1, 1), TURN * rng.uniform(-1, 1)
    down, right = 1 + STRETCH * rng.uniform(-1, 1, 2)
    change = np.array([(down, turn), (shear - turn, right)])
    side = SIDE * FINE
    grid = (np.mgrid[:side, :side] + 0.5) / FINE - 0.5 - CENTRE
    places = np.tensordot(change, grid, 1) + CENTRE
    bends = ndimage.gaussian_filter(
        rng.normal(size=(2, SIDE, SIDE)), (0, SMOOTH, SMOOTH)
    )
    bends *= BEND * rng.uniform() / np.abs(bends).max()
    places += bends.repeat(FINE, 1).repeat(FINE, 2)
    drawn = ndimage.map_coordinates(image.astype(float), places, order=3)
    # Averages of black and white, as MNIST was made: thin strokes stay full ink.
    ink = drawn > image.max() * (0.5 + EDGE / 255 * rng.uniform(-1, 1))
    grey = ink.reshape(SIDE, FINE, SIDE, FINE).mean(axis=(1, 3))
    return _centred(np.rint(255 * grey).astype(np.uint8))


def _centred(image: np.ndarray) -> np.ndarray:
    """Move the ink so that its mass lies in the middle again, by whole pixels."""
    if not image.any():
        return image
    off = np.rint(CENTRE - np.array(ndimage.center_of_mass(image))).astype(int)
    moved = np.pad(image, SIDE)
    top, left = SIDE - off
    return moved[top : top + SIDE, left : left + SIDE]
