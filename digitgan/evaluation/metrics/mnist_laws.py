"""Which digits break a law that MNIST's digits obey, because of how they were made?"""

import numpy as np

from digitgan.data.mnist_preprocessing import CENTRE, DIGIT_LENGTH
from digitgan.evaluation.metrics.pixel_statistics import centre_of_mass, ink_box

EXCEPTIONS = 0.01  # of real images: data with more do not obey (MNIST has 0.0001)


def breaks_law(images: np.ndarray) -> np.ndarray:
    """Return which digits were not made as MNIST was, ``bool (N,)``.

    The ink of every digit is 20 pixels long on its longer side, and its centre of
    mass lies less than a pixel before 14.5 in both directions, in pixels from the
    middle of the first one (Yadav and Bottou 2019, arXiv 1905.10498).
    """
    longer = ink_box(images)[:, 2:].max(axis=1)
    late = CENTRE + 0.5 - centre_of_mass(images)
    return (longer != DIGIT_LENGTH) | np.any((late < 0) | (late >= 1), axis=1)


def obeys_laws(images: np.ndarray) -> bool:
    """Say whether real images are made as MNIST is: measured, not by their name."""
    return images.shape[1:] == (28, 28) and breaks_law(images).mean() < EXCEPTIONS
