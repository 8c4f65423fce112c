"""What people see while a GAN trains: a live screen, a picture, or lines in a log."""

import logging
import math
import time
from html import escape
from importlib import import_module
from typing import Any

import keras
import numpy as np
from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from digitgan.data.html import img
from digitgan.data.image_grid import grid
from digitgan.training.clock import Clock, Logs
from digitgan.training.run import Run
from digitgan.training.validation import Scores

LOGGER = logging.getLogger("digitgan")
SECONDS_BETWEEN_LINES = 20.0
SECONDS_BETWEEN_PICTURES = 2.0
BAR_WIDTH = 32  # characters from D = 0 to D = 1
SHOWN_DIGITS = 5
SHOWN_DISTANCES = 8
COLOURS = {"real": "#2e7d32", "fake": "#c62828"}  # of D in a notebook
MEANING = "a distance of 1: as near to real images as these are to one another"


class ProgressLines(keras.callbacks.Callback):
    """A log line now and then, for files and pipes."""

    def __init__(self, clock: Clock, batch_size: int):
        super().__init__()
        self.clock, self.batch_size = clock, batch_size
        self._last, self._last_step = time.perf_counter(), None
        self._distances: list[str] = []

    def show_distance(self, scores: Scores) -> None:
        """Show how far samples are from real images now."""
        self._distances.append(f"{scores.times_real:.1f}")

    def show_sheet(self, images: np.ndarray) -> None:
        """Show the latest samples, ``uint8 (N, height, width)``: not in lines."""

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Log when the last line is old enough."""
        if time.perf_counter() - self._last >= SECONDS_BETWEEN_LINES:
            self._log(logs)

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Log the epoch's means."""
        if self.clock.step != self._last_step:
            self._log(logs)

    def headline(self) -> str:
        """Return how far it is."""
        clock, goal = self.clock, self.clock.goal
        epoch = max(0, clock.step - 1) // goal.steps_per_epoch + 1
        in_epoch = clock.step - (epoch - 1) * goal.steps_per_epoch
        of_epochs = f"/{goal.epochs}" if goal.epochs else ""
        images, left = clock.steps_per_second * self.batch_size, "?:??"
        if clock.seconds_left < math.inf:
            left = "{}:{:02d}".format(*divmod(int(clock.seconds_left), 60))
        return (
            f"epoch {epoch}{of_epochs}  step {in_epoch}/{goal.steps_per_epoch}  "
            f"{images:,.0f} images/s  {left} left"
        )

    def _log(self, logs) -> None:
        self._last, self._last_step = time.perf_counter(), self.clock.step
        distance = ""
        if self._distances:
            meaning = f" ({MEANING})" if len(self._distances) == 1 else ""
            distance = f"  distance {self._distances[-1]}{meaning}"
        LOGGER.info(
            "%s  loss D %.3f G %.3f  D(real) %.2f D(fake) %.2f%s",
            self.headline(),
            *(logs[name] for name in ("d_loss", "g_loss", "d_real", "d_fake")),
            distance,
        )


