"""CSV and ARFF: a row for each image, its pixels and perhaps its label in columns."""

import csv
import gzip
import io
import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import IO

import numpy as np

from digitgan import limits
from digitgan.data.checks import unreadable
from digitgan.data.idx import read_up_to
from digitgan.data.raw import RawDataset, RawPart, by_part, role_of, visible_files

ENDINGS = (".csv", ".tsv", ".txt", ".data", ".arff", ".csv.gz")
INDEX_NAMES = {"", "id", "index", "unnamed: 0", "row"}
MIN_COLUMNS = 17  # fewer are no image
MAX_LINE = 2**20  # characters
NUMBER = re.compile(r"\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?\s*")
ATTRIBUTE = re.compile(r"""@attribute\s+('[^']*'|"[^"]*"|\S+)""", re.I)


def read(path: Path) -> RawDataset | None:
    """Read a table, or a folder of tables whose names tell their parts."""
    if path.is_dir():
        files = [f for f in visible_files(path) if f.name.lower().endswith(ENDINGS)]
        groups = by_part([f for f in files if _layout(f)], path)
    else:
        groups = {"train": [path]} if _layout(path) else {}
    if not groups:
        return None
    parts, notes = {}, []
    for part, files in groups.items():
        if len(files) > 1:
            names = ", ".join(file.name for file in files[:5])
            raise unreadable(f"holds several tables of one part: {names}", "one")
        parts[part], note = _read_table(files[0])
        notes.append(note)
    first = next(iter(groups.values()))[0]
    layout = "ARFF" if first.suffix.lower() == ".arff" else "CSV"
    if _lines(first)[0].startswith("label,pixel0"):
        layout = "Kaggle CSV"
    said = tuple(dict.fromkeys(notes))
    is_emnist = "emnist" in first.name.lower()
    return RawDataset(layout, parts, notes=said, transposed=is_emnist)


def _open(path: Path) -> IO[str]:
    """Open a table as text: UTF-8 with or without its mark, plain or gzipped."""
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    if not packed:
        return path.open(encoding="utf-8-sig", errors="replace", newline="")
    with gzip.open(path) as file:
        content = read_up_to(file, limits.ARRAYS + 1)
    if len(content) > limits.ARRAYS:
        raise unreadable("is larger than it may be", f"{limits.ARRAYS:,} bytes")
    return io.StringIO(content.decode("utf-8-sig", "replace"), newline="")


def _lines(path: Path) -> list[str]:
    """Return the first two lines of a table, of an ARFF of its rows."""
    with _open(path) as file:
        lines = (file.readline(MAX_LINE).strip("\r\n") for _ in range(3000))
        if path.suffix.lower() != ".arff":
            return [next(lines), next(lines)]
        for line in lines:
            if line.strip().lower() == "@data":
                return [next(lines), next(lines)]
    return ["", ""]


def _delimiter(line: str) -> str | None:
    best = max(",;\t", key=line.count)
    return best if line.count(best) else None


def _fields(line: str) -> list[str]:
    separator = _delimiter(line)
    if separator is None:
        return line.split()
    quote = "'" if line.count("'") > line.count('"') else '"'
    return next(csv.reader([line], delimiter=separator, quotechar=quote), [])


def _layout(path: Path) -> bool:
    """Return whether a file is a table of so many columns."""
    with path.open("rb") as file:
        start = file.read(2)
        if start != b"\x1f\x8b" and (b"\0" in start + file.read(1000)):
            return False
    try:
        first, second = (_fields(line) for line in _lines(path))
    except (csv.Error, OSError, EOFError, ValueError):
        return False
    wide = len(first) >= MIN_COLUMNS and len(second) in (0, len(first))
    return wide and all(map(NUMBER.fullmatch, (second or first)[1:-1]))


def _header(path: Path) -> tuple[list[str], int]:
    """Return the names of the columns, if there are some, and the lines before rows."""
    if path.suffix.lower() == ".arff":
        with _open(path) as file:
            names = []
            for number, line in enumerate(file, 1):
                if match := ATTRIBUTE.match(line.strip()):
                    names.append(match[1].strip("'\""))
                if line.strip().lower() == "@data":
                    return names, number
    first = _fields(_lines(path)[0])
    named = sum(not NUMBER.fullmatch(field) for field in first) > 1
    return (first, 1) if named else ([], 0)


def _read_table(path: Path) -> tuple[RawPart, str]:
    names, skipped = _header(path)
    row = _lines(path)[1 if names and path.suffix.lower() != ".arff" else 0]
    columns = list(range(len(_fields(row))))
    roles = [role_of(name) for name in names]
    label = roles.index("labels") if "labels" in roles else None
    index = [i for i, n in enumerate(names) if n.strip(' "').lower() in INDEX_NAMES]
    wanted = [c for c in columns if c != label and c not in index]
    texts = [c for c, field in enumerate(_fields(row)) if not NUMBER.fullmatch(field)]
    if label is None and len(texts) == 1:  # only a label is written in words
        (label,) = texts
        wanted = [c for c in wanted if c != label]
    values = _load(path, skipped, row, wanted)
    if label is not None:
        as_texts = _load(path, skipped, row, [label], "U40")[:, 0]
        name = names[label] if names else label + 1
        return RawPart(values, as_texts), f"labels from column {str(name)[:40]!r}"
    if math.isqrt(values.shape[1]) ** 2 == values.shape[1]:
        return RawPart(values), "no column of labels"
    first = len(np.unique(values[:, 0])) > 1 or len(np.unique(values[:, -1])) < 2
    at, rest = (0, values[:, 1:]) if first else (-1, values[:, :-1])
    if math.isqrt(rest.shape[1]) ** 2 != rest.shape[1]:
        problem = f"has {values.shape[1]} columns"
        raise unreadable(problem, "a square number of pixels, and perhaps a label")
    where = "first" if first else "last"
    return RawPart(rest, values[:, at]), f"labels from the {where} column"


def _load(
    path: Path, skipped: int, row: str, columns: Sequence[int], dtype: str = ""
) -> np.ndarray:
    """Return some columns as bytes if they are, otherwise as floats."""
    is_all = len(columns) == len(_fields(row))
    for kind in [dtype] if dtype else ["u1", "f4"]:
        try:
            with _open(path) as file:
                return np.loadtxt(
                    file,
                    np.dtype(kind),
                    comments=None,
                    delimiter=_delimiter(row),
                    skiprows=skipped,
                    usecols=None if is_all else columns,
                    quotechar="'" if row.count("'") > row.count('"') else '"',
                    ndmin=2,
                )
        except ValueError as error:
            if kind != "u1":
                raise ValueError(str(error)[:200]) from error
    raise AssertionError("a row is neither")
