"""``/v1/runs/NAME/discriminator``: how real it finds sheets and drawings."""

import asyncio
from typing import Annotated, NotRequired

import numpy as np
from fastapi import APIRouter, Depends, Query
from pydantic import BeforeValidator, Field
from starlette.requests import Request
from starlette.responses import Response
from typing_extensions import TypedDict

from digitgan.data.mnist_preprocessing import MIN_INK
from digitgan.serving.app_state import AppState
from digitgan.serving.discriminator import Discriminator
from digitgan.serving.openapi import WITH_BODY, json_of, responses
from digitgan.serving.problems import wrong
from digitgan.serving.request_models import (
    MAX_EPOCH,
    RequestModel,
    RunName,
    from_url,
    optional,
)
from digitgan.serving.responses import json_or_304, json_response
from digitgan.serving.runs import unfit

MIN_SIDE, MAX_SIDE = 28, 56  # pixels of a drawing: more would not fit a request
SQUARE = (
    f"a square of {MIN_SIDE} to {MAX_SIDE} rows of grey values, 0 background to 255 ink"
)
LINE = [[255 * (12 <= x < 15) for x in range(28)] for _ in range(28)]
PATH = "/v1/runs/{name}/discriminator"

Grey = Annotated[int, Field(ge=0, le=255)]
Row = Annotated[list[Grey], Field(min_length=MIN_SIDE, max_length=MAX_SIDE)]
Image = Annotated[list[list[int]], Field(description="What it sees.")]


class Drawing(RequestModel):
    """A digit that somebody has drawn."""

    drawing: list[Row] = Field(
        min_length=MIN_SIDE,
        max_length=MAX_SIDE,
        description=f"As many rows as columns: {SQUARE}.",
        examples=[LINE],
    )


class Sheet(RequestModel):
    """A sample sheet."""

    sheet: int | None = optional("The latest unless given.", ge=0, le=MAX_EPOCH)


class SheetProbabilities(TypedDict):
    """How real the discriminator finds real digits and the fakes of a sheet."""

    sheet: int
    latest: int
    real: list[float]
    fake: list[float]


class DrawingProbability(TypedDict):
    """How real the discriminator finds a drawing."""

    latest: int
    image: Image
    probability: float
    label: NotRequired[int]
    probabilities: NotRequired[list[float]]


def add_routes(api: APIRouter, state: AppState) -> None:
    """Add the path that asks the discriminator of a run."""
    runs = state.runs
    sheet = responses(json_of(SheetProbabilities), 400, 404, 409, not_changed=True)
    drawing = responses(json_of(DrawingProbability), 401, 404, 409, *WITH_BODY)

    @api.get(PATH, responses=sheet)
    async def ask_about_sheet(
        request: Request,
        name: RunName,
        options: Annotated[Sheet, Query(), BeforeValidator(from_url(Sheet))],
    ) -> Response:
        """Say how real the discriminator finds real digits and a sheet's fakes."""
        run = runs.open(name)
        epochs = run.sample_epochs()
        if not epochs:
            raise unfit(name, f"{name} has no sheet yet")
        epoch = epochs[-1] if options.sheet is None else options.sheet
        answer = await asyncio.to_thread(lambda: Discriminator(run).of_sheet(epoch))
        return json_or_304(request, {"sheet": epoch, "latest": epochs[-1], **answer})

    needs_token = Depends(state.auth.require_token)

    @api.post(PATH, dependencies=[needs_token], responses=drawing)
    async def ask_about_drawing(name: RunName, body: Drawing) -> Response:
        """Say how real the discriminator finds a drawing."""
        run, image = runs.open(name), to_image(body.drawing)
        answer = await asyncio.to_thread(lambda: Discriminator(run).of_drawing(image))
        return json_response({"latest": (run.sample_epochs() or [0])[-1], **answer})


def to_image(rows: list[list[int]]) -> np.ndarray:
    """Return a drawing as ``uint8 (H, H)``; refuse what is no square or empty."""
    if any(len(row) != len(rows) for row in rows):
        raise wrong("drawing", "no square", SQUARE)
    drawing = np.array(rows, np.uint8)
    if drawing.max() <= MIN_INK:
        raise wrong("drawing", "empty", "one with some ink")
    return drawing
