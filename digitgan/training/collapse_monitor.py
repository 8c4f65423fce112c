"""Notice a run that cannot get better, from what training measures anyway."""

import math

import keras
import numpy as np

from digitgan.errors import TrainingFailed
from digitgan.training.clock import Clock, Logs
from digitgan.training.history import Row, penalty_of
from digitgan.training.validation import Scores
from digitgan.training.variety import COLLAPSED_VARIETY, variety_of

WARM_UP = 500  # steps before anything but a broken number means something
MIN_STEPS_PER_ROW = 50  # behind a mean that is judged within an epoch
MIN_EFFECTIVE_CLASSES = 0.3  # share of the real images' effective number
MAX_LOSS = 100.0  # both losses and the penalty; a healthy game has 1 to 10
CERTAIN = 0.99  # mean D(real) above this and D(fake) below its complement


class CollapseMonitor(keras.callbacks.Callback):
    """Raise :class:`TrainingFailed` on a run that cannot get better.

    The run logger and the validation call it with what they measured, Keras with the
    losses of each step and epoch.
    """

    def __init__(self, clock: Clock, real: np.ndarray, enabled: bool = True):
        super().__init__()
        self.clock, self.enabled = clock, enabled
        self.real_variety: float = variety_of(real)

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Check that the losses are numbers."""
        if not math.isfinite(float((logs or {})["loss"])):
            self._fail("the losses are no longer numbers", "a lower --learning-rate")

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Check the means of the epoch."""
        means = dict(logs or {})
        self._check_means({**means, "penalty": penalty_of(means)})

    def check_row(self, row: Row) -> None:
        """Check the means of a part of an epoch, where that is long enough for them."""
        if self.clock.goal.steps_per_epoch >= 10 * MIN_STEPS_PER_ROW:
            self._check_means(row)

    def check_scores(self, scores: Scores) -> None:
        """Check how many different classes the generator draws."""
        share = scores.effective_classes
        if self.clock.step >= WARM_UP and share < MIN_EFFECTIVE_CLASSES:
            self._fail(
                "the generator has collapsed to a few digits, "
                f"{share:.0%} as many kinds as there are real ones",
                "a larger --penalty, a lower --learning-rate or another --seed",
            )

    def _check_means(self, means: Row) -> None:
        if self.clock.step < WARM_UP:
            return
        share = abs(means["variety"]) / self.real_variety  # of rounding: may be -0
        if share < COLLAPSED_VARIETY:
            self._fail(
                "the generator has collapsed, its digits vary "
                f"{share:.0%} as much as real ones",
                "a lower --learning-rate, another --seed or a larger --penalty",
            )
        if means["d_real"] > CERTAIN and means["d_fake"] < 1 - CERTAIN:
            self._fail(
                f"the discriminator has won (D(real) {means['d_real']:.3f}, "
                f"D(fake) {means['d_fake']:.3f}), the generator learns no more",
                "a larger --penalty or a lower --learning-rate",
            )
        loss = means["d_loss"] + means["g_loss"] + means["penalty"]
        if loss > MAX_LOSS:
            self._fail(
                f"the game diverges, its losses add up to {loss:,.0f} "
                f"(of that {means['penalty']:,.0f} are the penalty)",
                "a lower --learning-rate",
            )

    def _fail(self, problem: str, remedy: str) -> None:
        if self.enabled:
            raise TrainingFailed(f"step {self.clock.step}: {problem}. Try {remedy}")
