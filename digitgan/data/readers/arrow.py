"""Parquet, Feather and Arrow: pictures as Hugging Face stores them, or pixels."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from digitgan import limits
from digitgan.data.checks import unreadable
from digitgan.data.pictures import Pictures
from digitgan.data.raw import RawDataset, RawPart, by_part, role_of, visible_files
from digitgan.data.readers.pages import cut_pages
from digitgan.errors import import_extra
from digitgan.untrusted import BoundedFile

ENDINGS = (".parquet", ".arrow", ".feather")
PARQUET, ARROW_FILE, ARROW_STREAM = b"PAR1", b"ARRO", b"\xff\xff\xff\xff"
NUMBER = re.compile(r"u?int|float|double|half|bool")  # as types are written
MAX_PREFIXES = 4  # of file names, before train or test: more are several data sets


def read(path: Path) -> RawDataset | None:
    """Read a file, or a folder anywhere below which some lie.

    That may be one of ``save_to_disk`` of Hugging Face's datasets; what its cache holds
    of calculations is passed over.
    """
    if path.is_dir():
        named = (f for f in visible_files(path) if f.suffix in ENDINGS)
        files = [f for f in named if not f.name.startswith("cache-")]
    else:
        is_one = _start(path) in (PARQUET, ARROW_FILE) or path.suffix in ENDINGS
        files = [path] if is_one else []
    if not files:
        return None
    names = {re.sub(r"(train|test|validation|val|data).*", "", f.name) for f in files}
    if len(names) > MAX_PREFIXES:
        raise unreadable("holds tables of several data sets", "one")
    groups = {"train": files} if path.is_file() else by_part(files, path)
    parts, classes, notes = {}, (), ()
    for part, chosen in groups.items():
        tables = [_read_table(file) for file in chosen]
        table = import_extra("pyarrow", "data", path).concat_tables(tables)
        parts[part], notes = _part(table)
        classes = classes or _classes(table)
    layout = "Parquet" if _start(files[0]) == PARQUET else "Arrow"
    return RawDataset(layout, parts, classes, notes)


def _start(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(4)


def _read_table(path: Path) -> Any:
    """Return a file as a table of pyarrow, if it is not too large."""
    if _start(path) == PARQUET:
        pq: Any = import_extra("pyarrow.parquet", "data", path)
        with pq.ParquetFile(path) as file:
            metadata = file.metadata
            groups = map(metadata.row_group, range(metadata.num_row_groups))
            _check_size(sum(max(0, group.total_byte_size) for group in groups))
            return file.read()
    pa: Any = import_extra("pyarrow", "data", path)
    opener = pa.ipc.open_file if _start(path) == ARROW_FILE else pa.ipc.open_stream
    with BoundedFile(path) as file:
        _check_size(file.size)
        with opener(pa.py_buffer(file.readall())) as reader:
            return pa.Table.from_batches(_batches(reader), reader.schema)


def _batches(reader: Any) -> Iterator[Any]:
    size = 0
    is_file = hasattr(reader, "num_record_batches")
    numbers = range(reader.num_record_batches if is_file else 0)
    for batch in map(reader.get_batch, numbers) if is_file else reader:
        batch.validate(full=True)  # or wrong offsets lead out of its memory, at once
        size += batch.nbytes
        _check_size(size)
        yield batch


def _check_size(size: int) -> None:
    if size > limits.ARRAYS:
        raise unreadable("holds more than it may", f"{limits.ARRAYS:,} bytes")


def _classes(table: Any) -> tuple[str, ...]:
    stored = json.loads((table.schema.metadata or {}).get(b"huggingface", b"{}"))
    features = stored.get("info", {}).get("features", {})
    names = [f.get("names") for f in features.values() if isinstance(f, dict)]
    return next((tuple(map(str, n)) for n in names if isinstance(n, list)), ())


def _part(table: Any) -> tuple[RawPart, tuple[str, ...]]:
    columns = table.column_names
    roles = {role_of(name): name for name in reversed(columns)}
    label = roles.get("labels")
    labels = table[label].to_pylist() if label else None
    note = (f"labels from column {label!r}",) if label else ()
    others = [name for name in columns if name != label]
    numeric = [n for n in others if NUMBER.match(str(table.schema.field(n).type))]
    if len(numeric) >= 16 and "images" not in roles:
        pixels = np.stack([table[name].to_numpy() for name in numeric], 1)
        return RawPart(pixels, labels), note
    image = roles.get("images") or next((n for n in others if n not in numeric), None)
    if image is None:
        raise unreadable(f"has no column of images ({', '.join(columns)[:200]})")
    if _is_list(table[image]):
        return RawPart(_pixels(table[image]), labels), note
    cells: list[Any] = table[image].to_pylist()
    cells = [cell.get("bytes") if isinstance(cell, dict) else cell for cell in cells]
    if not all(isinstance(cell, bytes) for cell in cells):
        raise unreadable("holds no pictures themselves", "the bytes of picture files")
    pictures = Pictures(cells)
    if label is None and {"characters", "boxes"} <= set(columns):
        boxes = table["boxes"].to_pylist()
        return cut_pages(pictures, table["characters"].to_pylist(), boxes)
    return RawPart(pictures, labels), note


def _is_list(column: Any) -> bool:
    return "list" in str(column.type).partition("<")[0]


def _pixels(column: Any) -> np.ndarray:
    """Return a column of lists, perhaps of lists, as an array."""
    values, shape = column.combine_chunks(), [len(column)]
    while hasattr(values, "flatten") and _is_list(values):
        inner = values.flatten()
        shape.append(len(inner) // max(1, len(values)))
        values = inner
    return values.to_numpy(zero_copy_only=False).reshape(shape)
