"""What may be asked for: read from a URL or from JSON, checked, and described."""

import json
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from digitgan.errors import unknown_name
from digitgan.serving.problems import Problem, wrong

LARGEST = 2_500_000  # paper in one answer: rows x characters x height squared
LONGEST_FILM = 10_000_000  # paper of all frames
LONGEST_LIST = 4_000  # characters of a list in a URL
HEIGHT = 80  # of a digit, in pixels, unless asked otherwise, as `digitgan generate`
WHOLE = re.compile(r"[+-]?[0-9]{1,20}", re.ASCII)
NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?", re.ASCII)


@dataclass(frozen=True)
class Parameter:
    """One thing that may be asked for.

    Attributes:
        name: In the URL, in JSON and in Python alike.
        kind: ``text``, ``whole``, ``number``, ``flag``, ``choice``, ``wholes`` or
            ``share``, a whole number and a share of it from 0 to 1.
        says: A sentence for the description.
        low: Least value, or fewest items of ``wholes``.
        high: Greatest value, most items or characters.
        choices: Of a ``choice``.
        item: Least and greatest of ``wholes``.
        example: A value as in JSON.
    """

    name: str
    kind: str
    says: str
    low: float = 0
    high: float = 0
    choices: tuple[str, ...] = ()
    item: tuple[int, int] = (0, 0)
    example: Any = None

    @property
    def allowed(self) -> str:
        """Say in a few words what is allowed."""
        span = f"{self.low:,g} to {self.high:,g}"
        if self.kind == "wholes":
            few = f"{self.low:,}" + f" to {self.high:,}" * (self.high != self.low)
            low, high = self.item
            return f"{few} whole numbers from {low} to {high}, between commas"
        return {
            "text": f"a string of {span} characters",
            "whole": f"a whole number from {self.low:,} to {self.high:,}",
            "number": f"a number from {span}",
            "flag": "true or false",
            "choice": ", ".join(self.choices),
            "share": f"a whole number from {self.low:,} to {self.high:,}, a comma and "
            "a number from 0 to 1",
        }[self.kind]

    def from_url(self, words: str) -> Any:
        """Read and check a value that stands in a URL.

        Raises:
            Problem: 400, it is not allowed.
        """
        value = words
        if self.kind == "whole" and WHOLE.fullmatch(words):
            value = int(words)
        elif self.kind == "number" and NUMBER.fullmatch(words):
            value = float(words)
        elif self.kind == "flag":
            value = {"true": True, "1": True, "false": False, "0": False}.get(words)
        elif self.kind == "wholes":
            parts = words.split(",") if len(words) <= LONGEST_LIST else [""]
            value = [int(p) if WHOLE.fullmatch(p) else None for p in parts]
        elif self.kind == "share":
            whole, _, share = words.partition(",")
            if WHOLE.fullmatch(whole) and NUMBER.fullmatch(share):
                value = [int(whole), float(share)]
        return self.checked(value, words)

    def checked(self, value: Any, words: Any = None) -> Any:
        """Return a value as JSON or a URL gave it, if it is allowed.

        Raises:
            Problem: 400, it is not.
        """
        good = {
            "text": lambda: isinstance(value, str) and self._spans(len(value)),
            "whole": lambda: _whole(value) and self._spans(value),
            "number": lambda: _real(value) and self._spans(value),
            "flag": lambda: isinstance(value, bool),
            "choice": lambda: isinstance(value, str) and value in self.choices,
            "wholes": lambda: (
                isinstance(value, list)
                and self._spans(len(value))
                and all(_whole(v) and self.item[0] <= v <= self.item[1] for v in value)
            ),
            "share": lambda: (
                isinstance(value, list)
                and len(value) == 2
                and _whole(value[0])
                and self._spans(value[0])
                and _real(value[1])
                and 0 <= value[1] <= 1
            ),
        }[self.kind]()
        if not good:
            raise wrong(self.name, value if words is None else words, self.allowed)
        return value

    def _spans(self, value: float) -> bool:
        return self.low <= value <= self.high


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _real(value: Any) -> bool:
    return _whole(value) or (isinstance(value, float) and math.isfinite(value))


def from_url(known: list[Parameter], pairs: Iterable[tuple[str, str]]) -> dict:
    """Read what a URL asks for.

    Raises:
        Problem: 400, it names what is unknown, twice or not allowed.
    """
    asked, by_name = {}, {one.name: one for one in known}
    for name, words in pairs:
        _check_known(name, by_name)
        if name in asked:
            raise wrong(name, words, "one value, and two are given")
        asked[name] = by_name[name].from_url(words)
    return asked


def from_json(known: list[Parameter], body: bytes) -> dict:
    """Read what a JSON object asks for; a null is as if it were not there.

    Raises:
        Problem: 400, it is no object, or names what is unknown or not allowed.
    """
    try:
        told = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Problem(400, "the body is not JSON", field="body") from error
    if not isinstance(told, dict):
        raise Problem(400, "the body is not a JSON object", field="body")
    by_name = {one.name: one for one in known}
    for name in told:
        _check_known(name, by_name)
    given = {name: value for name, value in told.items() if value is not None}
    return {name: by_name[name].checked(value) for name, value in given.items()}


def check_page(asked: dict, *needed: str) -> dict:
    """Return what to write, with the height, if a server has the memory for it.

    Args:
        asked: The fields.
        *needed: Those that must be there beside the text.

    Raises:
        Problem: 400, there is no text, or it asks for too much paper.
    """
    for name in ("text", *needed):
        if name not in asked:
            raise Problem(400, f"{name} is missing", field=name, value=None)
    asked = {"height": HEIGHT} | asked
    rows = asked["text"].split("\n")
    height, width = asked["height"], asked.get("width", 0)
    wide = max(len(row) for row in rows)
    most = max(asked.get("spacing", [0]))
    paper = len(rows) * height * max(wide * (height + max(0, most)), width)
    frames = asked.get("frames", 1)
    if paper > LARGEST or paper * frames > LONGEST_FILM:
        most = min(LARGEST, LONGEST_FILM // frames)
        product = "rows x characters x height x (height + spacing)"
        less = f"less for so much text: {product} up to {most:,}, here {paper:,}"
        raise wrong("height", height, less)
    return asked


def _check_known(name: str, by_name: dict) -> None:
    if name not in by_name:
        line = str(unknown_name("field", name[:100], by_name))
        allowed = ", ".join(by_name)
        raise Problem(400, line, field=name[:100], value=None, allowed=allowed)
