"""The honest scorecard: every figure beside the same figure of real digits."""

import json
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import tostring

from digitgan import files
from digitgan.data.images import DIGIT_NAMES
from digitgan.evaluation.html_elements import element, table

NUMBERS = ("these", "spread", "real", "ratio")


@dataclass(frozen=True)
class Row:
    """One figure.

    Attributes:
        key: Its name in files, such as ``frechet``.
        name: Its name for people.
        value: The figure of the digits that are evaluated; None where it was skipped.
        real: The same figure of real digits, by the same code in the same run.
        verdict: ``as real``, ``close``, ``far``, ``memorised`` or ``skipped``.
        n: How many digits it was computed on.
        spread: Its standard deviation over resamples.
        definition: What it is, or why it was skipped.
        detail: More figures behind this one, by name.
    """

    key: str
    name: str
    value: float | None
    real: float | None
    verdict: str
    n: int
    spread: float | None
    definition: str
    detail: dict[str, Any] = field(default_factory=dict)

    @property
    def ratio(self) -> float | None:
        """``value / real``; None where the real figure is lost in the spread."""
        if self.value is None or self.real is None or self.spread is None:
            return None
        return self.value / self.real if abs(self.real) > self.spread else None

    @property
    def difference(self) -> float | None:
        """``value - real``; None where the row was skipped."""
        if self.value is None or self.real is None:
            return None
        return self.value - self.real

    def numbers(self) -> tuple[str, str, str, str]:
        """Return value, spread, real figure and ratio or signed difference as text."""
        if self.value is None:
            return "", "", "", ""
        ratio = f"{self.difference:+.4f}" if self.ratio is None else f"{self.ratio:.2f}"
        return f"{self.value:.4f}", f"{self.spread:.4f}", f"{self.real:.4f}", ratio


@dataclass(frozen=True, repr=False)
class Scorecard:
    """How good digits are.

    Attributes:
        rows: The figures.
        level: ``quick`` or ``full``.
        seed: What drew every sample and resample.
        count: How many digits were handed in.
        classifier_sha256: Of the classifier; empty where none can read the images.
        data: Where the real digits came from.
        seconds: How long it took.
        classes: The name of each label.
    """

    rows: tuple[Row, ...]
    level: str
    seed: int
    count: int
    classifier_sha256: str
    data: str
    seconds: float
    classes: tuple[str, ...] = DIGIT_NAMES

    def __repr__(self) -> str:
        """Say of how many digits it is, and how many figures are as real."""
        return f"Scorecard({self.count:,} digits, {self.level}: {self.outcome})"

    def _repr_html_(self) -> str:
        """Show the figures in a notebook."""
        head = ("figure", *NUMBERS, "these are", "n")
        rows = [(r.name, *r.numbers(), r.verdict, f"{r.n:,}") for r in self.rows]
        line, figures = element("p", repr(self)), table(head, rows)
        return tostring(element("div", line, figures), "unicode", method="html")

    @property
    def outcome(self) -> str:
        """How many figures are what, such as ``12 as real, 3 close``."""
        verdicts = Counter(row.verdict for row in self.rows)
        return ", ".join(f"{n} {verdict}" for verdict, n in verdicts.most_common())

    def __getitem__(self, key: str) -> Row:
        """Return the row of that key, such as ``frechet``."""
        return {row.key: row for row in self.rows}[key]

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain numbers, strings, lists and dictionaries."""
        rows = [
            asdict(row) | {"ratio": row.ratio, "difference": row.difference}
            for row in self.rows
        ]
        return asdict(self) | {"rows": rows}

    def save(self, path: str | Path) -> None:
        """Write the scorecard as JSON."""
        files.write_text(path, json.dumps(self.to_dict(), indent=2) + "\n")
