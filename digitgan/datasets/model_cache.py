"""The model of a data set, opened once in a process however many shards it draws."""

from functools import cache

from digitgan.datasets.spec import DatasetSpec, ModelFacts
from digitgan.errors import InputError
from digitgan.handwriting.model import Model, load

FILES = ("generator.onnx", "styles.npz")  # what decides a digit


@cache
def load_once(name: str) -> Model:
    """Open a model with one thread: there is a worker for each core.

    Whoever may find another model under the name clears the cache.
    """
    return load(name, threads=1)


def facts_of(model: Model) -> ModelFacts:
    """Return what of a model a data set depends on."""
    sums = model.description["sha256"]
    used = {name: sums[name] for name in FILES if name in sums}
    return ModelFacts(model.classes, used, model.image.shape)


def model_of(spec: DatasetSpec) -> Model:
    """Open the model that a data set is made with."""
    model = load_once(spec.model)
    sums = model.description["sha256"]
    if any(sums.get(name) != value for name, value in spec.model_sha256.items()):
        load_once.cache_clear()
        made_with = spec.model_sha256["generator.onnx"][:12]
        problem = "is not the one that this data set was made with"
        allowed = f"that one (SHA-256 {made_with}...), or another data set"
        raise InputError("model", spec.model, allowed, problem)
    return model
