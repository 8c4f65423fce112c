"""The one error that means "the request was wrong", not "the program failed"."""

from collections.abc import Iterable
from difflib import get_close_matches
from importlib import import_module
from types import ModuleType


class InputError(ValueError):
    """Bad input: one line that names the argument, its value and what is allowed.

    The command line prints the line on standard error and exits with code 2.
    """


def unknown_name(argument: str, value: str, allowed: Iterable[str]) -> InputError:
    """Return the error for a name that does not exist, with the nearest one that does.

    Args:
        argument: What the name was given for, such as ``preset``.
        value: The name that was given.
        allowed: Every name that would have been accepted.
    """
    allowed = sorted(allowed)
    near = get_close_matches(value, allowed, n=1)
    hint = f"did you mean {near[0]!r}? " if near else ""
    return InputError(
        f"{argument} {value!r} is unknown: {hint}allowed are {', '.join(allowed)}"
    )


def import_extra(module: str, what: str, extra: str) -> ModuleType:
    """Import a module that needs more than the plain installation.

    Args:
        module: Its full name.
        what: What it is for, such as ``format 'lmdb'``.
        extra: What pip has to be asked for.

    Raises:
        InputError: A package that it needs is not installed.
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("digitgan"):
            raise
        raise InputError(
            f"{what} needs {error.name}: pip install 'digitgan[{extra}]'"
        ) from error


class TrainingFailed(RuntimeError):
    """A run that went wrong by itself: says what happened and what to try."""


class ExportFailed(RuntimeError):
    """An export that is not what it was made from: says how far it is off."""


class DatasetFailed(RuntimeError):
    """A data set that could not be finished: says why, and what is whole."""
