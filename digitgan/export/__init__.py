"""A trained generator in other forms, for other places: ``digitgan export``."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

from digitgan.errors import InputError, import_extra, unknown_name
from digitgan.export.parity import check
from digitgan.handwriting.model import load


class Format(NamedTuple):
    """A form; the module of its name has ``write`` and, if it draws, ``opened``.

    Attributes:
        ending: Of the file; none for a folder.
        extra: What pip has to be asked for.
        draws: Whether it can be held against ONNX Runtime here.
    """

    ending: str
    extra: str
    draws: bool = True


FORMATS = {
    "litert": Format(".tflite", "train,export"),
    "onnx": Format(".onnx", ""),
    "openvino": Format("", "export"),
    "safetensors": Format("", "export"),
    "saved_model": Format("", "train"),
    "torch": Format(".pt2", "torch,export"),
    "web": Format("", "", draws=False),
}


def export(
    model: str | Path,
    format: str,
    out: str | Path,
    say: Callable[[str], None] = lambda line: None,
) -> Path:
    """Write a trained generator in another form.

    What was written is opened by the library that it is for and has to draw the digits
    that ONNX Runtime draws, to a grey level; ``web`` excepted.

    Args:
        model: As for :func:`digitgan.load`.
        format: One of ``FORMATS``.
        out: The file or folder to write. A file of that name is replaced when the new
            one is whole; a folder, if it holds what an earlier export left.
        say: Called with a line on what was compared.

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
        raise unknown_name("format", format, FORMATS)
    out, ending = Path(out), FORMATS[format].ending
    if ending and out.suffix != ending:
        raise InputError(
            f"out {str(out)!r} is not for format {format!r}: allowed is a name that "
            f"ends in {ending}"
        )
    if not out.name or out.name == "..":
        raise InputError(f"out {str(out)!r} is this place: allowed is a name")
    opened, form = load(model, threads=1), module_of(format)
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=f".{out.stem}-") as folder:
        made = Path(folder) / out.name
        form.write(opened, made)
        _check_own(out, made)
        if FORMATS[format].draws:
            say(check(opened, format, form.opened(made)))
        if out.exists():
            out.rename(Path(folder) / f"{out.name}.before")
        made.rename(out)
    return out


def module_of(format: str) -> ModuleType:
    """Import what writes and opens a format.

    Raises:
        InputError: A package that it needs is not installed.
    """
    module = f"digitgan.export.{format}"
    return import_extra(module, "format", format, FORMATS[format].extra)


def files_in(path: Path) -> dict[str, int]:
    """Return the bytes of every file of an export, by name."""
    if path.is_file():
        return {path.name: path.stat().st_size}
    found = sorted(file for file in path.rglob("*") if file.is_file())
    return {str(file.relative_to(path)): file.stat().st_size for file in found}


def _check_own(out: Path, made: Path) -> None:
    """Refuse to replace what no export of this form would have written."""
    if not out.exists():
        return
    foreign = sorted(files_in(out).keys() - files_in(made).keys())
    if out.is_dir() != made.is_dir() or foreign:
        what = f"holds {foreign[0]!r}" if foreign else "is there and something else"
        raise InputError(
            f"out {str(out)!r} {what}: allowed is a new path, or one that holds an "
            "earlier export alone"
        )
