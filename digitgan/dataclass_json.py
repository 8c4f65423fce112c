"""Dataclasses from JSON of anywhere, each value checked against its annotation."""

import math
from contextlib import suppress
from dataclasses import MISSING, fields, is_dataclass
from types import UnionType
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

MAX_SHOWN = 200  # characters of what was wrong
T = TypeVar("T")


def from_json(cls: type[T], stored: Any) -> T:
    """Build a dataclass from a JSON object, if every value is of its annotated type.

    Lists become tuples; fields may be dataclasses themselves. What does not fit is a
    ValueError.
    """
    if not isinstance(stored, dict):
        raise ValueError(f"no description of a {cls.__name__}")
    kind: Any = cls
    annotations = get_type_hints(kind)
    needed = {f.name for f in fields(kind) if f.default is MISSING}
    wrong = sorted((needed - stored.keys()) | (stored.keys() - annotations.keys()))
    if wrong:
        raise ValueError(f"{wrong[0][:MAX_SHOWN]!r} is missing or unknown")
    given = {name: kind for name, kind in annotations.items() if name in stored}
    return cls(**{n: _converted(kind, stored[n], n) for n, kind in given.items()})


def _converted(kind: Any, value: Any, name: str) -> Any:
    """Return a value of JSON as its annotation wants it."""
    origin, inner = get_origin(kind), get_args(kind)
    if origin is UnionType:
        for one in inner:
            with suppress(ValueError):
                return _converted(one, value, name)
    elif isinstance(kind, type) and is_dataclass(kind):
        return from_json(kind, value)
    elif origin is tuple and isinstance(value, list):
        kinds = inner[:1] * len(value) if inner[-1] is ... else inner
        if len(kinds) == len(value):
            pairs = zip(kinds, value, strict=True)
            return tuple(_converted(one, v, name) for one, v in pairs)
    elif origin is dict and isinstance(value, dict):
        return {key: _converted(inner[1], v, name) for key, v in value.items()}
    elif _is_plain(kind, value):
        return value
    raise ValueError(f"{name} is {repr(value)[:MAX_SHOWN]}")


def _is_plain(kind: Any, value: Any) -> bool:
    """Return whether a value that holds no others is of a kind."""
    if kind is float:
        return type(value) in (int, float) and math.isfinite(value)
    if get_origin(kind) is Literal:
        return isinstance(value, str) and value in get_args(kind)
    return type(value) is kind
