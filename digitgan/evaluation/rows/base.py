"""What a row of the scorecard is, what it compares, and how far is far."""

from dataclasses import dataclass, field

import numpy as np

from digitgan.evaluation.measured_digits import MeasuredDigits

DRAWS = 8


@dataclass(frozen=True)
class Row:
    """One figure.

    Attributes:
        key: Its name in files, such as ``frechet``.
        name: Its name for people.
        value: The figure of the digits that are judged; None where it was skipped.
        real: The same figure of real digits, by the same code in the same run.
        word: ``as real``, ``close``, ``far``, ``memorised`` or ``skipped``.
        n: How many digits it was computed on.
        spread: Its standard deviation over resamples.
        definition: What it is, and why it was skipped where it was.
        detail: More figures behind this one, by name.
    """

    key: str
    name: str
    value: float | None
    real: float | None
    word: str
    n: int
    spread: float | None
    definition: str
    detail: dict = field(default_factory=dict)

    @property
    def ratio(self) -> float | None:
        """``value / real``; None where the real figure is lost in the spread."""
        if self.value is None or abs(self.real) <= self.spread:
            return None
        return self.value / self.real

    @property
    def difference(self) -> float | None:
        """``value - real``; None where the row was skipped."""
        return None if self.value is None else self.value - self.real


@dataclass(frozen=True, eq=False)
class Comparison:
    """Everything that is compared.

    Attributes:
        fake: The digits that are judged.
        floor: As many real training digits that the judge has not learned from.
        test: As many real test digits, which both are compared with.
        others: More real test digits, which are in none of the above.
        train: ``uint8 (T, 28, 28)`` every training digit, and ``train_labels (T,)``.
        pool: All digits that were handed in, and ``pool_labels``, None if unknown.
        classes: The name of each label.
        full: Whether time and the training extras are there for every figure.
        seed: Draws every random number.
    """

    fake: MeasuredDigits
    floor: MeasuredDigits
    test: MeasuredDigits
    others: np.ndarray
    train: np.ndarray
    train_labels: np.ndarray
    pool: np.ndarray
    pool_labels: np.ndarray | None
    classes: tuple[str, ...]
    full: bool
    seed: int


def word(gap: float, near: float, far: float, spread: float = 0.0) -> str:
    """Say how far a figure is from real digits.

    Args:
        gap: How much worse than the real figure it is.
        near: Up to here, or within three spreads (the real figure has one, too), it is
            ``as real``.
        far: From here on it is ``far``; between the two it is ``close``.
        spread: The figure's standard deviation over resamples.
    """
    if gap <= max(near, min(3 * spread, far)):
        return "as real"
    return "far" if not gap < far else "close"


def halves(n: int, seed: int) -> list[np.ndarray]:
    """Return the rows of eight random halves of n samples.

    The standard deviation of a figure over halves drawn without replacement is that
    over whole samples drawn anew (Shao and Wu 1989), and no half holds a sample twice,
    which would shift distances.
    """
    rng = np.random.default_rng(seed)
    return [rng.permutation(n)[: n // 2] for _ in range(DRAWS)]


def mean_spread(values: np.ndarray) -> float:
    """Return the standard deviation of a mean over bootstrap resamples, exactly."""
    return float(np.std(values) / np.sqrt(len(values)))


def skipped(key: str, name: str, n: int, why: str) -> Row:
    """Return the row of a figure that could not be computed, and why."""
    return Row(key, name, None, None, "skipped", n, None, why)
