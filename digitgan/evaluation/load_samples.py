"""The images to be evaluated: handed in, drawn from a model, or read from a file."""

from os import PathLike, fspath
from pathlib import Path
from typing import NamedTuple

import numpy as np

from digitgan import limits
from digitgan.data.dataset import Dataset
from digitgan.data.images import SIDE, Kind
from digitgan.data.load import load_dataset
from digitgan.data.named_datasets import NAMES
from digitgan.data.normalize_images import is_light
from digitgan.errors import InputError
from digitgan.evaluation.metrics import stacked
from digitgan.handwriting.model import load
from digitgan.hub import PREFIX
from digitgan.measure.classifier import class_names
from digitgan.measure.resemblance import log_data
from digitgan.npz import read_arrays
from digitgan.sampling.sampler import Sampler

MODEL_SAMPLES = 10_000  # drawn from a model
MODEL_FILES = ("model.json", "generator.onnx", "model/model.json", "config.json")
ALLOWED = "a model or run folder, an .npz with x (and y), or a data set"


class Samples(NamedTuple):
    """Images to be evaluated, not yet checked."""

    images: np.ndarray  # ``(N, 28, 28)``, or of another shape
    # ``int (N,)``, the digit that each was asked to show; None if unknown, or if the
    # classes are not those of the real images
    labels: np.ndarray | None = None
    kind: Kind | None = None  # what the images are; None where arrays do not say so


def load_samples(
    subject: str | PathLike[str] | Sampler,
    real: Dataset,
    seed: int = 0,
    level: str = "quick",
    clean: bool = False,
) -> Samples:
    """Return the images of a model, of an NPZ file or of a data set.

    Args:
        subject: ``flagship``, the model that comes with the package; a run, a model or
            run folder, ``hf://user/name`` or an opened model (10,000 digits are drawn,
            with the class frequencies of real digits where labels can be asked for; of
            a model of triplets 26,000, and for ``full`` 240,000); an NPZ file with
            ``x (N, 28, 28)`` and perhaps ``y (N,)``; or a data set that
            ``load_dataset`` reads, of which the training part is taken.
        real: The real images, for their class frequencies.
        seed: Of latents and labels.
        level: ``quick`` or ``full``.
        clean: As for ``load_dataset``.

    Raises:
        InputError: There is no such thing, or it cannot be read.
    """
    if isinstance(subject, Sampler):
        return _drawn(subject, real, seed, level)
    name, path = fspath(subject), Path(subject).expanduser()
    if name == "flagship" or name.startswith(PREFIX):
        return _drawn(load(name), real, seed, level)
    if path.suffix == ".npz" and path.is_file():
        arrays = read_arrays("subject", path, ["x", "y"], limits.SAMPLES)
        if "x" in arrays and not _is_foreign(x := arrays["x"], y := arrays.get("y")):
            return Samples(x, y)
    if any((path / name).is_file() for name in MODEL_FILES):
        return _drawn(load(path), real, seed, level)
    if not path.exists() and name not in NAMES:
        raise InputError("subject", subject, ALLOWED, "does not exist")
    try:
        data = load_dataset(subject, clean)
    except InputError as error:
        raise InputError("subject", error.value, ALLOWED, error.problem) from None
    log_data(data)
    labels = _as_real(data.train.labels, data.classes, real)
    return Samples(data.train.images, labels, data.kind)


def _is_foreign(x: np.ndarray, y: np.ndarray | None) -> bool:
    """Return whether arrays are others than a model's, about which there is to decide.

    Images in rows or with a channel, 0 and 1, dark on light; labels in two dimensions.
    """
    if x.dtype != np.uint8 or not x.size:
        return False
    light = is_light(x).mean() if x.ndim == 3 else 0
    shaped = x.shape[1:] != (SIDE * SIDE,) and x.shape[3:] != (1,)
    return not shaped or x.max() == 1 or light > 0.5 or (y is not None and y.ndim > 1)


def _drawn(sampler: Sampler, real: Dataset, seed: int, level: str) -> Samples:
    kind = sampler.image.kind
    if kind == "triplets":
        count = stacked.SAMPLE_COUNTS[level]
        return Samples(sampler.sample(n=count, seed=seed), None, kind)
    frequent = real.train.labels
    if frequent is not None and () != sampler.classes == real.classes:
        labels = np.random.default_rng(seed).choice(frequent, MODEL_SAMPLES)
    else:
        labels = sampler.labels(n=MODEL_SAMPLES)
    images = sampler.draw(sampler.generator_inputs(labels, seed=seed))
    return Samples(images, _as_real(labels, sampler.classes, real), kind)


def _as_real(
    labels: np.ndarray | int | None, classes: tuple[str, ...], real: Dataset
) -> np.ndarray | None:
    """Turn positions in a list of classes into labels of the real images."""
    names = class_names(real)
    if not isinstance(labels, np.ndarray) or not set(classes) <= set(names):
        return None
    return np.array([names.index(name) for name in classes])[labels]
