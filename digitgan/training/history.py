"""Rows of a run's log: ten an epoch, the same whether the run was stopped or not."""

from digitgan.model.gan import METRICS
from digitgan.training.progress import Progress

ROWS_PER_EPOCH = 10
MEANS = (*METRICS, "penalty")
COLUMNS = (*MEANS, "rollbacks")

Row = dict[str, float]


class History:
    """Turn Keras' running means, which start anew every epoch, into rows.

    Each row has the mean of every metric and of the penalty over the steps since the
    row before. Of an earlier session's, those that a stop cut short are measured anew.
    """

    def __init__(self, rows: list[Row], steps_per_epoch: int):
        self.steps_per_epoch = steps_per_epoch
        self.rows: list[Row] = [row for row in rows if self.is_due(int(row["step"]))]

    def is_due(self, step: int) -> bool:
        """Whether a row ends at this step."""
        in_epoch = (step - 1) % self.steps_per_epoch + 1
        rows_before = (in_epoch - 1) * ROWS_PER_EPOCH // self.steps_per_epoch
        return in_epoch * ROWS_PER_EPOCH // self.steps_per_epoch > rows_before

    def add(self, progress: Progress, epoch_means: dict[str, float]) -> Row | None:
        """Add the row that ends now, and return it; None if it is there already."""
        if self.rows and self.rows[-1]["step"] >= progress.step:
            return None
        means = {**epoch_means, "penalty": penalty_of(epoch_means)}
        epoch_start = (progress.step - 1) // self.steps_per_epoch * self.steps_per_epoch
        # The sums over the epoch's earlier rows are subtracted from that so far.
        earlier, row_start = dict.fromkeys(MEANS, 0.0), epoch_start
        for row in self.rows:
            if row["step"] > epoch_start:
                for name in MEANS:
                    earlier[name] += row[name] * (row["step"] - row_start)
                row_start = int(row["step"])
        row: Row = {
            "epoch": round(progress.step / self.steps_per_epoch, 4),
            "step": progress.step,
            "seconds": round(progress.seconds, 2),
        }
        for name in MEANS:
            total = float(means[name]) * (progress.step - epoch_start)
            row[name] = (total - earlier[name]) / (progress.step - row_start)
        row["rollbacks"] = progress.rollbacks
        self.rows.append(row)
        return row


def penalty_of(means: dict[str, float]) -> float:
    """Return the gradient penalty's part of a mean loss."""
    return float(means["loss"]) - float(means["d_loss"]) - float(means["g_loss"])
