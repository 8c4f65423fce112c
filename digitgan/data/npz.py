"""NPZ: arrays in Keras' layout (x_train, y_train, ...), or x and perhaps y."""

from pathlib import Path

import numpy as np

from digitgan import files
from digitgan.data import checks
from digitgan.data.checks import SHAPES, checked_digits, unreadable
from digitgan.data.dataset import Digits

MAX_SHOWN = 200  # characters of names in a line


def read_npz(path: Path) -> tuple[Digits, Digits | None]:
    """Read the training digits of an NPZ file, and the test digits if it has some.

    Raises:
        Unreadable: It holds other things, or not as the contract says.
        InputError: It is damaged or too large.
    """
    names = files.zip_names("data", path)
    suffix = "_train" if "x_train.npy" in names else ""
    if f"x{suffix}.npy" not in names:
        shown = ", ".join(map(ascii, sorted(names)[:8])) or "nothing"
        raise unreadable(f"holds {shown[:MAX_SHOWN]}")
    wanted = [letter + end for end in (suffix, "_test") for letter in "xy"]
    arrays = files.read_arrays("data", path, wanted, checks.MAX_BYTES)
    train = _read_part(arrays, suffix)
    return train, _read_part(arrays, "_test") if "x_test" in arrays else None


def _read_part(arrays: dict[str, np.ndarray], suffix: str) -> Digits:
    images = _integers(arrays, "x" + suffix)
    if images.ndim not in (3, 4):
        raise unreadable(f"holds x{suffix} of shape {images.shape}", SHAPES)
    if images.size and (images.min() < 0 or images.max() > 255):
        raise unreadable(
            f"holds x{suffix} from {images.min()} to {images.max()}",
            "0 (background) to 255 (ink)",
        )
    labels = _integers(arrays, "y" + suffix) if "y" + suffix in arrays else None
    if labels is not None and labels.ndim != 1:
        raise unreadable(f"holds y{suffix} of shape {labels.shape}", "N")
    return checked_digits(images.astype(np.uint8, copy=False), labels)


def _integers(arrays: dict[str, np.ndarray], name: str) -> np.ndarray:
    """Return an array if it is of integers."""
    array = arrays[name]
    if array.dtype.kind not in "iu":
        raise unreadable(
            f"holds {name} as {array.dtype}", "integers, best uint8, from 0 to 255"
        )
    return array
