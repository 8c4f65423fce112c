"""How thick and how slanted: drawn as real digits are."""

from collections.abc import Mapping

import numpy as np

STYLE_UNITS = {"thickness": "pixels", "slant": "degrees"}
UNIFORMS = 1 + len(STYLE_UNITS)  # that a style is chosen by
STYLE_ARRAYS = ("label", *STYLE_UNITS)  # of styles.npz
MAX_STYLE = 1000.0  # pixels or degrees
MIN_STD = 1e-6  # where all styles of a label are one
MAX_VARIETY = 1.5  # where a model misreads a tenth of its own digits
JITTER = 0.1  # width of the cloud around each style in the table, in deviations
# Of a hand, in deviations from the usual thickness: other digits as thin as a thin 0
# may be thinner than those learned from, and their strokes break.
THINNEST_HAND = -1.25


class StyleTable:
    """The styles of some real digits, by label.

    A style is drawn as one of them, moved a little; what real digits do together (a
    thick one leans less, a 1 leans more) is kept. A label without any digits has those
    of all.
    """

    def __init__(self, arrays: Mapping[str, np.ndarray], labels: int):
        """Sort by label ``int (m,)`` what was measured of m digits, ``(m,)`` by name.

        Raises:
            ValueError: They are no styles of digits.
        """
        label = arrays["label"]
        styles = np.stack([arrays[name] for name in STYLE_UNITS], 1).astype("f4")
        if label.dtype.kind not in "iu" or label.shape != styles.shape[:1]:
            raise ValueError("label is not an integer for each style")
        if not len(label) or label.min() < 0 or label.max() >= labels:
            raise ValueError(f"labels are not from 0 to {labels - 1}")
        if not (np.abs(styles) <= MAX_STYLE).all():
            raise ValueError("styles are not numbers that a digit can have")
        # Rows of m digits in 16 bits, a tenth of a per cent; where those of each label
        # begin, and how many they are.
        self.table: np.ndarray = styles[np.argsort(label, kind="stable")].astype("f2")
        self.count: np.ndarray = np.bincount(label.astype(int), minlength=labels)
        self.first: np.ndarray = np.cumsum(self.count) - self.count
        missing = self.count == 0
        self.first[missing], self.count[missing] = 0, len(label)
        ends = self.first + self.count
        rows = self.table.astype("f4")
        groups = [rows[a:b] for a, b in zip(self.first, ends, strict=True)]
        self.mean: np.ndarray = np.stack([group.mean(axis=0) for group in groups])
        self.std: np.ndarray = np.stack([g.std(axis=0) for g in groups]) + MIN_STD

    def draw(
        self,
        labels: np.ndarray,
        uniforms: np.ndarray,
        variety: float = 1.0,
        one_hand: bool = False,
    ) -> dict[str, np.ndarray]:
        """Choose a style for each label ``int (n,)``.

        Args:
            labels: What the digits show.
            uniforms: What they are chosen by, ``float32 (n, 3)`` in [0, 1).
            variety: From 0, the usual style of each label, to 1, as real digits vary,
                and beyond.
            one_hand: Every digit is as thick and as slanted, for its label, as the
                first, but not as thin as the thinnest.

        Returns:
            ``thickness`` in pixels and ``slant`` in degrees, ``float32 (n,)`` each.
        """
        deviations = self.deviations(labels, uniforms)
        if one_hand:
            deviations = _of_hands(deviations[:1])
        styles = self.styles(labels, variety * deviations)
        return dict(zip(STYLE_UNITS, styles.T, strict=True))

    def hands(self, uniforms: np.ndarray, variety: np.ndarray) -> np.ndarray:
        """Return the styles of every label in n hands, ``float32 (n, labels, 2)``.

        Uniforms are ``float32 (n, 3)`` in [0, 1), the variety of each hand ``(n, 1)``.
        """
        first = np.zeros(len(uniforms), int)  # the label by which a hand is drawn
        deviations = variety * _of_hands(self.deviations(first, uniforms))
        return self.styles(np.arange(len(self.mean)), deviations[:, np.newaxis])

    def deviations(self, labels: np.ndarray, uniforms: np.ndarray) -> np.ndarray:
        """Return how far styles lie from their label's mean, in its deviations."""
        chosen = (uniforms[:, 0] * self.count[labels]).astype(int)
        styles = self.table[self.first[labels] + chosen]
        deviations = (styles - self.mean[labels]) / self.std[labels]
        return deviations + JITTER * (uniforms[:, 1:] - 0.5)

    def styles(self, labels: np.ndarray, deviations: np.ndarray) -> np.ndarray:
        """Return the styles so far from their label's mean, ``float32 (..., n, 2)``."""
        return self.mean[labels] + deviations * self.std[labels]


def _of_hands(deviations: np.ndarray) -> np.ndarray:
    """Return the deviations ``(n, 2)`` of hands whose strokes hold together."""
    thickness, slant = deviations.T
    return np.stack([np.maximum(thickness, np.float32(THINNEST_HAND)), slant], axis=1)
