"""Rate and time left of a data set in the making, on standard error."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn


@contextmanager
def progress_bar(kind: str, count: int, left: int) -> Iterator[Callable[[int], None]]:
    """Show on a terminal how many samples are left; yield what moves the bar."""
    console, began, drawn = Console(stderr=True), time.perf_counter(), 0
    columns = BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}")
    hidden = not console.file.isatty()  # whatever FORCE_COLOR says
    with Progress(*columns, console=console, transient=True, disable=hidden) as bar:
        task = bar.add_task("", total=count, completed=count - left)

        def advance(samples: int) -> None:
            nonlocal drawn
            drawn += samples
            rate = drawn / (time.perf_counter() - began)
            rest = timedelta(seconds=round((left - drawn) / rate))
            pace = f"{rate:,.0f} {kind}/s, {rest} left"
            bar.update(task, advance=samples, description=pace)

        yield advance
