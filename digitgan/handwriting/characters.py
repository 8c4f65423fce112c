"""The characters of a batch of texts as arrays."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from digitgan.handwriting.punctuation import STROKES


@dataclass(frozen=True, eq=False)
class Characters:
    """The n characters of some texts that are no space, in reading order.

    Attributes:
        rows: The lines of each text.
        signs: Every character.
        text: In which text each stands, ``int (n,)``.
        line: In which line, counted through all texts, ``int (n,)``.
        column: Where in that line, spaces included, ``int (n,)``.
    """

    rows: list[list[str]]
    signs: str
    text: np.ndarray
    line: np.ndarray
    column: np.ndarray

    @classmethod
    def of(cls, rows: list[list[str]]) -> "Characters":
        """Find them in the lines of texts, none of which is blank."""
        joined = "\n".join("\n".join(lines) for lines in rows)
        codes = np.frombuffer(joined.encode(), np.uint8)
        ends = codes == ord("\n")
        line_starts = np.r_[0, np.flatnonzero(ends) + 1]
        places = np.flatnonzero(codes > ord(" "))
        line = np.cumsum(ends)[places]
        text = np.repeat(np.arange(len(rows)), [len(lines) for lines in rows])
        signs = codes[places].tobytes().decode()
        return cls(rows, signs, text[line], line, places - line_starts[line])

    @cached_property
    def is_digit(self) -> np.ndarray:
        """Which are digits, ``bool (n,)``; the others are punctuation."""
        return np.array([sign not in STROKES for sign in self.signs])

    @cached_property
    def starts(self) -> np.ndarray:
        """The first of each text and, last, n itself, ``int (texts + 1,)``."""
        return np.searchsorted(self.text, np.arange(len(self.rows) + 1))
