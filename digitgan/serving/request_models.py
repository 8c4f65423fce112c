"""Requests as pydantic models: strict, and refused in words that name the field."""

import json
from collections.abc import Callable
from functools import cache
from typing import Annotated, Any, ClassVar, Self

from fastapi import Path
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    ValidationError,
    model_validator,
)
from starlette.requests import Request

from digitgan.errors import InputError
from digitgan.sampling.styles import MAX_VARIETY
from digitgan.serving.problems import Problem, wrong
from digitgan.serving.runs import NAME

MAX_SEED = 2**64 - 1
LISTS = ("blend", "labels", "rerolls", "spacing")  # fields that are one
MAX_EPOCH = 999_999  # that a sample sheet is of
RunName = Annotated[
    str, Path(json_schema_extra={"pattern": f"^{NAME.pattern}$"}, examples=["tiny"])
]


class RequestModel(BaseModel):
    """Fields of a request, in a URL and in JSON alike.

    No 1.0 or true is an integer, and no field is ignored. A null is as if the field
    were absent.
    """

    model_config: ClassVar[ConfigDict] = ConfigDict(
        strict=True, extra="forbid", allow_inf_nan=False, hide_input_in_errors=True
    )

    @model_validator(mode="wrap")
    @classmethod
    def _refuse_in_words(
        cls, data: Any, validate: ModelWrapValidatorHandler[Self]
    ) -> Self:
        if not isinstance(data, dict):
            raise Problem(400, "the body is not a JSON object", field="body")
        for name in (name for name in data if name not in cls.model_fields):
            error = InputError.unknown("field", name[:100], cls.model_fields)
            members = {"field": name[:100], "value": None, "allowed": error.allowed}
            raise Problem(400, error.line(), **members)
        present = {name: value for name, value in data.items() if value is not None}
        try:
            return validate(present)
        except ValidationError as failed:
            name = str(failed.errors(include_url=False)[0]["loc"][0])
            if name not in present:
                line = f"{name} is missing"
                raise Problem(400, line, field=name, value=None) from None
            schema = cls.model_json_schema()["properties"][name]
            raise wrong(name, present[name], allowed_by(schema)) from None


class NoFields(RequestModel):
    """An empty JSON object."""


def optional(description: str, example: Any = None, **limits: Any) -> Any:
    """Return the default of a field that need not be given, with its limits."""
    examples = None if example is None else [example]
    return Field(None, description=description, examples=examples, **limits)


class HandFields(RequestModel):
    """What may be asked of a model's hand; ``/v1/model`` says within which limits."""

    seed: int | None = optional("Same seed, same hand.", 7, ge=0, le=MAX_SEED)
    variety: float | None = optional(
        "0, the most usual form, to 1, as various as real ones, and beyond.",
        0.8,
        ge=0,
        le=MAX_VARIETY,
    )
    thickness: float | None = optional("In pixels of a 28 x 28 digit.", 3.5)
    slant: float | None = optional("In degrees; positive leans right.", 20)


def from_url(model: type[RequestModel]) -> Callable[[Any], dict[str, Any]]:
    """Return a function that reads the strings of a URL as values of JSON.

    ``seed=7`` is 7 and ``labels=2,0,2,6`` is a list; what is no JSON stays a string.
    """

    @cache
    def types() -> dict[str, set[str]]:
        schemas = model.model_json_schema()["properties"]
        return {
            name: {option["type"] for option in schema.get("anyOf", [schema])}
            for name, schema in schemas.items()
        }

    def literal(name: str, value: Any) -> Any:
        # FastAPI hands over a list for a field that is one
        text = ",".join(value) if isinstance(value, list) else value
        kinds = types().get(name, {"string"})
        if "string" in kinds:
            return text
        try:
            return json.loads(f"[{text}]" if "array" in kinds else text)
        except (ValueError, RecursionError):
            return text

    return lambda query: {name: literal(name, value) for name, value in query.items()}


def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return pairs as a dictionary; a :class:`Problem` if a name stands twice."""
    unique: dict[str, Any] = {}
    for name, value in pairs:
        if name in unique:
            raise wrong(name[:100], value, "one value, and two are given")
        unique[name] = value
    return unique


async def check_query(request: Request) -> None:
    """Refuse a URL that gives a field twice: a dependency of every route.

    Lists may be: ``spacing=0&spacing=12``, as many generated clients write 0,12.
    """
    unique(
        [pair for pair in request.query_params.multi_items() if pair[0] not in LISTS]
    )


def allowed_by(schema: dict[str, Any]) -> str:
    """Say in a few words what a JSON schema allows."""
    if options := schema.get("anyOf"):  # it may be null
        kinds = (one for one in options if one["type"] != "null")
        return " or ".join(allowed_by(schema | one | {"anyOf": []}) for one in kinds)
    low, high = schema.get("minimum", 0), schema.get("maximum", 0)
    match schema["type"]:
        case "string" if "enum" in schema:
            return ", ".join(schema["enum"])
        case "string":
            least, most = schema.get("minLength", 0), schema["maxLength"]
            return f"a string of {least:,} to {most:,} characters"
        case "integer":
            return f"a whole number from {low:,} to {high:,}"
        case "number":
            limits = f" from {low:,g} to {high:,g}" if "minimum" in schema else ""
            return f"a number{limits}"
        case "boolean":
            return "true or false"
        case "array" if "prefixItems" in schema:
            return ", a comma and ".join(map(allowed_by, schema["prefixItems"]))
    least, most, items = schema["minItems"], schema["maxItems"], schema["items"]
    few = f"{least:,} to {most:,}" if least != most else f"{least:,}"
    if items["type"] == "array":
        return f"{few} lists, each of {allowed_by(items)}"
    span = f"{items['minimum']:,} to {items['maximum']:,}"
    return f"{few} whole numbers from {span}, between commas"
