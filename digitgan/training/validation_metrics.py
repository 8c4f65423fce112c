"""What is measured while it learns, beside the same of real digits."""

import numpy as np

from digitgan.data.dataset import Dataset, Digits, held_out
from digitgan.errors import InputError
from digitgan.evaluation.metrics.distances import frechet
from digitgan.evaluation.metrics.stacked import classify_triplets, modes
from digitgan.measure.classifier import Classifier
from digitgan.measure.classifier_registry import find_classifier
from digitgan.model.conditions import Conditions
from digitgan.model.gan import GAN
from digitgan.model.keras_sampling import sample_images

DRAWN = 2_000  # digits
TRIPLETS = 10_000


def yardstick(data: Dataset, conditions: Conditions):
    """Return what suits the training digits.

    Args:
        data: Whose training digits are learned from. Where no judge has learned its
            classes, the shipped one looks: its features tell other pictures apart, too.
        conditions: What can be asked for, of each of them: ``(N,)`` by name.
    """
    if data.kind == "triplets":
        return Modes(data.train)
    try:
        judge = find_classifier(data)
    except InputError:
        judge = Classifier()
    return Likeness(data.train, conditions, judge)


class Likeness:
    """The Frechet distance between generated and real digits.

    It is between 2,000 digits of the weight average and training digits that the judge
    has not learned from, over the same distance for 2,000 real digits.

    Attributes:
        share_of_digits: Effective number of different digits in the last 2,000, as the
            judge reads them, over that of real ones.
    """

    title = "Frechet distance"

    def __init__(self, digits: Digits, conditions: Conditions, judge: Classifier):
        """Look at the real digits once.

        Args:
            digits: The training digits.
            conditions: What can be asked for, of each of them: ``(N,)`` by name.
            judge: Who looks.
        """
        self.judge = judge
        others, reference = held_out(digits)
        some = np.linspace(0, len(others) - 1, DRAWN).astype(int)
        asked = np.linspace(0, len(digits) - 1, DRAWN).astype(int)
        self.conditions = {name: v[asked] for name, v in conditions.items()}
        read, self.reference = self.judge.predict(reference.images)
        self.real_digits = _effective_number(read.argmax(axis=1))
        features = self.judge.predict(others.images[some]).features
        self.floor = frechet(features, self.reference)
        self.share_of_digits = 1.0

    def measure(self, gan: GAN) -> dict[str, float]:
        """Return ``times_real``, 1 being as near as real digits."""
        images = sample_images(gan, DRAWN, self.conditions)
        read, features = self.judge.predict(images)
        found = _effective_number(read.argmax(axis=1))
        self.share_of_digits = found / self.real_digits
        return {"times_real": frechet(features, self.reference) / self.floor}


class Modes:
    """How many of the 1,000 triplets of digits are there, and how unevenly.

    10,000 are drawn from the weight average; fewer than in the protocol, for time.

    Attributes:
        share_of_digits: Effective number of different triplets over that of real ones,
            of which the cube root: that of the digits in a channel.
    """

    title = "Reverse KL of modes"

    def __init__(self, digits: Digits):
        """Read 10,000 real triplets, evenly from all training triplets."""
        self.judge = Classifier()
        some = np.linspace(0, len(digits) - 1, TRIPLETS).astype(int)
        real = classify_triplets(self.judge, digits.images[some])
        self.floor = modes(real)[1]
        self.real_modes = _effective_number(real @ (100, 10, 1))
        self.share_of_digits = 1.0

    def measure(self, gan: GAN) -> dict[str, float]:
        """Return ``times_real`` of the reverse KL, the KL itself, and the ``modes``."""
        triplets = classify_triplets(self.judge, sample_images(gan, TRIPLETS, {}))
        found, divergence = modes(triplets)
        share = _effective_number(triplets @ (100, 10, 1)) / self.real_modes
        self.share_of_digits = share ** (1 / 3)
        times = divergence / self.floor
        return {"times_real": times, "kl": divergence, "modes": found}


def _effective_number(read: np.ndarray) -> float:
    """Return how many kinds would be this mixed if each came equally often."""
    shares = np.bincount(read) / len(read)
    shares = shares[shares > 0]
    return float(np.exp(-(shares * np.log(shares)).sum()))
