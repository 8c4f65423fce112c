"""Which display of a training suits where its output goes."""

import logging

from rich.console import Console

from digitgan.training.clock import Clock
from digitgan.training.notebook_display import NotebookDisplay
from digitgan.training.progress_display import LOGGER, LiveDisplay, ProgressLines
from digitgan.training.run import Run


def choose_display(run: Run, clock: Clock) -> ProgressLines:
    """Return a picture for notebooks, a screen for terminals, lines for files."""
    console, batch_size = Console(), run.config.settings.batch_size
    if console.is_jupyter:
        return NotebookDisplay(run, clock)
    # FORCE_COLOR makes any file a terminal to rich; half blocks need Unicode.
    live = console.is_terminal and console.file.isatty() and "utf" in console.encoding
    if live and LOGGER.isEnabledFor(logging.INFO):
        return LiveDisplay(clock, batch_size, console)
    return ProgressLines(clock, batch_size)
