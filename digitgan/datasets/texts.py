"""What each sample of a data set says: labels and texts from seed and number alone."""

import calendar
import re
from collections.abc import Iterator

import numpy as np

from digitgan.errors import InputError
from digitgan.random_streams import Stream, random_stream

USUAL = (3, 8)  # digits of a number, unless asked otherwise
LONGEST = 32  # characters
SIGNS = " -.,:/+()"
CHARACTERS = "0123456789" + SIGNS.strip()  # that leave ink: the classes of boxes
FIELDS = {"yyyy": (1900, 2099), "mm": (1, 12), "hh": (0, 23), "minute": (0, 59)}
TOKEN = re.compile(r"yyyy|dd|mm|hh|#|[0-9 \-.,:/+()]")
BLOCK = 1024
BALANCED_LABELS = {
    "train": Stream.TRAIN_LABELS,
    "validation": Stream.VALIDATION_LABELS,
    "test": Stream.TEST_LABELS,
}


def draw_labels(spec, shard) -> np.ndarray:
    """Return the label of each sample of a shard, ``int32 (n,)``.

    They are drawn evenly; with ``balance`` every run of as many samples as there are
    labels holds each once, in an order of its own.
    """
    labels = np.array(spec.labels, np.int32)
    size = len(labels)
    if not spec.balance:
        shares = _table(spec.seed, Stream.LABELS, shard.start, shard.count, 1)[:, 0]
        return labels[(shares * size).astype(int)]
    first, last = shard.offset // size, -(-(shard.offset + shard.count) // size)
    use = BALANCED_LABELS[shard.part]
    order = _table(spec.seed, use, first, last - first, size).argsort(axis=1)
    skipped = shard.offset - first * size
    return labels[order.ravel()[skipped : skipped + shard.count]]


def _table(seed: int, use: Stream, start: int, count: int, width: int) -> np.ndarray:
    """Return rows ``start`` to ``start + count`` of an endless table in [0, 1)."""
    first, last = start // BLOCK, -(-(start + count) // BLOCK)
    rows = [
        random_stream(use, seed, block).random((BLOCK, width))
        for block in range(first, last)
    ]
    skipped = start - first * BLOCK
    return np.concatenate(rows)[skipped : skipped + count]


def draw_text(spec, rng: np.random.Generator) -> str:
    """Return a number as a spec wants it: so many digits, or a pattern filled in."""
    if spec.pattern is not None:
        return _fill(parse(spec.pattern), rng)
    low, high = spec.length
    drawn = rng.choice(spec.labels, size=rng.integers(low, high + 1))
    return "".join(map(str, drawn))


def parse(pattern: str) -> list[str]:
    """Return the fields and signs of a pattern.

    ``dd`` is a day, ``mm`` a month (a minute right after ``hh`` and a sign), ``yyyy`` a
    year, ``hh`` an hour, ``#`` any digit; digits and signs stand for themselves.

    Raises:
        InputError: It is empty, too long, or has what cannot be filled in.
    """
    if not pattern.strip() or len(pattern) > LONGEST:
        raise InputError(
            f"pattern {pattern!r} has {len(pattern)} characters: allowed are 1 to "
            f"{LONGEST}, and not spaces alone"
        )
    tokens = list(_tokens(pattern))
    for name in ("yyyy", "mm", "dd", "hh", "minute"):
        if tokens.count(name) > 1:
            shown = "mm" if name == "minute" else name
            raise InputError(
                f"pattern {pattern!r} has {shown} more than once: allowed is once"
            )
    return tokens


def _tokens(pattern: str) -> Iterator[str]:
    place, before = 0, ["", ""]
    while place < len(pattern):
        found = TOKEN.match(pattern, place)
        if not found:
            raise InputError(
                f"pattern {pattern!r} has {pattern[place]!r} at place {place + 1}: "
                f"allowed are dd, mm, yyyy, hh, # for any digit, digits and {SIGNS!r}"
            )
        token = found[0]
        if token == "mm" and before[-2] == "hh" and before[-1] in SIGNS:
            token = "minute"
        before.append(token)
        place = found.end()
        yield token


def _fill(tokens: list[str], rng: np.random.Generator) -> str:
    drawn = {
        name: int(rng.integers(low, high + 1)) for name, (low, high) in FIELDS.items()
    }
    year = drawn["yyyy"] if "yyyy" in tokens else 2001  # any that is no leap year
    month = drawn["mm"] if "mm" in tokens else 1
    drawn["dd"] = int(rng.integers(1, calendar.monthrange(year, month)[1] + 1))
    words = []
    for token in tokens:
        if token == "#":
            words.append(str(rng.integers(10)))
        else:
            words.append(f"{drawn[token]:02}" if token in drawn else token)
    return "".join(words)
