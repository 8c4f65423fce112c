"""The numbers of a run: ten rows an epoch, the same whether it was stopped or not."""

from digitgan.model.gan import METRICS
from digitgan.training.clock import Progress

ROWS_PER_EPOCH = 10
MEANS = (*METRICS, "penalty")
COLUMNS = (*MEANS, "rollbacks")


class History:
    """Turn Keras' running means, which start anew every epoch, into rows.

    Attributes:
        rows: Each with epoch (a fraction), step, seconds, the mean of every metric and
            of the penalty over the steps since the row before, and how often the guard
            has gone back.
    """

    def __init__(self, rows: list[dict[str, float]], steps_per_epoch: int):
        """Go on with the rows of an earlier session.

        Args:
            rows: Of ``log.csv``; those that a stop cut short are measured anew.
            steps_per_epoch: Steps in an epoch.
        """
        self.steps_per_epoch = steps_per_epoch
        self.rows = [row for row in rows if self.is_due(int(row["step"]))]

    def is_due(self, step: int) -> bool:
        """Whether a row ends at this step."""
        part = (step - 1) % self.steps_per_epoch + 1
        rows_before = (part - 1) * ROWS_PER_EPOCH // self.steps_per_epoch
        return part * ROWS_PER_EPOCH // self.steps_per_epoch > rows_before

    def add(self, now: Progress, running: dict[str, float]) -> None:
        """Add the row that ends now, unless it is there already.

        Args:
            now: The step, and the seconds spent.
            running: Means over the epoch's steps so far, the whole loss among them.
        """
        if self.rows and self.rows[-1]["step"] >= now.step:
            return
        running = {**running, "penalty": penalty_in(running)}
        epoch_began = (now.step - 1) // self.steps_per_epoch * self.steps_per_epoch
        known, before = dict.fromkeys(MEANS, 0.0), epoch_began
        for row in self.rows:
            if row["step"] > epoch_began:
                for name in MEANS:
                    known[name] += row[name] * (row["step"] - before)
                before = row["step"]
        row = {"epoch": round(now.step / self.steps_per_epoch, 4), "step": now.step}
        row["seconds"] = round(now.seconds, 2)
        for name in MEANS:
            total = float(running[name]) * (now.step - epoch_began)
            row[name] = (total - known[name]) / (now.step - before)
        row["rollbacks"] = now.rollbacks
        self.rows.append(row)


def penalty_in(means: dict[str, float]) -> float:
    """Return the gradient penalty's part of a mean loss."""
    return float(means["loss"]) - float(means["d_loss"]) - float(means["g_loss"])
