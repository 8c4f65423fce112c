"""The samples of a shard, whatever its format."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True, eq=False)
class Samples:
    """What a shard holds, whatever its format.

    Attributes:
        images: n times ``uint8 (H, W)``. Single digits are as MNIST has them, 0 paper
            to 255 ink, in one array; pages are dark on white.
        facts: What is known of each, by name, n values each; JSON can hold them.
        labels: Of single digits, ``int32 (n,)``; otherwise None.
        characters: Of pages, what each box holds.
        boxes: Of pages, ``int (m, 4)`` each: left, top, right, bottom, exclusive.
        masks: Of pages, m times ``bool`` each, as large as its box: the ink there.
        dropped: How many the judge misread, so that they were drawn again.
    """

    images: Sequence[np.ndarray]
    facts: dict[str, list]
    labels: np.ndarray | None = None
    characters: list[str] = field(default_factory=list)
    boxes: list[np.ndarray] = field(default_factory=list)
    masks: list[list[np.ndarray]] = field(default_factory=list)
    dropped: int = 0

    def fact(self, place: int) -> dict:
        """Return what is known of one sample."""
        return {name: values[place] for name, values in self.facts.items()}
