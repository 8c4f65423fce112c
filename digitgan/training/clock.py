"""How long it has learnt, and when that is enough."""

import math
import signal
import time
from dataclasses import dataclass

import keras

from digitgan.training.distribution import agreed

STOPS = (signal.SIGINT, signal.SIGTERM)  # Ctrl-C; what a machine going down sends


@dataclass(frozen=True)
class Progress:
    """How far a run has come.

    Attributes:
        step: Batches learnt from since the run was begun.
        seconds: Time spent on them, over all sessions of the run.
        rollbacks: How often the guard went back to a checkpoint.
    """

    step: int = 0
    seconds: float = 0.0
    rollbacks: int = 0


class Clock(keras.callbacks.Callback):
    """Count steps and seconds, and stop at the time limit or when asked to.

    Attributes:
        step: As in :class:`Progress`, like the next two.
        seconds: Time spent.
        rollbacks: How often the guard went back.
        interrupted: Whether Ctrl-C or SIGTERM came.
    """

    def __init__(self, steps_per_epoch: int, epochs: int | None, minutes: float | None):
        """Set the goal: a number of epochs, a time, or whichever ends first."""
        super().__init__()
        self.steps_per_epoch = steps_per_epoch
        self.last_step = epochs * steps_per_epoch if epochs else None
        self.limit = minutes * 60 if minutes else None
        self.interrupted = False
        self._handlers = {}
        self.start(Progress())

    def start(self, progress: Progress) -> None:
        """Count on from there."""
        self.step, self.seconds = progress.step, progress.seconds
        self.rollbacks = progress.rollbacks
        self._first = (self.step, self.seconds)

    @property
    def progress(self) -> Progress:
        """How far the run has come."""
        return Progress(self.step, self.seconds, self.rollbacks)

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
    def at_epoch_end(self) -> bool:
        """Whether the last step was the last of an epoch."""
        return self.step % self.steps_per_epoch == 0

    @property
    def done(self) -> bool:
        """Whether the goal is reached, or somebody asked to stop."""
        steps_done = self.last_step is not None and self.step >= self.last_step
        time_over = self.limit is not None and self.seconds >= self.limit
        return self.interrupted or steps_done or time_over

    def on_train_begin(self, logs=None):
        """Take over Ctrl-C and SIGTERM; a second one ends the process at once."""
        self._started = time.perf_counter() - self.seconds
        self._handlers = {name: signal.getsignal(name) for name in STOPS}

        def stop(*_):
            self.interrupted = True
            self._give_back()

        try:
            for name in STOPS:
                signal.signal(name, stop)
        except ValueError:  # not the main thread: its owner handles signals
            self._handlers = {}

    def on_train_batch_end(self, batch, logs=None):
        """Count, and say when it is enough."""
        self.step += self.model.steps_at_once
        seconds = time.perf_counter() - self._started
        self.seconds, self.interrupted = agreed(seconds, self.interrupted)
        if self.done:
            self.model.stop_training = True

    def on_train_end(self, logs=None):
        """Give the signals back."""
        self._give_back()

    def _give_back(self) -> None:
        for name, handler in self._handlers.items():
            signal.signal(name, handler)
