"""What a data set holds and what looks wrong with it, before anybody trains on it."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
from PIL import Image

from digitgan.data.dataset import Dataset, Digits
from digitgan.data.image_grid import examples, grid
from digitgan.data.images import DIGIT_NAMES, DIGITS
from digitgan.data.normalize_images import TURNS
from digitgan.measure.classifier import Classifier
from digitgan.measure.resemblance import MIN_CONFIDENCE, unlike_mnist

MAX_READ = 5_000  # digits that the classifier reads
COLUMNS = 10  # of the contact sheet
MIN_AGREEMENT = 0.9  # of digits with right labels it is 0.97 or more
MIN_GAIN = 0.3  # of agreement, by a turn that is named
MAX_IMBALANCE = 10  # times as many images as the rarest class has


@dataclass(frozen=True)
class Inspection:
    """What a data set holds; as JSON the object of ``digitgan inspect --json``.

    Attributes:
        source: What it is and where it was found.
        count: Images in all parts.
        classes: Images of each class, by name; empty without labels.
        parts: Images in each part: train, validation, test.
        size: Height and width of an image and, of several channels, their number.
        range: Lowest and highest pixel value, 0 background to 255 ink.
        duplicates: Images that are equal to one before them.
        decisions: What was understood when it was read, a sentence each.
        agreement: Share of digits that the shipped classifier reads as labelled, of at
            most 5,000; None without labels or where the classes are no digits.
        warnings: What looks wrong, a sentence each.
    """

    source: str
    count: int
    classes: dict[str, int]
    parts: dict[str, int]
    size: tuple[int, ...]
    range: tuple[int, int]
    duplicates: int
    decisions: tuple[str, ...]
    agreement: float | None
    warnings: list[str] = field(default_factory=list)


def inspect(data: Dataset) -> Inspection:
    """Count what a data set holds and look for what is wrong with it."""
    digits = _labelled(data)
    images = _images(data)
    labels = digits.labels
    counts = [] if labels is None else np.bincount(labels, minlength=len(data.classes))
    agreement, misread = _agreement(data, digits)
    inspection = Inspection(
        source=data.source,
        count=len(images),
        classes=dict(zip(data.classes, map(int, counts), strict=False)),
        parts={name: len(part) for name, part in data.parts.items()},
        size=data.image.shape,
        range=(int(images.min()), int(images.max())),
        duplicates=len(images) - len(set(map(_digest, images))),
        decisions=data.decisions,
        agreement=agreement,
    )
    warnings = *_wrong_images(data, inspection, images), *_wrong_classes(inspection)
    inspection.warnings.extend([*warnings, *misread])
    if not misread[1:] and (unlike := unlike_mnist(data)):
        inspection.warnings.append(unlike)
    return inspection


def contact_sheet(data: Dataset) -> Image.Image:
    """Return a row of ten images for each class, or ten rows without labels."""
    images, labels = data.train.images, data.train.labels
    shown = images[: COLUMNS**2]
    if labels is not None:
        shown = examples(images, labels, len(data.classes), COLUMNS)
    return grid(shown, COLUMNS, ink=data.image.is_ink)


def one_of_each(data: Dataset) -> np.ndarray:
    """Return an image of each of the first ten classes, or the first ten."""
    images, labels = data.train.images, data.train.labels
    if labels is None:
        return images[:10]
    return examples(images, labels, min(10, len(data.classes)), 1)


def _labelled(data: Dataset) -> Digits:
    """Return the parts with labels as one; all of them if none has."""
    parts = [(p.images, p.labels) for p in data.parts.values() if p.labels is not None]
    if not parts:
        return Digits(_images(data))
    images, labels = zip(*parts, strict=True)
    return Digits(np.concatenate(images), np.concatenate(labels))


def _images(data: Dataset) -> np.ndarray:
    return np.concatenate([part.images for part in data.parts.values()])


def _wrong_images(
    data: Dataset, found: Inspection, images: np.ndarray
) -> Iterator[str]:
    axes = tuple(range(1, images.ndim))
    if blank := int((images.min(axes) == images.max(axes)).sum()):
        yield f"{blank:,} images are blank"
    if 0 < found.range[1] < 128:
        yield f"no pixel is brighter than {found.range[1]} of 255"
    elif len(np.unique(images[:MAX_READ])) <= 2:
        yield "pixels are black or white, without the greys that MNIST has at edges"
    edges = images[:, [0, -1]], images[:, :, [0, -1]]
    if data.image.is_ink and np.median([np.median(edge) for edge in edges]) > 127:
        yield "the ground is light: digits should be light ink on dark ground"
    if found.duplicates > found.count // 100:
        yield f"{found.duplicates:,} images are equal to one before them"
    if data.test:
        learnt = set(map(_digest, data.train.images))
        if known := sum(_digest(image) in learnt for image in data.test.images):
            yield f"{known:,} test images stand among the training images, too"


def _digest(image: np.ndarray) -> bytes:
    """Return what is equal for equal images alone, and smaller than they are."""
    return hashlib.blake2b(image.tobytes(), digest_size=16).digest()


def _wrong_classes(found: Inspection) -> Iterator[str]:
    if missing := [name for name, count in found.classes.items() if not count]:
        yield f"no image of {', '.join(missing)}"
    some = [count for count in found.classes.values() if count]
    if some and max(some) > MAX_IMBALANCE * min(some):
        yield f"classes are uneven: from {min(some):,} to {max(some):,} images"
    if len(some) == 1:
        yield "all images are of one class"


def _agreement(data: Dataset, digits: Digits) -> tuple[float | None, list[str]]:
    """Return the share of digits read as labelled, and what their reading shows."""
    numbered = set(data.classes) <= set(DIGIT_NAMES)
    if data.image != DIGITS or not (numbered or len(data.classes) == len(DIGIT_NAMES)):
        return None, []
    few = digits[:: -(-len(digits) // MAX_READ)]
    classifier = Classifier()

    def confidence(x: np.ndarray) -> float:
        return float(classifier.predict(x).probabilities.max(axis=1).mean())

    def share_right(x: np.ndarray) -> float:
        return float((classifier.predict(x).labels == labels[: len(x)]).mean())

    if few.labels is None:
        unsure = confidence(few.images) < MIN_CONFIDENCE
        return None, _turned(few, MIN_CONFIDENCE, confidence) if unsure else []
    numbers = map(int, data.classes) if numbered else range(len(DIGIT_NAMES))
    labels = np.array(list(numbers))[few.labels]
    read = classifier.predict(few.images).labels
    wrong = read != labels
    agreement = round(float(1 - wrong.mean()), 4)
    if agreement >= MIN_AGREEMENT:
        return agreement, []
    if not numbered:  # ten classes of something else
        return None, []
    pairs = np.bincount(10 * labels[wrong] + read[wrong], minlength=100)
    label, taken_for = divmod(int(pairs.argmax()), 10)
    remark = f"the classifier reads {agreement:.1%} as labelled; most often"
    remark += f" {label} as {taken_for} ({pairs.max():,} times)"
    return agreement, [remark, *_turned(few, agreement + MIN_GAIN, share_right)]


def _turned(
    digits: Digits, least: float, score: Callable[[np.ndarray], float]
) -> list[str]:
    """Return which turn gives the best score, if it exceeds a least one."""
    turned = {name: turn(digits.images[:500]) for name, turn in TURNS.items() if name}
    scores = {name: score(np.ascontiguousarray(x)) for name, x in turned.items()}
    best = max(scores, key=lambda name: scores[name])
    return [f"the digits seem to be {best}"] if scores[best] > least else []
