"""How good, while it learns and at its end, by the judge of the scorecard."""

import csv
import io
from pathlib import Path

import keras
import numpy as np

from digitgan.data import Dataset, Digits, held_out
from digitgan.errors import InputError
from digitgan.evaluation import candidates, scorecard
from digitgan.evaluation.judge import Judge
from digitgan.evaluation.metrics.distances import frechet
from digitgan.files import read_table, write_text
from digitgan.model.card import add_scores
from digitgan.model.folder import draw
from digitgan.training.clock import Clock
from digitgan.training.run import Run

DRAWN = 2_000
STEPS_BETWEEN = 400
MOST = 40  # times in a run


class Score(keras.callbacks.Callback):
    """Measure the Frechet distance every few epochs and write ``scores.csv``.

    The distance is between 2,000 digits of the weight average and training digits that
    the judge has not learned from, over the same distance for 2,000 real digits.

    Attributes:
        rows: epoch (a fraction), step and times_real, 1 being as near as real digits.
        share_of_digits: Effective number of different digits in the last 2,000, as the
            judge reads them, over that of real ones; of the last row.
    """

    def __init__(self, path: Path, clock: Clock, digits: Digits, conditions: dict):
        """Look at the real digits once.

        Args:
            path: The file to write; its rows are gone on with.
            clock: To know the epoch.
            digits: The training digits.
            conditions: What can be asked for, of each of them: ``(N,)`` by name.
        """
        super().__init__()
        self.path, self.clock, self.judge = path, clock, Judge()
        others, reference = held_out(digits)
        some = np.linspace(0, len(others) - 1, DRAWN).astype(int)
        asked = np.linspace(0, len(digits) - 1, DRAWN).astype(int)
        self.conditions = {name: v[asked] for name, v in conditions.items()}
        read, self.reference = self.judge.read(reference.images)
        self.real_digits = _effective_number(read)
        self.floor = frechet(self.judge.read(others.images[some])[1], self.reference)
        self.rows, self.share_of_digits = [], 1.0

    def go_on(self) -> None:
        """Take up the rows of an earlier session."""
        rows = read_table("--resume", self.path, ("epoch", "step", "times_real"))
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
        images = draw(self.model, DRAWN, self.conditions)
        read, features = self.judge.read(images)
        self.share_of_digits = _effective_number(read) / self.real_digits
        distance = frechet(features, self.reference)
        row = {
            "epoch": round(self.clock.step / self.clock.steps_per_epoch, 4),
            "step": self.clock.step,
            "times_real": distance / self.floor,
        }
        self.rows.append(row)
        text = io.StringIO()
        writer = csv.DictWriter(text, row, lineterminator="\n")
        writer.writeheader()
        writer.writerows(self.rows)
        write_text(self.path, text.getvalue())


def _effective_number(read: np.ndarray) -> float:
    """Return how many digits would be this mixed if each came equally often."""
    shares = np.bincount(read.argmax(axis=1)) / len(read)
    shares = shares[shares > 0]
    return float(np.exp(-(shares * np.log(shares)).sum()))


def write_scorecard(run: Run, dataset: Dataset) -> None:
    """Judge the finished model quickly and write ``scorecard.json``.

    Data that the judge has no real digits of (no labels, no test part) gets none.
    """
    print("Judging the digits ...", flush=True)
    try:
        images, labels = candidates.find(run.folder, dataset, run.config.seed)
        card = scorecard.evaluate(images, labels, data=dataset)
    except InputError as reason:
        print(f"No scorecard: {reason}")
        return
    card.save(run.folder / "scorecard.json")
    found = {r.name: (r.value, r.real) for r in card.rows if r.value is not None}
    add_scores(run.model, found)
    row = card["frechet"]
    if row.value is not None:
        print(
            f"Frechet distance {row.value:.2f}; real digits have {row.real:.2f}, "
            f"so {row.value / row.real:.1f} times as far"
        )
