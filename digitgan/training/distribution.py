"""Several devices, in one process or in many, share every batch (on JAX)."""

import atexit
import contextlib
import logging
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np

from digitgan.errors import InputError, TrainingFailed

HEARTBEAT_TIMEOUT = 20  # seconds without a sign of life
START_TIMEOUT = 60  # seconds for all processes to meet
MAX_DEVICES = 1024
RUNTIME_ERRORS = ("JaxRuntimeError", "XlaRuntimeError")  # of JAX, by its versions


@dataclass(frozen=True)
class ProcessGroup:
    """The processes that train together, and which of them this one is."""

    devices: int = 0  # of this process; 0 for the one that Keras takes by itself
    coordinator: str | None = None  # HOST:PORT where rank 0 listens
    processes: int = 1
    rank: int = 0


SINGLE_PROCESS = ProcessGroup()


def check_process_group(group: ProcessGroup) -> None:
    """Refuse a number out of its range, and a backend that is not JAX."""
    last, address = group.processes - 1, group.coordinator
    host, _, port = (address or "none:1").rpartition(":")
    has_port = bool(host) and port.isdigit() and 0 < int(port) < 2**16
    for name, is_allowed, allowed in (
        ("devices", 0 <= group.devices <= MAX_DEVICES, f"1 to {MAX_DEVICES:,}"),
        ("processes", group.processes >= 1, "1 or more"),
        ("rank", 0 <= group.rank <= last, f"0 to {last}, one less than --processes"),
        ("coordinator", has_port, "HOST:PORT"),
        ("processes", last or not address, "2 or more where there is a --coordinator"),
    ):
        if not is_allowed:
            raise InputError(name, getattr(group, name), allowed)
    if last and not address:
        raise InputError("coordinator", None, "HOST:PORT of rank 0", "is not given")
    backend = keras.backend.backend()
    if group != SINGLE_PROCESS and backend != "jax":
        problem = f"needs JAX and this is {backend}: set KERAS_BACKEND=jax"
        field = "devices" if group.devices else "processes"
        raise InputError(field, problem=problem)


def initialize(group: ProcessGroup, batch_size: int) -> None:
    """Find the devices of all processes and let Keras spread each batch over them.

    Every device holds all weights and works on its part of each batch; JAX adds up the
    gradients, and batch normalisation sees the whole batch, so that the numbers are
    those of one device up to rounding. A processor counts as as many devices as asked.

    Raises:
        InputError: There are not so many devices, or the batch cannot be divided.
        TrainingFailed: The other processes were not found.
    """
    if group == SINGLE_PROCESS:
        return
    check_process_group(group)
    import jax

    with contextlib.suppress(RuntimeError):  # JAX has begun: it has what it has
        if group.devices:
            jax.config.update("jax_num_cpu_devices", group.devices)
    if group.coordinator:
        try:
            jax.distributed.initialize(
                group.coordinator,
                group.processes,
                group.rank,
                initialization_timeout=START_TIMEOUT,
                heartbeat_timeout_seconds=HEARTBEAT_TIMEOUT,
            )
        except Exception as error:  # what it raises is the runtime's own
            raise TrainingFailed(
                f"rank {group.rank} did not find the other {group.processes - 1} "
                f"processes at {group.coordinator}: start all of them within a minute"
            ) from error
    local, devices = jax.local_device_count(), jax.devices()
    if group.devices > local:
        raise InputError("devices", group.devices, f"1 to {local}, what there is")
    if not group.coordinator:
        devices = devices[: group.devices]
    if batch_size % len(devices):
        allowed = f"a multiple of {len(devices)}, the number of devices"
        raise InputError("batch_size", batch_size, allowed)
    names = [f"{device.platform}:{device.id}" for device in devices]
    parallel = keras.distribution.DataParallel(devices=names, auto_shard_dataset=False)
    keras.distribution.set_distribution(parallel)


def synchronize(seconds: float, interrupted: bool) -> tuple[float, bool]:
    """Return the longest time of all processes, and whether any was interrupted.

    Each must stop after the same step, or the others would wait for it for ever.
    """
    if keras.distribution.distribution() is None or keras.backend.backend() != "jax":
        return seconds, interrupted
    from jax.experimental import multihost_utils

    gathered = multihost_utils.process_allgather(np.array([seconds, interrupted]))
    longest, any_interrupted = np.asarray(gathered).reshape(-1, 2).max(axis=0)
    return float(longest), bool(any_interrupted)


def own_folder(group: ProcessGroup, folder: Path) -> Path:
    """Return the run folder of this process: of ranks above 0 a copy, for a while.

    They do the same work, so that no step has to ask who they are.
    """
    if group.rank == 0:
        return folder
    own = Path(tempfile.mkdtemp(prefix="digitgan-"))
    atexit.register(shutil.rmtree, own, ignore_errors=True)
    if folder.exists():
        shutil.copytree(folder, own, dirs_exist_ok=True)
    return own


@contextlib.contextmanager
def failing_together(group: ProcessGroup) -> Iterator[None]:
    """Let rank 0 alone log, and all fail where one process has ended."""
    if group.rank:
        logging.getLogger("digitgan").setLevel(logging.ERROR)
    try:
        yield
    except Exception as error:
        if group.processes == 1 or type(error).__name__ not in RUNTIME_ERRORS:
            raise
        raise TrainingFailed(
            f"rank {group.rank}: another process has ended, so this one does, too. "
            "Start all of them again with --resume"
        ) from error
