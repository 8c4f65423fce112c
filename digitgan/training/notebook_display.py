"""A training in a notebook: one picture, updated in place."""

import time
from html import escape
from importlib import import_module
from typing import Any

import numpy as np

from digitgan.data.html import img
from digitgan.data.image_grid import grid
from digitgan.training.clock import Clock, Logs
from digitgan.training.progress_display import (
    MEANING,
    SHOWN_DISTANCES,
    ProgressLines,
)
from digitgan.training.run import Run

SECONDS_BETWEEN_UPDATES = 2.0
COLOURS = {"real": "#2e7d32", "fake": "#c62828"}
HINT = "Interrupting the kernel stops the training and keeps everything."


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
        if time.perf_counter() - self._last_update >= SECONDS_BETWEEN_UPDATES:
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
            rows.append(f"<small>{HINT}</small>")
        return f"<div>{'<br>'.join(rows)}<br>{self._sheet}</div>"


def _bar(share: float, colour: str) -> str:
    """Return a bar of 200 pixels, the half of it marked."""
    filled = f"background: linear-gradient(to right, {colour} {share:.1%}, #8884 0)"
    return (
        f'<span style="display: inline-block; width: 200px; height: 9px; {filled}">'
        "</span>"
    )
