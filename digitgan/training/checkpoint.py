"""The whole state of a training in one file, now and then, and back, exactly."""

import hashlib
import logging
import os
import re
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import asdict, fields
from pathlib import Path

import keras
import numpy as np
from keras import ops
from keras.backend import standardize_dtype

from digitgan import limits
from digitgan.dataclass_json import from_json
from digitgan.errors import InputError
from digitgan.files import again_if_moved
from digitgan.model.gan import GAN
from digitgan.npz import read_arrays, write_arrays, zip_names
from digitgan.training.clock import Clock, GANCallback, Logs
from digitgan.training.progress import Progress
from digitgan.untrusted import as_input_errors, inside

MAX_CHECKPOINTS = 2
MAX_TIME_SHARE = 0.02  # of the training time that checkpoints may take
LOGGER = logging.getLogger("digitgan")


def snapshot(gan: GAN) -> dict[str, np.ndarray]:
    """Copy both players, the EMA, optimizer, random states and running metrics.

    Names are paths, such as ``generator/stem/kernel``: not positions, so that layers
    in another order are not mistaken for each other.
    """
    variables = _variables(gan)
    return {path: np.asarray(ops.convert_to_numpy(v)) for path, v in variables.items()}


class Checkpoints:
    """The last two checkpoints of a run, ``step_000000123.npz``, in a folder.

    Each is whole or absent whenever the process is killed, and carries a SHA-256 over
    all it holds. An older one goes only when a newer one is safely on the disk.
    """

    def __init__(self, folder: Path):
        self.folder = folder
        self.paths: list[Path] = sorted(folder.glob("step_*.npz"))  # oldest first

    @again_if_moved
    def write(self, progress: Progress, arrays: dict[str, np.ndarray]) -> None:
        """Write a :func:`snapshot`, then remove all but this and the one before."""
        path = self.folder / f"step_{progress.step:09d}.npz"
        content = {k: np.asarray(v) for k, v in asdict(progress).items()} | arrays
        write_arrays(path, {"sha256": np.asarray(_digest(content)), **content})
        if os.name == "posix":  # makes the renaming last
            handle = os.open(self.folder, os.O_RDONLY)
            os.fsync(handle)
            os.close(handle)
        others = [p for p in self.paths if p != path]
        self.paths = [*others, path][-MAX_CHECKPOINTS:]
        for other in self.folder.glob("step_*.npz"):
            if other not in self.paths:
                other.unlink()

    def restore(self, gan: GAN) -> Progress | None:
        """Put the newest whole checkpoint, where there is one, into a GAN.

        Raises:
            InputError: All are damaged, or of other networks.
        """
        damaged = []
        for path in reversed(self.paths):
            try:
                arrays, progress = _read(inside("checkpoint", self.folder, path.name))
            except InputError as error:
                damaged.append(str(error))
                continue
            _assign(gan, arrays, path)
            for line in damaged:
                LOGGER.warning("The %s: going on from %s", line, path.name)
            self.paths = [p for p in self.paths if p <= path]
            return progress
        if damaged:
            problem = f"cannot be resumed: {' and '.join(damaged)}"
            raise InputError("resume", self.folder.parent, problem=problem)
        return None


def _variables(gan: GAN) -> dict[str, keras.Variable]:
    """Return all that a training changes, by path."""
    if hasattr(gan, "jax_state_sync"):  # on JAX, fit keeps the values to itself
        gan.jax_state_sync()
    variables = {"gan/steps": gan.steps, "gan/random": gan.random.state}
    for player in ("generator", "discriminator", "ema_generator"):
        for name, layer in _named_layers(getattr(gan, player)):
            for variable in layer.variables:
                within = variable.path.partition("/")[2]
                variables[f"{player}/{name}/{within}"] = variable
    # A slot of the optimizer is called after its variable: dense_3_kernel_momentum.
    owners = {
        v.path.replace("/", "_"): path for path, v in variables.items() if v.trainable
    }
    for variable in gan.optimizer.variables:
        owner, _, slot = variable.name.rpartition("_")
        path = f"{owners[owner]}/{slot}" if owner in owners else variable.name
        variables[f"optimizer/{path}"] = variable
    for metric in gan.metrics:
        for variable in metric.variables:
            variables[f"metrics/{metric.name}/{variable.name}"] = variable
    every = [*gan.variables, *gan.optimizer.variables, *gan.metrics_variables]
    if {id(v) for v in variables.values()} != {id(v) for v in every}:
        raise ValueError("a variable of the GAN has no path of its own")
    return variables


