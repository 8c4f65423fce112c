"""Whether digits look like MNIST's: their length, their place, how they read."""

import logging

import numpy as np

from digitgan.data.dataset import Dataset
from digitgan.data.images import DIGIT_NAMES, DIGITS
from digitgan.data.mnist_preprocessing import ink_span
from digitgan.data.pictures import MIN_CONTRAST
from digitgan.measure.classifier import Classifier

LOGGER = logging.getLogger("digitgan")
MAX_IMAGES = 500  # that are looked at
MIN_INK = 64  # grey levels of what counts as a stroke
LENGTHS = (15, 24)  # pixels of the longer side; MNIST's is 20
MAX_OFFSET = 3.0  # pixels of the centre of mass from the middle
MIN_CONFIDENCE = 0.9  # of the classifier; on MNIST it is 0.99


def log_data(data: Dataset) -> None:
    """Say in the log what a data set is, and how it differs from MNIST."""
    LOGGER.info(data.source)
    if doubt := unlike_mnist(data):
        LOGGER.warning(doubt)


def unlike_mnist(data: Dataset) -> str:
    """Return a line on images that do not look like MNIST's digits; empty if they do.

    Medians count. Of classes that are no digits, and of other sizes, nothing is said.
    """
    if data.image != DIGITS or not set(data.classes) <= set(DIGIT_NAMES):
        return ""
    few = data.train.images[:: -(-len(data.train) // MAX_IMAGES)]
    ink = (few > MIN_INK).astype(float)
    sides = np.stack([ink_span(ink.any(axis=axis))[1] for axis in (1, 2)])
    length = float(np.median(sides.max(axis=0)))
    mass = np.maximum(ink.sum(axis=(1, 2)), 1)
    middles = np.arange(few.shape[1]) - (few.shape[1] - 1) / 2
    offsets = np.stack([ink.sum(axis=axis) @ middles / mass for axis in (1, 2)])
    probabilities = Classifier().predict(few).probabilities
    confidence = float(probabilities.max(axis=1).mean())
    found = []
    if not LENGTHS[0] <= length <= LENGTHS[1]:
        found.append(f"{length:.0f} pixels long where those have 20")
    if np.median(np.hypot(*offsets)) > MAX_OFFSET:
        found.append("off the centre")
    if confidence < MIN_CONFIDENCE:
        found.append(f"read with a confidence of {confidence:.0%}")
    if (ground := np.median(few[:, [0, -1]])) > MIN_CONTRAST:
        found.append(f"on a ground of {ground:.0f} where that is 0")
    if not found:
        return ""
    said = f"These images do not look like MNIST's digits: {', '.join(found)}."
    return f"{said} If they are digits, --clean cuts, evens and centres each"
