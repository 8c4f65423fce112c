"""CSV and ARFF: a row for each image, its pixels and perhaps its label in columns."""

import csv
import gzip
import io
import re
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from typing import IO, NamedTuple

import numpy as np

from digitgan import limits
from digitgan.data.checks import check_size, unreadable
from digitgan.data.idx import GZIP_START, read_up_to
from digitgan.data.raw import (
    RawDataset,
    RawPart,
    by_part,
    role_of,
    split_label,
    visible_files,
)

ENDINGS = (".csv", ".tsv", ".txt", ".data", ".arff", ".csv.gz")
INDEX_NAMES = {"", "id", "index", "unnamed: 0", "row"}
MIN_COLUMNS = 17  # fewer are no image
MAX_LINE = 2**20  # characters
MAX_HEAD = 3_000  # lines before the first row
MAX_LABEL = 40  # characters
NUMBER = re.compile(r"\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?\s*")
BEFORE_ROWS = re.compile(r"[#%@]|sep=.\s*$|\s*$")  # Excel names its separator in a line
ATTRIBUTE = re.compile(r"""@attribute\s+('[^']*'|"[^"]*"|\S+)\s+\{?\s*([^,}]*)""", re.I)
TYPES = ("real", "numeric", "integer")  # of ARFF; other values are named in braces
MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}  # of Excel's Unicode text


class Head(NamedTuple):
    """What stands before the rows of a table, and the first of them."""

    names: list[str]  # of the columns, if it tells them
    skipped: int  # lines before the rows
    row: list[str]  # the fields of the first row
    delimiter: str | None  # what stands between them; None for spaces
    quote: str  # what texts stand in
    # what each column holds where a sparse ARFF says nothing; else empty
    absent: list[str]
    layout: str


def read(path: Path) -> RawDataset | None:
    """Read a table, or a folder of tables whose names tell their parts."""
    if path.is_dir():
        files = [f for f in visible_files(path) if f.name.lower().endswith(ENDINGS)]
    else:
        files = [path]
    heads = {file: head for file in files if (head := _head(file))}
    if not heads:
        return None
    groups = by_part(heads, path) if path.is_dir() else {"train": files}
    parts, notes = {}, {}
    for part, files in groups.items():
        if len(files) > 1:
            names = ", ".join(file.name for file in files[:5])
            raise unreadable(f"holds several tables of one part: {names}", "one")
        parts[part], note = _read_table(files[0], heads[files[0]])
        notes[note] = None
    first = next(iter(groups.values()))[0]
    is_emnist = "emnist" in first.name.lower()
    return RawDataset(heads[first].layout, parts, (), tuple(notes), is_emnist)


def _open(path: Path) -> IO[str]:
    """Open a table as text: UTF-8 or UTF-16, plain or gzipped."""
    with path.open("rb") as file:
        start = file.read(2)
    if start == GZIP_START:
        with gzip.open(path) as packed:
            content = bytes(read_up_to(packed, limits.ARRAYS + 1))
        size, start, file = len(content), content[:2], io.BytesIO(content)
    else:
        size, file = path.stat().st_size, path.open("rb")
    if size > limits.ARRAYS:
        raise unreadable("is larger than it may be", f"{limits.ARRAYS:,} bytes")
    encoding = MARKS.get(start) or ("utf-16-le" if start[1:] == b"\0" else "utf-8-sig")
    return io.TextIOWrapper(file, encoding, errors="replace", newline="")