def _named_layers(network: keras.Model) -> Iterator[tuple[str, keras.Layer]]:
    """Yield the layers with names that do not depend on what else was built.

    Keras numbers those that nobody named by how many the process has made: conv2d_7.
    """
    counts = Counter()
    for layer in network.layers:
        kind = re.sub(r"_\d+$", "", layer.name)
        if kind.replace("_", "") == type(layer).__name__.lower():
            yield f"{kind}_{counts[kind]}", layer
            counts[kind] += 1
        else:
            yield layer.name, layer


def _digest(content: dict[str, np.ndarray]) -> str:
    total = hashlib.sha256()
    for name, array in sorted(content.items()):
        total.update(f"{name} {array.dtype.str} {array.shape}\n".encode())
        total.update(np.ascontiguousarray(array).data)
    return total.hexdigest()


def _read(path: Path) -> tuple[dict[str, np.ndarray], Progress]:
    names = [name.removesuffix(".npy") for name in zip_names("checkpoint", path)]
    arrays = read_arrays("checkpoint", path, names, limits.CHECKPOINT)
    with as_input_errors("checkpoint", path):
        if str(arrays.pop("sha256")) != _digest(arrays):
            raise ValueError("its SHA-256 does not fit")
        progress = {f.name: arrays.pop(f.name).item() for f in fields(Progress)}
        return arrays, from_json(Progress, progress)


def _assign(gan: GAN, arrays: dict[str, np.ndarray], path: Path) -> None:
    variables = _variables(gan)
    expected = {
        name: (tuple(v.shape), standardize_dtype(v.value.dtype))
        for name, v in variables.items()
    }
    if expected != {name: (a.shape, a.dtype.name) for name, a in arrays.items()}:
        raise InputError("resume", path, problem="is of other networks")
    for name, variable in variables.items():
        variable.assign(arrays[name])


class CheckpointCallback(GANCallback):
    """Write checkpoints: at the start, now and then, and at the stop.

    The training waits only while the state is copied; a thread writes the copy. What
    both cost is measured, and the pause between checkpoints is stretched until that is
    at most ``MAX_TIME_SHARE`` of the time. The collapse monitor comes before in the
    list of callbacks and raises where something is wrong, so what is written was good.
    """

    def __init__(self, checkpoints: Checkpoints, clock: Clock, min_pause: float):
        super().__init__()
        self.checkpoints, self.clock = checkpoints, clock
        self.min_pause = self.pause = min_pause
        self._thread = ThreadPoolExecutor(1, "checkpoint")
        self._writing: Future[float] | None = None
        self._copy_seconds = 0.0
        self._last = Progress(step=-1)

    def restore(self, gan: keras.Model) -> Progress | None:
        """Put the newest whole checkpoint into the GAN; see :class:`Checkpoints`."""
        progress = self.checkpoints.restore(gan)
        self._last = progress or self._last
        return progress

    def on_train_begin(self, logs: Logs = None) -> None:
        """Save the start, so that a disk too small shows at once, or a lower rate."""
        if self._last.step < 0 or self._last.rollbacks != self.clock.progress.rollbacks:
            self._save().result()

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Save when it is time; an epoch's end is left until all is recorded."""
        if not (self.clock.done or self.clock.is_epoch_end) and self._is_due():
            self._save()

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Save when it is time, and at the stop."""
        if self.clock.done:
            self.on_train_end()
        is_due = self._is_due()
        if self.clock.done:
            self._save().result()
        elif is_due:
            self._save()

    def on_train_end(self, logs: Logs = None) -> None:
        """Wait for what is being written."""
        if self._writing:
            wait([self._writing])

    def _is_due(self) -> bool:
        """Whether enough time has passed; raises what went wrong with the last one."""
        if self._writing:
            if not self._writing.done():
                return False
            cost = self._copy_seconds + self._writing.result()
            self._writing = None
            self.pause = max(self.min_pause, cost / MAX_TIME_SHARE)
        return self.clock.progress.seconds - self._last.seconds >= self.pause

    def _save(self) -> Future[float]:
        began = time.perf_counter()
        arrays = snapshot(self.gan)
        self._copy_seconds = time.perf_counter() - began
        self._last = self.clock.progress
        self._writing = self._thread.submit(self._write, self._last, arrays)
        return self._writing

    def _write(self, progress: Progress, arrays: dict[str, np.ndarray]) -> float:
        """Write, unless the state is broken; return the processor time of that."""
        began = time.thread_time()
        if all(np.isfinite(array).all() for array in arrays.values()):
            self.checkpoints.write(progress, arrays)
        return time.thread_time() - began
