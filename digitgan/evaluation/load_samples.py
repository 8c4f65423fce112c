"""The digits to be judged: handed in, drawn from a model, or read from a file."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from digitgan import files
from digitgan.data.dataset import Dataset
from digitgan.data.load import load_dataset
from digitgan.data.named_datasets import NAMES
from digitgan.errors import InputError
from digitgan.evaluation import scorecard
from digitgan.evaluation.rows.triplets import COUNTS
from digitgan.handwriting.model import load
from digitgan.measure.classifier_registry import DIGITS
from digitgan.sampling.hub import HUB_PREFIX
from digitgan.sampling.sampler import Sampler

DRAWN = 10_000  # digits of a model
LARGEST = 2**30  # bytes of an array
SIGNS = ("model.json", "generator.onnx", "model/model.json", "config.json")
ALLOWED = "a model or run folder, an .npz with x (and y), or a data set"


def evaluate(
    subject,
    labels=None,
    *,
    level: str = "quick",
    data: str | Path | Dataset = "mnist",
    seed: int = 0,
    progress: Callable[[int, int, str], None] | None = None,
) -> scorecard.Scorecard:
    """Say how good digits are, beside the same figures of real digits.

    Args:
        subject: Images, ``uint8 (N, 28, 28)`` or floats 0 to 1, 0 paper, 100 or more
            (up to 5,000 of them, drawn by the seed, are measured); triplets of digits,
            ``(N, 28, 28, 3)``; or what :func:`find` takes, such as
            ``"runs/conditional"`` or ``"fakes.npz"``.
        labels: ``int (N,)``, the digit that each image was asked to show, if the
            subject is images and they are known; without them the figures that need
            them are skipped and say so.
        level: ``quick`` (seconds, NumPy and ONNX Runtime alone) or ``full`` (minutes,
            with networks trained on the digits; needs the training extras).
        data: The real digits: anything that ``load_dataset`` takes, or
            what it returned. They must have labels and test digits.
        seed: From 0 to 2**32 - 1; equal seeds give equal scorecards.
        progress: Called before each step with its number, how many there are and
            its name.

    Returns:
        The scorecard: ``card["frechet"].value`` beside ``card["frechet"].real``.

    Raises:
        InputError: An argument is wrong, there are too few digits, or ``full`` is
            asked for and Keras or scikit-learn is missing.
    """
    if not 0 <= seed < 2**32:
        raise InputError(f"seed is {seed}: allowed is 0 to {2**32 - 1}")
    if isinstance(subject, str | Path | Sampler):
        if labels is not None:
            raise InputError(
                f"labels are given beside {str(subject)!r}: allowed with images only"
            )
        if not isinstance(data, Dataset):
            data = load_dataset(data)
        subject, labels = find(subject, data, seed, level)
    return scorecard.evaluate(
        subject, labels, level=level, data=data, seed=seed, progress=progress
    )


def find(
    subject: str | Path | Sampler,
    real: Dataset,
    seed: int = 0,
    level: str = "quick",
) -> tuple[np.ndarray, np.ndarray | None]:
    """Return the digits of a model, of an NPZ file or of a data set.

    Args:
        subject: ``flagship``, the model that comes with the package; a model or run
            folder, ``hf://user/name`` or an opened model (10,000 digits are drawn,
            with the class frequencies of real digits where labels can be asked for; of
            a model of triplets 26,000, and for ``full`` 240,000);
            an NPZ file with ``x (N, 28, 28)`` and perhaps ``y (N,)``; or a data set
            that ``load_dataset`` reads, of which the training part is taken.
        real: The real digits, for their class frequencies.
        seed: Of latents and labels.
        level: ``quick`` or ``full``.

    Returns:
        Images and labels, the latter None where they are unknown or the classes are
        not those of the real images; not yet checked.

    Raises:
        InputError: There is no such thing, or it cannot be read.
    """
    if isinstance(subject, Sampler):
        return _draw(subject, real, seed, level)
    if subject == "flagship" or str(subject).startswith(HUB_PREFIX):
        return _draw(load(subject), real, seed, level)
    path = Path(subject)
    if path.suffix == ".npz" and path.is_file():
        found = _read_arrays(path)
        if found is not None:
            return found
    if any((path / sign).is_file() for sign in SIGNS):
        return _draw(load(path), real, seed, level)
    if not path.exists() and str(subject) not in NAMES:
        raise InputError(f"subject {str(subject)!r} does not exist: name {ALLOWED}")
    try:
        digits = load_dataset(subject)
    except InputError as error:
        reason = str(error).removeprefix("--data ").split(": allowed are mnist")[0]
        raise InputError(f"subject {reason}: allowed are {ALLOWED}") from None
    return digits.train.images, _as_real(digits.train.labels, digits.classes, real)


def _draw(sampler: Sampler, real: Dataset, seed: int, level: str):
    if sampler.image.kind == "triplets":
        count = COUNTS[level == "full"]
        return sampler.draw(sampler.generator_inputs(count, seed=seed)), None
    if sampler.classes and sampler.classes == real.classes:
        asked = np.random.default_rng(seed).choice(real.train.labels, DRAWN)
    else:
        asked = sampler.labels(n=DRAWN)
    images = sampler.draw(sampler.generator_inputs(asked, seed=seed))
    return images, _as_real(asked, sampler.classes, real)


def _as_real(
    labels: np.ndarray | int | None, classes: tuple[str, ...], real: Dataset
) -> np.ndarray | None:
    """Turn places in a list of classes into labels of the real images."""
    names = DIGITS if set(real.classes) <= set(DIGITS) else real.classes
    if not isinstance(labels, np.ndarray) or not set(classes) <= set(names):
        return None
    return np.array([names.index(name) for name in classes])[labels]


def _read_arrays(path: Path) -> tuple[np.ndarray, np.ndarray | None] | None:
    """Read x and y; None where there is no x, as in Keras' layout."""
    stored = files.read_arrays("subject", path, ["x", "y"], LARGEST)
    return (stored["x"], stored.get("y")) if "x" in stored else None
