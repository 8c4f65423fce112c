"""Options that several verbs share, and those made from the fields of a request."""

from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any, get_args, get_type_hints

import click


class _Path(click.Path):
    """A path, with ~ for the home folder also where no shell has seen it."""

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:
        """Return it as a Path."""
        return super().convert(Path(value).expanduser(), param, ctx)


PATH = _Path(path_type=Path)
OPTION_TYPES = (str, int, float, bool)  # the first of them that a field may have
MODEL = "flagship, a model or run folder, or hf://user/name."

model_option = click.option("--model", default="flagship", help=MODEL)
model_argument = click.argument("model", default="flagship", help=MODEL)
clean_option = click.option(
    "--clean", is_flag=True, help="Cut, even and centre photographed digits."
)
json_option = click.option("--json", "as_json", is_flag=True, help="For programs.")


def options_of(request: type) -> Callable[[Any], Any]:
    """Return a decorator that gives a verb an option for each field of a request.

    Args:
        request: A dataclass with a default and a ``help`` in each field's metadata.
    """
    hints = get_type_hints(request)

    def decorate(verb: Any) -> Any:
        for field in reversed(fields(request)):
            kinds = set(get_args(hints[field.name])) or {hints[field.name]}
            verb = click.option(
                f"--{field.name.replace('_', '-')}",
                type=next(kind for kind in OPTION_TYPES if kind in kinds),
                is_flag=bool in kinds,
                default=field.default,
                help=field.metadata["help"],
            )(verb)
        return verb

    return decorate
