"""A trained generator in other forms, for other places: ``digitgan export``."""

import tempfile
from collections.abc import Callable
from pathlib import Path

from digitgan.errors import InputError
from digitgan.export.exporter import FORMATS, exporter_of
from digitgan.export.parity import check_parity
from digitgan.handwriting.model import load


def export(
    model: str | Path,
    format: str,
    out: str | Path,
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
            report(check_parity(sampler, format, exporter.open_generator(made)))
        if out.exists():
            out.rename(Path(folder) / f"{out.name}.before")
        made.rename(out)
    return out


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
