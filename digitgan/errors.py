"""The one error that means "the request was wrong", not "the program failed"."""

from collections.abc import Iterable
from difflib import get_close_matches
from importlib import import_module
from pathlib import PurePath
from types import ModuleType

SHOWN = 200  # characters of a wrong value that an error repeats


class InputError(ValueError):
    """Bad input, as data; its line names the argument, the value and what is allowed.

    ``InputError("seed", -1, "0 to 2**64 - 1")`` reads "seed is -1: allowed is 0 to
    2**64 - 1"; with a problem, ``InputError("out", path, "a new folder", problem="holds
    other files")`` reads "out 'runs/x' holds other files: allowed is a new folder".

    The command line prints the line, with its own name of the argument, on standard
    error and exits with code 2; the API answers with its parts.

    Attributes:
        field: The argument, by its Python name.
        value: What was given.
        allowed: What would have been accepted; empty where only the problem helps.
        problem: What is wrong, where "is" is not all.
    """

    def __init__(
        self, field: str, value: object = None, allowed: str = "", problem: str = ""
    ):
        """Note what is wrong."""
        super().__init__(field, value, allowed, problem)
        self.field, self.value = field, value
        self.allowed, self.problem = allowed, problem

    @classmethod
    def unknown(cls, field: str, value: object, names: Iterable[str]) -> "InputError":
        """Return the error for a name that does not exist, with the nearest one.

        Args:
            field: What the name was given for, such as ``preset``.
            value: The name that was given.
            names: Every name that would have been accepted.
        """
        names = sorted(names)
        near = get_close_matches(str(value), names, n=1)
        hint = f" (did you mean {near[0]!r}?)" if near else ""
        return cls(field, value, ", ".join(names), problem=f"is unknown{hint}")

    def line(self, shown: str = "") -> str:
        """Return one line for people.

        Args:
            shown: The name of the argument there, such as ``--seed``; its Python name
                unless given.
        """
        shown = shown or self.field
        if self.value is None and not (self.allowed or self.problem):
            return shown  # an error of before: a sentence
        value = _shown(self.value)
        said = f"{value} {self.problem}" if self.problem else f"is {value}"
        allowed = f": allowed is {self.allowed}" if self.allowed else ""
        return f"{shown} {said}{allowed}"

    def __str__(self) -> str:
        """Return its line."""
        return self.line()


def _shown(value: object) -> str:
    """Return a value as people typed it, shortened."""
    text = repr(str(value) if isinstance(value, PurePath) else value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}..."


def unknown_name(argument: str, value: str, allowed: Iterable[str]) -> InputError:
    """Return the error of :meth:`InputError.unknown`."""
    return InputError.unknown(argument, value, allowed)


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
