"""A checkpoint every so many seconds, written while the training goes on."""

import time
from concurrent.futures import Future, ThreadPoolExecutor, wait

import keras
import numpy as np

from digitgan.training.checkpoint import Checkpoints, snapshot
from digitgan.training.clock import Clock
from digitgan.training.gan_callback import GANCallback, Logs
from digitgan.training.progress import Progress

MAX_TIME_SHARE = 0.02  # of the training time that checkpoints may take


class CheckpointCallback(GANCallback):
    """Write checkpoints: at the start, now and then, and at the stop.

    The training waits only while the state is copied; a thread writes the copy. What
    both cost is measured, and the pause between checkpoints is stretched until that is
    at most ``MAX_TIME_SHARE`` of the time. The collapse monitor comes before in the
    list of callbacks and raises where something is wrong, so what is written was good.
    """

    def __init__(self, checkpoints: Checkpoints, clock: Clock, min_pause: float):
        super().__init__()
        self.checkpoints = checkpoints
        self.clock = clock
        self.min_pause = min_pause
        self.pause: float = min_pause
        self._thread = ThreadPoolExecutor(1, "checkpoint")
        self._writing: Future[float] | None = None
        self._copy_seconds = 0.0
        self._last = Progress(step=-1)

    def restore(self, gan: keras.Model) -> Progress | None:
        """Put the newest whole checkpoint into the GAN; see :class:`Checkpoints`."""
        progress = self.checkpoints.restore(gan)
        self._last = progress or self._last
        return progress

    def on_train_begin(self, logs: Logs = None) -> None:
        """Save the start, so that a disk too small shows at once, or a lower rate."""
        if self._last.step < 0 or self._last.rollbacks != self.clock.progress.rollbacks:
            self._save().result()

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Save when it is time; an epoch's end is left until all is recorded."""
        if not (self.clock.done or self.clock.is_epoch_end) and self._is_due():
            self._save()

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Save when it is time, and at the stop."""
        if self.clock.done:
            self.on_train_end()
        is_due = self._is_due()
        if self.clock.done:
            self._save().result()
        elif is_due:
            self._save()

    def on_train_end(self, logs: Logs = None) -> None:
        """Wait for what is being written."""
        if self._writing:
            wait([self._writing])

    def _is_due(self) -> bool:
        """Whether enough time has passed; raises what went wrong with the last one."""
        if self._writing:
            if not self._writing.done():
                return False
            cost = self._copy_seconds + self._writing.result()
            self._writing = None
            self.pause = max(self.min_pause, cost / MAX_TIME_SHARE)
        return self.clock.progress.seconds - self._last.seconds >= self.pause

    def _save(self) -> Future[float]:
        began = time.perf_counter()
        arrays = snapshot(self.gan)
        self._copy_seconds = time.perf_counter() - began
        self._last = self.clock.progress
        self._writing = self._thread.submit(self._write, self._last, arrays)
        return self._writing

    def _write(self, progress: Progress, arrays: dict[str, np.ndarray]) -> float:
        """Write, unless the state is broken; return the processor time of that."""
        began = time.thread_time()
        if all(np.isfinite(array).all() for array in arrays.values()):
            self.checkpoints.write(progress, arrays)
        return time.thread_time() - began
