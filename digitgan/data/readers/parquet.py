"""Parquet: pictures as Hugging Face stores them, lists or columns of pixels."""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np

from digitgan import limits
from digitgan.data.checks import unreadable
from digitgan.data.pictures import Pictures
from digitgan.data.raw import RawDataset, RawPart, by_part, role_of, visible_files
from digitgan.data.readers.pages import cut_pages
from digitgan.errors import import_extra


def read(path: Path) -> RawDataset | None:
    """Read a file, or a folder anywhere below which some lie."""
    if path.is_dir():
        files = [f for f in visible_files(path) if f.suffix == ".parquet"]
    else:
        with path.open("rb") as file:
            files = [path] if file.read(4) == b"PAR1" else []
    if not files:
        return None
    folders = {re.sub(r"(train|test|validation|val).*", "", f.name) for f in files}
    if len(folders) > 4:
        raise unreadable("holds Parquet files of several data sets", "one")
    groups = {"train": files} if path.is_file() else by_part(files, path)
    parts, classes, notes = {}, (), ()
    for part, chosen in groups.items():
        tables = [_read_table(file) for file in chosen]
        parts[part], notes = _join([t for t, _ in tables])
        classes = classes or tables[0][1]
    return RawDataset("Parquet", parts, classes, notes)


def _read_table(path: Path) -> tuple[Any, tuple[str, ...]]:
    """Return a table and the names of its classes, if it tells them."""
    pq: Any = import_extra("pyarrow.parquet", "data", path)
    with pq.ParquetFile(path) as file:
        metadata = file.metadata
        sizes = [metadata.row_group(i) for i in range(metadata.num_row_groups)]
        if sum(max(0, g.total_byte_size) for g in sizes) > limits.ARRAYS:
            raise unreadable("holds more than it may", f"{limits.ARRAYS:,} bytes")
        table = file.read()
    stored = json.loads((table.schema.metadata or {}).get(b"huggingface", b"{}"))
    features = stored.get("info", {}).get("features", {})
    names = [f.get("names") for f in features.values() if isinstance(f, dict)]
    classes = next((tuple(map(str, n)) for n in names if isinstance(n, list)), ())
    return table, classes


def _join(tables: list[Any]) -> tuple[RawPart, tuple[str, ...]]:
    """Return the images and labels of the tables of one part."""
    columns = tables[0].column_names
    roles = {role_of(name): name for name in reversed(columns)}
    label = roles.get("labels")
    values = lambda name: [v for t in tables for v in t.column(name).to_pylist()]  # noqa: E731
    numeric = [n for n in columns if n != label and _is_number(tables[0], n)]
    image = roles.get("images") or next(
        (n for n in columns if n != label and not _is_number(tables[0], n)), None
    )
    if len(numeric) >= 16 and "images" not in roles:
        pixels = [np.stack([t[n].to_numpy() for n in numeric], 1) for t in tables]
        return RawPart(np.concatenate(pixels), label and values(label)), ()
    if image is None:
        raise unreadable(f"has no column of images ({', '.join(columns)[:200]})")
    cells = values(image)
    if cells and isinstance(cells[0], list):
        return RawPart(np.array(cells), label and values(label)), ()
    sources: list[Any] = [c.get("bytes") if isinstance(c, dict) else c for c in cells]
    if not all(isinstance(source, bytes) for source in sources):
        raise unreadable("holds no pictures themselves", "the bytes of picture files")
    pictures = Pictures(sources)
    if label is None and {"characters", "boxes"} <= set(columns):
        return cut_pages(pictures, values("characters"), values("boxes"))
    note = (f"labels from column {label!r}",) if label else ()
    return RawPart(pictures, values(label) if label else None), note


def _is_number(table: Any, name: str) -> bool:
    kind = str(table.schema.field(name).type)
    return bool(re.match(r"u?int|float|double|half|bool", kind))
