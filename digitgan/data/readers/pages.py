"""Pages with a box for each character, as of COCO and YOLO: their digits are cut."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from digitgan import limits
from digitgan.data.checks import unreadable
from digitgan.data.mnist_preprocessing import MIN_INK, preprocess_drawing
from digitgan.data.normalize_images import is_light
from digitgan.data.pictures import ENDINGS, Pictures
from digitgan.data.raw import JUNK, RawDataset, RawPart, part_of, visible_files
from digitgan.untrusted import read_bytes, read_json

NOTE = "digits cut from pages by their boxes, centred as MNIST's are"
Notes = tuple[str, ...]


def read(path: Path) -> RawDataset | None:
    """Read a folder in the layout of COCO or of YOLO, or a lone one in it."""
    if not path.is_dir():
        return None
    while len(inner := [f for f in path.iterdir() if not JUNK.match(f.name)]) == 1:
        if not inner[0].is_dir():
            return None
        (path,) = inner
    if found := sorted((path / "annotations").glob("*.json")):
        parts = {part_of(f.stem) or "train": _read_coco(path, f) for f in found}
        return RawDataset("COCO", parts, notes=(NOTE,))
    if (path / "data.yaml").is_file() and (path / "images").is_dir():
        return RawDataset("YOLO", _read_yolo(path), notes=(NOTE,))
    return None


def cut_pages(
    pages: Iterable[np.ndarray], characters: Sequence, boxes: Sequence
) -> tuple[RawPart, Notes]:
    """Return the digits of pages ``uint8 (H, W)`` as single images.

    A box is left, top, right and bottom of the character of the same place.
    """
    images, labels = [], []
    for page, shown, places in zip(pages, characters, boxes, strict=True):
        ink = 255 - page if is_light(page[np.newaxis])[0] else page
        for character, box in zip(shown, places, strict=True):
            left, top, right, bottom = (max(0, round(float(v))) for v in box)
            cut = ink[top:bottom, left:right]
            if f"{character}" in "0123456789" and (cut > MIN_INK).any():
                images.append(preprocess_drawing(cut))
                labels.append(int(character))
    if not images:
        raise unreadable("holds no digit in a box")
    return RawPart(np.stack(images), np.array(labels)), (NOTE,)


def part_of_records(records: Sequence[Mapping[str, Any]]) -> tuple[RawPart, Notes]:
    """Return pictures with labels, or the digits of pages, as each record has them.

    A record has an ``image`` (a path or the bytes of a file), and a ``label``, or
    ``characters`` and ``boxes``, or neither.
    """
    pictures = Pictures([record["image"] for record in records])
    if all("label" in record for record in records):
        return RawPart(pictures, [record["label"] for record in records]), ()
    if all("boxes" in record and "characters" in record for record in records):
        columns = ([r[name] for r in records] for name in ("characters", "boxes"))
        return cut_pages(pictures, *columns)
    return RawPart(pictures), ()


def _read_coco(folder: Path, annotations: Path) -> RawPart:
    stored = read_json("data", annotations, limits.ANNOTATIONS)
    names = {c["id"]: str(c["name"]) for c in stored["categories"]}
    boxes = {image["id"]: [] for image in stored["images"]}
    for one in stored["annotations"]:
        left, top, width, height = one["bbox"]
        box = (left, top, left + width, top + height)
        boxes[one["image_id"]].append((names[one["category_id"]], box))
    by_name = {f.name: f for f in visible_files(folder) if f.suffix.lower() in ENDINGS}
    part = part_of(annotations.stem)
    files = []
    for image in stored["images"]:
        near = folder / str(part) / Path(str(image["file_name"])).name
        files.append(near if near.is_file() else by_name[near.name])
    rows = [boxes[image["id"]] for image in stored["images"]]
    characters, corners = ([[one[at] for one in row] for row in rows] for at in (0, 1))
    return cut_pages(Pictures(files), characters, corners)[0]


def _read_yolo(folder: Path) -> dict[str, RawPart]:
    text = read_bytes("data", folder / "data.yaml", 2**20).decode()
    names, parts = {}, {}
    listed = text.partition("names:")[2].strip()
    if listed.startswith("["):
        items = listed[1 : listed.index("]")].split(",")
        names = {i: item.strip().strip("'\"") for i, item in enumerate(items)}
    else:
        for number, line in enumerate(listed.splitlines()):
            key, _, value = line.strip().lstrip("- ").rpartition(":")
            names[int(key) if key.isdigit() else number] = value.strip().strip("'\"")
    for place in sorted(p for p in (folder / "images").iterdir() if p.is_dir()):
        files = [f for f in visible_files(place) if f.suffix.lower() in ENDINGS]
        pages, characters, boxes = [], [], []
        for file in files:
            labels = folder / "labels" / file.relative_to(folder / "images")
            content = read_bytes("data", labels.with_suffix(".txt"), 2**20).decode()
            rows = [line.split() for line in content.splitlines() if line.strip()]
            with Image.open(file, formats=["PNG", "JPEG"]) as picture:
                width, height = picture.size
            characters.append([names[int(row[0])] for row in rows])
            boxes.append([_corners(row[1:5], width, height) for row in rows])
            pages.append(file)
        parts[part_of(place.name) or "train"] = cut_pages(
            Pictures(pages), characters, boxes
        )[0]
    return parts


def _corners(row: Sequence[str], width: int, height: int) -> tuple[float, ...]:
    """Return the corners in pixels of a box in shares of the page: centre and size."""
    x, y, w, h = map(float, row)
    left, top = (x - w / 2) * width, (y - h / 2) * height
    return left, top, left + w * width, top + h * height
