"""The API described for machines: ``/openapi.json``."""

from typing import Any

import digitgan
from digitgan.serving.encoders import ENDINGS, FILM, MEDIA_TYPES
from digitgan.serving.parameters import Parameter
from digitgan.serving.problems import MEDIA_TYPE

EXAMPLES = {  # what a first request asks for
    "digits": {"labels": [2, 0, 2, 6], "seed": 7, "one_hand": True},
    "numbers": {"text": "12/05/2026", "seed": 7, "height": 80},
    "numbers.gif": {"text": "12/05/2026", "seed": 7, "toward": 8, "frames": 12},
    "plane": {"digit": 3, "seed": 7, "x": 4, "y": 2, "columns": 6, "rows": 6},
    "nearest": {"digit": 3, "seed": 7, "x": 4, "y": 2},
}
WHOLES = {"type": "array", "items": {"type": "integer"}}
ANSWERS = {  # as JSON
    "digits": {
        "x": {
            "type": "array",
            "items": {"type": "array", "items": WHOLES},
            "description": "Digits x 28 rows x 28 pixels, 0 paper to 255 ink.",
        },
        "y": WHOLES | {"description": "What each digit is."},
    },
    "numbers": {
        "text": {"type": "string"},
        "seed": {"type": "integer"},
        "style": {"type": "object", "description": "Thickness and slant of the hand."},
        "width": {"type": "integer"},
        "height": {"type": "integer"},
        "labels": {"type": "array", "items": {"type": "string"}},
        "places": WHOLES
        | {"description": "Of each label among the characters that are no space."},
        "boxes": {
            "type": "array",
            "items": WHOLES | {"minItems": 4, "maxItems": 4},
            "description": "Left, top, right and bottom of the ink of each label.",
        },
        "image": {"type": "string", "description": "The PNG as a data: URL."},
    },
}
INSTEAD = {"n", "digit"}  # of labels: an example of all fields at once would be refused
SAYS = {
    "digits": "Draw single digits of 28 x 28 pixels",
    "numbers": "Write a text in one hand, and say where its characters are",
    "numbers.gif": "Write a text in the hands on the way from one to another",
    "plane": "Draw digits around a latent, row after row; the plane has no edge",
    "nearest": "Find the real training digits nearest to one on the plane",
}
ONE_FORM = {"nearest": "application/json", "numbers.gif": FILM}
NEEDED = {"numbers": {"text"}, "numbers.gif": {"text", "toward"}}
REFUSALS = {
    "400": "A field is unknown, missing or not allowed: the answer names it.",
    "404": "No such path or ending, or what is asked for is not on this machine.",
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
        known: What each path under ``/v1`` takes.
    """
    paths: dict[str, Any] = {
        path: {"get": _plain(summary, media)}
        for path, (summary, media) in OTHERS.items()
    }
    for what, fields in known.items():
        plain, ended = f"/v1/{what}", f"/v1/{what}.{{ending}}"
        ways = {plain: []} if what in ONE_FORM else {plain: [], ended: [_ending()]}
        for path, more in ways.items():
            paths[path] = {"get": _get(what, fields, more)}
            if what in NEEDED:
                paths[path]["post"] = _post(what, fields, more)
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
    if one.kind == "share":
        whole = {"type": "integer", "minimum": one.low, "maximum": one.high}
        share = {"type": "number", "minimum": 0, "maximum": 1}
        pair = {"minItems": 2, "maxItems": 2, "items": {"type": "number"}}
        return {"type": "array", "prefixItems": [whole, share]} | pair
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
    needed, first = NEEDED.get(what, set()), EXAMPLES[what]
    described = [_in_query(one, first, one.name in needed) for one in fields]
    responses = _responses(what, REFUSALS) | {"304": {"description": "Not changed."}}
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
    if one.name not in INSTEAD or "labels" not in first:
        told |= {"example": first.get(one.name, one.example)}
    if one.kind in ("wholes", "share"):
        told |= {"style": "form", "explode": False}
    return told


def _post(what: str, fields: list[Parameter], more: list) -> dict[str, Any]:
    body = {
        "type": "object",
        "required": sorted(NEEDED[what]),
        "additionalProperties": False,
        "properties": {
            one.name: or_null(schema(one), one.name) | {"description": one.says}
            for one in fields
        },
    }
    content = {"application/json": {"schema": body, "example": EXAMPLES[what]}}
    return {
        "summary": SAYS[what],
        "parameters": more,
        "requestBody": {"required": True, "content": content},
        "responses": _responses(what, REFUSALS | OF_BODIES),
    }


def or_null(told: dict[str, Any], name: str) -> dict[str, Any]:
    """Let a field be null, as if it were not there; a text is needed."""
    if name == "text":
        return told
    more = {"enum": [*told["enum"], None]} if "enum" in told else {}
    return told | {"type": [told["type"], "null"]} | more


def _ending() -> dict[str, Any]:
    kinds = {"type": "string", "enum": list(ENDINGS)}
    told = {"name": "ending", "in": "path", "required": True, "schema": kinds}
    return told | {"description": "In which form to answer.", "example": "png"}


def _responses(what: str, refusals: dict[str, str]) -> dict[str, Any]:
    offered = [ONE_FORM[what]] if what in ONE_FORM else MEDIA_TYPES.values()
    binary = {"type": "string", "format": "binary"}
    content = {media: {"schema": binary} for media in offered}
    if "application/json" in content:
        shown = ANSWERS.get(what, {})
        needed = [name for name in shown if name != "y"]  # for a model without classes
        told = {"type": "object", "required": needed, "properties": shown}
        content["application/json"] = {"schema": told}
    return {"200": {"description": "The picture.", "content": content}} | _refusals(
        refusals
    )


def _refusals(says: dict[str, str]) -> dict[str, Any]:
    problem = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {
        status: {"description": line, "content": problem}
        for status, line in says.items()
    }
