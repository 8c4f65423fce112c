"""What the shipped classifier says of 60,000 digits, beside the test digits.

The distance of one draw lies up to some per cent off that of another: so a model is
drawn from several times.
"""

from statistics import median

import numpy as np

from digitgan.data.load import load_dataset
from digitgan.evaluation.metrics.fidelity import frechet, prdc
from digitgan.evaluation.metrics.pixel_statistics import breaks_law
from digitgan.evaluation.metrics.variety import within_class_variance
from digitgan.measure.classifier import Classifier
from digitgan.sampling.sampler import Sampler

SEEDS = range(10, 15)
NEIGHBOURS_OF = 5_000  # digits whose neighbourhoods are compared
OF_UNSEEN = ("read", "worst", "variance", "worst variance")


class AgainstTestDigits:
    """Measures digits; those of a model have the labels of the training digits."""

    def __init__(self) -> None:
        self.data = load_dataset("mnist")
        self.classifier = Classifier()
        self.train = self.classifier.predict(self.data.train.images).features
        self.test = self.classifier.predict(self.data.test.images).features
        self.floor = frechet(self.train, self.test)
        self.widths = within_class_variance(self.train, self.data.train.labels)

    def measure(
        self, images: np.ndarray, labels: np.ndarray, seed: int
    ) -> dict[str, float]:
        """Return the figures of digits ``uint8 (N, 28, 28)``, by name.

        The seed chooses those whose neighbourhoods are compared.
        """
        said, features = self.classifier.predict(images)
        right = said.argmax(axis=1) == labels
        widths = within_class_variance(features, labels) / self.widths
        distance = frechet(features, self.test)
        return {
            "distance": distance,
            "times real": distance / self.floor,
            "read": 100 * right.mean(),
            "worst": 100 * min(right[labels == d].mean() for d in range(10)),
            "variance": widths.mean(),
            "worst variance": widths.min(),
            "breaks a law": 100 * breaks_law(images).mean(),
        } | self.neighbourhoods(features, seed)

    def neighbourhoods(self, features: np.ndarray, seed: int) -> dict[str, float]:
        """Return recall and coverage of some of the features ``(N, 64)``."""
        rng = np.random.default_rng(seed)
        some = rng.choice(len(features), NEIGHBOURS_OF, replace=False)
        near = prdc(self.test, features[some])
        return {name: near[name].mean() for name in ("recall", "coverage")}

    def draws(self, model: Sampler) -> dict[str, list[float]]:
        """Return the figures of a draw for each of :data:`SEEDS`, by name."""
        labels = self.data.train.labels
        return _by_name(
            [self.measure(model.sample(labels, seed=s), labels, s) for s in SEEDS]
        )

    def real(self) -> dict[str, float]:
        """Return the median figures of training digits.

        How wide digits are and how well they are read is said of the test digits: the
        widths are measured by those of the training digits, which the classifier knows.
        """
        train, test = self.data.train, self.data.test
        seen, unseen = (
            self.measure(part.images, part.labels, SEEDS[0]) for part in (train, test)
        )
        near = _by_name([self.neighbourhoods(self.train, seed) for seed in SEEDS])
        return (
            seen
            | {name: unseen[name] for name in OF_UNSEEN}
            | {name: median(values) for name, values in near.items()}
        )


def _by_name(figures: list[dict[str, float]]) -> dict[str, list[float]]:
    return {name: [each[name] for each in figures] for name in figures[0]}
