"""Flags of a verb, made from the fields of a request: names, defaults and help once."""

import inspect
from collections.abc import Callable
from dataclasses import Field, fields
from functools import wraps
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
        for parameter in inspect.signature(verb).parameters.values():
            own = [parameter.replace(kind=parameter.KEYWORD_ONLY)]
            parameters += flags if parameter.name == "request" else own
        signature: Any = with_flags  # whose signature is what Typer reads
        signature.__signature__ = inspect.Signature(parameters)
        return with_flags

    return decorate


def _flag(option: Field, hint: Any) -> inspect.Parameter:
    """Return a flag: what may be a string or a sequence is typed as a string."""
    name, default = option.name, option.default
    kinds = set(get_args(hint)) or {hint}
    flag = str if str in kinds else int if int in kinds else bool
    names = [f"--{name.replace('_', '-')}"] if flag is bool else []  # no --no-...
    kind = flag | None if type(None) in kinds else flag
    annotation = Annotated[kind, typer.Option(*names, help=option.metadata["help"])]
    keyword_only = inspect.Parameter.KEYWORD_ONLY
    return inspect.Parameter(name, keyword_only, default=default, annotation=annotation)
