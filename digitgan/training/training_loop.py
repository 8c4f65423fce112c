"""One session of a run: from its last checkpoint to its goal, through roll-backs."""

import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

import keras
from rich.console import Console

from digitgan.data.dataset import Dataset
from digitgan.data.mnist_preprocessing import crop_to_box
from digitgan.errors import TrainingFailed
from digitgan.training.batches import Batches
from digitgan.training.build import build_gan, scale_learning_rate
from digitgan.training.checkpoint import CheckpointCallback, Checkpoints
from digitgan.training.checks import MAX_EPOCHS
from digitgan.training.clock import Clock
from digitgan.training.collapse_monitor import CollapseMonitor
from digitgan.training.condition_values import condition_values
from digitgan.training.input_pipeline import input_pipeline
from digitgan.training.previews import PreviewCallback
from digitgan.training.progress import Progress
from digitgan.training.progress_display import (
    LiveDisplay,
    NotebookDisplay,
    ProgressLines,
)
from digitgan.training.run import Run
from digitgan.training.run_logger import RunLogger
from digitgan.training.validation import ValidationCallback, metric_for

LOGGER = logging.getLogger("digitgan")
MAX_ROLLBACKS = 3
ROLLBACK_LR_FACTOR = 0.5  # the learning rate after a roll-back, over that before
MAX_REAL_IMAGES = 1_000  # whose variety the collapse monitor compares with


def choose_display(run: Run, clock: Clock) -> ProgressLines:
    """Return a picture for notebooks, a screen for terminals, lines for files."""
    console, batch_size = Console(), run.config.settings.batch_size
    if console.is_jupyter:
        return NotebookDisplay(run, clock)
    # FORCE_COLOR makes any file a terminal to rich; half blocks need Unicode.
    live = console.is_terminal and console.file.isatty() and "utf" in console.encoding
    if live and LOGGER.isEnabledFor(logging.INFO):
        return LiveDisplay(clock, batch_size, console)
    return ProgressLines(clock, batch_size)


class TrainingLoop:
    """A GAN with fresh weights, its data and its callbacks."""

    def __init__(
        self,
        run: Run,
        dataset: Dataset,
        callbacks: Sequence[keras.callbacks.Callback] = (),
    ):
        self.run, self.dataset = run, dataset
        config, settings, images = run.config, run.config.settings, dataset.train.images
        self.images = images = crop_to_box(images) if settings.box else images
        self.conditions = given = condition_values(
            dataset, settings.measured_conditions
        )
        self.gan = build_gan(settings, given, config.seed, config.schedule_steps)
        self.clock = clock = Clock(config.goal)
        some_images = images[:: max(1, len(images) // MAX_REAL_IMAGES)]
        monitor = CollapseMonitor(clock, some_images, config.guard != "off")
        display = choose_display(run, clock)
        self._logger = RunLogger(run, clock, on_row=monitor.check_row)
        on_sheet = display.show_sheet, self._logger.log_sheet
        previews = PreviewCallback(run, clock, images, given, on_sheet)
        on_scores = display.show_distance, monitor.check_scores
        self.metric = metric_for(dataset, given)
        self._validation = self.metric and ValidationCallback(
            run, clock, self.metric, on_scores
        )
        self.checkpoint = CheckpointCallback(
            Checkpoints(run.checkpoint_folder), clock, config.checkpoint_seconds
        )
        # Keras calls them in this order. The clock comes first, as all others read the
        # time; the checkpoint last, as it must not save what another one refused.
        self._callbacks = [
            *(clock, self._logger),
            *([previews] if config.artifacts else []),
            *([self._validation] if self._validation else []),
            *(monitor, display, *callbacks, self.checkpoint),
        ]

    def restore(self) -> bool:
        """Go on from the last checkpoint; return whether there is one."""
        if progress := self.checkpoint.restore(self.gan):
            self._continue_from(progress)
        return progress is not None

    def train(self) -> None:
        """Train until the goal or a callback's wish, after a roll-back once more.

        Raises:
            TrainingFailed: The run has collapsed, beyond the roll-backs asked for.
        """
        while not self.clock.done:
            try:
                self._fit()
                if self.gan.stop_training:
                    return
            except BaseException as failure:
                for callback in self._callbacks:  # what fit left open when it raised
                    with suppress(OSError):
                        callback.on_train_end()
                if not isinstance(failure, TrainingFailed):
                    raise
                self._roll_back(failure)

    def _fit(self) -> None:
        """Train on; an epoch that was cut short is finished on its own first."""
        size, seed = self.run.config.settings.batch_size, self.run.config.seed
        batches = Batches(self.images, self.conditions, size, seed, self.clock.step)
        last_epoch = self.run.config.epochs or MAX_EPOCHS
        self.gan.fit(
            input_pipeline(self.gan, batches),
            initial_epoch=batches.epoch,
            epochs=batches.epoch + 1 if batches.skipped else last_epoch,
            callbacks=self._callbacks,
            shuffle=False,  # else Keras deals the batches in an order of its own
            verbose=0,  # type: ignore[arg-type]  # Keras takes numbers, too
        )

    def _roll_back(self, failure: TrainingFailed) -> None:
        """Go back to the last checkpoint, at half the learning rate."""
        wanted = self.run.config.guard == "rollback"
        if not wanted or self.clock.progress.rollbacks == MAX_ROLLBACKS:
            after = f" (after {MAX_ROLLBACKS} roll-backs)" if wanted else ""
            self.run.append_guard_log(f"{failure}{after}")
            raise TrainingFailed(f"{failure}{after}") from failure
        current, saved = self.clock.progress, self.checkpoint.restore(self.gan)
        if saved is None:
            raise failure
        n = current.rollbacks + 1
        self._continue_from(replace(saved, seconds=current.seconds, rollbacks=n))
        line = (
            f"{failure}. Roll-back {n} of {MAX_ROLLBACKS}: on from step {saved.step} "
            f"at {ROLLBACK_LR_FACTOR**n:.3g} times the learning rate"
        )
        self.run.append_guard_log(line)
        LOGGER.warning(line)

    def _continue_from(self, progress: Progress) -> None:
        self.clock.set(progress)
        self._logger.restore(self.gan)
        if self._validation:
            self._validation.restore()
        if progress.rollbacks:
            config, factor = self.run.config, ROLLBACK_LR_FACTOR**progress.rollbacks
            steps = config.schedule_steps
            scale_learning_rate(self.gan, config.settings, steps, factor)
