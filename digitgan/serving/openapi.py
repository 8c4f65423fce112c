"""The API described for machines: ``/openapi.json``."""

from typing import Any

import digitgan
from digitgan.serving.parameters import Parameter
from digitgan.serving.pictures import ENDINGS, MEDIA_TYPES
from digitgan.serving.problems import MEDIA_TYPE

EXAMPLES = {  # what a first request asks for
    "digits": {"labels": [2, 0, 2, 6], "seed": 7, "one_hand": True},
    "numbers": {"text": "12/05/2026", "seed": 7, "height": 80},
}
INSTEAD = {"n", "digit"}  # of labels: an example of all fields at once would be refused
SAYS = {
    "digits": "Draw single digits of 28 x 28 pixels",
    "numbers": "Write a text in one hand, and say where its characters are",
}
REFUSALS = {
    "400": "A field is unknown, missing or not allowed: the answer names it.",
    "404": "No such path or ending.",
    "405": "Another method is meant.",
    "406": "No media type of Accept is offered.",
    "421": "Without a token only the names of this machine are answered.",
    "503": "All are busy: try again after Retry-After seconds.",
}
OF_BODIES = {
    "403": "The page of another site has sent it.",
    "408": "The body came too slowly.",
    "413": "The body is too large.",
    "415": "The body is not JSON.",
}
OTHERS = {  # path: summary, media type
    "/": ("The page to write on", "text/html"),
    "/v1/model": ("What the model can be asked", "application/json"),
    "/healthz": ("Whether the server answers", "application/json"),
    "/metrics": ("Figures for Prometheus", "text/plain"),
    "/openapi.json": ("This description", "application/json"),
}


def document(known: dict[str, list[Parameter]]) -> dict[str, Any]:
    """Return the description of the whole API, OpenAPI 3.1.

    Args:
        known: What ``digits`` and ``numbers`` take.
    """
    paths: dict[str, Any] = {
        path: {"get": _plain(summary, media)}
        for path, (summary, media) in OTHERS.items()
    }
    for what, fields in known.items():
        plain, ended = f"/v1/{what}", f"/v1/{what}.{{ending}}"
        paths[plain] = {"get": _get(what, fields, [])}
        paths[ended] = {"get": _get(what, fields, [_ending()])}
        if what == "numbers":
            paths[plain]["post"] = _post(what, fields, [])
            paths[ended]["post"] = _post(what, fields, [_ending()])
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "digitgan",
            "version": digitgan.__version__,
            "description": "Handwritten digits and numbers. The same URL gives the "
            "same bytes; they carry an ETag. An SVG holds the picture as PNG.",
        },
        "paths": paths,
        "components": {"schemas": {"Problem": PROBLEM}},
    }


PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "One line for people."},
        "field": {"type": "string", "description": "What was wrong."},
        "value": {"description": "What it was."},
        "allowed": {"type": "string", "description": "What it may be."},
    },
}


def schema(one: Parameter) -> dict[str, Any]:
    """Return the JSON schema of a parameter."""
    if one.kind == "text":
        return {"type": "string", "minLength": one.low, "maxLength": one.high}
    if one.kind == "flag":
        return {"type": "boolean"}
    if one.kind == "choice":
        return {"type": "string", "enum": list(one.choices)}
    if one.kind == "wholes":
        low, high = one.item
        items = {"type": "integer", "minimum": low, "maximum": high}
        span = {"minItems": one.low, "maxItems": one.high}
        return {"type": "array", "items": items} | span
    kind = {"whole": "integer", "number": "number"}[one.kind]
    return {"type": kind, "minimum": one.low, "maximum": one.high}


def _plain(summary: str, media: str) -> dict[str, Any]:
    shape = {"type": "object"} if media.endswith("json") else {"type": "string"}
    content = {media: {"schema": shape}}
    return {
        "summary": summary,
        "responses": {"200": {"description": summary, "content": content}}
        | _refusals({status: REFUSALS[status] for status in ("405", "421")}),
    }


def _get(what: str, fields: list[Parameter], more: list) -> dict[str, Any]:
    needed = {"text"} if what == "numbers" else set()
    described = [_in_query(one, EXAMPLES[what], one.name in needed) for one in fields]
    responses = _responses(REFUSALS) | {"304": {"description": "Not changed."}}
    return {
        "summary": SAYS[what],
        "parameters": [*more, *described],
        "responses": responses,
    }


def _in_query(one: Parameter, first: dict, needed: bool) -> dict[str, Any]:
    """Describe a parameter of a URL; a list stands between commas."""
    told: dict[str, Any] = {"name": one.name, "in": "query", "required": needed}
    told |= {"description": f"{one.says} Allowed: {one.allowed}."}
    told |= {"schema": schema(one)}
    if one.name not in INSTEAD:
        told |= {"example": first.get(one.name, one.example)}
    if one.kind == "wholes":
        told |= {"style": "form", "explode": False}
    return told


def _post(what: str, fields: list[Parameter], more: list) -> dict[str, Any]:
    body = {
        "type": "object",
        "required": ["text"],
        "additionalProperties": False,
        "properties": {
            one.name: _or_null(schema(one), one.name) | {"description": one.says}
            for one in fields
        },
    }
    content = {"application/json": {"schema": body, "example": EXAMPLES[what]}}
    return {
        "summary": SAYS[what],
        "parameters": more,
        "requestBody": {"required": True, "content": content},
        "responses": _responses(REFUSALS | OF_BODIES),
    }


def _or_null(told: dict[str, Any], name: str) -> dict[str, Any]:
    """Let a field be null, as if it were not there; a text is needed."""
    if name == "text":
        return told
    more = {"enum": [*told["enum"], None]} if "enum" in told else {}
    return told | {"type": [told["type"], "null"]} | more


def _ending() -> dict[str, Any]:
    kinds = {"type": "string", "enum": list(ENDINGS)}
    told = {"name": "ending", "in": "path", "required": True, "schema": kinds}
    return told | {"description": "In which form to answer.", "example": "png"}


def _responses(refusals: dict[str, str]) -> dict[str, Any]:
    binary = {"type": "string", "format": "binary"}
    content = {media: {"schema": binary} for media in MEDIA_TYPES.values()}
    content["application/json"] = {"schema": {"type": "object"}}
    return {"200": {"description": "The picture.", "content": content}} | _refusals(
        refusals
    )


def _refusals(says: dict[str, str]) -> dict[str, Any]:
    problem = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {
        status: {"description": line, "content": problem}
        for status, line in says.items()
    }
