"""Routes that answer with something drawn: in which form, with an ETag, in a thread."""

import inspect
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Any

import numpy
import onnxruntime
import PIL
from fastapi import APIRouter, Body, Path, Query
from pydantic import BaseModel, BeforeValidator
from starlette.requests import Request
from starlette.responses import Response

import digitgan
from digitgan.errors import InputError
from digitgan.handwriting.model import Model
from digitgan.serving.app_state import AppState
from digitgan.serving.encoders import MEDIA_TYPES
from digitgan.serving.problems import WITH_BODY, Problem, refusals, wrong
from digitgan.serving.request_models import RequestModel, from_url, unique
from digitgan.serving.responses import etag_of, is_current

CACHE = "public, max-age=3600"
Draw = Callable[[Model, str, dict[str, Any]], bytes]


@dataclass(frozen=True)
class Drawing:
    """A path that answers with something drawn.

    Attributes:
        path: Such as ``/v1/numbers``; ``/v1/numbers.png`` and the other forms follow.
        fields: What may be asked for.
        draw: Called with the model, a form and the fields that were given; what it
            raises as an :class:`InputError` is answered with 400.
        summary: A line for people.
        example: A first request in JSON.
        media_types: Of each form; where there is one alone, the path has no ending.
        json_model: What the form ``json`` holds.
        accepts_post: Whether JSON may ask, too.
    """

    path: str
    fields: type[RequestModel]
    draw: Draw
    summary: str
    example: dict[str, Any] = field(default_factory=dict)
    media_types: dict[str, str] = field(default_factory=lambda: MEDIA_TYPES)
    json_model: type[BaseModel] | None = None
    accepts_post: bool = False


def add_drawing(api: APIRouter, state: AppState, drawing: Drawing) -> None:
    """Add the routes of a drawing, with their description."""
    fields, media_types = drawing.fields, drawing.media_types
    query = Annotated[fields, Query(), BeforeValidator(from_url(fields))]
    sources: dict[str, Any] = {"GET": query}
    if drawing.accepts_post:
        sources["POST"] = Annotated[fields, Body(examples=[drawing.example])]
    for method, source in sources.items():
        statuses = (400, 404, 406, 503) + (WITH_BODY if method == "POST" else ())
        answers = _described(drawing) | refusals(*statuses)
        if method == "GET":
            answers[304] = {"description": "Not changed."}
        for ending in ("", ".{ending}") if len(media_types) > 1 else ("",):
            api.add_api_route(
                drawing.path + ending,
                DrawEndpoint(state, drawing, source, bool(ending)),
                methods=[method],
                name=f"{method.lower()}{drawing.path}{ending}",
                summary=drawing.summary,
                description="",
                response_class=Response,
                responses=answers,
            )


def _described(drawing: Drawing) -> dict[int | str, dict[str, Any]]:
    """Describe what is drawn, in every form."""
    binary = {"schema": {"type": "string", "format": "binary"}}
    content = {media: binary for media in drawing.media_types.values()}
    answer: dict[str, Any] = {"description": "The picture.", "content": content}
    if drawing.json_model:
        content.pop("application/json")
        answer["model"] = drawing.json_model
    return {200: answer}


class DrawEndpoint:
    """Draws what a request asks for, unless the client has the same already."""

    def __init__(self, state: AppState, drawing: Drawing, source: Any, ending: bool):
        """Tell FastAPI, which reads signatures, where the fields are.

        Args:
            state: Who draws, and where.
            drawing: What.
            source: The annotation of the fields.
            ending: Whether the path ends with the form.
        """
        self._state, self._drawing = state, drawing
        forms = {"enum": [*drawing.media_types], "description": "The form."}
        annotations: dict[str, Any] = {"request": Request, "fields": source}
        if ending:
            path = Path(json_schema_extra=forms, examples=["png"])
            annotations["ending"] = Annotated[str, path]
        kind = inspect.Parameter.KEYWORD_ONLY
        self.__signature__ = inspect.Signature(
            [
                inspect.Parameter(name, kind, annotation=annotation)
                for name, annotation in annotations.items()
            ]
        )
        versions = [digitgan.__version__, state.model.description["sha256"]]
        versions += [numpy.__version__, PIL.__version__, onnxruntime.__version__]
        self._versions = versions

    async def __call__(
        self, request: Request, fields: RequestModel, ending: str | None = None
    ) -> Response:
        """Answer a request."""
        given = fields.model_dump(exclude_unset=True)
        query = request.query_params
        if len(query) < len(query.multi_items()):
            unique(query.multi_items())  # refuses what stands twice
        media_types, state = self._drawing.media_types, self._state
        form = form_of(media_types, ending, request.headers.get("accept"))
        if request.method == "POST":
            headers = {"Cache-Control": "no-store"}
        else:
            key = [self._drawing.path, form, given, self._versions]
            etag = etag_of(json.dumps(key, sort_keys=True).encode())
            headers = {"ETag": etag, "Cache-Control": CACHE}
            if is_current(request, etag):
                return Response(status_code=304, headers=headers)
        if ending is None and len(media_types) > 1:
            headers["Vary"] = "Accept"
        try:
            body = await state.pool.run(self._drawing.draw, state.model, form, given)
        except InputError as error:
            raise Problem.of(error) from error
        return Response(body, 200, headers, media_types[form])


def form_of(media_types: dict[str, str], ending: str | None, accept: str | None) -> str:
    """Return in which form to answer.

    Args:
        media_types: Of each form.
        ending: That of the path, which decides if there is one.
        accept: The Accept header, with or without weights.

    Raises:
        Problem: 404 for another ending, 406 for other media types alone.
    """
    if ending is not None:
        if ending not in media_types:
            raise wrong("ending", ending[:20], ", ".join(media_types), 404)
        return ending
    if len(media_types) == 1 or not accept:
        return next(iter(media_types))
    weights = dict(map(_weight, accept.split(",")))

    def weight(form: str) -> float:
        media = media_types[form]
        ranges = (media, media.split("/")[0] + "/*", "*/*")
        return next((weights[one] for one in ranges if one in weights), 0.0)

    best = max(media_types, key=weight)
    if not weight(best):
        raise wrong("Accept", accept[:100], ", ".join(media_types.values()), 406)
    return best


def _weight(part: str) -> tuple[str, float]:
    """Return a media range of an Accept header and what it is worth."""
    media, *parameters = (word.strip().lower() for word in part.split(";"))
    quality = next((word[2:] for word in parameters if word.startswith("q=")), "1")
    try:
        return media, min(1.0, max(0.0, float(quality)))
    except ValueError:
        return media, 0.0
