"""The paths under ``/v1/runs`` described for machines."""

from typing import Any

from digitgan.serving.discriminator import SIDES
from digitgan.serving.openapi import or_null, schema
from digitgan.serving.parameters import Parameter
from digitgan.serving.problems import MEDIA_TYPE
from digitgan.serving.runs import NAME
from digitgan.serving.runs_api import BEGIN, GOAL

REFUSALS = {
    "400": "A field is unknown or not allowed: the answer names it.",
    "403": "The request comes from another site's page.",
    "404": "There is no such run or sheet.",
    "405": "Another method is meant.",
    "409": "The run is not in a state for that, or another is being trained.",
    "421": "The server is not known under that name.",
}
OF_WRITING = {
    "401": "The token is missing.",
    "408": "The body came too slowly.",
    "413": "The body is too large.",
    "415": "The body is not JSON.",
}


def paths() -> dict[str, Any]:
    """Return the paths, as OpenAPI 3.1 wants them."""
    one = "/v1/runs/{name}"
    goal, first = _fields(GOAL), {"preset": "tiny", "minutes": 1}
    sheet = {"name": "sheet", "in": "query", "schema": _EPOCH, "example": 0}
    return {
        "/v1/runs": {
            "get": _get("List the runs", []),
            "post": _post("Start a training", _fields(BEGIN), first, [], "201"),
        },
        one: {"get": _get("State, progress, curves and sentences", [_NAMED])},
        f"{one}/resume": {"post": _post("Go on with a run", goal, {})},
        f"{one}/pause": {"post": _post("Stop for now", _fields([]), {})},
        f"{one}/stop": {"post": _post("Stop and write the model", _fields([]), {})},
        f"{one}/sheets/{{epoch}}.png": {"get": _picture()},
        f"{one}/opinion": {
            "get": _get("How real real digits and fakes look", [_NAMED, sheet]),
            "post": _post("How real a drawing looks", _DRAWING, _LINE, status="200"),
        },
    }


_EPOCH = {"type": "integer", "minimum": 0, "maximum": 999_999}
_NAMED = {
    "name": "name",
    "in": "path",
    "required": True,
    "schema": {"type": "string", "pattern": f"^{NAME.pattern}$"},
    "example": "tiny",
}
_GREYS = {"type": "array", "items": {"type": "integer", "minimum": 0, "maximum": 255}}
_GREYS |= {"minItems": SIDES[0], "maxItems": SIDES[1]}
_ROWS = {"type": "array", "items": _GREYS, "minItems": SIDES[0], "maxItems": SIDES[1]}
_ROWS |= {"description": "As many rows as columns; 0 paper to 255 ink."}
_DRAWING = {
    "type": "object",
    "required": ["drawing"],
    "additionalProperties": False,
    "properties": {"drawing": _ROWS},
}
_LINE = {"drawing": [[255 * (12 <= x < 15) for x in range(28)] for _ in range(28)]}


def _fields(known: list[Parameter]) -> dict[str, Any]:
    properties = {
        one.name: or_null(schema(one), one.name) | {"description": one.says}
        for one in known
    }
    return {"type": "object", "additionalProperties": False, "properties": properties}


def _get(summary: str, parameters: list) -> dict[str, Any]:
    return {
        "summary": summary,
        "parameters": parameters,
        "responses": _answers(summary, "200", REFUSALS)
        | {"304": {"description": "Not changed."}},
    }


def _post(
    summary: str, body: dict, example: dict, parameters=(_NAMED,), status: str = "202"
) -> dict[str, Any]:
    content = {"application/json": {"schema": body, "example": example}}
    return {
        "summary": summary,
        "parameters": list(parameters),
        "requestBody": {"required": True, "content": content},
        "responses": _answers(summary, status, REFUSALS | OF_WRITING),
    }


def _picture() -> dict[str, Any]:
    epoch = {"name": "epoch", "in": "path", "required": True, "schema": _EPOCH}
    told = _get("The sample sheet after an epoch", [_NAMED, epoch | {"example": 0}])
    binary = {"type": "string", "format": "binary"}
    told["responses"]["200"]["content"] = {"image/png": {"schema": binary}}
    return told


def _answers(summary: str, status: str, refusals: dict) -> dict[str, Any]:
    content = {"application/json": {"schema": {"type": "object"}}}
    problem = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": summary, "content": content}} | {
        code: {"description": says, "content": problem}
        for code, says in refusals.items()
    }
