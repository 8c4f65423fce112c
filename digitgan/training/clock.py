"""Steps and seconds of a training, and its stop: at the goal, or by a signal."""

import os
import signal
import stat
import time
from collections.abc import Mapping

import keras

from digitgan.model.gan import GAN
from digitgan.training.distribution import synchronize
from digitgan.training.progress import Goal, Progress

Logs = Mapping[str, float] | None  # running means by name, as Keras passes them

STOP_SIGNALS = (  # Ctrl-C; what a shutdown sends; what a closed terminal sends
    signal.SIGINT,
    signal.SIGTERM,
    *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else []),  # not on Windows
)


class GANCallback(keras.callbacks.Callback):
    """The base of the callbacks that look into the model."""

    @property
    def gan(self) -> GAN:
        """The GAN in training; on JAX, Keras first hands it the values of ``fit``."""
        if not isinstance(self.model, GAN):
            raise TypeError(f"{type(self).__name__} is for a GAN")
        return self.model


class Clock(GANCallback):
    """Count steps and seconds; stop at the goal, and on ``STOP_SIGNALS``."""

    def __init__(self, goal: Goal):
        super().__init__()
        self.goal = goal
        self.interrupted: bool = False  # of all processes, since the last step
        self._signalled: bool = False  # of this one, at any moment
        self._handlers = {}
        self.set(Progress())

    def set(self, progress: Progress) -> None:
        """Count on from there."""
        self.progress: Progress = progress
        self._session_start = progress

    @property
    def step(self) -> int:
        """Batches learnt from since the run was begun."""
        return self.progress.step

    @property
    def epochs(self) -> float:
        """The same in epochs, with a fraction."""
        return self.step / self.goal.steps_per_epoch

    @property
    def steps_per_second(self) -> float:
        """Mean rate of this session."""
        return self.progress.steps_per_second(self._session_start)

    @property
    def seconds_left(self) -> float:
        """Until the goal, at the rate so far; infinite where unknown."""
        return self.goal.seconds_left(self.progress, self.steps_per_second)

    @property
    def is_epoch_end(self) -> bool:
        """Whether the last step was the last of an epoch."""
        return self.step % self.goal.steps_per_epoch == 0

    @property
    def done(self) -> bool:
        """Whether the goal is reached, or a signal came."""
        return self.interrupted or self.goal.is_reached(self.progress)

    def on_train_begin(self, logs: Logs = None) -> None:
        """Take over the signals; a second one ends the process at once.

        One that is ignored stays so: nohup wants the closed terminal to be.
        """
        self._began = time.perf_counter() - self.progress.seconds
        handlers = {name: signal.getsignal(name) for name in STOP_SIGNALS}
        self._handlers = {k: v for k, v in handlers.items() if v != signal.SIG_IGN}

        def stop(number, _):
            self._signalled = True
            if number not in (signal.SIGINT, signal.SIGTERM):
                _print_nowhere()
            self.on_train_end()

        try:
            for name in self._handlers:
                signal.signal(name, stop)
        except ValueError:  # not the main thread: its owner handles signals
            self._handlers = {}

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Count, and stop the training when it is done."""
        seconds = time.perf_counter() - self._began
        seconds, self.interrupted = synchronize(seconds, self._signalled)
        step = self.step + self.gan.steps_at_once
        self.progress = Progress(step, seconds, self.progress.rollbacks)
        if self.done:
            self.gan.stop_training = True

    def on_train_end(self, logs: Logs = None) -> None:
        """Give the signals back."""
        for name, handler in self._handlers.items():
            signal.signal(name, handler)


def _print_nowhere() -> None:
    """Send what is printed nowhere, if that was the terminal that is closed."""
    with open(os.devnull, "wb") as nowhere:
        for number in (1, 2):
            if stat.S_ISCHR(os.fstat(number).st_mode):  # a closed one is no tty
                os.dup2(nowhere.fileno(), number)
