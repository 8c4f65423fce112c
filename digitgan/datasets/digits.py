"""Single digits, checked and measured where that is asked for."""

from functools import cache, partial
from typing import Any

import numpy as np

from digitgan.datasets.labels import draw_labels
from digitgan.datasets.robust import vary
from digitgan.datasets.samples import Sample, Samples
from digitgan.datasets.spec import DatasetSpec, Shard
from digitgan.errors import DatasetFailed
from digitgan.handwriting.model import Model
from digitgan.measure.classifier import Classifier
from digitgan.measure.morphometry import measure
from digitgan.sampling.generator_inputs import GeneratorInputs

MAX_ATTEMPTS = 30
ATTEMPT_STRIDE = 2**44  # between the attempts' numbers: more than a data set can hold


def draw_digits(model: Model, spec: DatasetSpec, shard: Shard) -> Samples:
    """Draw a shard of digits; it depends on the spec and the shard alone."""
    labels, styles = draw_labels(spec, shard)
    ask = partial(_draw, model, spec, labels, styles)
    rows = np.arange(shard.count)
    dropped = np.zeros(shard.count, int)
    images, styles = ask(rows, shard.start)
    attempt = 0
    misread = _misread(images, labels, rows) if spec.checked else rows[:0]
    while len(misread):  # other numbers of the seed in their place
        attempt += 1
        dropped[misread] = attempt
        if attempt == MAX_ATTEMPTS:
            raise DatasetFailed(
                f"{len(misread)} of {len(labels)} digits were misread {MAX_ATTEMPTS} "
                f"times in a row: model {spec.model!r} does not write them well enough "
                "for checked"
            )
        start = shard.start + attempt * ATTEMPT_STRIDE
        images[misread], others = ask(misread, start)
        for name, values in others.items():
            styles[name][misread] = values
        misread = _misread(images, labels, misread)
    if spec.robust:  # what was asked of the model is no longer what is seen
        images, styles = vary(images, spec.seed, shard.start + rows), {}
    if spec.measure:
        measured = measure(images)
        styles |= {f"measured_{name}": values for name, values in measured.items()}
    columns = {name: np.round(values, 4).tolist() for name, values in styles.items()}
    numbers = (shard.start + rows + dropped * ATTEMPT_STRIDE).tolist()
    return [
        Sample(
            image=images[i],
            metadata={"seed": spec.seed, "number": numbers[i]}
            | {name: values[i] for name, values in columns.items()},
            label=int(labels[i]),
            dropped=int(dropped[i]),
        )
        for i in rows
    ]


def _draw(
    model: Model,
    spec: DatasetSpec,
    labels: np.ndarray,
    styles: dict[str, np.ndarray],
    rows: np.ndarray,
    start: int,
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Return the images and styles of some rows of the digits from a number on."""
    asked: dict[str, Any] = {
        name: styles[name].clip(*limits)
        for name, limits in model.limits.items()
        if name in styles
    }
    asked |= {"seed": spec.seed, "variety": spec.variety}
    inputs = model.generator_inputs(labels, start=start, **asked)
    conditions = {name: values[rows] for name, values in inputs.conditions.items()}
    images = model.draw(GeneratorInputs(inputs.latents[rows], conditions))
    return images, {k: v for k, v in conditions.items() if k != "label"}


def _misread(images: np.ndarray, labels: np.ndarray, rows: np.ndarray) -> np.ndarray:
    return rows[_classifier().predict(images[rows]).labels != labels[rows]]


@cache
def _classifier() -> Classifier:
    return Classifier(threads=1)
