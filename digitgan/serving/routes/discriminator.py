"""``/v1/runs/NAME/discriminator``: how real it finds sheets and drawings."""

import asyncio
from typing import Annotated

import numpy as np
from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, BeforeValidator, Field
from starlette.requests import Request
from starlette.responses import Response

from digitgan.data.mnist_preprocessing import MIN_INK
from digitgan.serving.app_state import AppState
from digitgan.serving.discriminator import Discriminator
from digitgan.serving.problems import WITH_BODY, Problem, refusals, wrong
from digitgan.serving.request_models import (
    Epoch,
    RequestModel,
    RunName,
    from_url,
    optional,
    unique,
)
from digitgan.serving.responses import json_or_304, json_response
from digitgan.serving.runs import Runs

MIN_SIDE, MAX_SIDE = 28, 56  # pixels of a drawing: more would not fit a request
SQUARE = (
    f"a square of {MIN_SIDE} to {MAX_SIDE} rows of grey values, 0 background to 255 ink"
)
LINE = [[255 * (12 <= x < 15) for x in range(28)] for _ in range(28)]
PATH = "/v1/runs/{name}/discriminator"

Grey = Annotated[int, Field(ge=0, le=255)]
Row = Annotated[list[Grey], Field(min_length=MIN_SIDE, max_length=MAX_SIDE)]


class Drawing(RequestModel):
    """A digit that somebody has drawn."""

    drawing: Annotated[list[Row], Field(min_length=MIN_SIDE, max_length=MAX_SIDE)] = (
        Field(description=f"As many rows as columns: {SQUARE}.", examples=[LINE])
    )


class Sheet(RequestModel):
    """A sample sheet."""

    sheet: Epoch | None = optional("The latest unless given.")


class SheetProbabilities(BaseModel):
    """How real the discriminator finds real digits and the fakes of a sheet."""

    sheet: int
    latest: int
    real: list[float]
    fake: list[float]


class DrawingProbability(BaseModel):
    """How real the discriminator finds a drawing."""

    latest: int
    image: list[list[int]] = Field(description="What it sees.")
    probability: float
    label: int | None = None
    probabilities: list[float] | None = None


def add_routes(api: APIRouter, state: AppState) -> None:
    """Add the path that asks the discriminator of a run."""
    runs = Runs(state.runs)
    answers = refusals(400, 404, 409) | {304: {"description": "Not changed."}}

    @api.get(PATH, response_model=SheetProbabilities, responses=answers)
    async def ask_about_sheet(
        request: Request,
        name: RunName,
        options: Annotated[Sheet, Query(), BeforeValidator(from_url(Sheet))],
    ) -> Response:
        """Say how real the discriminator finds real digits and a sheet's fakes."""
        unique(request.query_params.multi_items())
        run = runs.open(name)
        epochs = run.sample_epochs()
        if not epochs:
            raise Problem(409, f"{name} has no sheet yet", field="name", value=name)
        epoch = epochs[-1] if options.sheet is None else options.sheet
        answer = await asyncio.to_thread(lambda: Discriminator(run).of_sheet(epoch))
        return json_or_304(request, {"sheet": epoch, "latest": epochs[-1], **answer})

    @api.post(
        PATH,
        response_model=DrawingProbability,
        dependencies=[Depends(state.auth.require_token)],
        responses=refusals(401, 404, 409, *WITH_BODY),
    )
    async def ask_about_drawing(name: RunName, body: Drawing) -> Response:
        """Say how real the discriminator finds a drawing."""
        run, drawing = runs.open(name), to_image(body.drawing)
        answer = await asyncio.to_thread(lambda: Discriminator(run).of_drawing(drawing))
        return json_response({"latest": (run.sample_epochs() or [0])[-1], **answer})


def to_image(rows: list[list[int]]) -> np.ndarray:
    """Return a drawing as ``uint8 (H, H)``.

    Raises:
        Problem: 400, it is no square, or has no ink.
    """
    if any(len(row) != len(rows) for row in rows):
        raise wrong("drawing", "no square", SQUARE)
    drawing = np.array(rows, np.uint8)
    if drawing.max() <= MIN_INK:
        raise wrong("drawing", "empty", "one with some ink")
    return drawing
