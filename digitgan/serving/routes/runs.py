"""``/v1/runs``: the trainings, and what can be seen of one."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from digitgan.model.presets import PRESETS
from digitgan.serving.app_state import AppState
from digitgan.serving.problems import Problem, refusals
from digitgan.serving.request_models import Epoch, RunName
from digitgan.serving.responses import json_or_304
from digitgan.serving.run_report import (
    RunReport,
    RunSummary,
    report,
    report_without_folder,
    summarise,
)
from digitgan.serving.runs import Runs, sheet_path
from digitgan.serving.training_process import OFFERED, Trainer
from digitgan.training.run import CONFIG_NAME

ANSWERS = refusals(400, 404, 409) | {304: {"description": "Not changed."}}
PICTURE = {"schema": {"type": "string", "format": "binary"}}


class RunList(BaseModel):
    """The runs of a folder."""

    runs: list[RunSummary]
    running: str | None
    presets: dict[str, str] = Field(description="What each of those offered is.")


def add_routes(api: APIRouter, state: AppState) -> None:
    """Add the paths that show runs."""
    runs, trainer = Runs(state.runs), state.trainer

    @api.get("/v1/runs", response_model=RunList, responses=ANSWERS)
    async def list_runs(request: Request) -> Response:
        """List the runs."""
        answer = await asyncio.to_thread(_listed, runs, trainer)
        return json_or_304(request, answer.model_dump())

    @api.get("/v1/runs/{name}", response_model=RunReport, responses=ANSWERS)
    async def show_run(request: Request, name: RunName) -> Response:
        """Say everything of a run: state, progress, curves and sentences."""
        process = trainer.process_of(name)
        if process and not (runs.path(name) / CONFIG_NAME).exists():
            answer = report_without_folder(process)
        else:
            answer = await asyncio.to_thread(report, runs.open(name), process)
        return json_or_304(request, answer.model_dump(exclude_unset=True))

    @api.get(
        "/v1/runs/{name}/sheets/{epoch}.png",
        response_class=Response,
        responses=ANSWERS | {200: {"content": {"image/png": PICTURE}}},
    )
    async def show_sheet(name: RunName, epoch: Annotated[Epoch, Path()]) -> Response:
        """Return the sample sheet after an epoch, 0 being before the first."""
        content = sheet_path(runs.open(name), epoch).read_bytes()  # whole, if redrawn
        return Response(content, 200, {"Cache-Control": "no-cache"}, "image/png")


def _listed(runs: Runs, trainer: Trainer) -> RunList:
    summaries = []
    for name in runs.names():
        try:
            summaries.append(summarise(runs.open(name), trainer.process_of(name)))
        except Problem:  # damaged: not one to choose
            continue
    presets = {name: PRESETS[name].summary for name in OFFERED}
    return RunList(runs=summaries, running=trainer.running, presets=presets)