def _head(path: Path) -> Head | None:
    """Return what stands before the rows; None if this is no table of images."""
    try:
        with _open(path) as file:
            lines = iter(partial(file.readline, MAX_LINE), "")
            before, line = _preamble(lines)
            matches = [m for one in before if (m := ATTRIBUTE.match(one.strip()))]
            names = [match[1].strip("'\"") for match in matches]
            absent = []
            if matches and line.lstrip().startswith("{"):
                words = [match[2].strip(" '\"") for match in matches]
                absent = ["0" if word.lower() in TYPES else word for word in words]
                line = next(_dense([line], absent))
            row, delimiter, quote = _fields(line)
            if not matches and sum(not NUMBER.fullmatch(name) for name in row) > 1:
                names, before = row, [*before, line]
                row, delimiter, quote = _fields(_preamble(lines)[1])
    except (csv.Error, OSError, EOFError, ValueError):
        return None
    wide = len(row) >= MIN_COLUMNS and len(names) in (0, len(row))
    if not wide or not all(map(NUMBER.fullmatch, row[1:-1])):
        return None
    kaggle = "Kaggle CSV" if names[:2] == ["label", "pixel0"] else "CSV"
    layout = "ARFF" if matches else kaggle
    return Head(names, len(before), row, delimiter, quote, absent, layout)


def _preamble(lines: Iterator[str]) -> tuple[list[str], str]:
    """Return what says something of the rows, and the first of them."""
    before = []
    for line in islice(lines, MAX_HEAD):
        if "\0" in line:
            break
        if not BEFORE_ROWS.match(line):
            return before, line
        before.append(line)
    return before, ""


def _fields(line: str) -> tuple[list[str], str | None, str]:
    """Return the fields of a line, what stands between them and around texts."""
    delimiter, line = max(",;\t", key=line.count), line.strip("\r\n")
    quote = "'" if line.count("'") > line.count('"') else '"'
    if delimiter not in line:
        return line.split(), None, quote
    fields = next(csv.reader([line], delimiter=delimiter, quotechar=quote), [])
    return fields[: -1 if fields[-1:] == [""] else None], delimiter, quote


def _dense(lines: Iterable[str], absent: list[str]) -> Iterator[str]:
    """Yield the rows of a sparse ARFF, pairs of a column and its value, in full."""
    for number, line in enumerate(filter(str.strip, lines), 1):
        check_size((number, len(absent)))
        row = absent.copy()
        for pair in filter(str.strip, line.strip(" {}\r\n").split(",")):
            column, value = pair.split(None, 1)
            row[int(column)] = value.strip()
        yield ",".join(row)


def _read_table(path: Path, head: Head) -> tuple[RawPart, str]:
    roles = [role_of(name) for name in head.names]
    label = roles.index("labels") if "labels" in roles else None
    columns = range(len(head.row))
    index = [i for i in columns if i < len(head.names) and _is_index(head.names[i])]
    texts = [i for i in columns if not NUMBER.fullmatch(head.row[i])]
    if label is None and len(texts) == 1:  # only a label is written in words
        (label,) = texts
    pixels = [i for i in columns if i != label and i not in index]
    if label is None:
        return split_label(_load(path, head, pixels))
    name = head.names[label] if head.names else label + 1
    note = f"labels from column {str(name)[:MAX_LABEL]!r}"
    if label not in texts:
        values = _load(path, head, [label, *pixels])
        return RawPart(values[:, 1:], values[:, 0]), note
    labels = _load(path, head, [label], f"U{MAX_LABEL}")[:, 0]
    return RawPart(_load(path, head, pixels), labels), note


def _is_index(name: str) -> bool:
    return name.strip(' "').lower() in INDEX_NAMES


def _load(path: Path, head: Head, columns: list[int], dtype: str = "") -> np.ndarray:
    """Return some columns as bytes if they are, otherwise as floats."""
    kinds = [dtype] if dtype else ["u1", "f4"]
    for kind in map(np.dtype, kinds):
        rows = limits.ARRAYS // (kind.itemsize * len(columns)) + 1
        with _open(path) as file:
            lines = islice(file, head.skipped, head.skipped + rows)
            try:
                values = np.loadtxt(
                    _dense(lines, head.absent) if head.absent else lines,
                    kind,
                    comments=None,
                    delimiter=head.delimiter,
                    usecols=columns,
                    quotechar=head.quote,
                    ndmin=2,
                )
            except ValueError as error:
                if kind != "u1":
                    raise ValueError(str(error)[:200]) from error
                continue
            check_size(values.shape, kind.itemsize)
            return values
    raise AssertionError("a row is neither")
