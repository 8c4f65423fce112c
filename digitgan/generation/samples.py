"""The samples of a shard: drawn, and if asked checked and measured."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module

import numpy as np

from digitgan.errors import DatasetFailed
from digitgan.generation.recipe import Recipe
from digitgan.generation.sampler import Sampler, load
from digitgan.generation.spec import Shard, Spec
from digitgan.generation.texts import draw_labels

# Evaluation lies further down the way of the data, so its tools are found by name.
JUDGE = "digitgan.evaluation.judge:Judge"
MEASURE = "digitgan.evaluation.morphometry:measure"
TRIES = 30
APART = 2**44  # between the tries of a sample: more than a data set can hold


@dataclass(frozen=True, eq=False)
class Samples:
    """What a shard holds, whatever its format.

    Attributes:
        images: n times ``uint8 (H, W)``. Single digits are as MNIST has them, 0 paper
            to 255 ink, in one array; pages are dark on white.
        facts: What is known of each, by name, n values each; JSON can hold them.
        labels: Of single digits, ``int32 (n,)``; otherwise None.
        characters: Of pages, what each box holds.
        boxes: Of pages, ``int (m, 4)`` each: left, top, right, bottom, exclusive.
        masks: Of pages, m times ``bool`` each, as large as its box: the ink there.
        dropped: How many the judge misread, so that they were drawn again.
    """

    images: Sequence[np.ndarray]
    facts: dict[str, list]
    labels: np.ndarray | None = None
    characters: list[str] = field(default_factory=list)
    boxes: list[np.ndarray] = field(default_factory=list)
    masks: list[list[np.ndarray]] = field(default_factory=list)
    dropped: int = 0

    def fact(self, place: int) -> dict:
        """Return what is known of one sample."""
        return {name: values[place] for name, values in self.facts.items()}


def draw_samples(spec: Spec, shard: Shard) -> Samples:
    """Draw a shard; it depends on the spec and the shard alone.

    Raises:
        InputError: The model is gone or damaged.
        DatasetFailed: The judge goes on to misread what the model draws.
    """
    if spec.kind == "digits":
        return _digits(spec, shard)
    from digitgan.generation.pages import draw_pages

    return draw_pages(open_model(spec.model), spec, shard)


@cache
def open_model(model: str) -> Sampler:
    """Open a model once in a process, with one thread: a worker for each core."""
    return load(model, threads=1)


@cache
def _tool(name: str):
    """Return what a dotted name stands for; of a class, an object of one thread."""
    module, _, attribute = name.partition(":")
    found = getattr(import_module(module), attribute)
    return found(threads=1) if isinstance(found, type) else found


def _digits(spec: Spec, shard: Shard) -> Samples:
    model, labels = open_model(spec.model), draw_labels(spec, shard)
    recipe = model.recipe(labels, seed=spec.seed, start=shard.start)
    images = model.draw(recipe)
    numbers, dropped = np.array(shard.numbers), 0
    if spec.checked:
        images, recipe, dropped = _checked(spec, model, images, recipe, numbers)
    facts = {"seed": [spec.seed] * shard.count, "number": numbers.tolist()}
    styles = {k: v for k, v in recipe.conditions.items() if k != "label"}
    if spec.measure:
        measured = _tool(MEASURE)(images)
        styles |= {f"measured_{name}": values for name, values in measured.items()}
    facts |= {name: np.round(v, 4).tolist() for name, v in styles.items()}
    return Samples(images, facts, labels, dropped=dropped)


def _checked(spec: Spec, model: Sampler, images, recipe: Recipe, numbers: np.ndarray):
    """Draw again what is misread, under other numbers of the seed, noted in place."""
    labels, dropped = recipe.conditions["label"], 0
    recipe = Recipe(
        recipe.latents.copy(), {k: v.copy() for k, v in recipe.conditions.items()}
    )
    judge, left = _tool(JUDGE), np.arange(len(labels))
    for attempt in range(1, TRIES + 1):
        read = judge.read(images[left])[0].argmax(axis=1)
        left = left[read != labels[left]]
        if not len(left):
            return images, recipe, dropped
        dropped += len(left)
        start = int(numbers[0] % APART) + attempt * APART
        again = model.recipe(labels, seed=spec.seed, start=start)
        recipe.latents[left] = again.latents[left]
        for name, values in recipe.conditions.items():
            values[left] = again.conditions[name][left]
        numbers[left] = start + left
        told = {name: v[left] for name, v in recipe.conditions.items()}
        images[left] = model.draw(Recipe(recipe.latents[left], told))
    raise DatasetFailed(
        f"{len(left)} of {len(labels)} digits were misread {TRIES} times in a row: "
        f"model {spec.model!r} does not write them well enough for checked"
    )
