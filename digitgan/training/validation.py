"""Validation every few epochs: how near to real images, and is every class there."""

from collections.abc import Callable

from digitgan.training.clock import Clock
from digitgan.training.gan_callback import GANCallback
from digitgan.training.run import Run
from digitgan.training.validation_metrics import Scores, ValidationMetric

MIN_STEPS_BETWEEN = 400
MAX_VALIDATIONS = 40  # in a run


class ValidationCallback(GANCallback):
    """Measure every few epochs, write ``scores.csv`` and call ``on_scores``."""

    def __init__(
        self,
        run: Run,
        clock: Clock,
        metric: ValidationMetric,
        on_scores: Callable[[Scores], None],
    ):
        super().__init__()
        self.run, self.clock = run, clock
        self.metric, self.on_scores = metric, on_scores
        self._rows: list[dict[str, float]] = []

    def restore(self) -> None:
        """Take up the rows of an earlier session, but for that of its stop."""
        steps_per_epoch = self.clock.goal.steps_per_epoch
        self._rows = [
            row
            for row in self.run.read_scores()
            if row["step"] <= self.clock.step and row["step"] % steps_per_epoch == 0
        ]

    def on_epoch_end(self, epoch, logs=None):
        """Measure and write when it is time, and at the end."""
        last = self._rows[-1]["step"] if self._rows else 0
        last_step = self.clock.goal.last_step or 0
        pause = max(MIN_STEPS_BETWEEN, last_step / MAX_VALIDATIONS)
        if self.clock.step - last < pause and not self.clock.done:
            return
        scores = self.metric.measure(self.gan)
        row = {"epoch": round(self.clock.epochs, 4), "step": self.clock.step}
        row |= {"times_real": scores.times_real, **scores.details}
        self._rows.append(row)
        self.run.write_scores(self._rows)
        self.on_scores(scores)