class LiveDisplay(ProgressLines):
    """One screen that changes: progress, losses, D(real), D(fake) and samples."""

    def __init__(self, clock: Clock, batch_size: int, console: Console):
        super().__init__(clock, batch_size)
        self._means: dict[str, float] = {}
        self._samples = Text()
        self._live = Live(console=console, get_renderable=self.render)

    def show_sheet(self, images: np.ndarray) -> None:
        """Show the latest samples, ``uint8 (N, height, width)``."""
        digits = images[:: max(1, len(images) // SHOWN_DIGITS)][:SHOWN_DIGITS]
        epochs = self.clock.epochs
        when = f"after {epochs:.1f} epochs" if epochs else "before training"
        self._samples = Text(f"\nthe same random numbers, {when}:\n", "dim")
        self._samples.append_text(_in_half_blocks(digits))
        if self._live.is_started:
            self._live.refresh()

    def on_train_begin(self, logs: Logs = None) -> None:
        """Show the screen."""
        self._live.start()

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Keep the numbers for when the screen is drawn next, four times a second."""
        self._means = {name: float(value) for name, value in (logs or {}).items()}

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Show the epoch's end at once."""
        self._live.refresh()

    def on_train_end(self, logs: Logs = None) -> None:
        """Leave the last screen standing."""
        self._live.stop()

    def render(self) -> Group:
        """Return the screen."""
        seconds, left = self.clock.progress.seconds, self.clock.seconds_left
        bar = ProgressBar(total=seconds + left, completed=seconds, width=70)
        parts = [Text(self.headline(), "bold"), bar, Text()]
        if self._means:
            parts += [self._probabilities(), self._losses()]
        if self._distances:
            fall = " → ".join(self._distances[-SHOWN_DISTANCES:])
            distance = (f" distance to real images {fall}", "bold")
            parts.append(Text.assemble(distance, f"\n {MEANING}"))
        hint = Text("Ctrl-C stops and keeps everything", "dim")
        return Group(*parts, self._samples, hint)

    def _probabilities(self) -> Table:
        table = Table(box=None, padding=(0, 1), show_header=False)
        for images, colour in (("real", "green"), ("fake", "red")):
            probability = self._means[f"d_{images}"]
            cells = ("█" * round(probability * BAR_WIDTH)).ljust(BAR_WIDTH, "·")
            bar = Text(cells[: BAR_WIDTH // 2], colour)
            bar.append("│", "bold").append(cells[BAR_WIDTH // 2 :], colour)
            table.add_row(f"D({images}) {probability:.2f}", bar)
        return table

    def _losses(self) -> Text:
        d_loss, g_loss = self._means["d_loss"], self._means["g_loss"]
        return Text(
            " D says how probably a digit is real; │ is 0.5: it cannot tell\n"
            f" losses: discriminator {d_loss:.3f}, generator {g_loss:.3f}"
        )


def _in_half_blocks(images: np.ndarray) -> Text:
    """Draw images side by side, grey: 28 x 28 as 7 lines of 14 half blocks."""
    grey = images if images.ndim == 3 else images.mean(axis=3)
    n, height, width = grey.shape
    small = grey[:, : height // 4 * 4, : width // 2 * 2]
    small = small.reshape(n, height // 4 * 2, 2, width // 2, 2).mean(axis=(2, 4))
    lines = np.concatenate(list(small.astype(int)), axis=1)
    text = Text(no_wrap=True)
    for upper, lower in zip(lines[::2], lines[1::2], strict=True):
        for above, below in zip(upper, lower, strict=True):
            style = f"rgb({above},{above},{above}) on rgb({below},{below},{below})"
            text.append("▀", style)
        text.append("\n")
    return text


class NotebookDisplay(ProgressLines):
    """Progress, distance, D(real), D(fake) and the sample sheet, in one output."""

    def __init__(self, run: Run, clock: Clock):
        super().__init__(clock, run.config.settings.batch_size)
        self.run = run
        self._sheet, self._means, self._last_update = "", {}, 0.0
        self._handle: Any = None

    def show_sheet(self, images: np.ndarray) -> None:
        """Show the latest samples, ``uint8 (N, height, width)``."""
        picture = grid(images, ink=self.run.config.settings.image.is_ink)
        self._sheet = img(picture, f"samples after {self.clock.epochs:.0f} epochs")
        self._update()

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Refresh the numbers now and then."""
        self._means = {name: float(value) for name, value in (logs or {}).items()}
        if time.perf_counter() - self._last_update >= SECONDS_BETWEEN_PICTURES:
            self._update()

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Show what the epoch has led to."""
        self._update()

    def on_train_end(self, logs: Logs = None) -> None:
        """Leave the last picture standing."""
        self._update()

    def _update(self) -> None:
        self._last_update = time.perf_counter()
        display: Any = import_module("IPython.display")
        page = display.HTML(self.render())
        if self._handle:
            self._handle.update(page)
        else:
            self._handle = display.display(page, display_id=True)

    def render(self) -> str:
        """Return the picture as HTML."""
        seconds, left = self.clock.progress.seconds, self.clock.seconds_left
        bar = _bar(seconds / (seconds + left) if seconds else 0.0, "#1565c0")
        rows = [f"<b>{escape(self.headline())}</b><br>{bar}"]
        if self._means:
            rows += [
                f"{_bar(self._means[f'd_{images}'], colour)} "
                f"D({images}) {self._means[f'd_{images}']:.2f}"
                for images, colour in COLOURS.items()
            ]
        if self._distances:
            fall = " → ".join(self._distances[-SHOWN_DISTANCES:])
            rows.append(f"<b>distance to real images {fall}</b><br>{MEANING}")
        if self.clock.interrupted:
            call = f"digitgan.resume({str(self.run.folder)!r})"
            rows.append(f"Stopped. <code>{escape(call)}</code> goes on.")
        elif not self.clock.done:
            hint = "Interrupting the kernel stops the training and keeps everything."
            rows.append(f"<small>{hint}</small>")
        return f"<div>{'<br>'.join(rows)}<br>{self._sheet}</div>"


def _bar(share: float, colour: str) -> str:
    """Return a bar of 200 pixels, the half of it marked."""
    filled = f"background: linear-gradient(to right, {colour} {share:.1%}, #8884 0)"
    return (
        f'<span style="display: inline-block; width: 200px; height: 9px; {filled}">'
        "</span>"
    )
