"""From a model, a file or arrays to a scorecard: the public ``digitgan.evaluate``."""

import time
from collections.abc import Callable
from os import PathLike
from typing import Any

import numpy as np

from digitgan.data.dataset import Dataset, Digits
from digitgan.data.images import TRIPLETS
from digitgan.data.load import Data, load_dataset
from digitgan.errors import InputError, check_seed, import_extra
from digitgan.evaluation.checks import check_images, check_labels
from digitgan.evaluation.comparison import DIGIT_SHAPE, MIN_SAMPLES, compare
from digitgan.evaluation.load_samples import Samples, load_samples
from digitgan.evaluation.metric import RowGroup
from digitgan.evaluation.metrics import (
    fidelity,
    handwriting,
    memorisation,
    two_sample,
    variety,
)
from digitgan.evaluation.metrics import labels as label_metrics
from digitgan.evaluation.metrics.stacked import classify_triplets, mode_rows
from digitgan.evaluation.scorecard import Row, Scorecard
from digitgan.measure.classifier import (
    Classifier,
    class_names,
    find_classifier,
    with_classifier_labels,
)
from digitgan.random_streams import random_seed
from digitgan.sampling.sampler import Sampler

LEVELS = ("quick", "full")
FAMILIES = fidelity, two_sample, label_metrics, variety, handwriting, memorisation
Progress = Callable[[int, int, str], None]


def evaluate(
    subject: Any,
    labels: Any = None,
    *,
    level: str = "quick",
    data: Data = "mnist",
    seed: int | None = 0,
    progress: Progress | None = None,
) -> Scorecard:
    """Say how good digits are, beside the same figures of real digits.

    Args:
        subject: Images, ``uint8 (N, 28, 28)`` or floats 0 to 1, 0 background, 100 or
            more (up to 5,000 of them, drawn by the seed, are measured); triplets of
            digits, ``(N, 28, 28, 3)``; pictures of the size that the real ones have; or
            what :func:`load_samples` takes or returned, such as ``"runs/conditional"``.
        labels: ``int (N,)``, the digit that each image was asked to show, if known;
            without them the figures that need them are skipped and say so.
        level: ``quick`` (seconds, NumPy and ONNX Runtime alone) or ``full`` (minutes,
            with networks trained on the digits; needs the training extras).
        data: The real digits, which must have test digits and labels: anything that
            ``load_dataset`` takes, or what it returned.
        seed: From 0 to 2**32 - 1; equal seeds give equal scorecards; None for a random
            one, which the scorecard keeps.
        progress: Called before each step with its number, how many there are and
            its name.

    Returns:
        The scorecard: ``card["frechet"].value`` beside ``card["frechet"].real``.

    Raises:
        InputError: An argument is wrong, there are too few digits, or ``full`` is
            asked for and Keras or scikit-learn is missing.
    """
    start = time.perf_counter()
    if level not in LEVELS:
        raise InputError.unknown("level", level, LEVELS)
    seed = random_seed(bits=32) if seed is None else seed
    check_seed(seed, bits=32)
    for package in ("keras", "sklearn") if level == "full" else ():
        import_extra(package, "level", level)
    original = load_dataset(data)
    samples = _samples(subject, labels, original, seed, level)
    report = progress or (lambda step, steps, name: None)
    real = with_classifier_labels(original)
    if samples.kind == "triplets":
        classifier = find_classifier(original)
        rows = _triplet_rows(samples, real, classifier, seed, report)
    else:
        classifier = (
            find_classifier(original) if real.image.shape == DIGIT_SHAPE else None
        )
        rows = _rows(samples, real, classifier, level == "full", seed, report)
    return Scorecard(
        rows=tuple(rows),
        level=level,
        seed=seed,
        count=len(samples.images),
        classifier_sha256=classifier.sha256 if classifier else "",
        data=real.source,
        seconds=round(time.perf_counter() - start, 2),
        classes=class_names(real),
    )


def _samples(subject, labels, data: Dataset, seed: int, level: str) -> Samples:
    if isinstance(subject, str | PathLike | Sampler):
        if labels is not None:
            problem = f"are given beside {str(subject)!r}"
            raise InputError("labels", None, "labels of images", problem)
        samples = load_samples(subject, data, seed, level)
    elif isinstance(subject, Samples):
        samples = subject
    else:
        samples = Samples(np.asarray(subject), labels)
    if samples.kind is None:  # arrays: three channels beside digits are triplets
        triplets = data.kind == "digits" and samples.images.shape[3:] == (3,)
        samples = samples._replace(kind="triplets" if triplets else data.kind)
    return samples


def _triplet_rows(
    samples: Samples,
    data: Dataset,
    classifier: Classifier,
    seed: int,
    report: Progress,
) -> list[Row]:
    """Count the modes of Stacked MNIST, with real triplets made of single digits."""
    _check_real(data, with_labels=True)
    images = check_images(samples.images, MIN_SAMPLES, TRIPLETS.shape)
    title = "classifying triplets"
    triplets = classify_triplets(
        classifier, images, lambda done: report(done, len(images), title)
    )
    return list(mode_rows(triplets, data, classifier, seed))


def _rows(
    samples: Samples,
    data: Dataset,
    classifier: Classifier | None,
    full: bool,
    seed: int,
    report: Progress,
) -> list[Row]:
    images = check_images(samples.images, MIN_SAMPLES, data.image.shape)
    labels = check_labels(samples.labels, len(images), len(class_names(data)))
    _check_real(data, with_labels=classifier is not None)
    groups, rows = _row_groups(full), []
    report(0, len(groups) + 1, "measuring digits")
    comparison = compare(Digits(images, labels), data, classifier, full, seed)
    for step, group in enumerate(groups, 1):
        report(step, len(groups) + 1, group.title)
        rows += group.rows(comparison)
    return rows


def _row_groups(full: bool) -> list[RowGroup]:
    """Return what a scorecard computes, in its order; what takes minutes last."""
    groups = [group for family in FAMILIES for group in family.GROUPS]
    groups = [group for group in groups if full or not group.full_only]
    return sorted(groups, key=lambda group: group.full_only)


def _check_real(data: Dataset, with_labels: bool) -> None:
    train, test = data.train, data.test
    labelled = test is not None and not (train.labels is None or test.labels is None)
    if test is None or (with_labels and not labelled):
        what = "labelled training and test digits" if with_labels else "test images"
        raise InputError("data", data.name or data.source, problem=f"has no {what}")
