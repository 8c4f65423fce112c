"""``/v1/plane``: digits around a latent, on a plane without an edge."""

from typing import Any

import numpy as np
from fastapi import APIRouter

from digitgan.handwriting.model import Model
from digitgan.sampling.generator_inputs import GeneratorInputs
from digitgan.sampling.latent_torus import PERIOD, torus_inputs
from digitgan.serving.drawing import Drawing, add_drawing, one_by_one
from digitgan.serving.encoders import digit_sheet
from digitgan.serving.request_models import HandFields, optional
from digitgan.serving.routes import AppState
from digitgan.serving.routes.digits import DigitArrays, Label

STEPS = f"Steps {{}}; after {PERIOD} the plane comes round."
SIZES = f"Digits {{}}; {PERIOD}, the whole plane, unless given."


class Place(HandFields):
    """Where on a plane a digit lies."""

    x: int | None = optional(STEPS.format("right"), 4, ge=0, le=PERIOD - 1)
    y: int | None = optional(STEPS.format("down"), 2, ge=0, le=PERIOD - 1)
    digit: Label | None = optional("Which one.", 3)


class Plane(Place):
    """A part of a plane."""

    columns: int | None = optional(SIZES.format("across"), PERIOD, ge=1, le=PERIOD)
    rows: int | None = optional(SIZES.format("down"), PERIOD, ge=1, le=PERIOD)


def add_routes(api: APIRouter, state: AppState) -> None:
    """Add ``/v1/plane``."""
    drawing = Drawing(
        path="/v1/plane",
        fields=Plane,
        draw=one_by_one(draw_plane),
        summary="Draw digits around a latent, row after row; the plane has no edge",
        json_answer=DigitArrays,
    )
    add_drawing(api, state, drawing)


def draw_plane(model: Model, form: str, given: dict[str, Any]) -> bytes:
    """Draw a part of the plane and return it in a form."""
    columns, rows = given.pop("columns", PERIOD), given.pop("rows", PERIOD)
    inputs = inputs_on_plane(model, given, columns, rows)
    return digit_sheet(form, model.draw(inputs), inputs.conditions, columns, 1)


def inputs_on_plane(
    model: Model, given: dict[str, Any], columns: int = 1, rows: int = 1
) -> GeneratorInputs:
    """Return the generator's inputs for a part of the plane, row after row."""
    style = {"digit": 0} | given if model.classes else dict(given)
    left, top = style.pop("x", 0), style.pop("y", 0)
    y, x = np.mgrid[top : top + rows, left : left + columns].reshape(2, -1)
    return torus_inputs(model, x, y, **style)
