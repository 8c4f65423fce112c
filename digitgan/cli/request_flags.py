"""Flags of a verb, made from the fields of a request: names, defaults and help once."""

from collections.abc import Callable
from dataclasses import Field, fields
from functools import wraps
from inspect import Parameter, signature
from typing import Annotated, Any, get_args, get_type_hints

import typer


def with_flags_of(request: type) -> Callable[[Callable], Callable]:
    """Return a decorator that replaces a verb's parameter ``request`` by flags.

    Args:
        request: A dataclass with a default and a ``help`` in each field's metadata.
    """
    hints = get_type_hints(request)
    flags = [_flag(option, hints[option.name]) for option in fields(request)]

    def decorate(verb: Callable) -> Callable:
        @wraps(verb)
        def with_flags(**arguments: Any) -> Any:
            options = {flag.name: arguments.pop(flag.name) for flag in flags}
            return verb(request=request(**options), **arguments)

        parameters = []
        for parameter in signature(verb).parameters.values():
            own = [parameter.replace(kind=Parameter.KEYWORD_ONLY)]
            parameters += flags if parameter.name == "request" else own
        read_by_typer: Any = with_flags
        read_by_typer.__signature__ = signature(verb).replace(parameters=parameters)
        return with_flags

    return decorate


def _flag(option: Field, hint: Any) -> Parameter:
    """Return a flag: what may be a string or a sequence is typed as a string."""
    kinds = set(get_args(hint)) or {hint}
    flag = str if str in kinds else int if int in kinds else bool
    dashed = option.name.replace("_", "-")
    names = [f"--{dashed}"] if flag is bool else []  # no --no-...
    kind = flag | None if type(None) in kinds else flag
    annotation = Annotated[kind, typer.Option(*names, help=option.metadata["help"])]
    own = Parameter(option.name, Parameter.KEYWORD_ONLY, default=option.default)
    return own.replace(annotation=annotation)
