"""A trained generator in other forms, for other places: ``digitgan export``."""

import tempfile
from collections.abc import Callable
from os import PathLike
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import numpy as np

from digitgan.errors import ExportFailed, InputError, import_extra
from digitgan.handwriting.model import load
from digitgan.sampling.sampler import Sampler

Generator = Callable[..., np.ndarray]  # of inputs by name, to ``uint8 (N, 28, 28)``
DIGITS, SEED = 500, 0  # that are compared
SPLITS = (1, 100, 250)  # calls of 1, 99, 150 and 250 digits: any number must do
TOLERANCE = 1  # grey level: libraries add up in different orders


class Format(NamedTuple):
    """A format, as far as its library need not be imported."""

    suffix: str  # of the file; none for a folder
    extra: str  # what pip has to install
    draws: bool = True  # whether its library can draw here, to be compared


# The module of a format has ``write(model, path)``, which makes a file or folder that
# is not there yet, and ``open_generator(path)``, which opens it as a Generator with the
# library that it is for.
FORMATS = {
    "keras": Format(".keras", "train"),
    "litert": Format(".tflite", "train,export"),
    "onnx": Format(".onnx", ""),
    "openvino": Format("", "export"),
    "safetensors": Format("", "export"),
    "saved_model": Format("", "train"),
    "torch": Format(".pt2", "torch,export"),
    "web": Format("", "", draws=False),
}


def export(
    model: str | PathLike[str],
    format: str,
    out: str | PathLike[str],
    report: Callable[[str], object] = lambda line: None,
) -> Path:
    """Write a trained generator in another form.

    What was written is opened by the library that it is for and has to draw the digits
    that ONNX Runtime draws, to a grey level; ``web`` excepted.

    Args:
        model: As for :func:`digitgan.load`.
        format: One of ``FORMATS``.
        out: The file or folder to write. A file of that name is replaced when the new
            one is whole; a folder, if it holds what an earlier export left.
        report: Called with a line on what was compared.

    Returns:
        ``out``.

    Raises:
        InputError: The format is unknown or needs a package that is not there, there is
            no such model, it cannot be written so, or ``out`` holds files that are not
            of an export.
        ExportFailed: It drew other digits; nothing is left of it.
        OSError: ``out`` cannot be written.
    """
    if format not in FORMATS:
        raise InputError.unknown("format", format, FORMATS)
    out, suffix = Path(out), FORMATS[format].suffix
    if suffix and out.suffix != suffix:
        raise InputError("out", out, f"a name that ends in {suffix}")
    if not out.name or out.name == "..":
        raise InputError("out", out, "a name of its own", problem="is this place")
    sampler, exporter = load(model, threads=1), exporter_of(format)
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=f".{out.stem}-") as folder:
        made = Path(folder) / out.name
        exporter.write(sampler, made)
        _check_replaceable(out, made)
        if FORMATS[format].draws:
            report(_compare(sampler, format, exporter.open_generator(made)))
        if out.exists():
            out.rename(Path(folder) / f"{out.name}.before")
        made.rename(out)
    return out


def exporter_of(format: str) -> ModuleType:
    """Import the module of a format; an :class:`InputError` names what it needs."""
    extra = FORMATS[format].extra
    return import_extra(f"digitgan.exporters.{format}", "format", format, extra)


def file_sizes(path: Path) -> dict[str, int]:
    """Return the bytes of every file of an export, by name."""
    if path.is_file():
        return {path.name: path.stat().st_size}
    files = sorted(file for file in path.rglob("*") if file.is_file())
    return {str(file.relative_to(path)): file.stat().st_size for file in files}


def _check_replaceable(out: Path, made: Path) -> None:
    """Refuse to replace what no export of this form would have written."""
    if not out.exists():
        return
    foreign = sorted(file_sizes(out).keys() - file_sizes(made).keys())
    if out.is_dir() != made.is_dir() or foreign:
        problem = f"holds {foreign[0]!r}" if foreign else "is there and something else"
        allowed = "a new path, or one that holds an earlier export alone"
        raise InputError("out", out, allowed, problem)


def _compare(model: Sampler, format: str, draw: Generator) -> str:
    """Say how many pixels of an export are those of the model folder; refuse others."""
    inputs = model.generator_inputs(model.labels(n=DIGITS), seed=SEED)
    arrays = model.network_inputs(inputs)
    calls = zip(*(np.split(array, SPLITS) for array in arrays.values()), strict=True)
    drawn = [draw(**dict(zip(arrays, call, strict=True))) for call in calls]
    error = np.abs(np.concatenate(drawn).astype(int) - model.draw(inputs))
    line = (
        f"{DIGITS} digits beside those of ONNX Runtime: of {error.size:,} pixels "
        f"{np.count_nonzero(error):,} differ, by {error.max()} of 255 at most"
    )
    if error.max() > TOLERANCE:
        raise ExportFailed(f"format {format!r}: {line}; allowed is {TOLERANCE}")
    return line
