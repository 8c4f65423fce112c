"""Texts of one's own to write: one a line, or a CSV of texts and their weights."""

import csv
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from digitgan.datasets.pattern import CHARACTERS, MAX_CHARACTERS, SIGNS
from digitgan.errors import InputError
from digitgan.untrusted import as_input_errors, read_bytes

MAX_TEXTS, MAX_BYTES = 100_000, 2**24
ALLOWED = f"1 to {MAX_CHARACTERS} digits and signs {SIGNS!r} a line, in a .csv "
ALLOWED += "perhaps a weight above 0 beside each"
Texts = tuple[tuple[str, float], ...]  # with how often each is drawn, in proportion


def read_texts(texts: str | Path | Sequence[str | tuple[str, float]]) -> Texts:
    """Return texts and their weights, 1 unless given.

    A file has one text a line, empty lines left out, or is a ``.csv`` with a text and
    perhaps a weight in each row, under a header or not.
    """
    if isinstance(texts, str | Path):
        file, rows = Path(texts), _rows(Path(texts))
    else:
        file, rows = None, list(enumerate(texts, 1))
    pairs = [_pair(file, *row) for row in rows]
    if not 1 <= len(pairs) <= MAX_TEXTS:
        allowed = f"1 to {MAX_TEXTS:,} texts"
        raise InputError("texts", file, allowed, f"holds {len(pairs):,}")
    return tuple(pairs)


def _rows(path: Path) -> list[tuple[int, Any]]:
    """Return what stands in the lines of a file, with their numbers."""
    with as_input_errors("texts", path):
        content = read_bytes("texts", path.expanduser(), MAX_BYTES)
        lines = content.decode("utf-8-sig").splitlines()
        if path.suffix.lower() != ".csv":
            return [(i, line) for i, line in enumerate(lines, 1) if line.strip()]
        rows = [(i, row) for i, row in enumerate(csv.reader(lines), 1) if any(row)]
    has_header = rows and any(map(str.isalpha, rows[0][1][0]))
    return rows[1:] if has_header else rows


def _pair(file: Path | None, number: int, row: Any) -> tuple[str, float]:
    cells = [row] if isinstance(row, str) else list(row)
    text = cells[0].strip() if cells and isinstance(cells[0], str) else ""
    try:
        weight = float(cells[1]) if len(cells) > 1 else 1.0
    except (TypeError, ValueError):
        weight = -1.0
    writable = 0 < len(text) <= MAX_CHARACTERS and set(text) <= {*CHARACTERS, " "}
    if not (writable and 0 < weight < math.inf and len(cells) <= 2):
        problem = f"has in line {number} {str(row)[:100]!r}"
        raise InputError("texts", file, ALLOWED, problem)
    return text, weight
