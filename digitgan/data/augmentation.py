"""Real digits changed so little that their label stays."""

import numpy as np
from scipy import ndimage  # comes with the training extras, as does all that uses this

from digitgan.data.images import SIDE
from digitgan.data.mnist_preprocessing import CENTRE

MIDDLE = (SIDE - 1) / 2

# One writer's digit, written again; all to either side.
SHEAR = np.tan(np.deg2rad(4.0))
STRETCH = 0.08
ROTATION = np.deg2rad(3.0)
PEN = 40 / 255  # of the ink's range: the pen is up to a third of a pixel wider
OVERSAMPLING = 4  # while strokes are black or white
ELASTIC_SHIFT, ELASTIC_SIGMA = 0.6, 5.0  # in pixels


def random_affine(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Shift, rotate, scale and shear one digit, as another writer might have.

    Args:
        image: ``uint8 (28, 28)``.
        rng: Draws the change: up to 1.5 pixels, 12 degrees, 10 % and 0.15 of shear.

    Returns:
        ``uint8 (28, 28)``.
    """
    angle = np.deg2rad(rng.uniform(-12, 12))
    scale = rng.uniform(0.9, 1.1, size=2)
    cos, sin = np.cos(angle), np.sin(angle)
    shear = np.array([[1.0, 0.0], [rng.uniform(-0.15, 0.15), 1.0]])
    matrix = np.array([[cos, -sin], [sin, cos]]) @ shear / scale
    coordinates = _affine_grid(matrix, MIDDLE)
    coordinates += rng.uniform(-1.5, 1.5, size=(2, 1, 1))
    return ndimage.map_coordinates(image, coordinates, order=1)


def augment(images: np.ndarray, times: int, seed: int = 0) -> np.ndarray:
    """Write every digit anew so many times, as its writer might have.

    Small changes of slant, proportions, direction, pen and course of the strokes; never
    a flip. Elastic changes are those of Simard, Steinkraus and Platt 2003, "Best
    practices for convolutional neural networks applied to visual document analysis".

    Args:
        images: ``uint8 (N, 28, 28)``, 0 background to 255 ink, centred by their mass.
        times: How many of each.
        seed: Same seed, same digits.

    Returns:
        ``uint8 (N * times, 28, 28)``: all digits once, all of them again, and so on.
    """
    rng = np.random.default_rng(seed)
    return np.stack([_rewritten(image, rng) for _ in range(times) for image in images])


def _rewritten(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    shear, turn = SHEAR * rng.uniform(-1, 1), ROTATION * rng.uniform(-1, 1)
    down, right = 1 + STRETCH * rng.uniform(-1, 1, 2)
    matrix = np.array([(down, turn), (shear - turn, right)])
    coordinates = _affine_grid(matrix, CENTRE, OVERSAMPLING)
    # A smooth field of shifts, a pixel's for all of its parts.
    sigma = (0, ELASTIC_SIGMA, ELASTIC_SIGMA)
    field = ndimage.gaussian_filter(rng.normal(size=(2, SIDE, SIDE)), sigma)
    field *= ELASTIC_SHIFT * rng.uniform() / np.abs(field).max()
    coordinates += field.repeat(OVERSAMPLING, 1).repeat(OVERSAMPLING, 2)
    drawn = ndimage.map_coordinates(image.astype(float), coordinates, order=3)
    # Averages of black and white, as MNIST was made: thin strokes stay full ink.
    ink = drawn > image.max() * (0.5 + PEN * rng.uniform(-1, 1))
    parts = ink.reshape(SIDE, OVERSAMPLING, SIDE, OVERSAMPLING)
    return _centred(np.rint(255 * parts.mean(axis=(1, 3))).astype(np.uint8))


def _affine_grid(matrix: np.ndarray, centre: float, parts: int = 1) -> np.ndarray:
    """Return where each pixel, or part of one, is taken from: ``float (2, H, W)``."""
    grid = (np.mgrid[: SIDE * parts, : SIDE * parts] + 0.5) / parts - 0.5 - centre
    return np.tensordot(matrix, grid, 1) + centre


def _centred(image: np.ndarray) -> np.ndarray:
    """Move the ink so that its mass lies in the middle again, by whole pixels."""
    if not image.any():
        return image
    off = np.rint(CENTRE - np.array(ndimage.center_of_mass(image))).astype(int)
    padded = np.pad(image, SIDE)
    top, left = SIDE - off
    return padded[top : top + SIDE, left : left + SIDE]
