"""Several devices, in one process or in many, share every batch (on JAX)."""

import atexit
import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np

from digitgan.errors import InputError, TrainingFailed

DEAD_AFTER = 20  # seconds without a sign of life
MOST_DEVICES = 1024


@dataclass(frozen=True)
class Place:
    """Where this process stands among those that train together.

    Attributes:
        devices: Of this process; 0 for the one that Keras takes by itself.
        coordinator: ``HOST:PORT`` where process 0 listens; None for one process alone.
        processes: How many train together.
        rank: Number of this one, from 0.
    """

    devices: int = 0
    coordinator: str | None = None
    processes: int = 1
    rank: int = 0


ALONE = Place()


def check(place: Place) -> None:
    """Refuse what cannot be.

    Raises:
        InputError: With the name, the value and what is allowed.
    """
    if not 0 <= place.devices <= MOST_DEVICES:
        raise InputError(
            f"--devices is {place.devices}: allowed is 1 to {MOST_DEVICES:,}"
        )
    if place.processes < 1:
        raise InputError(f"--processes is {place.processes}: allowed is 1 or more")
    if not 0 <= place.rank < place.processes:
        raise InputError(
            f"--rank is {place.rank}: allowed is 0 to {place.processes - 1}, "
            "one less than --processes"
        )
    host, _, port = (place.coordinator or ":").rpartition(":")
    if place.coordinator and not (host and port.isdigit() and 0 < int(port) < 2**16):
        raise InputError(
            f"--coordinator is {place.coordinator!r}: allowed is HOST:PORT"
        )
    if (place.processes > 1) != (place.coordinator is not None):
        raise InputError(
            f"--processes is {place.processes} and --coordinator is "
            f"{place.coordinator or 'not given'}: both are needed for several processes"
        )
    backend = keras.backend.backend()
    if place != ALONE and backend != "jax":
        raise InputError(
            f"--devices and --processes need JAX and this is {backend}: "
            "set KERAS_BACKEND=jax"
        )


def join(place: Place, batch_size: int) -> None:
    """Find the devices of all processes and let Keras spread what comes over them.

    Every device holds all weights and works on its part of each batch; JAX adds up the
    gradients, and batch normalisation sees the whole batch, so that the numbers are
    those of one device up to rounding. A processor counts as as many devices as asked.

    Args:
        place: Where this process stands, checked.
        batch_size: Of all devices together.

    Raises:
        InputError: There are not so many devices, or the batch cannot be divided.
        TrainingFailed: The other processes were not found.
    """
    if place == ALONE:
        return
    import jax

    with contextlib.suppress(RuntimeError):  # JAX has begun: it has what it has
        if place.devices:
            jax.config.update("jax_num_cpu_devices", place.devices)
    if place.coordinator:
        try:
            jax.distributed.initialize(
                place.coordinator,
                place.processes,
                place.rank,
                initialization_timeout=60,
                heartbeat_timeout_seconds=DEAD_AFTER,
            )
        except Exception as error:  # what it raises is the runtime's own
            raise TrainingFailed(
                f"rank {place.rank} did not find the other {place.processes - 1} "
                f"processes at {place.coordinator}: start all of them within a minute"
            ) from error
    here, every = jax.local_device_count(), jax.devices()
    if place.devices > here:
        raise InputError(
            f"--devices is {place.devices}: allowed is 1 to {here}, what there is"
        )
    if not place.coordinator:
        every = every[: place.devices]
    if batch_size % len(every):
        raise InputError(
            f"--batch-size is {batch_size}: allowed is a multiple of {len(every)}, "
            "the number of devices"
        )
    names = [f"{device.platform}:{device.id}" for device in every]
    keras.distribution.set_distribution(
        keras.distribution.DataParallel(devices=names, auto_shard_dataset=False)
    )


def agreed(seconds: float, interrupted: bool) -> tuple[float, bool]:
    """Return the longest time of all processes, and whether any was asked to stop.

    Each must stop after the same step, or the others would wait for it for ever.
    """
    if keras.distribution.distribution() is None or keras.backend.backend() != "jax":
        return seconds, interrupted
    from jax.experimental import multihost_utils

    all_say = multihost_utils.process_allgather(np.array([seconds, interrupted]))
    longest, any_asked = all_say.reshape(-1, 2).max(axis=0)
    return float(longest), bool(any_asked)


def own_folder(place: Place, folder: Path) -> Path:
    """Return the run folder of this process.

    Process 0 has that which was asked for. The others do the same work, so that no
    step has to ask who they are, in a copy that goes when they end.
    """
    if place.rank == 0:
        return folder
    own = Path(tempfile.mkdtemp(prefix="digitgan-"))
    atexit.register(shutil.rmtree, own, ignore_errors=True)
    if folder.exists():
        shutil.copytree(folder, own, dirs_exist_ok=True)
    return own


@contextlib.contextmanager
def together(place: Place) -> Iterator[None]:
    """Let process 0 alone speak, and name what a lost process does to the others.

    Raises:
        TrainingFailed: A process has ended before the training did.
    """
    if place.processes == 1:
        yield
        return
    with contextlib.ExitStack() as stack:
        if place.rank:
            silence = stack.enter_context(open(os.devnull, "w", encoding="utf-8"))
            stack.enter_context(contextlib.redirect_stdout(silence))
        try:
            yield
        except Exception as error:
            if type(error).__name__ not in ("JaxRuntimeError", "XlaRuntimeError"):
                raise
            raise TrainingFailed(
                f"rank {place.rank}: another process has ended, so this one does, too. "
                "Start all of them again with --resume"
            ) from error
