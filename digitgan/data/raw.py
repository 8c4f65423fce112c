"""What readers return: arrays or pictures as they are, nothing decided about them."""

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from digitgan.data.checks import unreadable

PARTS = {"train": "train", "test": "test", "t10k": "test", "val": "validation"}
PARTS |= {"dev": "validation"}
PART_NAME = re.compile(
    r"(?:^|[^a-z])[xy]?(train|test|t10k|val|dev)(?:ing|idation|id)?"
    r"(?:x|y|set|data|images|labels)?(?:$|[^a-z])"
)
IMAGE_NAMES = {"x", "image", "images", "img", "imgs", "data", "digits", "features"}
IMAGE_NAMES |= {"pixels", "samples"}
LABEL_NAMES = {"y", "label", "labels", "target", "targets", "class", "classes", "digit"}
JUNK = re.compile(
    r"[.@#$_]|thumbs\.db|desktop\.ini|lost\+found|system volume information", re.I
)
MAX_FILES = 2_000_000


class RawPart(NamedTuple):
    """Images and labels of one part."""

    # an array of any shape and type, or pictures: ``uint8 (H, W)`` each
    images: np.ndarray | Sequence[np.ndarray]
    # anything with one value, or one row, for each image; None without
    labels: Any = None


@dataclass
class RawDataset:
    """A data set before anything is decided."""

    layout: str  # what people call it, such as ``Kaggle CSV``
    parts: dict[str, RawPart]  # by ``train``, ``validation``, ``test``
    # the name of each label from 0, where the layout says so
    classes: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()  # what people should know of how it was read
    transposed: bool = False  # its images are stored as EMNIST's are, columns first
    exact: bool = False  # it was written by this package: images are as they should be


def part_of(name: str) -> str | None:
    """Return the part that a name of a file, folder or array speaks of."""
    match = PART_NAME.search(name.lower())
    return PARTS[match[1]] if match else None


def role_of(name: str) -> str:
    """Return ``images``, ``labels`` or nothing for the name of an array or column."""
    name = name.lower().strip(" \"'")
    rest = re.sub(r"(train|test|t10k|val)(ing|idation|id)?", "", name)
    for plain in (name, rest.strip("_-. ")):
        if plain in IMAGE_NAMES:
            return "images"
        if plain in LABEL_NAMES:
            return "labels"
    return ""


def visible_files(folder: Path) -> Iterator[Path]:
    """Yield the files below a folder in order, without those of operating systems."""
    for path in sorted(folder.iterdir()):
        if JUNK.match(path.name):
            continue
        if path.is_dir() and not path.is_symlink():
            yield from visible_files(path)
        elif path.is_file():
            yield path


def by_part(paths: Iterable[Path], root: Path) -> dict[str, list[Path]]:
    """Group files by the part that their name, or a folder of theirs, speaks of.

    Where some name none, they are the data if no other is, and left out otherwise.
    """
    groups: dict[str | None, list[Path]] = {}
    for path in paths:
        names = reversed(path.relative_to(root).parts if path != root else [path.name])
        part = next(filter(None, map(part_of, names)), None)
        groups.setdefault(part, []).append(path)
    rest = groups.pop(None, [])
    return {str(k): v for k, v in groups.items()} or ({"train": rest} if rest else {})


def by_role(arrays: Mapping[str, np.ndarray]) -> dict[str, RawPart]:
    """Return images and labels by part, as the names of arrays tell them."""
    roles: dict[str, dict[str, np.ndarray]] = {"images": {}, "labels": {}, "": {}}
    for name, array in arrays.items():
        role = role_of(name.rpartition("/")[2])
        roles[role].setdefault(part_of(name) or "train", array)
    labels = roles["labels"]
    return {part: as_part(x, labels.get(part)) for part, x in roles["images"].items()}


def as_part(images: np.ndarray, labels: np.ndarray | None = None) -> RawPart:
    """Return images and labels, which may be a column of ``(N, 785)``."""
    is_table = labels is None and images.ndim == 2 and _has_label(images.shape[1])
    return split_label(images)[0] if is_table else RawPart(images, labels)


def _has_label(columns: int) -> bool:
    """Return whether so many columns are a square number of pixels and a label."""
    return math.isqrt(columns) ** 2 != columns == math.isqrt(columns - 1) ** 2 + 1


def split_label(values: np.ndarray) -> tuple[RawPart, str]:
    """Return the pixels of ``(N, columns)``, and the first or last column as labels."""
    columns = values.shape[1]
    if math.isqrt(columns) ** 2 == columns:
        return RawPart(values), "no column of labels"
    if not _has_label(columns):
        allowed = "a square number of pixels, and perhaps a label"
        raise unreadable(f"has {columns} columns", allowed)
    if len(np.unique(values[:, 0])) > 1 or len(np.unique(values[:, -1])) < 2:
        return RawPart(values[:, 1:], values[:, 0]), "labels from the first column"
    return RawPart(values[:, :-1], values[:, -1]), "labels from the last column"
