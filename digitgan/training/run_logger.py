"""What a run leaves while it learns: the log, the events and the sheets."""

import keras
import numpy as np
from tensorboard.summary import Writer

from digitgan.data.image_grid import grid
from digitgan.files import replacing
from digitgan.model.keras_sampling import sample_grid
from digitgan.training.clock import Clock
from digitgan.training.history import COLUMNS, History
from digitgan.training.run import Run


class RunLogger(keras.callbacks.Callback):
    """Write the log and the events ten times an epoch, and a sheet after each.

    Attributes:
        history: The rows of the log.
        sheet: The latest sample sheet, ``uint8 (N, 28, 28)``.
    """

    def __init__(self, run: Run, clock: Clock, conditions: dict[str, np.ndarray]):
        """Know where to write, and what can be asked for: that of the real digits."""
        super().__init__()
        self.run, self.clock, self.conditions = run, clock, conditions
        self.history = History([], clock.steps_per_epoch)
        self.sheet, self.events, self.partial_metrics = None, None, []

    def go_on(self, gan: keras.Model) -> None:
        """Take up the log and the running means, which ``fit`` forgets at its start."""
        self.sheet = self.draw_sheet(gan)
        rows = [row for row in self.run.log if row["step"] <= self.clock.step]
        self.history = History(rows, self.clock.steps_per_epoch)
        if self.clock.step % self.clock.steps_per_epoch:
            self.partial_metrics = [
                (variable, keras.ops.convert_to_numpy(variable).copy())
                for variable in gan.metrics_variables
            ]

    def on_train_begin(self, logs=None):
        """Open the events; the first sheet shows a generator that knows nothing."""
        self.events = Writer(str(self.run.folder / "events"))
        if self.sheet is None:
            self.sheet = self.draw_sheet(self.model)
        if self.clock.step == 0:
            self._write_sheet(0)

    def on_epoch_begin(self, epoch, logs=None):
        """Go on with the means of an epoch that an earlier session began."""
        for variable, value in self.partial_metrics:
            variable.assign(value)
        self.partial_metrics = []

    def on_train_batch_end(self, batch, logs=None):
        """Log a part of the epoch."""
        if self.history.is_due(self.clock.step):
            self._log(logs)

    def on_epoch_end(self, epoch, logs=None):
        """Record the epoch, or as much of it as there was time for."""
        self._log(logs)
        self.sheet = self.draw_sheet(self.model)
        self._write_sheet(epoch + 1)

    def on_train_end(self, logs=None):
        """Close the events."""
        if self.events:
            self.events.close()

    def _log(self, logs) -> None:
        clock, rows = self.clock, self.history.rows
        self.history.add(clock.progress, logs)
        self.run.write_log(rows)
        for name in COLUMNS:
            self.events.add_scalar(name, rows[-1][name], clock.step)
        self.events.flush()

    def draw_sheet(self, gan: keras.Model) -> np.ndarray:
        """Return digits of the run's own random numbers, ``uint8 (N, 28, 28)``."""
        return sample_grid(gan, self.conditions, self.run.config.seed)

    def _write_sheet(self, epoch: int) -> None:
        with replacing(self.run.samples / f"epoch_{epoch:04d}.png") as temporary:
            grid(self.sheet).save(temporary)
