"""The scorecard as tables in the terminal."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich import box
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from digitgan.evaluation.scorecard import Row, Scorecard

COLOURS = {"as real": "green", "close": "yellow", "skipped": "dim"}


def show(card: Scorecard, console: Console | None = None) -> None:
    """Print the scorecard.

    Args:
        card: What :func:`digitgan.evaluate` returned.
        console: Where to; standard output if not given.
    """
    console = console or Console()
    console.print(row_table(card))
    for row in card.rows:
        if row.value is None:
            console.print(f"[dim]{row.name}: skipped, {row.definition}")
    if class_columns(card):
        console.print(class_table(card))


@contextmanager
def progress_bar() -> Iterator[Callable[[int, int, str], None]]:
    """Show a bar on standard error; yield what ``evaluate`` reports its steps to."""
    columns = TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("reading digits")
        yield lambda step, steps, name: bar.update(
            task, completed=step, total=steps, description=f"{name:24}"
        )


def row_table(card: Scorecard) -> Table:
    """Return a table of all rows; a difference has a sign, a ratio has none."""
    title = f"{card.count:,} digits, {card.level}, {card.seconds:.0f} s"
    table = _table(title)
    table.add_column("figure", no_wrap=True)
    for name in ("these", "spread", "real", "ratio"):
        table.add_column(name, justify="right")
    table.add_column("these are")
    table.add_column("n", justify="right")
    for row in card.rows:
        verdict = f"[{COLOURS.get(row.verdict, 'red')}]{row.verdict}"
        table.add_row(row.name, *numbers(row), verdict, str(row.n))
    return table


def numbers(row: Row) -> tuple[str, str, str, str]:
    """Return value, spread, real figure and ratio or difference as text."""
    if row.value is None:
        return "", "", "", ""
    ratio = f"{row.difference:+.4f}" if row.ratio is None else f"{row.ratio:.2f}"
    return f"{row.value:.4f}", f"{row.spread:.4f}", f"{row.real:.4f}", ratio


def class_table(card: Scorecard) -> Table:
    """Return a table of the figures that there are for each digit."""
    columns = class_columns(card)
    table = _table("\ndigit by digit")
    table.add_column("digit")
    for name in columns:
        table.add_column(name, justify="right")
    for label, name in enumerate(card.classes):
        table.add_row(name, *(column[label] for column in columns.values()))
    return table


def class_columns(card: Scorecard) -> dict[str, list[str]]:
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


def _table(title: str) -> Table:
    return Table(
        title=title, box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False
    )
