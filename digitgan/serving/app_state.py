"""What the routes of one server share."""

from dataclasses import dataclass

from digitgan.handwriting.model import Model
from digitgan.serving.auth import TokenAuth
from digitgan.serving.draw_pool import DrawPool
from digitgan.serving.metrics import Metrics
from digitgan.serving.runs import Runs
from digitgan.serving.training_process import Trainer


@dataclass(frozen=True, eq=False)
class AppState:
    """What the routes of one server share."""

    model: Model
    pool: DrawPool
    auth: TokenAuth
    metrics: Metrics
    runs: Runs
    data: str  # what new runs learn from
    trainer: Trainer
