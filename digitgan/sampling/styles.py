"""How thick and how slanted: as asked, or drawn as real digits are."""

from pathlib import Path

import numpy as np

from digitgan import files
from digitgan.random_streams import draw_uniforms

UNITS = {"thickness": "pixels", "slant": "degrees"}
MOST = 2**24  # bytes of the file's arrays
FARTHEST = 1000  # pixels or degrees
TINY = 1e-6  # of a deviation, where all styles of a label are one
JITTER = 0.3  # width of the cloud around each style in the table, in deviations


class Styles:
    """The styles of some real digits, by label.

    A style is drawn as one of them, moved a little; what real digits do together (a
    thick one leans less, a 1 leans more) is kept.
    """

    def __init__(self, path: Path, labels: int):
        """Read ``styles.npz``: label ``(m,)``, thickness and slant ``(m,)``.

        Args:
            path: The file.
            labels: How many there are; one without styles takes those of all.

        Raises:
            InputError: The file cannot be read, or is none of styles.
        """
        stored = files.read_arrays("model", path, ["label", *UNITS], MOST)
        with files.as_input_errors("model", path):
            label = stored["label"]
            table = np.stack([stored[name] for name in UNITS], 1).astype("f4")
            if label.dtype.kind not in "iu" or label.shape != table.shape[:1]:
                raise ValueError("label is not an integer for each style")
            if not set(np.unique(label)) <= set(range(labels)) or not len(label):
                raise ValueError(f"labels are not from 0 to {labels - 1}")
            if not (np.abs(table) <= FARTHEST).all():
                raise ValueError("styles are not numbers that a digit can have")
        order = np.argsort(label, kind="stable")
        self.count = np.bincount(label.astype(int), minlength=labels)
        self.first = np.cumsum(self.count) - self.count
        self.first[self.count == 0], self.count[self.count == 0] = 0, len(label)
        self.table = table[order]
        parts = [
            self.table[f : f + c] for f, c in zip(self.first, self.count, strict=True)
        ]
        self.mean = np.stack([part.mean(axis=0) for part in parts])
        self.std = np.stack([part.std(axis=0) for part in parts]) + TINY

    def draw(
        self,
        labels: np.ndarray,
        seed: int = 0,
        start: int = 0,
        variety: float = 1.0,
        one_hand: bool = False,
    ) -> dict[str, np.ndarray]:
        """Draw a style for each digit.

        Args:
            labels: ``int (n,)``, what the digits show.
            seed: Same seed, same styles.
            start: Number of the first digit.
            variety: From 0, the usual style of each label, to 1, as real digits vary.
            one_hand: Every digit is as thick and as slanted, for its label, as the
                first one.

        Returns:
            ``thickness`` in pixels and ``slant`` in degrees, ``float32 (n,)`` each.
        """
        numbers = draw_uniforms(len(labels), 1 + len(UNITS), seed, start)
        rows = self.first[labels] + (numbers[:, 0] * self.count[labels]).astype(int)
        mean, std = self.mean[labels], self.std[labels]
        deviation = (self.table[rows] - mean) / std + JITTER * (numbers[:, 1:] - 0.5)
        if one_hand:
            deviation = deviation[:1]
        return dict(zip(UNITS, (mean + variety * deviation * std).T, strict=True))
