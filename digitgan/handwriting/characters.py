"""What a text may say, and the characters of a batch of texts as arrays."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from digitgan.data.images import DIGIT_NAMES
from digitgan.errors import InputError
from digitgan.handwriting.punctuation import PUNCTUATION

MAX_TEXT = 1_000  # characters


@dataclass(frozen=True, eq=False)
class Characters:
    """The n characters of some texts that are no space, in reading order.

    Attributes:
        rows: The lines of each text.
        signs: Every character.
        text: In which text each stands, ``int (n,)``.
        line: In which line, counted through all texts, ``int (n,)``.
        column: Where in that line, spaces included, ``int (n,)``.
        is_digit: Which are digits, ``bool (n,)``; the others are punctuation.
        starts: The first of each text and, last, n itself, ``int (texts + 1,)``.
    """

    rows: list[list[str]]
    signs: str
    text: np.ndarray
    line: np.ndarray
    column: np.ndarray
    is_digit: np.ndarray
    starts: np.ndarray

    @classmethod
    def of(cls, texts: Sequence[str], classes: Sequence[str]) -> "Characters":
        """Find them in texts that a model with these classes can write.

        Raises:
            InputError: One has none, too many or other characters, or the model draws
                no digits.
        """
        rows = [_checked_rows(text, classes) for text in texts]
        joined = "\n".join("\n".join(lines) for lines in rows)
        codes = np.frombuffer(joined.encode(), np.uint8)
        ends = codes == ord("\n")
        line_starts = np.r_[0, np.flatnonzero(ends) + 1]
        places = np.flatnonzero(codes > ord(" "))
        line = np.cumsum(ends)[places]
        text = np.repeat(np.arange(len(rows)), [len(lines) for lines in rows])
        text, signs = text[line], codes[places].tobytes().decode()
        return cls(
            rows=rows,
            signs=signs,
            text=text,
            line=line,
            column=places - line_starts[line],
            is_digit=np.array([sign.isdigit() for sign in signs]),
            starts=np.searchsorted(text, np.arange(len(rows) + 1)),
        )


def _checked_rows(text: str, classes: Sequence[str]) -> list[str]:
    """Return the lines of a text."""
    if not isinstance(text, str):
        raise InputError("text", text, "a string")
    if not 1 <= len(text) <= MAX_TEXT:
        problem = f"has {len(text):,} characters"
        raise InputError("text", text, f"1 to {MAX_TEXT:,}", problem)
    digits = "".join(name for name in classes if name in DIGIT_NAMES)
    if not digits:
        drawn = f"draws {', '.join(classes[:3])}, ..." if classes else "has no labels"
        problem = f"cannot be written by this model, which {drawn}"
        raise InputError("text", text, "a model of the digits 0 to 9", problem)
    text = text.replace("\r\n", "\n")
    if strange := set(text) - {*digits, *PUNCTUATION, " ", "\n"}:
        place = min(map(text.index, strange))
        allowed = f"the digits {digits}, spaces, line breaks and "
        allowed += " ".join(PUNCTUATION)
        problem = f"has {text[place]!r} at place {place + 1}"
        raise InputError("text", text, allowed, problem)
    if not text.strip():
        raise InputError("text", text, "one with a digit or punctuation")
    return text.split("\n")
