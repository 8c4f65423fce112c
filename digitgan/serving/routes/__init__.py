"""The routes of the API, a file each, and what they share: a new file is a new route.

Each has ``add_routes(api, state)``, which adds its paths to a FastAPI router.
"""

from dataclasses import dataclass

from digitgan.handwriting.model import Model
from digitgan.serving.auth import TokenAuth
from digitgan.serving.draw_pool import DrawPool
from digitgan.serving.draw_processes import DrawProcesses
from digitgan.serving.metrics import Metrics
from digitgan.serving.runs import Runs
from digitgan.serving.training_process import Trainer


@dataclass(frozen=True, eq=False)
class AppState:
    """What the routes of one server share."""

    model: Model
    pool: DrawPool
    processes: DrawProcesses
    auth: TokenAuth
    metrics: Metrics
    runs: Runs
    data: str  # what new runs learn from
    clean: bool  # whether it is cleaned first
    trainer: Trainer

    async def close(self) -> None:
        """Finish what has begun."""
        await self.trainer.close()
        await self.pool.close()
        self.processes.close()
