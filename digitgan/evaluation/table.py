"""The scorecard as tables in the terminal."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich import box
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from digitgan.evaluation.scorecard import NUMBERS, Scorecard

COLOURS = {"as real": "green", "close": "yellow", "skipped": "dim"}
BY_CLASS = (  # key of the row, part of its detail, name of the column
    ("shares", "these", "share"),
    ("agreement", "per digit", "agreement"),
    ("variety", "these", "variety"),
    ("variance", "these", "variance"),
    ("coverage_worst", "these", "coverage"),
)


def show(card: Scorecard, console: Console | None = None) -> None:
    """Print the scorecard on standard output, unless another console is given."""
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
    console = Console(stderr=True)
    hidden = not console.file.isatty()  # whatever FORCE_COLOR says
    with Progress(*columns, console=console, transient=True, disable=hidden) as bar:
        task = bar.add_task("reading digits")
        yield lambda step, steps, name: bar.update(
            task, completed=step, total=steps, description=f"{name:24}"
        )


def row_table(card: Scorecard) -> Table:
    """Return a table of all rows; a difference has a sign, a ratio has none."""
    title = f"{card.count:,} digits, {card.level}, {card.seconds:.0f} s"
    table = _table(title, "figure", *NUMBERS, "these are", "n")
    table.columns[0].no_wrap, table.columns[5].justify = True, "left"
    for row in card.rows:
        verdict = f"[{COLOURS.get(row.verdict, 'red')}]{row.verdict}"
        table.add_row(row.name, *row.numbers(), verdict, str(row.n))
    return table


def class_table(card: Scorecard) -> Table:
    """Return a table of the figures that there are for each digit."""
    columns = class_columns(card)
    table = _table("\ndigit by digit", "digit", *columns)
    for name, *cells in zip(card.classes, *columns.values(), strict=True):
        table.add_row(name, *cells)
    return table


def class_columns(card: Scorecard) -> dict[str, list[str]]:
    """Return the figures that there are for each digit as text, by their name."""
    details = {row.key: row.detail for row in card.rows}
    return {
        name: ["" if v is None else f"{v:.3f}" for v in details[key][part]]
        for key, part, name in BY_CLASS
        if part in details.get(key, {})
    }


def _table(title: str, first: str, *names: str) -> Table:
    table = Table(
        first, title=title, box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False
    )
    for name in names:
        table.add_column(name, justify="right")
    return table
