"""Several devices, in one process or in many, share every batch (on JAX)."""

import atexit
import shutil
import tempfile
from pathlib import Path

import keras
import numpy as np

from digitgan.errors import InputError
from digitgan.training.process_group import ProcessGroup


def share_batches(group: ProcessGroup, batch_size: int) -> None:
    """Find the devices of all processes and let Keras spread each batch over them.

    Every device holds all weights and works on its part of each batch; JAX adds up the
    gradients, and batch normalisation sees the whole batch, so that the numbers are
    those of one device up to rounding. A processor counts as as many devices as asked.
    """
    if group.is_single and not group.devices:
        return
    import jax

    local, devices = jax.local_device_count(), jax.devices()
    if group.devices > local:
        raise InputError("devices", group.devices, f"1 to {local}, what there is")
    if group.is_single:
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


def own_folder(group: ProcessGroup, folder: Path, copied: bool = False) -> Path:
    """Return the run folder of this process: of ranks above 0 one of its own.

    They do the same work, so that no step has to ask who they are. Their folder lasts
    as long as they do. Where it begins as a copy, nobody goes on before all have
    theirs, as from then on rank 0 changes it.
    """
    own = folder
    if group.rank:
        own = Path(tempfile.mkdtemp(prefix="digitgan-"))
        atexit.register(shutil.rmtree, own, ignore_errors=True)
        if copied and folder.exists():
            shutil.copytree(folder, own, dirs_exist_ok=True)
    if copied and not group.is_single:
        from jax.experimental import multihost_utils

        multihost_utils.sync_global_devices("all have their copy")
    return own
