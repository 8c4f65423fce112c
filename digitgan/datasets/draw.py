"""Draw the samples of a shard; single digits are, if asked, checked and measured."""

from functools import cache

import numpy as np

from digitgan.datasets.pages import draw_pages
from digitgan.datasets.samples import Samples
from digitgan.datasets.spec import Shard, Spec
from digitgan.datasets.texts import draw_labels
from digitgan.errors import DatasetFailed
from digitgan.handwriting.model import load
from digitgan.measure.classifier import Classifier
from digitgan.measure.morphometry import measure
from digitgan.sampling.generator_inputs import GeneratorInputs
from digitgan.sampling.sampler import Sampler

TRIES = 30
APART = 2**44  # between the tries of a sample: more than a data set can hold


def draw_samples(spec: Spec, shard: Shard) -> Samples:
    """Draw a shard; it depends on the spec and the shard alone.

    Raises:
        InputError: The model is gone or damaged.
        DatasetFailed: The judge goes on to misread what the model draws.
    """
    if spec.kind == "digits":
        return _digits(spec, shard)
    return draw_pages(open_model(spec.model), spec, shard)


@cache
def open_model(model: str) -> Sampler:
    """Open a model once in a process, with one thread: a worker for each core."""
    return load(model, threads=1)


@cache
def _classifier() -> Classifier:
    """Open the classifier once in a process, with one thread."""
    return Classifier(threads=1)


def _digits(spec: Spec, shard: Shard) -> Samples:
    model, labels = open_model(spec.model), draw_labels(spec, shard)
    recipe = model.generator_inputs(labels, seed=spec.seed, start=shard.start)
    images = model.draw(recipe)
    numbers, dropped = np.array(shard.numbers), 0
    if spec.checked:
        images, recipe, dropped = _checked(spec, model, images, recipe, numbers)
    facts = {"seed": [spec.seed] * shard.count, "number": numbers.tolist()}
    styles = {k: v for k, v in recipe.conditions.items() if k != "label"}
    if spec.measure:
        measured = measure(images)
        styles |= {f"measured_{name}": values for name, values in measured.items()}
    facts |= {name: np.round(v, 4).tolist() for name, v in styles.items()}
    return Samples(images, facts, labels, dropped=dropped)


def _checked(
    spec: Spec, model: Sampler, images, recipe: GeneratorInputs, numbers: np.ndarray
):
    """Draw again what is misread, under other numbers of the seed, noted in place."""
    labels, dropped = recipe.conditions["label"], 0
    recipe = GeneratorInputs(
        recipe.latents.copy(), {k: v.copy() for k, v in recipe.conditions.items()}
    )
    classifier, left = _classifier(), np.arange(len(labels))
    for attempt in range(1, TRIES + 1):
        read = classifier.predict(images[left]).labels
        left = left[read != labels[left]]
        if not len(left):
            return images, recipe, dropped
        dropped += len(left)
        start = int(numbers[0] % APART) + attempt * APART
        again = model.generator_inputs(labels, seed=spec.seed, start=start)
        recipe.latents[left] = again.latents[left]
        for name, values in recipe.conditions.items():
            values[left] = again.conditions[name][left]
        numbers[left] = start + left
        told = {name: v[left] for name, v in recipe.conditions.items()}
        images[left] = model.draw(GeneratorInputs(recipe.latents[left], told))
    raise DatasetFailed(
        f"{len(left)} of {len(labels)} digits were misread {TRIES} times in a row: "
        f"model {spec.model!r} does not write them well enough for checked"
    )
