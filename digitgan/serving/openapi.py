"""``/openapi.json``: what FastAPI describes, and what it cannot know of this API."""

import re
from typing import Any, Literal

from fastapi import FastAPI
from pydantic import TypeAdapter

from digitgan.serving import problems
from digitgan.serving.problems import ProblemDetails

REFUSALS = {
    400: "A field is unknown, missing or not allowed: the answer names it.",
    401: "The token is missing.",
    403: "The page of another site has sent it.",
    404: "There is nothing of that name on this machine.",
    405: "Another method is meant.",
    406: "No media type of Accept is offered.",
    408: "The body came too slowly.",
    409: "The run is not in a state for that, or another is being trained.",
    413: "The body is too large.",
    415: "The body is not JSON.",
    421: "Without a token only the names of this machine are answered.",
    503: "All are busy: try again after Retry-After seconds.",
}
ANY, WITH_BODY = (405, 421), (400, 403, 408, 413, 415)
REF = "#/components/schemas/{model}"
BINARY = {"type": "string", "format": "binary"}
Responses = dict[int | str, dict[str, Any]]

_answers: dict[str, Any] = {"ProblemDetails": ProblemDetails}


def json_of(answer: Any) -> dict[str, Any]:
    """Describe JSON of a TypedDict, whose schema is made once somebody asks for it."""
    _answers[answer.__name__] = answer
    return {"application/json": {"schema": {"$ref": REF.format(model=answer.__name__)}}}


def responses(
    content: dict[str, Any],
    *refusals: int,
    status: int = 200,
    not_changed: bool = False,
) -> Responses:
    """Describe an answer, and refusals with those of any route, for FastAPI."""
    described: Responses = {status: {"description": "Done.", "content": content}}
    if not_changed:
        described[304] = {"description": "Not changed."}
    problem = {"schema": {"$ref": REF.format(model=ProblemDetails.__name__)}}
    for refusal in sorted({*ANY, *refusals}):
        content = {problems.MEDIA_TYPE: problem}
        described[refusal] = {"description": REFUSALS[refusal], "content": content}
    return described


def openapi(app: FastAPI, needs_token: bool) -> dict[str, Any]:
    """Return the description of an application, made when it is first asked for."""
    if not app.openapi_schema:
        description = FastAPI.openapi(app)  # which keeps it
        adapters: list[tuple[str, Literal["serialization"], TypeAdapter]] = [
            (name, "serialization", TypeAdapter(of)) for name, of in _answers.items()
        ]
        _, schemas = TypeAdapter.json_schemas(adapters, ref_template=REF)
        schemas = description["components"]["schemas"] | schemas["$defs"]
        for name in ("HTTPValidationError", "ValidationError"):
            schemas.pop(name, None)  # refused requests get a ProblemDetails
        description["components"]["schemas"] = schemas
        if needs_token:
            scheme = {"token": {"type": "http", "scheme": "bearer"}}
            description["components"]["securitySchemes"] = scheme
        for path, methods in description["paths"].items():
            for method, operation in methods.items():
                operation["operationId"] = _name(method, path)
                _complete(operation)
                if needs_token and "401" in operation["responses"]:
                    operation["security"] = [{"token": []}]
    return FastAPI.openapi(app)


def _name(method: str, path: str) -> str:
    """Return what a generated client calls an operation: ``get_numbers_png``."""
    return "_".join([method, *re.findall(r"[a-z]+", path.replace("/v1/", "/"))])


def _complete(operation: dict[str, Any]) -> None:
    """Say how lists stand in a URL, and how a request is refused."""
    operation["responses"].pop("422", None)
    for parameter in operation.get("parameters", []):
        options = parameter["schema"].get("anyOf", [parameter["schema"]])
        if any(option.get("type") == "array" for option in options):
            parameter |= {"style": "form", "explode": False}
