"""Rate and time left of a data set in the making, on standard error."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn


@contextmanager
def progress_bar(kind: str, count: int, left: int) -> Iterator[Callable[[int], None]]:
    """Show a bar on a terminal; yield what moves it.

    Args:
        kind: What is drawn.
        count: Samples of the whole data set.
        left: How many of them are still to be drawn.
    """
    columns = BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[pace]}")
    console, began, present = Console(stderr=True), time.perf_counter(), count - left
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task("", total=count, completed=present, pace="")

        def advance(drawn: int) -> None:
            done = bar.tasks[task].completed + drawn
            rate = (done - present) / (time.perf_counter() - began)
            rest = timedelta(seconds=round((count - done) / rate))
            pace = f"{rate:,.0f} {kind}/s, {rest} left"
            bar.update(task, completed=done, pace=pace)

        yield advance
