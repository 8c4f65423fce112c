"""``/v1/numbers``: a text in one hand, and as a GIF on the way to another."""

import io
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import Field
from typing_extensions import TypedDict

from digitgan.errors import InputError
from digitgan.handwriting.model import FRAMES, WALK_FRAMES, Model
from digitgan.handwriting.options import HEIGHTS, MAX_REROLLS, WriteOptions
from digitgan.serving.drawing import Drawing, DrawRequest, add_drawing, one_by_one
from digitgan.serving.encoders import VECTOR_FORMS, encode_text
from digitgan.serving.problems import Problem, wrong
from digitgan.serving.request_models import MAX_SEED, HandFields, optional
from digitgan.serving.routes import AppState

MAX_CHARACTERS = 200  # of a text in one answer
MAX_WIDTH = 10_000  # pixels
MAX_AREA = 2_500_000  # of one page: rows x characters x height squared
MAX_FILM_AREA = 10_000_000  # of all frames
DEFAULT_HEIGHT = 80  # as `digitgan generate`
MAX_FRAMES = 60  # of a walk, one way

Gap = Annotated[int, Field(ge=-HEIGHTS[1] // 2, le=HEIGHTS[1] * 10)]
Reroll = Annotated[int, Field(ge=0, le=MAX_REROLLS)]
Seed = Annotated[int, Field(ge=0, le=MAX_SEED)]
Colour = (
    Annotated[int, Field(ge=0, le=255)]
    | Annotated[str, Field(min_length=1, max_length=32)]
)
Share = Annotated[float, Field(ge=0, le=1)]
Blend = Annotated[tuple[Seed, Share], Field(strict=False)]  # JSON has lists alone
Places = Annotated[
    list[int], Field(description="Of labels, among characters that are no space.")
]
Boxes = Annotated[
    list[list[int]], Field(description="Left, top, right and bottom of ink, per label.")
]
Picture = Annotated[str, Field(description="The PNG as a data: URL.")]
Curves = Annotated[str, Field(description="The SVG, without a scanner's noise.")]


class WrittenNumbers(TypedDict):
    """A written text as JSON."""

    text: str
    seed: int
    style: dict[str, float]
    width: int
    height: int
    labels: list[str]
    places: Places
    boxes: Boxes
    image: Picture
    svg: Curves


class Text(HandFields):
    """A text in one hand."""

    text: str = Field(
        min_length=1,
        max_length=MAX_CHARACTERS,
        description="Digits, spaces, line breaks and - . , : / + ( ).",
        examples=["12/05/2026"],
    )
    spacing: list[Gap] | None = optional(
        "Least and most pixels between neighbours.",
        [0, 12],
        min_length=2,
        max_length=2,
    )
    height: int | None = optional(
        "Of a digit, in pixels; 80 unless given.",
        DEFAULT_HEIGHT,
        ge=HEIGHTS[0],
        le=HEIGHTS[1],
    )
    width: int | None = optional("Of the picture, in pixels.", 900, ge=1, le=MAX_WIDTH)
    background: Colour | None = optional(
        "Of the paper: grey, name, #rrggbb, transparent; 255 unless given.", 255
    )
    ink: Colour | None = optional("Likewise; 0 unless given.", "navy")
    lines: Literal["ruled", "grid", "boxes"] | None = optional(
        "Under the text.", "ruled"
    )
    noise: Share | None = optional("Of a scanner; curves have none.", 0)
    rerolls: list[Reroll] | None = optional(
        "How many times each character that is no space was written anew.",
        9 * [0] + [2],
        min_length=1,
        max_length=MAX_CHARACTERS,
    )


class Numbers(Text):
    """A text, perhaps in a hand between two."""

    blend: Blend | None = optional("Another seed, and how far to its hand.", [8, 0.5])


class Walk(Text):
    """A text in the hands on the way to another."""

    toward: Seed = Field(description="The seed of the last hand.", examples=[8])
    frames: int | None = optional(
        "Of the way there; 24 unless given.", 12, ge=FRAMES[0], le=MAX_FRAMES
    )


def add_routes(api: APIRouter, state: AppState) -> None:
    """Add ``/v1/numbers`` and ``/v1/numbers.gif``."""
    example = {"text": "12/05/2026", "seed": 7}
    walk = Drawing(
        path="/v1/numbers.gif",
        fields=Walk,
        draw=one_by_one(draw_walk),
        summary="Write a text in the hands on the way from one to another",
        example=example | {"toward": 8, "frames": 12},
        media_types={"gif": "image/gif"},
    )
    numbers = Drawing(
        path="/v1/numbers",
        fields=Numbers,
        draw=draw_numbers,
        summary="Write a text in one hand, and say where its characters are",
        example=example | {"height": DEFAULT_HEIGHT},
        json_answer=WrittenNumbers,
    )
    add_drawing(api, state, walk)
    add_drawing(api, state, numbers)


def draw_numbers(
    model: Model, requests: Sequence[DrawRequest]
) -> Sequence[bytes | Exception]:
    """Write texts, all of them together, and return each in its form."""
    try:
        texts, options = [], []
        for form, given in requests:
            fields: dict[str, Any] = {"height": DEFAULT_HEIGHT} | given
            check_area(fields)
            if form in VECTOR_FORMS and fields.get("noise"):
                allowed = "0 for curves: a scanner's noise is of pixels"
                raise wrong("noise", fields["noise"], allowed)
            texts.append(fields.pop("text"))
            options.append(WriteOptions(**fields))
        written = model.write_many(texts, options)
    except (InputError, Problem) as error:
        if len(requests) == 1:
            return [error]
        return [answer for one in requests for answer in draw_numbers(model, [one])]
    forms = [form for form, _ in requests]
    return list(map(encode_text, written, forms))


def draw_walk(model: Model, _: str, given: dict[str, Any]) -> bytes:
    """Write a text in the hands between two and return it as a GIF."""
    options: dict[str, Any] = {"height": DEFAULT_HEIGHT, "frames": WALK_FRAMES} | given
    check_area(options)
    file = io.BytesIO()
    model.write_walk(**options).save(file)
    return file.getvalue()


def check_area(options: dict[str, Any]) -> None:
    """Refuse pages for which a server has not the memory."""
    rows = options["text"].split("\n")
    height, frames = options["height"], options.get("frames", 1)
    gap = max(0, *options.get("spacing", [0]))
    width = max(max(map(len, rows)) * (height + gap), options.get("width", 0))
    area, limit = len(rows) * height * width, min(MAX_AREA, MAX_FILM_AREA // frames)
    if area > limit:
        product = "rows x characters x height x (height + spacing)"
        allowed = f"less for so much text: {product} up to {limit:,}, here {area:,}"
        raise wrong("height", height, allowed)
