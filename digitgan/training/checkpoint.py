"""The whole state of a training in one file, and back, exactly."""

import hashlib
import os
from dataclasses import asdict, fields
from pathlib import Path

import numpy as np
from keras import ops
from keras.backend import standardize_dtype

from digitgan.errors import InputError
from digitgan.files import as_input_errors, from_json, read_arrays, replacing, zip_names
from digitgan.model.gan import GAN
from digitgan.training.clock import Progress

KEPT = 2
MOST = 2**30  # bytes that a checkpoint may hold


def snapshot(gan: GAN) -> dict[str, np.ndarray]:
    """Copy both players, the average, optimizer, random states and running metrics.

    Args:
        gan: The compiled game; it may learn on while the copy is written.
    """
    return {f"{i:04d}": ops.convert_to_numpy(v) for i, v in enumerate(_state(gan))}


class Checkpoints:
    """The last two checkpoints of a run, ``step_000000123.npz``, in a folder.

    Each is whole or absent whenever the process is killed, and carries a SHA-256 over
    all it holds. An older one goes only when a newer one is safely on the disk.

    Attributes:
        kept: Their paths, oldest first.
    """

    def __init__(self, folder: Path):
        """Look what is there."""
        self.folder = folder
        self.kept = sorted(folder.glob("step_*.npz"))

    def write(self, progress: Progress, arrays: dict[str, np.ndarray]) -> None:
        """Write a checkpoint and remove all but this and the one before.

        Args:
            progress: Where the training stands.
            arrays: From :func:`snapshot`.

        Raises:
            OSError: The disk is full or cannot be written to; nothing was removed.
        """
        path = self.folder / f"step_{progress.step:09d}.npz"
        content = {k: np.asarray(v) for k, v in asdict(progress).items()} | arrays
        with replacing(path) as temporary:
            np.savez(temporary, sha256=_digest(content), **content)
        _flush(self.folder)
        self.kept = [*(p for p in self.kept if p != path), path][-KEPT:]
        for other in self.folder.glob("step_*.npz"):
            if other not in self.kept:
                other.unlink()

    def restore(self, gan: GAN) -> Progress | None:
        """Put the newest whole checkpoint into a game of the same shape.

        A damaged one is passed over, and that is said.

        Returns:
            Where the training stood; None where there is no checkpoint yet.

        Raises:
            InputError: All are damaged, or of another game.
        """
        damaged = []
        for path in reversed(self.kept):
            try:
                content, progress = _read(path)
            except InputError as error:
                damaged.append(str(error))
                continue
            _put_into(gan, content, path)
            for line in damaged:
                print(f"The {line}: going on from {path.name}", flush=True)
            self.kept = [p for p in self.kept if p <= path]
            return progress
        if damaged:
            raise InputError(f"--resume: {' and '.join(damaged)}")
        return None


def _state(gan: GAN) -> list:
    if hasattr(gan, "jax_state_sync"):  # on JAX, fit keeps the values to itself
        gan.jax_state_sync()
    return [*gan.variables, *gan.optimizer.variables, *gan.metrics_variables]


def _digest(content: dict[str, np.ndarray]) -> str:
    total = hashlib.sha256()
    for name, array in sorted(content.items()):
        total.update(f"{name} {array.dtype.str} {array.shape}\n".encode())
        total.update(np.ascontiguousarray(array))
    return total.hexdigest()


def _read(path: Path) -> tuple[dict[str, np.ndarray], Progress]:
    """Return the arrays of a checkpoint, and where the training stood."""
    names = [field.name for field in fields(Progress)]
    held = [name.removesuffix(".npy") for name in zip_names("checkpoint", path)]
    content = read_arrays("checkpoint", path, held, MOST)
    with as_input_errors("checkpoint", path):
        if str(content.pop("sha256")) != _digest(content):
            raise ValueError("its SHA-256 does not fit")
        stood = {name: content.pop(name).item() for name in names}
        return content, from_json(Progress, stood)


def _put_into(gan: GAN, content: dict[str, np.ndarray], path: Path) -> None:
    state = {f"{i:04d}": variable for i, variable in enumerate(_state(gan))}
    kinds = {
        name: (tuple(v.shape), standardize_dtype(v.value.dtype))
        for name, v in state.items()
    }
    if kinds != {name: (a.shape, a.dtype.name) for name, a in content.items()}:
        raise InputError(f"--resume: {path} is of a game with other networks")
    for name, variable in state.items():
        variable.assign(content[name])


def _flush(folder: Path) -> None:
    """Make a renaming last, where folders can be flushed."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
