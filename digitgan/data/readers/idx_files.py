"""IDX files under any of the names that they are published by."""

import gzip
import re
from collections import defaultdict
from pathlib import Path

import numpy as np

from digitgan.data.checks import unreadable
from digitgan.data.idx import IDX_TYPES, read_idx
from digitgan.data.raw import RawDataset, RawPart, part_of, visible_files

SPLIT = re.compile(r"[-_.]?(images?|labels?)[-_.]?(idx\d)?[-_.]?(ubyte|int)?", re.I)


def read(path: Path) -> RawDataset | None:
    """Read a file of images with its labels, or a folder anywhere below which some lie.

    What Kaggle's archive and 7-Zip, torchvision, EMNIST and QMNIST call them is known;
    of a file and its .gz the first is read.
    """
    return _read_file(path) if path.is_file() else _read_folder(path)


def _read_file(path: Path) -> RawDataset | None:
    if (dimensions := idx_dimensions(path)) is None:
        return None
    if dimensions < 2:
        raise unreadable(f"is not an IDX file of images ({path.name})")
    wanted = _stem(path)
    near = [f for f in path.parent.iterdir() if f.is_file() and _stem(f) == wanted]
    labels = [f for f in near if f != path and "label" in f.name.lower()]
    part = _read_part(path, min(labels, default=None))
    return _with_classes(path, {"train": part})


def _read_folder(path: Path) -> RawDataset | None:
    groups: dict[str, dict[str, Path]] = defaultdict(dict)
    for file in visible_files(path):
        named = re.search(r"ubyte|idx|images|labels", file.name, re.I)
        if named and idx_dimensions(file) is not None:
            what = "labels" if "label" in file.name.lower() else "images"
            groups[_stem(file)].setdefault(what, file)
    pairs = {stem: group for stem, group in groups.items() if "images" in group}
    if groups and not pairs:
        raise unreadable("holds no file of training images")
    families = sorted({_family(stem) for stem in pairs})
    if len(families) > 1:
        raise unreadable(f"holds several data sets: {', '.join(families)}", "one")
    parts = {
        part_of(stem) or "train": _read_part(group["images"], group.get("labels"))
        for stem, group in pairs.items()
    }
    return _with_classes(path, parts, families[0]) if parts else None


def idx_dimensions(path: Path) -> int | None:
    """Return the number of dimensions of an IDX file, plain or .gz; None of others."""
    with path.open("rb") as file:
        start = file.read(4)
    if start[:2] == b"\x1f\x8b":
        try:
            with gzip.open(path) as file:
                start = file.read(4)
        except (OSError, EOFError):
            return None if "idx" not in path.name else 3
    is_idx = start[:2] == b"\0\0" and len(start) == 4 and start[2] in IDX_TYPES
    return start[3] if is_idx and 1 <= start[3] <= 4 else None


def _stem(path: Path) -> str:
    """Return what the names of images and their labels have in common."""
    return SPLIT.sub("", path.name.removesuffix(".gz")).lower()


def _family(stem: str) -> str:
    """Return a stem without its part: two of them are two data sets."""
    return re.sub(r"train(ing)?|test|t10k|val(idation|id)?", "", stem).strip("-_.")


def _read_part(images: Path, labels: Path | None) -> RawPart:
    values = read_idx(images)
    if values.ndim < 2:
        raise unreadable(f"is not an IDX file of images ({images.name})")
    if labels is None:
        return RawPart(values)
    names = read_idx(labels)
    if names.ndim == 2 and names.shape[1] == 8:  # QMNIST: the digit, then its origin
        names = names[:, 0]
    if names.ndim > 2:
        raise unreadable(f"is not an IDX file of labels ({labels.name})")
    return RawPart(values, names)


def _with_classes(path: Path, parts: dict[str, RawPart], stem: str = "") -> RawDataset:
    emnist = "emnist" in f"{stem} {path.name}".lower()
    folder = path if path.is_dir() else path.parent
    classes = _mapping(folder, stem) if emnist else ()
    return RawDataset("IDX files", parts, classes, transposed=emnist)


def _mapping(folder: Path, stem: str) -> tuple[str, ...]:
    """Return the names of EMNIST's labels by its file of codes; none without."""
    for file in visible_files(folder):
        if file.name.startswith(stem) and file.name.endswith("mapping.txt"):
            rows = np.loadtxt(file, int, ndmin=2, max_rows=256)
            names = {int(row[0]): chr(int(row[1])) for row in rows}
            return tuple(names.get(i, f"label {i}") for i in range(max(names) + 1))
    return ()
