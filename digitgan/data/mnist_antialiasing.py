"""How MNIST's greys came about: black-and-white bitmaps, scaled down to 20 x 20 pixels.

Every digit of MNIST was a square bitmap of some 20 to 80 pixels a side, cut to its ink
on the longer side. Each pixel of it, 99 % as wide as its place, was laid over the 20 x
20 pixels of the box, whose greys are the shares of ink, divided by the greatest. As
they were cut to whole numbers from -128 to 127, dark greys are rounded down and light
ones up. So the bitmap's side decides which greys there can be, and where.

Source: Yadav and Bottou 2019, "Cold case: the lost MNIST digits",
https://arxiv.org/abs/1905.10498
"""

from typing import NamedTuple

import numpy as np

from digitgan.data.mnist_preprocessing import DIGIT_LENGTH

SIDE_NAME = "bitmap_side"  # of a digit, as a condition of the networks
MIN_SIDE, MAX_SIDE = 20, 80  # of bitmaps, in pixels
SIDES = range(MIN_SIDE, MAX_SIDE + 1)
BATCH_SIZE = 1_000  # digits whose side is measured at once
# What is a whole number but for the order in which it was added up, is one after this.
ROUNDING = np.float32(1 + 3e-5)
QUARTERS = (0, 64, 128, 191, 255)  # all greys of a bitmap that is 40 pixels wide
NOT_FULL = -1_000.0  # below the order of any place of full ink
TIE = 0.5  # what differs by less in order is the same


class Peaks(NamedTuple):
    """Which of the pixels that are wholly ink are 255, where others are 254 at most.

    Rounding errors decided: for one side of the bitmap, the places of the box have an
    order, and the first of those with full ink is the brightest.
    :func:`digitgan.data.mnist_peaks.fit_peaks` finds it.
    """

    order: np.ndarray  # the first is the greatest, ``float16 (61, 20, 20)``
    greys: np.ndarray  # of the first: 255, or 254 all the same, ``uint8`` likewise


def scaling_weights(side: int) -> np.ndarray:
    """Return how much of each bitmap pixel lies on each pixel of the box, on one axis.

    Args:
        side: Of the bitmap, in pixels.

    Returns:
        Whole numbers ``(20, side)``; a pixel of the box is ``5 * side`` wide. One of
        the bitmap is 99 wide and starts every 100, and counts 100 where it lies on one
        pixel of the box.
    """
    starts, edges = 100 * np.arange(side), 5 * side * np.arange(DIGIT_LENGTH + 1)
    ends = np.minimum(starts + 99, edges[1:, np.newaxis])
    covered = np.maximum(ends - np.maximum(starts, edges[:-1, np.newaxis]), 0)
    return np.where(covered == 99, 100, covered)


def scale_down(bitmaps: np.ndarray, sides: np.ndarray, peaks: Peaks) -> np.ndarray:
    """Return the greys of bitmaps in the box of 20 x 20 pixels.

    Args:
        bitmaps: The ink of each pixel in [0, 1], ``float32 (N, 80, 80)``; what lies
            beyond a bitmap's side is of no account.
        sides: ``int (N,)``, 20 to 80.
        peaks: Which pixels of full ink are 255.

    Returns:
        ``uint8 (N, 20, 20)``.
    """
    weights = SCALING_WEIGHTS[sides - MIN_SIDE].astype(np.float32)
    mass = weights @ bitmaps @ weights.transpose(0, 2, 1)
    most = np.maximum(mass.max(axis=(1, 2), keepdims=True), np.float32(1))
    signed = (mass / most * np.float32(255) - np.float32(128)) * ROUNDING
    greys = np.trunc(signed) + 128
    index = sides - MIN_SIDE
    order = np.where(greys >= 255, peaks.order[index].astype(np.float32), NOT_FULL)
    first = np.maximum(order.max(axis=(1, 2), keepdims=True) - TIE, NOT_FULL / 2)
    greys = np.where(order >= first, peaks.greys[index], np.minimum(greys, 254))
    return greys.astype(np.uint8)


def measure_sides(boxes: np.ndarray) -> np.ndarray:
    """Return the side of the bitmap that each digit was made from.

    Each side is tried: the digit is enlarged to it by cubic splines, cut at half ink,
    scaled down again and compared. In MNIST the second best is 1.9 times as far off.

    Args:
        boxes: ``uint8 (N, 20, 20)``, such as
            :func:`digitgan.data.mnist_preprocessing.crop_to_box` yields.

    Returns:
        ``int32 (N,)``, 20 to 80.
    """
    best = [_measure_sides(part) for part in _batches(boxes)]
    return np.concatenate(best) if best else np.zeros(0, np.int32)


def _batches(boxes: np.ndarray):
    return (boxes[i : i + BATCH_SIZE] for i in range(0, len(boxes), BATCH_SIZE))


def _measure_sides(boxes: np.ndarray) -> np.ndarray:
    greys = boxes.astype(np.float32) / 255
    errors = []
    for side in SIDES:
        spline = _spline_weights(side).astype(np.float32)
        weights = scaling_weights(side).astype(np.float32)
        bitmaps = (spline @ greys @ spline.T > 0.5).astype(np.float32)
        mass = weights @ bitmaps @ weights.T
        most = np.maximum(mass.max(axis=(1, 2), keepdims=True), 1.0)
        errors.append(np.abs(mass / most - greys).mean(axis=(1, 2)))
    best = (MIN_SIDE + np.argmin(errors, axis=0)).astype(np.int32)
    # Of 40 pixels each may stand for four of 80, and the two draw alike.
    in_quarters = np.isin(boxes, QUARTERS).all(axis=(1, 2))
    return np.where(in_quarters, np.minimum(best, 40), best)


def _spline_weights(side: int) -> np.ndarray:
    """Return the cubic interpolation of 20 values at the middles of ``side`` pixels.

    The B-splines' coefficients are those that meet the values; ends are mirrored.
    """
    at_pixels = _b_splines(np.arange(DIGIT_LENGTH, dtype=float))
    places = (np.arange(side) + 0.5) * DIGIT_LENGTH / side - 0.5
    return _b_splines(places) @ np.linalg.inv(at_pixels)


def _b_splines(places: np.ndarray) -> np.ndarray:
    """Return the 20 cubic B-splines at some places, ``(len(places), 20)``."""
    knots = np.arange(-2, DIGIT_LENGTH + 2)
    distance = np.abs(places[:, np.newaxis] - knots)
    inner = 2 / 3 - distance**2 + distance**3 / 2
    values = np.where(distance < 1, inner, np.maximum(2 - distance, 0) ** 3 / 6)
    splines = values[:, 2:-2]
    splines[:, [1, 0]] += values[:, :2]
    splines[:, [-1, -2]] += values[:, -2:]
    return splines


def _padded(tables: list[np.ndarray]) -> np.ndarray:
    width = max(table.shape[1] for table in tables)
    return np.stack(
        [np.pad(table, ((0, 0), (0, width - table.shape[1]))) for table in tables]
    )


# Of each side, ``uint8 (61, 20, 80)``.
SCALING_WEIGHTS = _padded([scaling_weights(side) for side in SIDES]).astype(np.uint8)
