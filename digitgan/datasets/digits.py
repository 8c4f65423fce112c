"""Single digits, checked and measured where that is asked for."""

from functools import cache

import numpy as np

from digitgan.datasets.labels import draw_labels
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
    """Draw a shard of digits; it depends on the spec and the shard alone.

    Raises:
        DatasetFailed: The classifier goes on to misread what the model draws.
    """
    labels = draw_labels(spec, shard)
    inputs = model.generator_inputs(labels, seed=spec.seed, start=shard.start)
    images = model.draw(inputs)
    numbers = shard.start + np.arange(shard.count)
    dropped = np.zeros(shard.count, int)
    if spec.checked:
        inputs = _copied(inputs)
        _redraw_misread(model, spec, images, inputs, numbers, dropped)
    styles = {k: v for k, v in inputs.conditions.items() if k != "label"}
    if spec.measure:
        measured = measure(images)
        styles |= {f"measured_{name}": values for name, values in measured.items()}
    styles = {name: np.round(values, 4).tolist() for name, values in styles.items()}
    return [
        Sample(
            image=images[i],
            metadata={"seed": spec.seed, "number": int(numbers[i])}
            | {name: values[i] for name, values in styles.items()},
            label=int(labels[i]),
            dropped=int(dropped[i]),
        )
        for i in range(shard.count)
    ]


@cache
def _classifier() -> Classifier:
    """Open the classifier once in a process, with one thread."""
    return Classifier(threads=1)


def _copied(inputs: GeneratorInputs) -> GeneratorInputs:
    conditions = {name: values.copy() for name, values in inputs.conditions.items()}
    return GeneratorInputs(inputs.latents.copy(), conditions)


def _redraw_misread(
    model: Model,
    spec: DatasetSpec,
    images: np.ndarray,
    inputs: GeneratorInputs,
    numbers: np.ndarray,
    dropped: np.ndarray,
) -> None:
    """Replace misread digits, in place, by those of other numbers of the seed."""
    labels, first = inputs.conditions["label"], int(numbers[0])
    misread = np.arange(len(labels))
    for attempt in range(1, MAX_ATTEMPTS + 1):
        predicted = _classifier().predict(images[misread]).labels
        misread = misread[predicted != labels[misread]]
        if not len(misread):
            return
        dropped[misread] += 1
        start = first + attempt * ATTEMPT_STRIDE
        others = model.generator_inputs(labels, seed=spec.seed, start=start)
        inputs.latents[misread] = others.latents[misread]
        for name, values in inputs.conditions.items():
            values[misread] = others.conditions[name][misread]
        numbers[misread] = start + misread
        redrawn = {name: v[misread] for name, v in inputs.conditions.items()}
        images[misread] = model.draw(GeneratorInputs(inputs.latents[misread], redrawn))
    raise DatasetFailed(
        f"{len(misread)} of {len(labels)} digits were misread {MAX_ATTEMPTS} times in "
        f"a row: model {spec.model!r} does not write them well enough for checked"
    )
