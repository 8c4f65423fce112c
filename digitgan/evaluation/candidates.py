"""The digits to be judged: drawn from a model, or read from a file or a folder."""

import zipfile
from pathlib import Path

import numpy as np

from digitgan import data as real_digits
from digitgan.errors import InputError
from digitgan.generation.sampler import Sampler

DRAWN = 10_000  # digits of a model
LARGEST = 2**31  # bytes of an array


def find(
    subject: str | Path, real: real_digits.Dataset, seed: int = 0
) -> tuple[np.ndarray, np.ndarray | None]:
    """Return the digits of a model, of an NPZ file or of a data set.

    Args:
        subject: A model or run folder (10,000 digits are drawn, with the class
            frequencies of real digits where labels can be asked for); an NPZ file with
            ``x (N, 28, 28)`` and perhaps ``y (N,)``; or a data set that
            :func:`digitgan.data.load` reads.
        real: The real digits, for their class frequencies.
        seed: Of latents and labels.

    Returns:
        Images and labels, the latter None where they are unknown; not yet checked.

    Raises:
        InputError: There is no such thing, or it cannot be read.
    """
    path = Path(subject)
    if path.suffix == ".npz" and path.is_file():
        found = _read_arrays(path)
        if found is not None:
            return found
    if any((path / card).is_file() for card in ("model.json", "model/model.json")):
        return _draw(Sampler(path), real, seed)
    if not path.exists():
        raise InputError(
            f"evaluate: there is no {str(subject)!r}; allowed are a model or run "
            "folder, an .npz with x (and y), or a data set folder"
        )
    digits = real_digits.load(path).train
    return digits.images, digits.labels


def _draw(sampler: Sampler, real: real_digits.Dataset, seed: int):
    labels = None
    if sampler.n_classes and real.train.labels is not None:
        labels = np.random.default_rng(seed).choice(real.train.labels, DRAWN)
    return sampler.draw(DRAWN, seed, labels)


def _read_arrays(path: Path) -> tuple[np.ndarray, np.ndarray | None] | None:
    """Read x and y; None where the file is in Keras' layout of training and test."""
    try:
        with np.load(path, allow_pickle=False) as stored:
            if "x" not in stored.files:
                return None
            size = zipfile.ZipFile(path).getinfo("x.npy").file_size
            if size > LARGEST:
                raise InputError(f"{path}: x has {size >> 20} MiB, allowed are 2048")
            return stored["x"], stored["y"] if "y" in stored.files else None
    except InputError:
        raise
    except (OSError, EOFError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise InputError(f"{path} cannot be read as NPZ ({error})") from error
