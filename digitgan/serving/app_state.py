"""What the routes of one server share."""

from dataclasses import dataclass
from pathlib import Path

from digitgan.handwriting.model import Model
from digitgan.serving.auth import TokenAuth
from digitgan.serving.draw_pool import DrawPool
from digitgan.serving.metrics import Metrics
from digitgan.serving.training_process import Trainer


@dataclass(frozen=True, eq=False)
class AppState:
    """What the routes of one server share.

    Attributes:
        model: Who writes; opened with one thread, as several requests are drawn at
            once.
        pool: Where they are drawn.
        auth: Who may write or train.
        metrics: What ``/metrics`` shows.
        trainer: Trains one run at a time.
        runs: The folder of the runs.
        data: What new ones learn from.
    """

    model: Model
    pool: DrawPool
    auth: TokenAuth
    metrics: Metrics
    trainer: Trainer
    runs: Path
    data: str
