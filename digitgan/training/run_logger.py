"""What a run records of itself while it trains: ``log.csv`` and TensorBoard events."""

from collections.abc import Callable

import keras
import numpy as np
from tensorboard.summary import Writer

from digitgan.training.clock import Clock
from digitgan.training.history import COLUMNS, History, Row
from digitgan.training.run import Run


class RunLogger(keras.callbacks.Callback):
    """Write the log and the events ten times an epoch; call ``on_row`` within one."""

    def __init__(self, run: Run, clock: Clock, on_row: Callable[[Row], None]):
        super().__init__()
        self.run, self.clock, self.on_row = run, clock, on_row
        self._history = History([], clock.goal.steps_per_epoch)
        self._events: Writer | None = None
        self._partial_means = []

    def restore(self, gan: keras.Model) -> None:
        """Take up the log and the running means, which ``fit`` resets at its start."""
        rows = [row for row in self.run.read_log() if row["step"] <= self.clock.step]
        self._history = History(rows, self.clock.goal.steps_per_epoch)
        if not self.clock.is_epoch_end:
            self._partial_means = [
                (variable, np.array(keras.ops.convert_to_numpy(variable)))
                for variable in gan.metrics_variables
            ]

    def on_train_begin(self, logs=None):
        """Open the events."""
        self._events = Writer(str(self.run.events_folder))

    def on_epoch_begin(self, epoch, logs=None):
        """Go on with the running means of an epoch that an earlier session began."""
        for variable, value in self._partial_means:
            variable.assign(value)
        self._partial_means = []

    def on_train_batch_end(self, batch, logs=None):
        """Log a part of the epoch."""
        if self._history.is_due(self.clock.step) and (row := self._log(logs)):
            self.on_row(row)

    def on_epoch_end(self, epoch, logs=None):
        """Log what is left of the epoch when it was cut short."""
        self._log(logs)

    def on_train_end(self, logs=None):
        """Close the events."""
        if self._events:
            self._events.close()

    def _log(self, logs) -> Row | None:
        row = self._history.add(self.clock.progress, logs)
        if row and self._events:
            self.run.write_log(self._history.rows)
            for name in COLUMNS:
                self._events.add_scalar(name, row[name], self.clock.step)
            self._events.flush()
        return row
