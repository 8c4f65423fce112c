"""The numbers of a run: ten rows an epoch, the same whether it was stopped or not."""

from digitgan.model.gan import METRICS

ROWS_PER_EPOCH = 10


class History:
    """Turn Keras' running means, which start anew every epoch, into rows.

    Attributes:
        rows: Each with epoch (a fraction), step, seconds, and the mean of every metric
            over the steps since the row before.
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

    def add(self, step: int, seconds: float, running: dict[str, float]) -> None:
        """Add the row that ends at a step, unless it is there already.

        Args:
            step: Batches learnt from.
            seconds: Time spent on them.
            running: Means over the epoch's steps so far.
        """
        if self.rows and self.rows[-1]["step"] >= step:
            return
        epoch_began = (step - 1) // self.steps_per_epoch * self.steps_per_epoch
        known, before = {name: 0.0 for name in METRICS}, epoch_began
        for row in self.rows:
            if row["step"] > epoch_began:
                for name in METRICS:
                    known[name] += row[name] * (row["step"] - before)
                before = row["step"]
        row = {"epoch": round(step / self.steps_per_epoch, 4), "step": step}
        row["seconds"] = round(seconds, 2)
        for name in METRICS:
            total = float(running[name]) * (step - epoch_began)
            row[name] = (total - known[name]) / (step - before)
        self.rows.append(row)
