"""Routes that answer with something drawn: in which form, with an ETag, in a thread."""

import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import product
from typing import Annotated, Any

import numpy
import onnxruntime
import PIL
from fastapi import APIRouter, Body, Query
from pydantic import BeforeValidator
from starlette.requests import Request
from starlette.responses import Response

import digitgan
from digitgan.errors import InputError
from digitgan.handwriting.model import Model
from digitgan.serving.draw_processes import DrawRequests
from digitgan.serving.encoders import MEDIA_TYPES
from digitgan.serving.openapi import BINARY, WITH_BODY, json_of, responses
from digitgan.serving.problems import Problem, wrong
from digitgan.serving.request_models import RequestModel, from_url
from digitgan.serving.responses import etag_of
from digitgan.serving.routes import AppState

CACHE = "public, max-age=3600"

DrawRequest = tuple[str, dict[str, Any]]  # in which form, and the given fields


@dataclass(frozen=True)
class Drawing:
    """A path that answers with something drawn."""

    path: str  # such as ``/v1/numbers``; ``/v1/numbers.png`` and others follow
    fields: type[RequestModel]  # what may be asked for
    # Draws the requests that wait together; an InputError is answered with 400:
    draw: DrawRequests
    summary: str  # a line for people
    example: dict[str, Any] = field(default_factory=dict)  # JSON; none: by URL alone
    # Of each form; where there is one alone, the path has no ending:
    media_types: dict[str, str] = field(default_factory=lambda: MEDIA_TYPES)
    json_answer: Any = None  # the TypedDict of the form ``json``
    here: bool = False  # by the server's own process, for what it remembers


def add_drawing(api: APIRouter, state: AppState, drawing: Drawing) -> None:
    """Add the routes of a drawing, with their description."""
    fields = drawing.fields
    sources: dict[str, Any] = {
        "GET": Annotated[fields, Query(), BeforeValidator(from_url(fields))]
    }
    if drawing.example:
        sources["POST"] = Annotated[fields, Body(examples=[drawing.example])]
    paths = {drawing.path: drawing.media_types}
    if len(drawing.media_types) > 1:
        for form, media in drawing.media_types.items():
            paths[f"{drawing.path}.{form}"] = {form: media}
    for (method, source), (path, forms) in product(sources.items(), paths.items()):
        content: dict[str, Any] = {one: {"schema": BINARY} for one in forms.values()}
        if drawing.json_answer and "json" in forms:
            content |= json_of(drawing.json_answer)
        refusals = (400, 404, 406, 503) + (WITH_BODY if method == "POST" else ())
        api.add_api_route(
            path,
            _endpoint(state, drawing, source, forms),
            methods=[method],
            summary=drawing.summary,
            description="",
            response_class=Response,
            responses=responses(content, *refusals, not_changed=method == "GET"),
            include_in_schema=len(forms) == 1,  # clients are made for one answer each
        )


def _endpoint(
    state: AppState, drawing: Drawing, source: Any, forms: dict[str, str]
) -> Callable[..., Awaitable[Response]]:
    """Return what draws in one of some forms, unless the client has the same."""
    model = state.model
    versions = [digitgan.__version__, model.description["sha256"]]
    versions += [numpy.__version__, PIL.__version__, onnxruntime.__version__]
    # One for all queries: an ETag tells apart the versions of one URL alone.
    etags = {form: etag_of(json.dumps([form, versions]).encode()) for form in forms}
    if drawing.here:
        draw_all = partial(drawing.draw, model)
    else:
        draw_all = partial(state.processes.draw, drawing.draw)

    async def draw(request: Request, fields: RequestModel) -> Response:
        given = fields.model_dump(exclude_unset=True)
        form = form_of(forms, request.headers.get("accept"))
        if request.method == "POST":
            headers = {"Cache-Control": "no-store"}
        else:
            headers = {"ETag": etags[form], "Cache-Control": CACHE}
            if etags[form] in request.headers.get("if-none-match", ""):
                return Response(status_code=304, headers=headers)
        if len(forms) > 1:
            headers["Vary"] = "Accept"
        try:
            body = await state.pool.run_together(draw_all, (form, given))
        except InputError as error:
            raise Problem.of(error) from error
        return Response(body, 200, headers, forms[form])

    draw.__annotations__["fields"] = source  # FastAPI reads there where they are
    return draw


def one_by_one(draw: Callable[[Model, str, dict[str, Any]], bytes]) -> DrawRequests:
    """Return what draws requests one after the other."""
    return partial(_draw_each, draw)


def _draw_each(
    draw: Callable[[Model, str, dict[str, Any]], bytes],
    model: Model,
    requests: Sequence[DrawRequest],
) -> Sequence[bytes | Exception]:
    answers: list[bytes | Exception] = []
    for request in requests:
        try:
            answers.append(draw(model, *request))
        except Exception as error:  # of this request alone
            answers.append(error)
    return answers


def form_of(media_types: dict[str, str], accept: str | None) -> str:
    """Return in which of some forms to answer, by the header Accept."""
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
    media, *parameters = (text.strip().lower() for text in part.split(";"))
    quality = next((text[2:] for text in parameters if text.startswith("q=")), "1")
    try:
        return media, min(1.0, max(0.0, float(quality)))
    except ValueError:
        return media, 0.0
