"""What may be asked for: read from a URL or from JSON, checked, and described."""

import json
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from digitgan.errors import unknown_name
from digitgan.generation.paper import HEIGHTS, LINES
from digitgan.generation.sampler import Sampler
from digitgan.serving.problems import Problem, wrong

MOST_DIGITS = 1_000  # in one answer
LONGEST = 200  # characters of a text in one answer
LARGEST = 2_500_000  # paper in one answer: rows x characters x height squared
WIDEST = 10_000  # pixels
HEIGHT = 80  # of a digit, in pixels, unless asked otherwise, as `digitgan generate`
SEEDS = (0, 2**64 - 1)
WHOLE = re.compile(r"[+-]?[0-9]{1,20}", re.ASCII)
NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?", re.ASCII)


@dataclass(frozen=True)
class Parameter:
    """One thing that may be asked for.

    Attributes:
        name: In the URL, in JSON and in Python alike.
        kind: ``text``, ``whole``, ``number``, ``flag``, ``wholes`` or ``choice``.
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
            parts = words.split(",") if len(words) <= 4 * MOST_DIGITS else [""]
            value = [int(p) if WHOLE.fullmatch(p) else None for p in parts]
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


def hand(model: Sampler) -> list[Parameter]:
    """Return what may be asked of a model's hand: seed, style and variety."""
    says = {
        "thickness": "Of the strokes, in pixels of a 28 x 28 digit.",
        "slant": "In degrees; positive leans right.",
    }
    examples = {"thickness": 3.5, "slant": 20}
    styles = [
        Parameter(name, "number", says[name], *limits, example=examples[name])
        for name, limits in model.limits.items()
    ]
    return [
        Parameter("seed", "whole", "Same seed, same hand.", *SEEDS, example=7),
        *styles,
        Parameter(
            "variety",
            "number",
            "From 0, the most usual form, to 1, as various as the model can.",
            *(0, 1),
            example=0.8,
        ),
    ]


def for_digits(model: Sampler) -> list[Parameter]:
    """Return what ``/v1/digits`` takes."""
    count = len(model.classes)
    labels = [
        Parameter(
            "labels",
            "wholes",
            "The digits to draw.",
            *(1, MOST_DIGITS),
            item=(0, count - 1),
            example=[2, 0, 2, 6],
        ),
        Parameter(
            "digit", "whole", "This one n times.", 0, max(0, count - 1), example=7
        ),
    ]
    return [
        *labels[: 2 if count else 0],
        Parameter(
            "n",
            "whole",
            "How many instead; 10 unless given.",
            1,
            MOST_DIGITS,
            example=10,
        ),
        *hand(model),
        Parameter("one_hand", "flag", "All in the same hand.", example=True),
    ]


def for_numbers(model: Sampler) -> list[Parameter]:
    """Return what ``/v1/numbers`` takes."""
    least, most = HEIGHTS
    pixels = [
        ("height", f"Of a digit, in pixels; {HEIGHT} unless given.", least, most, 80),
        ("width", "Of the picture, in pixels.", 1, WIDEST, 900),
        ("background", "Grey of the paper; 255 unless given.", 0, 255, 255),
        ("ink", "Grey of the ink; 0 unless given.", 0, 255, 0),
    ]
    return [
        Parameter(
            "text",
            "text",
            "Digits, spaces, line breaks and - . , : / + ( ).",
            *(1, LONGEST),
            example="12/05/2026",
        ),
        *hand(model),
        Parameter(
            "spacing",
            "wholes",
            "Least and most pixels between neighbours; below 0 they overlap.",
            *(2, 2),
            item=(-most // 2, most * 10),
            example=[0, 12],
        ),
        *(
            Parameter(name, "whole", says, low, high, example=example)
            for name, says, low, high, example in pixels
        ),
        Parameter("lines", "choice", "Under the text.", choices=LINES, example="ruled"),
        Parameter("noise", "number", "Of a scanner.", 0, 1, example=0.3),
    ]


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


def check_page(asked: dict) -> dict:
    """Return what to write, with the height, if a server has the memory for it.

    Raises:
        Problem: 400, there is no text, or it asks for too much paper.
    """
    if "text" not in asked:
        raise Problem(400, "text is missing", field="text", value=None)
    asked = {"height": HEIGHT} | asked
    rows = asked["text"].split("\n")
    height, width = asked["height"], asked.get("width", 0)
    wide = max(len(row) for row in rows)
    most = max(asked.get("spacing", [0]))
    paper = len(rows) * height * max(wide * (height + max(0, most)), width)
    if paper > LARGEST:
        product = "rows x characters x height x (height + spacing)"
        less = f"less for so much text: {product} up to {LARGEST:,}, here {paper:,}"
        raise wrong("height", height, less)
    return asked


def _check_known(name: str, by_name: dict) -> None:
    if name not in by_name:
        line = str(unknown_name("field", name[:100], by_name))
        allowed = ", ".join(by_name)
        raise Problem(400, line, field=name[:100], value=None, allowed=allowed)
