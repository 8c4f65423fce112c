"""``/v1/digits``: single digits of 28 x 28 pixels."""

from typing import Annotated, Any, NotRequired

from fastapi import APIRouter
from pydantic import Field
from typing_extensions import TypedDict

from digitgan.handwriting.model import Model
from digitgan.sampling.model_loader import MAX_CLASSES
from digitgan.serving.drawing import Drawing, add_drawing, one_by_one
from digitgan.serving.encoders import digit_sheet
from digitgan.serving.request_models import HandFields, optional
from digitgan.serving.routes import AppState

MAX_DIGITS = 1_000  # in one answer
DEFAULT_COUNT = 10
COLUMNS, SCALE = 10, 4  # of a sheet of digits
Label = Annotated[int, Field(ge=0, le=MAX_CLASSES - 1)]
PIXELS = "Digits x 28 rows x 28 pixels, 0 background to 255 ink."


class DigitArrays(TypedDict):
    """Digits as JSON."""

    x: Annotated[list[list[list[int]]], Field(description=PIXELS)]
    y: NotRequired[Annotated[list[int], Field(description="What each digit is.")]]


class Digits(HandFields):
    """Digits, of these labels or so many."""

    n: int | None = optional(
        "How many; 10 unless given.", DEFAULT_COUNT, ge=1, le=MAX_DIGITS
    )
    one_hand: bool | None = optional("All in the same hand.", True)
    digit: Label | None = optional("This one n times.")
    labels: list[Label] | None = optional(
        "The digits to draw.", min_length=1, max_length=MAX_DIGITS
    )


def add_routes(api: APIRouter, state: AppState) -> None:
    """Add ``/v1/digits``."""
    drawing = Drawing(
        path="/v1/digits",
        fields=Digits,
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
    inputs = model.generator_inputs(model.labels(labels, n, digit), **given)
    images = model.draw(inputs)
    columns = min(len(images), COLUMNS)
    return digit_sheet(form, images, inputs.conditions, columns, SCALE)
