"""What people see while it learns: a live screen, or plain lines for a log."""

import time

import keras
import numpy as np
from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from digitgan.training.clock import Clock
from digitgan.training.run import Run
from digitgan.training.run_logger import RunLogger

LINE_EVERY = 20.0  # seconds between plain lines
BAR = 32  # characters from D = 0 to D = 1


def watch(run: Run, clock: Clock, recorder: RunLogger) -> keras.callbacks.Callback:
    """Return the view that suits where the output goes."""
    console = Console()
    view = LiveView if console.is_terminal else PlainView
    return view(console, run, clock, recorder)


class _View(keras.callbacks.Callback):
    def __init__(self, console: Console, run: Run, clock: Clock, recorder: RunLogger):
        super().__init__()
        self.console, self.run = console, run
        self.clock, self.recorder = clock, recorder

    def headline(self) -> str:
        clock = self.clock
        epoch = max(0, clock.step - 1) // clock.steps_per_epoch + 1
        in_epoch = clock.step - (epoch - 1) * clock.steps_per_epoch
        of = f"/{clock.last_step // clock.steps_per_epoch}" if clock.last_step else ""
        images = clock.rate * self.run.config.settings.batch_size
        return (
            f"epoch {epoch}{of}  step {in_epoch}/{clock.steps_per_epoch}  "
            f"{images:,.0f} images/s  {_minutes(clock.seconds_left)} left"
        )


class PlainView(_View):
    """A line now and then, for files and pipes."""

    def on_train_begin(self, logs=None):
        """Start to wait for the first line."""
        self._last, self._last_step = time.perf_counter(), None

    def on_train_batch_end(self, batch, logs=None):
        """Print when the last line is old enough."""
        if time.perf_counter() - self._last >= LINE_EVERY:
            self._print(logs)

    def on_epoch_end(self, epoch, logs=None):
        """Print the epoch's means."""
        if self.clock.step != self._last_step:
            self._print(logs)

    def _print(self, logs):
        self._last, self._last_step = time.perf_counter(), self.clock.step
        numbers = (
            f"loss D {float(logs['d_loss']):.3f} G {float(logs['g_loss']):.3f}  "
            f"D(real) {float(logs['d_real']):.2f} D(fake) {float(logs['d_fake']):.2f}"
        )
        print(f"{self.headline()}  {numbers}", file=self.console.file, flush=True)


class Lines(keras.callbacks.Callback):
    """How far it is and what the discriminator thinks, for trainings of minutes."""

    def __init__(self, clock: Clock):
        """Know how long it takes."""
        super().__init__()
        self.clock = clock

    def on_train_begin(self, logs=None):
        """Start to wait for the first line."""
        self._last = time.perf_counter()

    def on_train_batch_end(self, batch, logs=None):
        """Print when the last line is old enough."""
        clock = self.clock
        if time.perf_counter() - self._last >= LINE_EVERY:
            self._last = time.perf_counter()
            print(
                f"step {clock.step}/{clock.last_step}  {_minutes(clock.seconds_left)} "
                f"left  D(real) {float(logs['d_real']):.2f} "
                f"D(fake) {float(logs['d_fake']):.2f}",
                flush=True,
            )


class LiveView(_View):
    """One screen that changes: progress, losses, opinion and the digits themselves."""

    _live: Live | None = None

    def on_train_begin(self, logs=None):
        """Show the screen."""
        self._live = Live(console=self.console, refresh_per_second=4)
        self._live.start()
        self._logs = None

    def on_train_batch_end(self, batch, logs=None):
        """Refresh the numbers."""
        self._logs = {name: float(value) for name, value in logs.items()}
        self._live.update(self.render())

    def on_epoch_end(self, epoch, logs=None):
        """Show the new digits."""
        self._live.update(self.render(), refresh=True)

    def on_train_end(self, logs=None):
        """Leave the last screen standing."""
        if self._live:
            self._live.stop()

    def render(self) -> Group:
        """Return the screen."""
        clock = self.clock
        left = clock.seconds_left
        bar = ProgressBar(total=clock.seconds + left, completed=clock.seconds, width=70)
        parts = [Text(self.headline(), "bold"), bar, Text()]
        if self._logs:
            parts += [self._opinion(), self._losses()]
        epochs = clock.step // clock.steps_per_epoch
        when = f"after epoch {epochs}" if epochs else "before training"
        parts += [
            Text(f"\nthe same random numbers, {when}:", "dim"),
            _in_characters(self._five()),
            Text("Ctrl-C stops and keeps everything", "dim"),
        ]
        return Group(*parts)

    def _opinion(self) -> Table:
        table = Table(box=None, padding=(0, 1), show_header=False)
        for name, key, colour in (
            ("D(real)", "d_real", "green"),
            ("D(fake)", "d_fake", "red"),
        ):
            share = self._logs[key]
            cells = "█" * round(share * BAR)
            cells = cells.ljust(BAR, "·")
            marked = Text(cells[: BAR // 2], colour)
            marked.append("│", "bold").append(cells[BAR // 2 :], colour)
            table.add_row(f"{name} {share:.2f}", marked)
        return table

    def _losses(self) -> Text:
        d, g = self._logs["d_loss"], self._logs["g_loss"]
        return Text(
            " D says how probably a digit is real; │ is 0.5: it cannot tell\n"
            f" losses: discriminator {d:.3f}, generator {g:.3f}"
        )

    def _five(self):
        sheet = self.recorder.sheet
        return sheet[:: max(1, len(sheet) // 5)][:5]


def _minutes(seconds: float) -> str:
    if seconds == float("inf"):
        return "?:??"
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def _in_characters(images: np.ndarray) -> Text:
    """Draw ``uint8 (N, 28, 28)`` side by side in greys, 14 columns by 7 lines each."""
    small = images.reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4)).astype(int)
    lines = np.concatenate(list(small), axis=1)
    text = Text(no_wrap=True)
    for above, below in zip(lines[::2], lines[1::2], strict=True):
        for top, bottom in zip(above, below, strict=True):
            text.append(
                "▀", f"rgb({top},{top},{top}) on rgb({bottom},{bottom},{bottom})"
            )
        text.append("\n")
    return text
