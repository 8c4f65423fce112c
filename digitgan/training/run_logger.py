"""What a run records of itself while it trains: ``log.csv`` and TensorBoard events."""

import errno
import logging
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

import keras
import numpy as np
from tensorboard.compat.proto.event_pb2 import Event  # type: ignore - generated
from tensorboard.compat.proto.summary_pb2 import Summary  # type: ignore
from tensorboard.summary.writer.event_file_writer import EventFileWriter

from digitgan.data.html import png
from digitgan.data.image_grid import grid
from digitgan.training.clock import Clock, Logs
from digitgan.training.history import COLUMNS, History, Row
from digitgan.training.run import Run

LOGGER = logging.getLogger("digitgan")
MAX_SHOWN = 200  # characters of what TensorFlow said


class RunLogger(keras.callbacks.Callback):
    """Write the log and the events ten times an epoch; call ``on_row`` within one."""

    def __init__(self, run: Run, clock: Clock, on_row: Callable[[Row], None]):
        super().__init__()
        self.run, self.clock, self.on_row = run, clock, on_row
        self._history = History([], clock.goal.steps_per_epoch)
        self._events: EventFileWriter | None = None
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

    def on_train_begin(self, logs: Logs = None) -> None:
        """Open the events."""
        with _as_os_error():
            self._events = EventFileWriter(str(self.run.events_folder))

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Go on with the running means of an epoch that an earlier session began."""
        for variable, value in self._partial_means:
            variable.assign(value)
        self._partial_means = []

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Log a part of the epoch."""
        if self._history.is_due(self.clock.step) and (row := self._log(logs)):
            self.on_row(row)

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Log what is left of the epoch when it was cut short."""
        self._log(logs)

    def on_train_end(self, logs: Logs = None) -> None:
        """Close the events."""
        if self._events:
            with _as_os_error():
                self._events.close()

    def _log(self, logs) -> Row | None:
        row = self._history.add(self.clock.progress, logs)
        if row:
            if not self.run.config_path.exists():
                self.run.write_config()  # without it nobody could go on
                self.on_train_begin()  # or events would follow the old folder
                LOGGER.warning("%s was removed: begun again", self.run.folder)
            self.run.write_log(self._history.rows)
            self._add(Summary.Value(tag=n, simple_value=row[n]) for n in COLUMNS)
        return row

    def log_sheet(self, images: np.ndarray) -> None:
        """Write a sample sheet, of ``uint8 (N, height, width)``, for TensorBoard."""
        picture = grid(images, ink=self.run.config.settings.image.is_ink)
        (width, height), channels = picture.size, len(picture.getbands())
        size = {"height": height, "width": width, "colorspace": channels}
        image = Summary.Image(encoded_image_string=png(picture), **size)
        self._add([Summary.Value(tag="samples", image=image)])

    def _add(self, values: Iterable[Summary.Value]) -> None:
        if self._events:
            summary = Summary(value=list(values))
            when = {"step": self.clock.step, "wall_time": time.time()}
            with _as_os_error():
                self._events.add_event(Event(summary=summary, **when))
                self._events.flush()


@contextmanager
def _as_os_error() -> Iterator[None]:
    """Turn what TensorFlow's own file system raises, where there is one, into OSError.

    It has errors of its own for a full disk.
    """
    try:
        yield
    except OSError:
        raise
    except Exception as error:
        raise OSError(errno.EIO, f"its events: {error}"[:MAX_SHOWN]) from error
