"""``/v1/digits``: single digits of 28 x 28 pixels."""

from typing import Annotated, Any, NotRequired

from fastapi import APIRouter
from pydantic import Field, create_model
from typing_extensions import TypedDict

from digitgan.handwriting.model import Model
from digitgan.serving.drawing import Drawing, add_drawing, one_by_one
from digitgan.serving.encoders import digit_sheet
from digitgan.serving.request_models import (
    RequestModel,
    optional,
    style_fields,
    with_digit,
)
from digitgan.serving.routes import AppState

MAX_DIGITS = 1_000  # in one answer
DEFAULT_COUNT = 10
COLUMNS, SCALE = 10, 4  # of a sheet of digits
PIXELS = "Digits x 28 rows x 28 pixels, 0 background to 255 ink."


class DigitArrays(TypedDict):
    """Digits as JSON."""

    x: Annotated[list[list[list[int]]], Field(description=PIXELS)]
    y: NotRequired[Annotated[list[int], Field(description="What each digit is.")]]


def digit_fields(model: Model) -> type[RequestModel]:
    """Return what ``/v1/digits`` takes."""

    class Digits(style_fields(model)):
        n: int | None = optional(
            "How many; 10 unless given.", DEFAULT_COUNT, ge=1, le=MAX_DIGITS
        )
        one_hand: bool | None = optional("All in the same hand.", True)

    if not model.classes:
        return Digits
    label: Any = Annotated[int, Field(ge=0, le=len(model.classes) - 1)]
    sizes = {"min_length": 1, "max_length": MAX_DIGITS}
    labels: Any = (list[label] | None, optional("The digits to draw.", **sizes))
    fields = create_model("Digits", __base__=Digits, labels=labels)
    return with_digit(fields, model, "This one n times.")


def add_routes(api: APIRouter, state: AppState) -> None:
    """Add ``/v1/digits``."""
    drawing = Drawing(
        path="/v1/digits",
        fields=digit_fields(state.model),
        draw=one_by_one(draw_digits),
        summary="Draw single digits of 28 x 28 pixels",
        json_answer=DigitArrays,
    )
    add_drawing(api, state, drawing)


def draw_digits(model: Model, form: str, given: dict[str, Any]) -> bytes:
    """Draw digits and return them in a form."""
    labels, n, digit = (given.pop(name, None) for name in ("labels", "n", "digit"))
    if labels is n is digit is None:
        n = DEFAULT_COUNT
    labels = model.labels(labels, n, digit)
    inputs = model.generator_inputs(n if labels is None else labels, **given)
    images = model.draw(inputs)
    columns = min(len(images), COLUMNS)
    return digit_sheet(form, images, inputs.conditions, columns, SCALE)
