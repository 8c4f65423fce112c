"""The scorecard as tables in the terminal."""

from rich.console import Console
from rich.table import Table

from digitgan.evaluation.figures.base import Row
from digitgan.evaluation.scorecard import Scorecard

COLOURS = {"as real": "green", "close": "yellow", "skipped": "dim"}


def show(card: Scorecard, console: Console | None = None) -> None:
    """Print the scorecard.

    Args:
        card: What :func:`digitgan.evaluation.evaluate` returned.
        console: Where to; standard output if not given.
    """
    console = console or Console()
    console.print(figures(card))
    if len(by_digit(card).columns) > 1:
        console.print(by_digit(card))


def figures(card: Scorecard) -> Table:
    """Return a table of all rows; a difference has a sign, a ratio has none."""
    made = Table(title=f"{card.count} digits, {card.level}, {card.seconds:.0f} s")
    made.add_column("figure")
    for name in ("these", "spread", "real digits", "ratio"):
        made.add_column(name, justify="right")
    made.add_column("")
    made.add_column("n", justify="right")
    for row in card.rows:
        word = f"[{COLOURS.get(row.word, 'red')}]{row.word}"
        made.add_row(row.name, *_numbers(row), word, str(row.n))
    return made


def _numbers(row: Row) -> tuple[str, str, str, str]:
    """Return value, spread, real figure and ratio or difference as text."""
    if row.value is None:
        return "", "", "", row.definition
    ratio = f"{row.difference:+.4f}" if row.ratio is None else f"{row.ratio:.2f}"
    return f"{row.value:.4f}", f"{row.spread:.4f}", f"{row.real:.4f}", ratio


def by_digit(card: Scorecard) -> Table:
    """Return a table of the figures that there are for each digit."""
    made = Table("digit", title="digit by digit")
    columns = []
    for key, part, name in (
        ("shares", "these", "share"),
        ("agreement", "per digit", "agreement"),
        ("variety", "these", "variety"),
        ("coverage_worst", "these", "coverage"),
    ):
        values = next((r.detail.get(part) for r in card.rows if r.key == key), None)
        if values is not None:
            made.add_column(name, justify="right")
            columns.append(values)
    for digit in range(10):
        cells = (column[digit] for column in columns)
        made.add_row(str(digit), *("" if c is None else f"{c:.3f}" for c in cells))
    return made
