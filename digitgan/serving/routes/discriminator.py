"""``/v1/runs/NAME/discriminator``: how real it finds digits, fakes and drawings."""

from functools import lru_cache
from pathlib import Path
from typing import Annotated, NotRequired

import numpy as np
import onnxruntime
from fastapi import APIRouter, Query
from pydantic import BeforeValidator, Field
from starlette.requests import Request
from starlette.responses import Response
from typing_extensions import TypedDict

from digitgan import limits
from digitgan.data.mnist_preprocessing import (
    DIGIT_LENGTH,
    MIN_INK,
    crop_to_box,
    preprocess_drawing,
)
from digitgan.measure.onnx_session import open_session
from digitgan.npz import read_arrays
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
from digitgan.serving.routes import AppState
from digitgan.serving.runs import sheet_digits, unfit
from digitgan.training.condition_values import MEASURED, measure_conditions
from digitgan.training.run import Run
from digitgan.untrusted import as_input_errors, read_bytes

MAX_OPEN = 4  # discriminators in memory
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
    image: list[list[int]]
    probability: float
    label: NotRequired[int]
    probabilities: NotRequired[list[float]]


def add_routes(api: APIRouter, state: AppState) -> None:
    """Add the path that asks the discriminator of a run."""
    runs = state.runs
    sheet = responses(json_of(SheetProbabilities), 400, 404, 409, not_changed=True)
    drawing = responses(json_of(DrawingProbability), 404, 409, 503, *WITH_BODY)

    @api.get(PATH, responses=sheet)
    async def ask_about_sheet(
        request: Request,
        name: RunName,
        options: Annotated[Sheet, Query(), BeforeValidator(from_url(Sheet))],
    ) -> Response:
        """Say how real the discriminator finds real digits and a sheet's fakes."""
        sheet = options.sheet
        answer = await runs.read_aside(
            name, lambda run: Discriminator(run).of_sheet(sheet)
        )
        return json_or_304(request, answer)

    @api.post(PATH, responses=drawing)
    async def ask_about_drawing(name: RunName, body: Drawing) -> Response:
        """Say how real the discriminator finds a drawing; whoever sees the run may."""
        image = to_image(body.drawing)
        answer = await state.pool.run(
            runs.read, name, lambda run: Discriminator(run).of_drawing(image)
        )
        return json_response(answer)


def to_image(rows: list[list[int]]) -> np.ndarray:
    """Return a drawing as ``uint8 (H, H)``; refuse what is no square or empty."""
    if any(len(row) != len(rows) for row in rows):
        raise wrong("drawing", "no square", SQUARE)
    drawing = np.array(rows, np.uint8)
    if drawing.max() <= MIN_INK:
        raise wrong("drawing", "empty", "one with some ink")
    return drawing


class Discriminator:
    """The latest discriminator of a run, and the real digits it is asked about."""

    def __init__(self, run: Run):
        """Open it; a :class:`Problem` (409) if the run has none yet."""
        self._run, name = run, run.folder.name
        path, arrays = run.real_images_path, ["images", "label", *MEASURED]
        try:
            modified = run.discriminator_path.stat().st_mtime_ns
            self._session = _open(run.discriminator_path, modified)
            self._conditions = read_arrays("real digits", path, arrays, limits.STYLES)
            self.real: np.ndarray = self._conditions.pop("images")
        except Exception as error:  # those of ONNX Runtime have no other base
            raise unfit(name, f"{name} has no discriminator to ask yet") from error
        if self.real.ndim != 3:
            raise unfit(name, f"{name} writes in several channels: allowed is one")

    def of_sheet(self, sheet: int | None) -> SheetProbabilities:
        """Return how ``real`` it finds the real digits, and a sheet's ``fake`` ones.

        One that is conditioned on labels is shown each digit with every label, as a
        drawing is, whose label nobody says: the highest counts.
        """
        epochs, name = self._run.sample_epochs(), self._run.folder.name
        if not epochs:
            raise unfit(name, f"{name} has no sheet yet")
        epoch = epochs[-1] if sheet is None else sheet
        fakes = sheet_digits(self._run, epoch)[: len(self.real)]
        return {
            "sheet": epoch,
            "latest": epochs[-1],
            "real": _rounded(self._with_labels(self.real).max(axis=0)),
            "fake": _rounded(self._with_labels(fakes).max(axis=0)),
        }

    def _with_labels(self, images: np.ndarray) -> np.ndarray:
        """Return how real it finds images with every label, ``(labels, n)``."""
        given, n = self._conditions, len(images)
        labels = range(int(given["label"].max()) + 1) if "label" in given else [0]
        rows = []
        for label in labels:
            conditions = {k: v[:n] for k, v in given.items()}
            if "label" in given:
                conditions["label"] = np.full(n, label, np.int32)
            rows.append(self._probabilities(images, conditions))
        return np.stack(rows)

    def of_drawing(self, drawing: np.ndarray) -> DrawingProbability:
        """Say how real it finds a drawing, ``uint8 (H, W)`` with some ink.

        One that is conditioned on labels is shown it with each; one that is conditioned
        on styles, with those of the drawing.
        """
        digit = preprocess_drawing(drawing)
        labels = self._conditions.get("label")
        count = 1 if labels is None else int(labels.max()) + 1
        conditions = {"label": np.arange(count, dtype=np.int32)}
        if self._conditions.keys() - conditions.keys():
            conditions |= measure_conditions(digit[None], tuple(self._conditions))
        conditions = {k: np.resize(conditions[k], count) for k in self._conditions}
        images = np.repeat(digit[None], count, axis=0)
        probabilities = self._probabilities(images, conditions)
        answer: DrawingProbability = {
            "latest": (self._run.sample_epochs() or [0])[-1],
            "image": digit.tolist(),
            "probability": _rounded(probabilities.max()),
        }
        if labels is not None:
            answer["label"] = int(probabilities.argmax())
            answer["probabilities"] = _rounded(probabilities)
        return answer

    def _probabilities(
        self, images: np.ndarray, conditions: dict[str, np.ndarray]
    ) -> np.ndarray:
        side = self._session.get_inputs()[0].shape[1]
        if side == DIGIT_LENGTH and images.shape[1] != side:
            images = crop_to_box(images)
        return np.asarray(self._session.run(None, {"digits": images, **conditions})[0])


@lru_cache(maxsize=MAX_OPEN)
def _open(path: Path, _modified: int) -> onnxruntime.InferenceSession:
    content = read_bytes("discriminator", path, limits.NETWORK)
    with as_input_errors("discriminator", path):
        return open_session(content)


def _rounded(probabilities: np.ndarray):
    return np.round(probabilities.astype(float), 4).tolist()
