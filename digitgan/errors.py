"""The one error that means "the request was wrong", not "the program failed"."""

from collections.abc import Iterable
from difflib import get_close_matches
from importlib import import_module
from numbers import Integral, Real
from pathlib import PurePath
from types import ModuleType
from typing import Self

MAX_SHOWN = 200  # characters of a wrong value that an error repeats
EXTRAS = {  # packages that the plain installation lacks, and what installs them
    "train": "keras tensorflow onnx matplotlib scipy sklearn tensorboard threadpoolctl",
    "datasets": "lmdb pyarrow",
    "export": "ai_edge_litert openvino safetensors",
    "hub": "huggingface_hub",
    "jax": "jax",
    "ray": "ray",
    "serve": "fastapi fastapi_offline prometheus_client starlette uvicorn",
    "sheet": "cv2 pillow_heif pypdfium2",
    "torch": "torch",
}


class InputError(ValueError):
    """Bad input, as data; its line names the argument, the value and what is allowed.

    ``InputError("seed", -1, "0 to 2**64 - 1")`` reads "seed is -1: allowed is 0 to
    2**64 - 1". Where "is" is not all, a problem says it: ``InputError("out", path, "a
    new folder", "holds other files")`` reads "out 'runs/x' holds other files: allowed
    is a new folder". Where there is no value to show, it is None: ``InputError("read",
    None, "a photograph", "is missing")`` reads "read is missing: allowed is a
    photograph".

    The command line prints the line, with its own name of the argument, on standard
    error and exits with code 2; the API answers with its parts.

    Attributes:
        field: The argument, by its Python name.
        value: What was given.
        allowed: What would have been accepted; empty where the problem says it.
        problem: What is wrong, where "is" is not all.
    """

    def __init__(
        self, field: str, value: object = None, allowed: str = "", problem: str = ""
    ):
        super().__init__(field, value, allowed, problem)  # so that it can be pickled
        self.field = field
        self.value = value
        self.allowed = allowed
        self.problem = problem

    @classmethod
    def unknown(cls, field: str, value: object, names: Iterable[str]) -> Self:
        """Return the error for a name that is none of these, with the nearest one."""
        names = sorted(names)
        nearest = get_close_matches(str(value), names, n=1)
        hint = f" (did you mean {nearest[0]!r}?)" if nearest else ""
        return cls(field, value, ", ".join(names), f"is unknown{hint}")

    def line(self, shown_as: str = "") -> str:
        """Return one line for people; the argument may have another name there."""
        name = shown_as or self.field
        allowed = f": allowed is {self.allowed}" if self.allowed else ""
        if not self.problem:
            return f"{name} is {_shortened(self.value)}{allowed}"
        value = "" if self.value is None else f" {_shortened(self.value)}"
        return f"{name}{value} {self.problem}{allowed}"

    def __str__(self) -> str:
        """Return its line."""
        return self.line()


def check_range(field: str, value: object, low: int, high: int) -> None:
    """Refuse what is no whole number from low to high."""
    if not (isinstance(value, Integral) and low <= int(value) <= high):
        raise InputError(field, value, f"a whole number from {low:,} to {high:,}")


def check_number(field: str, value: object, low: float, high: float) -> None:
    """Refuse what is no number from low to high."""
    if not (isinstance(value, Real) and low <= float(value) <= high):
        raise InputError(field, value, f"{low:g} to {high:g}")


def check_seed(seed: object, bits: int = 64, field: str = "seed") -> None:
    """Refuse what is no whole number of so many bits."""
    if not (isinstance(seed, Integral) and 0 <= int(seed) < 2**bits):
        raise InputError(field, seed, f"0 to 2**{bits} - 1")


def _shortened(value: object) -> str:
    """Return a value as people typed it, but not too much of it."""
    text = repr(str(value) if isinstance(value, PurePath) else value)
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}..."


def import_extra(
    module: str, field: str, value: object = None, extras: str = ""
) -> ModuleType:
    """Import a module that needs more than the plain installation.

    The field and its value are what asks for it; extras all that have to be installed,
    where it takes more than one.
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        if not (needs := missing_extra(error, extras)):
            raise
        raise InputError(field, value, problem=needs) from error


def missing_extra(error: ModuleNotFoundError, extras: str = "") -> str:
    """Return "needs PACKAGE: pip install ..."; empty for what no extra brings."""
    from digitgan.installation import pip_command  # which takes a while

    package = (error.name or "").partition(".")[0]
    found = [extra for extra, brings in EXTRAS.items() if package in brings.split()]
    extras = extras or "".join(found)
    return f"needs {package}: {pip_command(extras)}" if found else ""


class TrainingFailed(RuntimeError):
    """A run that went wrong by itself: says what happened and what to try."""


class ExportFailed(RuntimeError):
    """An export that is not what it was made from: says how far it is off."""


class DatasetFailed(RuntimeError):
    """A data set that could not be finished: says why, and what is whole."""
