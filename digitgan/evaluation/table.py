"""The scorecard as tables in the terminal."""

from rich import box
from rich.console import Console
from rich.table import Table

from digitgan.evaluation.rows.base import Row
from digitgan.evaluation.scorecard import Scorecard

COLOURS = {"as real": "green", "close": "yellow", "skipped": "dim"}
LINES = {"box": box.SIMPLE_HEAD, "padding": (0, 1, 0, 0), "show_edge": False}


def show(card: Scorecard, console: Console | None = None) -> None:
    """Print the scorecard.

    Args:
        card: What :func:`digitgan.evaluation.evaluate` returned.
        console: Where to; standard output if not given.
    """
    console = console or Console()
    console.print(figures(card))
    for row in card.rows:
        if row.value is None:
            console.print(f"[dim]{row.name}: skipped, {row.definition}")
    if by_digit(card):
        console.print(digits(card))


def figures(card: Scorecard) -> Table:
    """Return a table of all rows; a difference has a sign, a ratio has none."""
    made = Table(
        title=f"{card.count:,} digits, {card.level}, {card.seconds:.0f} s",
        **LINES,
    )
    made.add_column("figure", no_wrap=True)
    for name in ("these", "spread", "real", "ratio"):
        made.add_column(name, justify="right")
    made.add_column("these are")
    made.add_column("n", justify="right")
    for row in card.rows:
        word = f"[{COLOURS.get(row.word, 'red')}]{row.word}"
        made.add_row(row.name, *numbers(row), word, str(row.n))
    return made


def numbers(row: Row) -> tuple[str, str, str, str]:
    """Return value, spread, real figure and ratio or difference as text."""
    if row.value is None:
        return "", "", "", ""
    ratio = f"{row.difference:+.4f}" if row.ratio is None else f"{row.ratio:.2f}"
    return f"{row.value:.4f}", f"{row.spread:.4f}", f"{row.real:.4f}", ratio


def digits(card: Scorecard) -> Table:
    """Return a table of the figures that there are for each digit."""
    columns = by_digit(card)
    made = Table("digit", title="\ndigit by digit", **LINES)
    for name in columns:
        made.add_column(name, justify="right")
    for digit, name in enumerate(card.classes):
        made.add_row(name, *(column[digit] for column in columns.values()))
    return made


def by_digit(card: Scorecard) -> dict[str, list[str]]:
    """Return the figures that there are for each digit as text, by their name."""
    columns = {}
    for key, part, name in (
        ("shares", "these", "share"),
        ("agreement", "per digit", "agreement"),
        ("variety", "these", "variety"),
        ("coverage_worst", "these", "coverage"),
    ):
        values = next((r.detail.get(part) for r in card.rows if r.key == key), None)
        if values is not None:
            columns[name] = ["" if v is None else f"{v:.3f}" for v in values]
    return columns
