"""A trained generator in other forms, for other places: ``digitgan export``."""

import tempfile
from pathlib import Path

from digitgan.errors import InputError, unknown_name
from digitgan.export.web import write_site
from digitgan.generation.sampler import load

FORMATS = {"web": write_site}  # each: function(model, path), a new file or folder


def export(model: str | Path, format: str, out: str | Path) -> Path:
    """Write a trained generator in another form.

    Args:
        model: As for :func:`digitgan.load`.
        format: One of ``FORMATS``.
        out: The file or folder to write. A folder may be there with an earlier export,
            which is replaced when the new one is whole.

    Returns:
        ``out``.

    Raises:
        InputError: The format is unknown, there is no such model, it cannot be written
            so, or ``out`` holds files that are not of an export.
        OSError: ``out`` cannot be written.
    """
    if format not in FORMATS:
        raise unknown_name("format", format, FORMATS)
    out, opened = Path(out), load(model, threads=1)
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=f".{out.name}-") as folder:
        made = Path(folder) / out.name
        FORMATS[format](opened, made)
        _check_own(out, made)
        if out.exists():
            out.rename(Path(folder) / "before")
        made.rename(out)
    return out


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
