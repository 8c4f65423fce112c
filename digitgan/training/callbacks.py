"""What happens beside the learning: keep time, keep watch, keep records."""

import math
import signal
import time

import keras
import numpy as np
from tensorboard.summary import Writer

from digitgan.data.images import to_float
from digitgan.data.pictures import grid
from digitgan.errors import TrainingFailed
from digitgan.files import replacing
from digitgan.model.folder import sample_grid
from digitgan.model.gan import METRICS
from digitgan.training import checkpoint
from digitgan.training.history import History
from digitgan.training.run import Run

WARM_UP = 500  # steps before a lack of variety, or a lost game, means anything
LEAST_VARIETY = 0.25  # of the real digits'
WON = 0.99  # mean D(real) above this and D(fake) below its complement


class Clock(keras.callbacks.Callback):
    """Count steps and seconds, and stop at the time limit or on Ctrl-C.

    Attributes:
        step: Batches learnt from since the run was begun.
        seconds: Time spent on them, over all sessions of the run.
        interrupted: Whether a person pressed Ctrl-C.
    """

    def __init__(self, steps_per_epoch: int, epochs: int | None, minutes: float | None):
        """Set the goal: a number of epochs, a time, or whichever ends first."""
        super().__init__()
        self.steps_per_epoch = steps_per_epoch
        self.last_step = epochs * steps_per_epoch if epochs else None
        self.limit = minutes * 60 if minutes else None
        self.interrupted = False
        self.start(0, 0.0)

    def start(self, step: int, seconds: float) -> None:
        """Count on from where an earlier session stopped."""
        self.step, self.seconds = step, seconds
        self._first = (step, seconds)

    @property
    def rate(self) -> float:
        """Steps a second in this session."""
        first_step, first_second = self._first
        spent = self.seconds - first_second
        return (self.step - first_step) / spent if spent else 0.0

    @property
    def seconds_left(self) -> float:
        """Until the goal, judged by the rate so far; infinite where unknown."""
        left = [math.inf]
        if self.limit:
            left.append(self.limit - self.seconds)
        if self.last_step and self.rate:
            left.append((self.last_step - self.step) / self.rate)
        return max(0.0, min(left))

    @property
    def done(self) -> bool:
        """Whether the goal is reached, or a person asked to stop."""
        steps_done = self.last_step is not None and self.step >= self.last_step
        time_over = self.limit is not None and self.seconds >= self.limit
        return self.interrupted or steps_done or time_over

    def on_train_begin(self, logs=None):
        """Take over Ctrl-C; a second one interrupts at once."""
        self._started = time.perf_counter() - self.seconds
        self._handler = signal.getsignal(signal.SIGINT)

        def stop(*_):
            self.interrupted = True
            signal.signal(signal.SIGINT, self._handler)

        try:
            signal.signal(signal.SIGINT, stop)
        except ValueError:  # not the main thread: its owner handles signals
            self._handler = None

    def on_train_batch_end(self, batch, logs=None):
        """Count, and say when it is enough."""
        self.step += self.model.steps_at_once
        self.seconds = time.perf_counter() - self._started
        if self.done:
            self.model.stop_training = True

    def on_train_end(self, logs=None):
        """Give Ctrl-C back."""
        if self._handler:
            signal.signal(signal.SIGINT, self._handler)


class Guard(keras.callbacks.Callback):
    """Stop a run that cannot get better, with a sentence for people."""

    def __init__(self, clock: Clock, real: np.ndarray):
        """Know what variety real digits have.

        Args:
            clock: To say when it happened.
            real: ``uint8 (N, 28, 28)``, some of the training digits.
        """
        super().__init__()
        self.clock = clock
        self.real_variety = float(to_float(real).std(axis=0).mean())

    def on_train_batch_end(self, batch, logs=None):
        """Stop when the losses are no longer numbers."""
        if not math.isfinite(float(logs["loss"])):
            raise TrainingFailed(
                f"step {self.clock.step}: the losses are no longer numbers. "
                "Try a lower --learning-rate"
            )

    def on_epoch_end(self, epoch, logs=None):
        """Stop when the fakes are all alike, or the discriminator has won."""
        if self.clock.step < WARM_UP:
            return
        share = logs["variety"] / self.real_variety
        if share < LEAST_VARIETY:
            raise TrainingFailed(
                f"epoch {epoch + 1}: the generator has collapsed, its digits vary "
                f"{share:.0%} as much as real ones. Try a lower --learning-rate, "
                "another --seed or a larger --penalty"
            )
        if logs["d_real"] > WON and logs["d_fake"] < 1 - WON:
            raise TrainingFailed(
                f"epoch {epoch + 1}: the discriminator has won (D(real) "
                f"{logs['d_real']:.3f}, D(fake) {logs['d_fake']:.3f}), the generator "
                "learns no more. Try a larger --penalty or a lower --learning-rate"
            )


class Recorder(keras.callbacks.Callback):
    """Write the log ten times an epoch; sheet, events and checkpoint after each.

    Attributes:
        history: The rows of the log.
        sheet: The latest sample sheet, ``uint8 (N, 28, 28)``.
    """

    def __init__(self, run: Run, clock: Clock, conditions: dict[str, np.ndarray]):
        """Know where to write, and what can be asked for: that of the real digits."""
        super().__init__()
        self.run, self.clock, self.conditions = run, clock, conditions
        self.history = History([], clock.steps_per_epoch)
        self.partial_metrics = []

    def go_on(self, gan: keras.Model) -> None:
        """Take up the log and the running means, which ``fit`` forgets at its start."""
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
        self.sheet = self._draw_sheet()
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
        self.sheet = self._draw_sheet()
        self._write_sheet(epoch + 1)
        checkpoint.save(
            self.run.checkpoint, self.model, self.clock.step, self.clock.seconds
        )

    def on_train_end(self, logs=None):
        """Close the events."""
        self.events.close()

    def _log(self, logs) -> None:
        clock, rows = self.clock, self.history.rows
        self.history.add(clock.step, clock.seconds, logs)
        self.run.write_log(rows)
        for name in METRICS:
            self.events.add_scalar(name, rows[-1][name], clock.step)
        self.events.flush()

    def _draw_sheet(self) -> np.ndarray:
        return sample_grid(self.model, self.conditions, self.run.config.seed)

    def _write_sheet(self, epoch: int) -> None:
        with replacing(self.run.samples / f"epoch_{epoch:04d}.png") as temporary:
            grid(self.sheet).save(temporary)
