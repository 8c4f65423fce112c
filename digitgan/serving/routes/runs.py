"""``/v1/runs``: the trainings, what can be seen of one, and how it starts and ends."""

import asyncio
from dataclasses import asdict
from functools import partial
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Depends, Path
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response
from typing_extensions import TypedDict

from digitgan.model.presets import PRESETS
from digitgan.serving.openapi import BINARY, WITH_BODY, json_of, responses
from digitgan.serving.problems import Problem
from digitgan.serving.request_models import (
    MAX_EPOCH,
    NoFields,
    RequestModel,
    RunName,
    optional,
)
from digitgan.serving.responses import json_or_304, json_response
from digitgan.serving.routes import AppState
from digitgan.serving.run_report import (
    RunReport,
    RunSummary,
    report,
    report_without_folder,
    summarise,
)
from digitgan.serving.runs import NAMES, Runs, read_sheet, unfit
from digitgan.serving.training_process import OFFERED, Trainer, TrainingProcess
from digitgan.training.run import CONFIG_NAME, Run, free_folder

MAX_EPOCHS, MAX_MINUTES = 1_000, 1_440.0  # of a training
DEFAULT_PRESET = "dcgan"

Presets = Annotated[dict[str, str], Field(description="What each of those offered is.")]


class RunList(TypedDict):
    """The runs of a folder."""

    runs: list[RunSummary]
    running: str | None
    presets: Presets
    may_train: Annotated[bool, Field(description="Whether who asks has the token.")]


class Accepted(TypedDict):
    """What has been begun."""

    name: str
    state: str


class Goal(RequestModel):
    """When a training ends."""

    epochs: int | None = optional("Passes over the data.", 6, ge=1, le=MAX_EPOCHS)
    minutes: float | None = optional("Stop after so much.", 5, ge=0.01, le=MAX_MINUTES)


class NewRun(Goal):
    """What is trained."""

    preset: Literal["tiny", "dcgan", "conditional"] | None = optional(
        f"{DEFAULT_PRESET} unless given."
    )
    name: str | None = optional(f"Of the run: {NAMES}.", min_length=1, max_length=40)


def add_routes(api: APIRouter, state: AppState) -> None:
    """Add the paths that show runs, and those that train."""
    _add_views(api, state)
    _add_trainings(api, state)


def _add_views(api: APIRouter, state: AppState) -> None:
    runs, trainer = state.runs, state.trainer

    def described(content: dict[str, Any]) -> Any:
        return responses(content, 400, 404, 409, not_changed=True)

    @api.get("/v1/runs", responses=described(json_of(RunList)))
    async def list_runs(request: Request) -> Response:
        """List the runs."""
        listed = await asyncio.to_thread(_listed, runs, trainer)
        listed["may_train"] = state.auth.knows_token(request)
        return json_or_304(request, listed)

    @api.get("/v1/runs/{name}", responses=described(json_of(RunReport)))
    async def show_run(request: Request, name: RunName) -> Response:
        """Say everything of a run: state, progress, curves and sentences."""
        process = trainer.process_of(name)
        there = (runs.path(name) / CONFIG_NAME).exists()
        if process and not there and not process.has_folder:
            return json_or_304(request, asdict(report_without_folder(process)))
        if process:
            process.has_folder = True
        answer = await runs.read_aside(name, lambda run: report(run, process))
        return json_or_304(request, asdict(answer))

    @api.get(
        "/v1/runs/{name}/sheets/{epoch}.png",
        response_class=Response,
        responses=described({"image/png": {"schema": BINARY}}),
    )
    async def show_sheet(
        name: RunName, epoch: Annotated[int, Path(ge=0, le=MAX_EPOCH)]
    ) -> Response:
        """Return the sample sheet after an epoch, 0 being before the first."""
        content = await runs.read_aside(name, lambda run: read_sheet(run, epoch))
        return Response(content, 200, {"Cache-Control": "no-cache"}, "image/png")


def _listed(runs: Runs, trainer: Trainer) -> RunList:
    summaries = []
    for name in runs.names():
        try:
            summary = partial(summarise, process=trainer.process_of(name))
            summaries.append(runs.read(name, summary))
        except Problem:  # damaged: not one to choose
            continue
    presets = {name: PRESETS[name].summary for name in OFFERED}
    return {
        "runs": summaries,
        "running": trainer.running,
        "presets": presets,
        "may_train": False,
    }


def _add_trainings(api: APIRouter, state: AppState) -> None:
    runs, trainer = state.runs, state.trainer

    def writing(status: int) -> dict[str, Any]:
        refusals = (401, 404, 409, *WITH_BODY)
        return {
            "status_code": status,
            "dependencies": [Depends(state.auth.require_token)],
            "responses": responses(json_of(Accepted), *refusals, status=status),
        }

    @api.post("/v1/runs", **writing(201))
    async def start(
        options: Annotated[NewRun, Body(examples=[{"preset": "tiny", "minutes": 1}])],
    ) -> Response:
        """Start a training."""
        given = options.model_dump(exclude_unset=True)
        preset = given.pop("preset", DEFAULT_PRESET)
        folder = free_folder(preset, runs.folder)
        if "name" in given:
            folder = runs.path(given.pop("name"))
        name = folder.name
        if folder.exists():
            line = f"there is a run {name} already: resume it, or name another"
            raise unfit(name, line)
        runs.folder.mkdir(parents=True, exist_ok=True)
        arguments = [preset, *_flags(data=state.data, out=folder, **given)]
        arguments += ["--clean"] * state.clean
        await trainer.start(name, arguments)
        return _accepted(name, "starting", 201, {"Location": f"runs/{name}"})

    @api.post("/v1/runs/{name}/resume", **writing(202))
    async def resume(name: RunName, goal: Goal) -> Response:
        """Go on with a run, as if it had never stopped."""
        given, process = goal.model_dump(exclude_unset=True), trainer.process_of(name)
        first_step, data = await runs.read_aside(
            name, lambda run: (_step_to_resume(run, process, given), run.config.data)
        )
        if data == state.data:  # where it is on the hub, it has to be named again
            given["data"] = data
        flags = _flags(resume=runs.path(name), **given)
        await trainer.start(name, flags, first_step)
        return _accepted(name, "starting")

    @api.post("/v1/runs/{name}/pause", **writing(202))
    async def pause(name: RunName, _: NoFields) -> Response:
        """Stop for now; resume goes on."""
        trainer.end(runs.path(name).name, "pause")
        return _accepted(name, "pausing")

    @api.post("/v1/runs/{name}/stop", **writing(202))
    async def stop(name: RunName, _: NoFields) -> Response:
        """Stop and write the model."""
        trainer.end(runs.path(name).name, "stop")
        return _accepted(name, "stopping")


def _accepted(
    name: str, state: str, status: int = 202, headers: dict[str, str] | None = None
) -> Response:
    answer: Accepted = {"name": name, "state": state}
    return json_response(answer, status, headers)


def _flags(**values: Any) -> list[str]:
    return [f"--{name}={value}" for name, value in values.items()]


def _step_to_resume(
    run: Run, process: TrainingProcess | None, goal: dict[str, Any]
) -> int:
    """Return the step that a run has reached, if it can go on."""
    name, rows = run.folder.name, run.read_log()
    state = summarise(run, process)["state"]
    if state == "elsewhere":
        line = f"{name} is being trained elsewhere: wait until that has ended"
        raise unfit(name, line)
    if state == "finished" and not goal:
        line = f"{name} has reached its goal: ask for more epochs or minutes"
        raise Problem(409, line, field="epochs", value=None)
    return int(rows[-1]["step"]) if rows else 0
