"""What both players are conditioned on: the label, and the style in its units."""

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

EXCLUDED_PERCENT = 0.5  # of real digits at either end, whose style is not offered

Conditions = Mapping[str, np.ndarray]  # values for N images by name, each ``(N,)``


@dataclass(frozen=True)
class Categorical:
    """A condition of so many values, such as the label: int32 from 0; seen one-hot."""

    name: str
    categories: int


@dataclass(frozen=True)
class Continuous:
    """A condition that is measured, in its unit; networks see it standardised."""

    name: str
    mean: float
    std: float


@dataclass(frozen=True)
class LatentCategorical:
    """A label that the first number of the latent chooses.

    Thresholds, ascending, cut the normal distribution into as many parts as there are
    labels, whose shares are those of the training data.
    """

    thresholds: tuple[float, ...]

    @classmethod
    def fit(cls, labels: np.ndarray) -> "LatentCategorical":
        """Return the thresholds for labels ``int (N,)`` of training data."""
        shares = np.cumsum(np.bincount(labels))[:-1] / len(labels)
        quantile = NormalDist().inv_cdf
        return cls(tuple(quantile(min(max(s, 1e-9), 1 - 1e-9)) for s in shares))

    def labels_of(self, latents: np.ndarray) -> np.ndarray:
        """Return the label that each latent ``(N, d)`` chooses, ``int32 (N,)``."""
        thresholds = np.array(self.thresholds, np.float32)
        return np.searchsorted(thresholds, latents[:, 0], "right").astype(np.int32)

    def choose(self, latents: np.ndarray, labels: np.ndarray) -> np.ndarray:
        """Return latents that choose these labels: their first number is moved.

        It keeps its rank within the label's part of the normal distribution.
        """
        normal = NormalDist()
        ends = [0.0, *map(normal.cdf, self.thresholds), 1.0]
        moved = latents.copy()
        for row, label in zip(moved, labels, strict=True):
            low, high = ends[label], ends[label + 1]
            rank = min(max(normal.cdf(row[0]), 1e-3), 1 - 1e-3)
            row[0] = normal.inv_cdf(low + (high - low) * rank)
        return moved


ConditionSpec = Categorical | Continuous


def condition_specs(conditions: Conditions) -> tuple[ConditionSpec, ...]:
    """Describe conditions to the networks, by their values for the training data."""
    return tuple(
        Categorical(name, int(values.max()) + 1)
        if name == "label"
        else Continuous(name, float(values.mean()), float(values.std()))
        for name, values in conditions.items()
    )


def condition_range(name: str, values: np.ndarray) -> list:
    """Return the lowest and the highest value that can be asked for."""
    if name == "label":
        return [0, int(values.max())]
    ends = np.percentile(values, (EXCLUDED_PERCENT, 100 - EXCLUDED_PERCENT))
    return [round(float(end), 1) for end in ends]


def subsample_per_label(conditions: Conditions, n: int) -> Conditions:
    """Return the conditions of up to n images of every label, label by label.

    They are taken from all over the data, whose order means something: in MNIST the
    first thousand digits of a label lean otherwise than the rest.
    """
    if not conditions:
        return {}
    rows = []
    for label in np.unique(conditions["label"]):
        members = np.flatnonzero(conditions["label"] == label)
        evenly = np.linspace(0, len(members) - 1, min(n, len(members)))
        rows.append(members[evenly.astype(int)])
    return {name: v[np.concatenate(rows)] for name, v in conditions.items()}
