"""``/v1/digits``: single digits of 28 x 28 pixels."""

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, Field, create_model

from digitgan.handwriting.model import Model
from digitgan.serving.app_state import AppState
from digitgan.serving.drawing import Drawing, add_drawing
from digitgan.serving.encoders import digit_sheet
from digitgan.serving.request_models import RequestModel, optional, style_fields

MAX_DIGITS = 1_000  # in one answer
DEFAULT_COUNT = 10
COLUMNS, SCALE = 10, 4  # of a sheet of digits


Count = Annotated[int, Field(ge=1, le=MAX_DIGITS)]


class DigitArrays(BaseModel):
    """Digits as JSON."""

    x: list[list[list[int]]] = Field(
        description="Digits x 28 rows x 28 pixels, 0 background to 255 ink."
    )
    y: list[int] | None = optional("What each digit is.")


def digit_fields(model: Model) -> type[RequestModel]:
    """Return what ``/v1/digits`` takes."""

    class Digits(style_fields(model)):
        n: Count | None = optional("How many; 10 unless given.", 10)
        one_hand: bool | None = optional("All in the same hand.", True)

    if not model.classes:
        return Digits
    label: Any = Annotated[int, Field(ge=0, le=len(model.classes) - 1)]
    labels: Any = Annotated[list[label], Field(min_length=1, max_length=MAX_DIGITS)]
    which: dict[str, Any] = {
        "labels": (labels | None, optional("The digits to draw.")),
        "digit": (label | None, optional("This one n times.")),
    }
    return create_model("Digits", __base__=Digits, **which)


def add_routes(api: APIRouter, state: AppState) -> None:
    """Add ``/v1/digits``."""
    drawing = Drawing(
        path="/v1/digits",
        fields=digit_fields(state.model),
        draw=draw_digits,
        summary="Draw single digits of 28 x 28 pixels",
        json_model=DigitArrays,
    )
    add_drawing(api, state, drawing)


def draw_digits(model: Model, form: str, given: dict[str, Any]) -> bytes:
    """Draw digits and return them in a form."""
    which = [given.pop(name, None) for name in ("labels", "n", "digit")]
    if which == [None, None, None]:
        which[1] = DEFAULT_COUNT
    labels = model.labels(*which)
    inputs = model.generator_inputs(which[1] if labels is None else labels, **given)
    images = model.draw(inputs)
    return digit_sheet(
        form, images, inputs.conditions, min(len(images), COLUMNS), SCALE
    )
