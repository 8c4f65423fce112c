"""``/v1/runs``: start, pause, resume and stop a training."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Depends
from pydantic import BaseModel, Field
from starlette.responses import Response

from digitgan.serving.app_state import AppState
from digitgan.serving.problems import WITH_BODY, Problem, refusals
from digitgan.serving.request_models import NoFields, RequestModel, RunName, optional
from digitgan.serving.responses import json_response
from digitgan.serving.run_report import summarise
from digitgan.serving.runs import NAMES, Runs, read_log
from digitgan.serving.training_process import TrainingProcess, command_line
from digitgan.training.run import Run, free_folder

MAX_EPOCHS, MAX_MINUTES = 1_000, 1_440.0


Epochs = Annotated[int, Field(ge=1, le=MAX_EPOCHS)]
Minutes = Annotated[float, Field(ge=0.01, le=MAX_MINUTES)]
Name = Annotated[str, Field(min_length=1, max_length=40)]


class Goal(RequestModel):
    """When a training ends."""

    epochs: Epochs | None = optional("Passes over the data.", 6)
    minutes: Minutes | None = optional("Stop after so much.", 5)


class NewRun(Goal):
    """What is trained."""

    preset: Literal["tiny", "dcgan", "conditional"] | None = optional(
        "dcgan unless given."
    )
    name: Name | None = optional(f"Of the run: {NAMES}.")


class Accepted(BaseModel):
    """What has been begun."""

    name: str
    state: str


def add_routes(api: APIRouter, state: AppState) -> None:
    """Add the paths that train."""
    runs, trainer = Runs(state.runs), state.trainer
    writing: dict[str, Any] = {
        "response_model": Accepted,
        "dependencies": [Depends(state.auth.require_token)],
        "responses": refusals(401, 404, 409, *WITH_BODY),
    }

    @api.post("/v1/runs", status_code=201, **writing)
    async def start(
        options: Annotated[NewRun, Body(examples=[{"preset": "tiny", "minutes": 1}])],
    ) -> Response:
        """Start a training."""
        given = options.model_dump(exclude_unset=True)
        preset = given.pop("preset", "dcgan")
        folder = free_folder(preset, runs.folder)
        if "name" in given:
            folder = runs.path(given.pop("name"))
        name = folder.name
        if folder.exists():
            line = f"there is a run {name} already: resume it, or name another"
            raise Problem(409, line, field="name", value=name)
        runs.folder.mkdir(parents=True, exist_ok=True)
        arguments = command_line(out=folder, preset=preset, data=state.data, **given)
        await trainer.start(name, arguments)
        location = {"Location": f"/v1/runs/{name}"}
        return json_response({"name": name, "state": "starting"}, 201, location)

    @api.post("/v1/runs/{name}/resume", status_code=202, **writing)
    async def resume(name: RunName, goal: Goal) -> Response:
        """Go on with a run, as if it had never stopped."""
        run, given = runs.open(name), goal.model_dump(exclude_unset=True)
        first_step = _step_to_resume(run, trainer.process_of(name), given)
        await trainer.start(name, command_line(resume=run.folder, **given), first_step)
        return json_response({"name": name, "state": "starting"}, 202)

    @api.post("/v1/runs/{name}/pause", status_code=202, **writing)
    async def pause(name: RunName, _: NoFields) -> Response:
        """Stop for now; resume goes on."""
        trainer.end(runs.path(name).name, "pause")
        return json_response({"name": name, "state": "pausing"}, 202)

    @api.post("/v1/runs/{name}/stop", status_code=202, **writing)
    async def stop(name: RunName, _: NoFields) -> Response:
        """Stop and write the model."""
        trainer.end(runs.path(name).name, "stop")
        return json_response({"name": name, "state": "stopping"}, 202)


def _step_to_resume(
    run: Run, process: TrainingProcess | None, goal: dict[str, Any]
) -> int:
    """Return the step that a run has reached, if it can go on.

    Raises:
        Problem: 409, it is being trained elsewhere, or has reached its goal.
    """
    name, rows = run.folder.name, read_log(run)
    state = summarise(run, process).state
    if state == "elsewhere":
        line = f"{name} is being trained elsewhere: wait until that has ended"
        raise Problem(409, line, field="name", value=name)
    if state == "finished" and not goal:
        line = f"{name} has reached its goal: ask for more epochs or minutes"
        raise Problem(409, line, field="epochs", value=None)
    return int(rows[-1]["step"]) if rows else 0
