"""Patterns of numbers: ``dd/mm/yyyy``, ``hh:mm``, ``+## ### ## ##``."""

import calendar
import re

import numpy as np

from digitgan.errors import InputError

MAX_CHARACTERS = 32  # of a number
SIGNS = " -.,:/+()"
CHARACTERS = "0123456789" + SIGNS.strip()  # that leave ink: the classes of boxes
FIELDS = {"yyyy": (1900, 2099), "mm": (1, 12), "hh": (0, 23), "minute": (0, 59)}
TOKEN = re.compile(
    rf"(?P<minute>(?<=hh[{re.escape(SIGNS)}])mm)|yyyy|dd|mm|hh|#"
    rf"|[0-9{re.escape(SIGNS)}]|(?P<unknown>.)",
    re.DOTALL,
)
COMMON_YEAR = 2001  # where no year is asked for: 29 February is not drawn


def parse(pattern: str) -> list[str]:
    """Return the fields and signs of a pattern.

    ``dd`` is a day, ``mm`` a month (a minute right after ``hh`` and a sign), ``yyyy`` a
    year, ``hh`` an hour, ``#`` any digit; digits and signs stand for themselves.
    """
    if not pattern.strip() or len(pattern) > MAX_CHARACTERS:
        allowed = f"1 to {MAX_CHARACTERS}, and not spaces alone"
        problem = f"has {len(pattern)} characters"
        raise InputError("pattern", pattern, allowed, problem)
    tokens = []
    for match in TOKEN.finditer(pattern):
        if match["unknown"]:
            allowed = f"dd, mm, yyyy, hh, # for any digit, digits and {SIGNS!r}"
            problem = f"has {match[0]!r} at place {match.start() + 1}"
            raise InputError("pattern", pattern, allowed, problem)
        tokens.append("minute" if match["minute"] else match[0])
    for name in (*FIELDS, "dd"):
        if tokens.count(name) > 1:
            problem = f"has {'mm' if name == 'minute' else name} more than once"
            raise InputError("pattern", pattern, "once", problem)
    return tokens


def fill(pattern: str, rng: np.random.Generator) -> str:
    """Return a pattern with every field drawn; days fit the month and the year."""
    tokens = parse(pattern)
    # Every field is drawn, used or not, so that each has its own place in the stream.
    values = {
        name: int(rng.integers(low, high + 1)) for name, (low, high) in FIELDS.items()
    }
    year = values["yyyy"] if "yyyy" in tokens else COMMON_YEAR
    month = values["mm"] if "mm" in tokens else 1
    values["dd"] = int(rng.integers(1, calendar.monthrange(year, month)[1] + 1))
    filled = {name: f"{value:02}" for name, value in values.items()}
    return "".join(
        str(rng.integers(10)) if token == "#" else filled.get(token, token)
        for token in tokens
    )
