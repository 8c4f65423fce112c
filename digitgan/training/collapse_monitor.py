"""Notice a run that cannot get better, from what training measures anyway."""

import math

import keras
import numpy as np

from digitgan.data.images import to_float
from digitgan.errors import TrainingFailed
from digitgan.training.clock import Clock
from digitgan.training.history import penalty_in
from digitgan.training.run_logger import RunLogger
from digitgan.training.validation import Score

MODES = ("stop", "rollback", "off")
MOST_ROLLBACKS = 3
LOWER = 0.5  # the learning rate after a roll-back, over that before
WARM_UP = 500  # steps before anything but a broken number means something
LEAST_STEPS = 50  # behind a mean that is judged within an epoch
LEAST_VARIETY = 0.25  # of the real digits'
LEAST_DIGITS = 0.3  # of the real digits' effective number
MOST_LOSS = 100.0  # both losses and the penalty; a game that is alive has 1 to 10
WON = 0.99  # mean D(real) above this and D(fake) below its complement


class CollapseMonitor(keras.callbacks.Callback):
    """Raise on a run that cannot get better, with a sentence for people.

    Stands behind the recorder and the score, whose numbers it judges, and before the
    saver, so that no checkpoint is written of a state that it refused.
    """

    def __init__(
        self, clock: Clock, recorder: RunLogger, score: Score, real: np.ndarray
    ):
        """Know what variety real digits have.

        Args:
            clock: To say when it happened.
            recorder: Whose rows are judged, where an epoch is long enough for them.
            score: Which counts how many different digits are drawn.
            real: ``uint8 (N, 28, 28)``, some of the training digits.
        """
        super().__init__()
        self.clock, self.recorder, self.score = clock, recorder, score
        self.real_variety = float(to_float(real).std(axis=0).mean())

    def on_train_batch_end(self, batch, logs=None):
        """Look at the loss after every step, and at every row of the log."""
        if not math.isfinite(float(logs["loss"])):
            self._fail("the losses are no longer numbers", "a lower --learning-rate")
        clock, rows = self.clock, self.recorder.history.rows
        long_enough = clock.steps_per_epoch >= 10 * LEAST_STEPS
        if long_enough and rows and rows[-1]["step"] == clock.step:
            self._judge(rows[-1])

    def on_epoch_end(self, epoch, logs=None):
        """Look at the means of the epoch, and at what the judge read."""
        self._judge({**logs, "penalty": penalty_in(logs)})
        share, scores = self.score.share_of_digits, self.score.rows
        is_news = scores and scores[-1]["step"] == self.clock.step
        if is_news and self.clock.step >= WARM_UP and share < LEAST_DIGITS:
            self._fail(
                "the generator has collapsed to a few digits, "
                f"{share:.0%} as many kinds as there are real ones",
                "a larger --penalty, a lower --learning-rate or another --seed",
            )

    def _judge(self, means: dict[str, float]) -> None:
        if self.clock.step < WARM_UP:
            return
        share = means["variety"] / self.real_variety
        if share < LEAST_VARIETY:
            self._fail(
                "the generator has collapsed, its digits vary "
                f"{share:.0%} as much as real ones",
                "a lower --learning-rate, another --seed or a larger --penalty",
            )
        if means["d_real"] > WON and means["d_fake"] < 1 - WON:
            self._fail(
                f"the discriminator has won (D(real) {means['d_real']:.3f}, "
                f"D(fake) {means['d_fake']:.3f}), the generator learns no more",
                "a larger --penalty or a lower --learning-rate",
            )
        loss = means["d_loss"] + means["g_loss"] + means["penalty"]
        if loss > MOST_LOSS:
            self._fail(
                f"the game diverges, its losses add up to {loss:,.0f} "
                f"(of that {means['penalty']:,.0f} are the penalty)",
                "a lower --learning-rate",
            )

    def _fail(self, what: str, remedy: str) -> None:
        raise TrainingFailed(f"step {self.clock.step}: {what}. Try {remedy}")
