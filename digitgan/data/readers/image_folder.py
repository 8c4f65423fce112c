"""Folders of pictures: with classes, parts or neither, as people have them."""

import csv
import json
from pathlib import Path
from typing import Any

from digitgan import limits
from digitgan.data.checks import MAX_CLASSES, unreadable
from digitgan.data.labels import class_order, digit_name
from digitgan.data.pictures import ENDINGS, Pictures
from digitgan.data.raw import JUNK, RawDataset, RawPart, part_of, role_of, visible_files
from digitgan.data.readers.pages import cut_pages
from digitgan.untrusted import ROWS, as_input_errors, check_parsed, read_bytes

METADATA_ENDINGS = (".csv", ".jsonl", ".tsv")
FILE_COLUMNS = ("file_name", "filename", "file", "image", "path", "name", "id")
NAMELESS = [FILE_COLUMNS[0], "label"]  # of a table of two columns without header
Placed = tuple[tuple[str, ...], Path]  # a picture, and the folders down to it


def read(path: Path) -> RawDataset | None:
    """Read pictures below a folder; None if there are none.

    Folders that hold everything are passed through; ``train``, ``test`` and ``val`` are
    parts; the next are classes; without, a file of metadata may name the labels.
    """
    if not path.is_dir():
        return None
    files = [f for f in visible_files(path) if _is_picture(f)]
    if not files:
        return None
    placed = [(f.relative_to(path).parts[:-1], f) for f in files]
    depth = _common(placed)
    parts = _parts(placed, depth)
    names = class_order(f[0] for rows in parts.values() for f, _ in rows if f)
    if len(names) > MAX_CLASSES:
        problem = f"holds {len(names):,} sub-folders"
        raise unreadable(problem, f"up to {MAX_CLASSES} classes")
    raw, notes = {}, []
    for part, rows in parts.items():
        in_class = [(folders[0], file) for folders, file in rows if folders]
        if in_class:
            labels = [digit_name(name) for name, _ in in_class]
            raw[part] = RawPart(Pictures([file for _, file in in_class]), labels)
            if stray := len(rows) - len(in_class):
                notes.append(f"{stray} pictures outside of the class folders left out")
        else:
            raw[part], said = _flat([file for _, file in rows], path)
            notes += said
    if names:
        empty = _empty_folders(path, depth)
        notes += [f"class folder without pictures left out: {n}" for n in empty[:5]]
        layout = "pictures in a folder a class"
    elif any(part.labels is not None for part in raw.values()):
        layout = "pictures"
    else:
        layout = "pictures without classes"
    return RawDataset(layout, raw, names, tuple(dict.fromkeys(notes)))


def _parts(placed: list[Placed], depth: int) -> dict[str, list[Placed]]:
    """Group pictures by the part that their folder at a depth is; all if none is."""
    parts: dict[str, list[Placed]] = {}
    for folders, file in placed:
        part = part_of(folders[depth]) if folders[depth:] else None
        if part:
            parts.setdefault(part, []).append((folders[depth + 1 :], file))
    parts = parts or {"train": [(folders[depth:], file) for folders, file in placed]}
    for part, rows in parts.items():  # such as trainingSet/trainingSet/0
        while all(folders and part_of(folders[0]) == part for folders, _ in rows):
            rows = parts[part] = [(folders[1:], file) for folders, file in rows]
    return parts


def _common(placed: list[Placed]) -> int:
    """Return how many folders all pictures share that are neither part nor class."""
    depth = 0
    while True:
        names = {folders[depth] if folders[depth:] else "" for folders, _ in placed}
        (name,) = names if len(names) == 1 else ("",)
        deeper = any(folders[depth + 1 :] for folders, _ in placed)
        is_class = digit_name(name) in tuple("0123456789") and not deeper
        if not name or part_of(name) or is_class:
            return depth
        depth += 1


def _empty_folders(path: Path, depth: int) -> list[str]:
    """Return the sub-folders next to the classes that hold no picture at all."""

    def sub_folders(folder: Path) -> list[Path]:
        every = sorted(folder.iterdir())
        return [f for f in every if f.is_dir() and not JUNK.match(f.name)]

    for _ in range(depth):
        path = sub_folders(path)[0]
    folders = sub_folders(path)
    return [f.name for f in folders if not any(map(_is_picture, visible_files(f)))]


def _is_picture(file: Path) -> bool:
    return file.suffix.lower() in ENDINGS


def _is_metadata(file: Path) -> bool:
    is_list = file.suffix == ".txt" and role_of(file.stem) == "labels"
    return file.suffix in METADATA_ENDINGS or is_list


def _flat(files: list[Path], root: Path) -> tuple[RawPart, tuple[str, ...]]:
    """Return pictures without class folders, with labels where metadata has them."""
    rows: dict[str, dict[str, Any]] = {}
    folder = files[0].parent
    places = [folder, *(p for p in folder.parents if p == root or root in p.parents)]
    for place in reversed(places):
        for table in sorted(filter(_is_metadata, place.iterdir())):
            for row in _rows(table):
                name = next((row[c] for c in FILE_COLUMNS if row.get(c)), None)
                rows[str(name).replace("\\", "/")] = row
    found = [_row(rows, file, root) for file in files]
    first = next(filter(None, found), {})
    if all("boxes" in row and "characters" in row for row in found):
        characters, boxes = ([row[n] for row in found] for n in ("characters", "boxes"))
        return cut_pages(Pictures(files), characters, boxes)
    column = next((name for name in first if role_of(name) == "labels"), None)
    if column is None:
        return RawPart(Pictures(files)), ()
    pairs = zip(files, found, strict=True)
    labelled = [(file, row[column]) for file, row in pairs if column in row]
    note = (f"labels from column {column!r}",)
    if left_out := len(files) - len(labelled):
        note += (f"{left_out} pictures without a label left out",)
    pictures = Pictures([file for file, _ in labelled])
    return RawPart(pictures, [label for _, label in labelled]), note


def _row(rows: dict[str, dict], file: Path, root: Path) -> dict[str, Any]:
    """Return what metadata says of a file, by its path or its name."""
    parts = file.relative_to(root).parts
    names = ["/".join(parts[at:]) for at in range(len(parts))] + [file.stem]
    return next((rows[name] for name in names if name in rows), {})


def _rows(table: Path) -> list[dict[str, Any]]:
    """Return what a table says of each file, by the names of columns in lower case."""
    content = read_bytes("data", table, limits.ANNOTATIONS)
    with as_input_errors("data", table):
        check_parsed(content, ROWS)
        text = content.decode("utf-8-sig", "replace")
        if table.suffix != ".jsonl":
            return _csv_rows(text.splitlines())
        rows = [json.loads(line) for line in text.split("\n") if line.strip()]
        return [row for row in rows if isinstance(row, dict)]


def _csv_rows(lines: list[str]) -> list[dict[str, Any]]:
    first = lines[0] if lines else ""
    rows = csv.reader(lines, delimiter=max(",;\t ", key=first.count))
    names = [name.strip().lower() for name in next(rows, ())]
    if Path(names[0] if names else "").suffix in ENDINGS and len(names) == 2:
        rows, names = csv.reader(lines, delimiter=rows.dialect.delimiter), NAMELESS
    return [dict(zip(names, row, strict=False)) for row in rows]
