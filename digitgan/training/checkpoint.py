"""The whole state of a training in one file, and back, exactly."""

import zipfile
from pathlib import Path

import numpy as np
from keras import ops

from digitgan.errors import InputError
from digitgan.files import replacing
from digitgan.model.gan import GAN


def save(path: Path, gan: GAN, step: int, seconds: float) -> None:
    """Write both players, the average, optimizer, random states and running metrics.

    Args:
        path: The file; whole or absent, whenever the process is killed.
        gan: The compiled game.
        step: Batches learnt from so far.
        seconds: Time spent on them.
    """
    arrays = {f"{i:04d}": ops.convert_to_numpy(v) for i, v in enumerate(_state(gan))}
    with replacing(path) as temporary:
        np.savez(temporary, step=step, seconds=seconds, **arrays)


def restore(path: Path, gan: GAN) -> tuple[int, float]:
    """Put the state of a file back into a game of the same shape.

    Returns:
        Batches learnt from, and the seconds that took.

    Raises:
        InputError: There is no such file, or it is damaged or of another game.
    """
    variables = _state(gan)
    try:
        with np.load(path, allow_pickle=False) as stored:
            arrays = [stored[f"{i:04d}"] for i in range(len(variables))]
            step, seconds = int(stored["step"]), float(stored["seconds"])
    except FileNotFoundError:
        raise InputError(f"--resume: there is no checkpoint {path}") from None
    except (OSError, KeyError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise InputError(f"--resume: {path} is damaged ({error})") from error
    if any(a.shape != v.shape for a, v in zip(arrays, variables, strict=True)):
        raise InputError(f"--resume: {path} is of a game with other networks")
    for variable, array in zip(variables, arrays, strict=True):
        variable.assign(array)
    return step, seconds


def _state(gan: GAN) -> list:
    return [*gan.variables, *gan.optimizer.variables, *gan.metrics_variables]
