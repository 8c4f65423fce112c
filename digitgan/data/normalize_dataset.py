"""A data set as it was read becomes one as networks want it, and says what was done."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from digitgan.data.checks import check_size, image_spec, unreadable
from digitgan.data.dataset import Dataset, Digits, count_line
from digitgan.data.images import SIDE
from digitgan.data.labels import class_order, dense, digit_name, normalize_labels
from digitgan.data.normalize_images import (
    TURNS,
    as_images,
    fitted,
    light_ink,
    turn_upright,
)
from digitgan.data.pictures import Pictures
from digitgan.data.raw import RawDataset, RawPart

MAX_DECISION = 300  # characters
Labels = dict[str, np.ndarray | None]  # by part


def normalize(raw: RawDataset, where: str = "", clean: bool = False) -> Dataset:
    """Return a data set with all decisions taken: see :mod:`normalize_images`."""
    remarks: Counter[str] = Counter()
    shapes = {p: getattr(one.images, "shape", None) for p, one in raw.parts.items()}
    filled = {p: one for p, one in raw.parts.items() if (shapes[p] or (1,))[0]}
    raw = replace(raw, parts=filled or raw.parts)  # Keras' layout has empty test arrays
    images, (labels, names) = {}, _labels(raw)
    for part, content in raw.parts.items():
        images[part] = _images(content, raw, clean, remarks)
        _check_counts(part, images[part], labels[part])
    labels, classes = dense(labels, names)
    for part in images:
        images[part], kept = light_ink(images[part], raw.exact, remarks)
        if (one := labels[part]) is not None and not kept.all():
            labels[part] = one[kept]
    turn = _turn(images, labels, classes, raw, remarks)
    parts = {
        part: Digits(np.ascontiguousarray(turn(images[part])), labels[part])
        for part in images
    }
    if "train" not in parts:  # whatever there is, is what there is to learn from
        first = next(iter(parts))
        parts["train"] = parts.pop(first)
        remarks[f"only a part for {first}: taken to learn from"] += 0
    test, validation = parts.get("test"), parts.get("validation")
    total = sum(map(len, parts.values()))
    decisions = (
        _first_line(raw, count_line(parts["train"], test, validation), classes),
        *(said if n in (0, total) else f"{n:,} {said}" for said, n in remarks.items()),
    )
    return Dataset(
        parts["train"],
        test,
        classes,
        f"{where}: {'; '.join(decisions)}".removeprefix(": "),
        kind=image_spec(parts["train"].images).kind,
        validation=validation,
        decisions=decisions,
    )


def _labels(raw: RawDataset) -> tuple[Labels, tuple[str, ...]]:
    """Return the labels of each part, and the names that all of them share."""
    own = {p: normalize_labels(one.labels, raw.classes) for p, one in raw.parts.items()}
    given = tuple(map(digit_name, raw.classes))
    found = {name for _, names in own.values() for name in names}
    names = (*given, *class_order(found - set(given)))
    labels = {
        part: one if one is None else np.array([names.index(n) for n in its])[one]
        for part, (one, its) in own.items()
    }
    return labels, names


def _images(
    part: RawPart, raw: RawDataset, clean: bool, remarks: Counter[str]
) -> np.ndarray:
    """Return the images of a part as ``uint8 (N, 28, 28)``, or in colour."""
    pictures = part.images
    if isinstance(pictures, np.ndarray):
        count = None if part.labels is None else len(part.labels)
        pictures = as_images(pictures, count, remarks)
        if pictures.ndim == 4 or (pictures.shape[1:] == (SIDE, SIDE) and not clean):
            return pictures
    elif raw.exact and isinstance(pictures, Pictures):
        check_size((len(pictures), SIDE, SIDE, 3))
        first = Pictures(pictures.sources[:1], colour=True)[0]
        if first.shape[:2] != (SIDE, SIDE) or (first != first[..., :1]).any():
            check_size((len(pictures), *first.shape))
            return np.stack(list(Pictures(pictures.sources, colour=True)))
    return fitted(pictures, len(pictures), clean, remarks)


def _check_counts(part: str, images: np.ndarray, labels: np.ndarray | None) -> None:
    if part == "train" and len(images) < 2:
        raise unreadable(f"holds {len(images)} images", "at least 2 images")
    if labels is not None and len(labels) != len(images):
        problem = f"holds {len(images)} images but {len(labels)} labels"
        raise unreadable(problem, "one label for each image")
    if len(images):
        image_spec(images)


def _turn(
    images: dict[str, np.ndarray],
    labels: Labels,
    classes: tuple[str, ...],
    raw: RawDataset,
    remarks: Counter[str],
) -> Callable[[np.ndarray], np.ndarray]:
    """Return what makes the images upright: by the layout, or by what they show."""
    part = next(iter(images))
    if raw.exact or images[part].shape[1:] != (SIDE, SIDE):
        return TURNS[""]
    first = TURNS["transposed" if raw.transposed else ""]
    said = turn_upright(first(images[part]), labels[part], classes)
    total = sum(map(len, images.values()))
    if raw.transposed and not said:
        remarks["stored transposed as EMNIST is: turned upright"] += total
    elif said and not (raw.transposed and said == "transposed"):
        remarks[f"{said}, by what they show: turned upright"] += total
    return lambda x: TURNS[said](first(x))


def _first_line(raw: RawDataset, counts: str, classes: tuple[str, ...]) -> str:
    """Return what was read, such as 400 images, Kaggle CSV, labels from ..."""
    said = [counts, raw.layout, *raw.notes]
    if not classes and "without" not in raw.layout:
        said.append("without labels")
    elif len(classes) == 1:
        said.append(f"a single class named {classes[0]!r}")
    elif 1 < len(classes) < 10 and set(classes) < set("0123456789"):
        said.append(f"{', '.join(classes)} alone")
    return ", ".join(said)[:MAX_DECISION]
