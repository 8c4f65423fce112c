"""Requests as pydantic models: strict, and refused in words that name the field."""

import json
from collections.abc import Callable
from types import UnionType
from typing import Annotated, Any, Optional, Self, Union, get_args, get_origin

from fastapi import Path
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    ValidationError,
    create_model,
    model_validator,
)

from digitgan.errors import InputError
from digitgan.sampling.sampler import Sampler
from digitgan.serving.problems import Problem, wrong
from digitgan.serving.runs import NAME

Seed = Annotated[int, Field(ge=0, le=2**64 - 1)]
Epoch = Annotated[int, Field(ge=0, le=999_999)]
RunName = Annotated[
    str, Path(json_schema_extra={"pattern": f"^{NAME.pattern}$"}, examples=["tiny"])
]
Share = Annotated[float, Field(ge=0, le=1)]


class RequestModel(BaseModel):
    """Fields of a request, in a URL and in JSON alike.

    No 1.0 or true is an integer, and no field is ignored. A null is as if the field
    were absent.
    """

    model_config = ConfigDict(
        strict=True, extra="forbid", allow_inf_nan=False, hide_input_in_errors=True
    )

    @model_validator(mode="wrap")
    @classmethod
    def _refuse_in_words(
        cls, data: Any, validate: ModelWrapValidatorHandler[Self]
    ) -> Self:
        if not isinstance(data, dict):
            raise Problem(400, "the body is not a JSON object", field="body")
        for name in data.keys() - cls.model_fields.keys():
            error = InputError.unknown("field", name[:100], cls.model_fields)
            line = error.line()
            raise Problem(
                400, line, field=name[:100], value=None, allowed=error.allowed
            )
        present = {name: value for name, value in data.items() if value is not None}
        try:
            return validate(present)
        except ValidationError as failed:
            name = str(failed.errors(include_url=False)[0]["loc"][0])
            if name not in present:
                raise Problem(
                    400, f"{name} is missing", field=name, value=None
                ) from None
            schema = cls.model_json_schema()["properties"][name]
            raise wrong(name, present[name], allowed_by(schema)) from None


class NoFields(RequestModel):
    """An empty JSON object."""


def optional(description: str, example: Any = None) -> Any:
    """Return the default of a field that need not be given."""
    examples = None if example is None else [example]
    return Field(None, description=description, examples=examples)


class HandFields(RequestModel):
    """What may be asked of every model's hand."""

    seed: Seed | None = optional("Same seed, same hand.", 7)
    variety: Share | None = optional(
        "0, the most usual form, to 1, as various as it can.", 0.8
    )


def from_url(model: type[RequestModel]) -> Callable[[Any], dict[str, Any]]:
    """Return a function that reads the strings of a URL as values of JSON.

    ``seed=7`` is 7 and ``labels=2,0,2,6`` is a list; what is no JSON stays a string.

    Args:
        model: What the fields are.
    """

    def literal(name: str, value: Any) -> Any:
        # FastAPI hands over a list for a field that is one
        [text] = value if isinstance(value, list) else [value]
        kinds = _kinds(model, name)
        if str in kinds:
            return text
        try:
            return json.loads(f"[{text}]" if kinds & {list, tuple} else text)
        except (ValueError, RecursionError):
            return text

    return lambda query: {name: literal(name, value) for name, value in query.items()}


def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return pairs as a dictionary.

    Raises:
        Problem: 400, a name stands twice.
    """
    unique: dict[str, Any] = {}
    for name, value in pairs:
        if name in unique:
            raise wrong(name[:100], value, "one value, and two are given")
        unique[name] = value
    return unique


def _kinds(model: type[RequestModel], name: str) -> set[Any]:
    """Return the types that a field may have, such as ``{list, NoneType}``."""
    field = model.model_fields.get(name)
    kind = field.annotation if field else str
    options = get_args(kind) if get_origin(kind) in (Union, UnionType) else (kind,)
    plain = [get_args(o)[0] if get_origin(o) is Annotated else o for o in options]
    return {get_origin(option) or option for option in plain}


def allowed_by(schema: dict[str, Any]) -> str:
    """Say in a few words what a JSON schema allows."""
    if "anyOf" in schema:  # it may be null
        schema = schema | schema["anyOf"][0]
    low, high = schema.get("minimum", 0), schema.get("maximum", 0)
    span = f"{low:,} to {high:,}"
    match schema["type"]:
        case "string" if "enum" in schema:
            return ", ".join(schema["enum"])
        case "string":
            least, most = schema.get("minLength", 0), schema["maxLength"]
            return f"a string of {least:,} to {most:,} characters"
        case "integer":
            return f"a whole number from {span}"
        case "number":
            return f"a number from {low:,g} to {high:,g}"
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


def style_fields(model: Sampler) -> type[RequestModel]:
    """Return the fields of a model's hand: seed, variety and the styles that it has."""
    says = {
        "thickness": ("Of the strokes, in pixels of a 28 x 28 digit.", 3.5),
        "slant": ("In degrees; positive leans right.", 20),
    }
    styles: dict[str, Any] = {
        name: (
            Optional[Annotated[float, Field(ge=low, le=high)]],  # noqa: UP045 - a value
            Field(None, description=says[name][0], examples=[says[name][1]]),
        )
        for name, (low, high) in model.limits.items()
    }
    return create_model("StyleFields", __base__=HandFields, **styles)
