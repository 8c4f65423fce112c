"""How good, while it learns and at its end, by the judge of the scorecard."""

import csv
import io
from pathlib import Path

import keras

from digitgan.data.dataset import Dataset
from digitgan.data.load import load_dataset
from digitgan.data.named_datasets import STACKED
from digitgan.errors import InputError
from digitgan.evaluation.evaluate import evaluate
from digitgan.evaluation.load_samples import load_samples
from digitgan.files import read_table, write_text
from digitgan.model.model_card import add_scores
from digitgan.training.clock import Clock
from digitgan.training.run import Run
from digitgan.training.validation_metrics import Likeness, Modes

STEPS_BETWEEN = 400
MOST = 40  # times in a run


class Score(keras.callbacks.Callback):
    """Measure every few epochs and write ``scores.csv``.

    Attributes:
        rows: epoch (a fraction), step and what the yardstick yields, ``times_real``
            among it, 1 being as near as real digits.
    """

    def __init__(self, path: Path, clock: Clock, yardstick: Likeness | Modes):
        """Know where to write and what to measure.

        Args:
            path: The file to write; its rows are gone on with.
            clock: To know the epoch.
            yardstick: What measures.
        """
        super().__init__()
        self.path, self.clock, self.yardstick = path, clock, yardstick
        self.rows = []

    @property
    def share_of_digits(self) -> float:
        """Effective number of different digits, over that of real ones."""
        return self.yardstick.share_of_digits

    def go_on(self) -> None:
        """Take up the rows of an earlier session."""
        rows = read_table("resume", self.path, ("epoch", "step", "times_real"))
        whole = self.clock.steps_per_epoch
        self.rows = [
            r for r in rows if r["step"] <= self.clock.step and r["step"] % whole == 0
        ]

    def on_epoch_end(self, epoch, logs=None):
        """Measure and write, when there is news."""
        scored = self.rows[-1]["step"] if self.rows else 0
        pause = max(STEPS_BETWEEN, (self.clock.last_step or 0) / MOST)
        if self.clock.step - scored < pause and not self.clock.done:
            return
        row = {
            "epoch": round(self.clock.step / self.clock.steps_per_epoch, 4),
            "step": self.clock.step,
            **self.yardstick.measure(self.model),
        }
        self.rows.append(row)
        text = io.StringIO()
        writer = csv.DictWriter(text, row, lineterminator="\n")
        writer.writeheader()
        writer.writerows(self.rows)
        write_text(self.path, text.getvalue())


def write_scorecard(run: Run, dataset: Dataset) -> None:
    """Classifier the finished model quickly and write ``scorecard.json``.

    Data that the judge has no real digits of (no labels, no test part) gets none.
    """
    print("Judging the digits ...", flush=True)
    try:
        real = load_dataset("mnist") if run.config.data == STACKED else dataset
        samples = load_samples(run.folder, real, run.config.seed)
        card = evaluate(samples, data=real)
    except InputError as reason:
        print(f"No scorecard: {reason}")
        return
    card.save(run.folder / "scorecard.json")
    found = {r.name: (r.value, r.real) for r in card.rows if r.value is not None}
    add_scores(run.model, found)
    for row in [row for row in card.rows[:2] if row.value is not None]:
        print(f"{row.name}: {row.value:.5g}; real digits have {row.real:.5g}")
