"""Train a GAN from nothing, or go on exactly where a run stopped."""

import logging
import os
import shlex
from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import keras

from digitgan import hub
from digitgan.data.dataset import Dataset
from digitgan.data.load import Data, load_dataset
from digitgan.errors import InputError, TrainingFailed
from digitgan.measure.resemblance import unlike_mnist
from digitgan.model.presets import Preset, check, find_preset
from digitgan.random_streams import random_seed
from digitgan.training import artifacts as run_artifacts
from digitgan.training.checks import check_data, check_goal, check_safety, suited_to
from digitgan.training.distribution import own_folder, share_batches
from digitgan.training.hardware import supported_precision
from digitgan.training.process_group import AS_LAUNCHED, ProcessGroup, coordinated
from digitgan.training.run import Config, Run, default_epochs, free_folder
from digitgan.training.training_loop import TrainingLoop

LOGGER = logging.getLogger("digitgan")
ARRAYS = "arrays"  # what a run calls data that has no name


def train(  # noqa: PLR0913 - each decides what is learnt
    preset: str = "dcgan",
    data: Data | None = None,
    *,
    clean: bool = Config.clean,
    epochs: int | None = None,
    minutes: float | None = None,
    seed: int | None = 0,
    out: str | os.PathLike[str] | None = None,
    guard: str = Config.guard,
    checkpoint_seconds: float = Config.checkpoint_seconds,
    artifacts: bool = Config.artifacts,
    callbacks: Sequence[keras.callbacks.Callback] = (),
    process_group: ProcessGroup = AS_LAUNCHED,
    **settings: Any,
) -> Run:
    """Train a GAN; the same arguments on the same machine give the same weights.

    What happens is logged by ``logging.getLogger("digitgan")`` at level INFO.

    Args:
        preset: A name in :data:`digitgan.model.presets.PRESETS`.
        data: As for :func:`digitgan.load_dataset`; the preset's unless given.
        clean: As there: cut, even and centre each digit.
        epochs: Passes over the data; the preset's number of steps without a goal.
        minutes: Stop after so much training, in the middle of an epoch if need be.
        seed: From 0 to 2**32 - 1; None for a random one.
        out: The run folder; the first free ``runs/PRESET`` unless given.
        guard: What happens when the run collapses: ``stop``, ``rollback`` (three times
            at most, at half the learning rate each) or ``off``.
        checkpoint_seconds: Between two, at least; checkpoints take 2 % of the time.
        artifacts: Whether to leave pictures, film, discriminator and scorecard, too.
        callbacks: More for Keras' ``fit``; one that sets ``stop_training`` ends it.
        process_group: Devices and processes that share the work, on JAX.
        **settings: Fields of :class:`digitgan.model.presets.Preset` to change.

    Raises:
        InputError: An argument cannot be used; nothing was written.
        TrainingFailed: The run has collapsed, or the disk is full; it can be resumed.
    """
    chosen = _changed(find_preset(preset), settings)
    check_goal(epochs, minutes, seed or 0)
    check_safety(guard, checkpoint_seconds)
    with coordinated(process_group) as group:
        seed = _shared_seed(seed, group)
        share_batches(group, chosen.batch_size)
        dataset = load_dataset(chosen.data if data is None else data, clean)
        chosen = suited_to(supported_precision(chosen), dataset)
        check_data(dataset, chosen)
        if not (epochs or minutes):
            epochs = default_epochs(chosen, len(dataset.train))
        config = Config(
            preset,
            chosen,
            **_facts_of(dataset),
            epochs=epochs,
            minutes=minutes,
            seed=seed,
            backend=keras.backend.backend(),
            guard=guard,
            checkpoint_seconds=checkpoint_seconds,
            artifacts=artifacts,
            clean=clean,
        )
        folder = own_folder(group, Path(out or free_folder(preset)).expanduser())
        with Run.create(folder, config).locked() as run:
            return _train_and_export(TrainingLoop(run, dataset, callbacks))


def _shared_seed(seed: int | None, group: ProcessGroup) -> int:
    """Return a seed that all processes have, a random one where it is None."""
    if seed is None and (group.processes or 1) > 1:
        raise InputError("seed", None, "a number, the same for all processes")
    return random_seed(bits=32) if seed is None else seed


def _facts_of(dataset: Dataset) -> dict[str, Any]:
    """Return what a configuration keeps of a data set."""
    return {
        "data": dataset.name or ARRAYS,
        "data_sha256": dataset.sha256,
        "classes": dataset.classes,
        "train_size": len(dataset.train),
    }


def _changed(preset: Preset, settings: dict[str, Any]) -> Preset:
    """Return a preset with changed settings, or refuse those that mean nothing."""
    names = [field.name for field in fields(Preset)]
    for name in settings.keys() - names:
        raise InputError.unknown("settings", name, names)
    changed = replace(preset, **settings)
    check(changed)
    return changed


def resume(
    run: str | os.PathLike[str],
    *,
    epochs: int | None = None,
    minutes: float | None = None,
    guard: str | None = None,
    checkpoint_seconds: float | None = None,
    data: Data | None = None,
    callbacks: Sequence[keras.callbacks.Callback] = (),
    process_group: ProcessGroup = AS_LAUNCHED,
) -> Run:
    """Go on with a run as if it had never stopped, bit for bit on one backend.

    Args:
        run: A run, or its folder.
        epochs: A new goal for the whole run; the old goal unless given.
        minutes: Likewise, in minutes of training over all sessions.
        guard: As in :func:`train`; as before unless given.
        checkpoint_seconds: Likewise.
        data: Where the same data lies now; where it lay unless given. Arrays have to be
            given again.
        callbacks: As in :func:`train`.
        process_group: As in :func:`train`; the number of devices may be another one.

    Raises:
        InputError: There is no run, it is damaged, its data has changed, it began on
            another backend, it has reached its goal, or another process trains it.
        TrainingFailed: As in :func:`train`.
    """
    with coordinated(process_group) as group:
        stored = Run.open(own_folder(group, Path(run).expanduser(), copied=True))
        config = _with_changes(
            stored.config,
            epochs=epochs,
            minutes=minutes,
            guard=guard,
            checkpoint_seconds=checkpoint_seconds,
        )
        backend = keras.backend.backend()
        if backend != config.backend:
            problem = f"began on {config.backend} and this is {backend}"
            raise InputError("resume", run, f"KERAS_BACKEND={config.backend}", problem)
        share_batches(group, config.settings.batch_size)
        if data is None and config.data.startswith(hub.PREFIX):
            problem = "learns from the hub by what its own config.json says"
            allowed = f"--data {config.data} where you trust it"
            raise InputError("resume", run, allowed, problem)
        dataset = _load_again(stored, config.data if data is None else data)
        config = replace(config, data=dataset.name or ARRAYS)
        if dataset.sha256 != config.data_sha256:
            problem = f"began with other training digits than --data {config.data} has"
            raise InputError("resume", run, problem=f"{problem} ({dataset.source})")
        with stored.locked():
            loop = TrainingLoop(replace(stored, config=config), dataset, callbacks)
            stored.remove_temporary_files()
            if loop.restore() and loop.clock.done and run_artifacts.is_exported(loop):
                problem = f"has reached its goal ({loop.clock.step} steps)"
                raise InputError("resume", run, "more --epochs or --minutes", problem)
            if config != stored.config:
                loop.run.write_config()
            return _train_and_export(loop)


def _with_changes(config: Config, **changes: Any) -> Config:
    """Return what a run is asked to do from now on, or refuse what means nothing."""
    given = {name: value for name, value in changes.items() if value is not None}
    if given.keys() & {"epochs", "minutes"}:  # a new goal replaces the old one
        given |= {name: changes[name] for name in ("epochs", "minutes")}
    check_goal(changes["epochs"], changes["minutes"], config.seed)
    changed = replace(config, **given)
    check_safety(changed.guard, changed.checkpoint_seconds)
    return changed


def _load_again(run: Run, data: Data) -> Dataset:
    """Return the data of a run, or say how to name where it has gone."""
    try:
        return load_dataset(data, run.config.clean)
    except InputError as error:
        allowed = "the same data, by --data where it lies now"
        if isinstance(data, str) and data == ARRAYS:
            allowed = "digitgan.resume(run, data=...) with the same arrays"
        short = InputError(error.field, error.value, problem=error.problem)
        reason = short if error.problem else error  # not all that can be read
        problem = f"cannot go on without its data: {reason}"
        raise InputError("resume", run.folder, allowed, problem) from error


def _train_and_export(loop: TrainingLoop) -> Run:
    run = loop.run
    LOGGER.info("%s\n%s  ->  %s", loop.dataset.source, run.config.command, run.folder)
    if doubt := unlike_mnist(loop.dataset):
        LOGGER.warning(doubt)
    try:
        try:
            loop.train()
        except (TrainingFailed, KeyboardInterrupt):
            run_artifacts.draw_pictures(loop)
            raise
        run_artifacts.draw_pictures(loop)
        run_artifacts.export_model(loop)
        if run.config.artifacts and not loop.clock.interrupted:
            run_artifacts.write_scorecard(run, loop.dataset)
    except OSError as error:
        paths = loop.checkpoint.checkpoints.paths
        whole = f"; the checkpoint {paths[-1].name} is whole" if paths else ""
        raise TrainingFailed(
            f"{run.folder} cannot be written to ({error.strerror or error}){whole}. "
            f"Make room and go on with: --resume {run.folder}"
        ) from error
    LOGGER.info(_summary(loop))
    return run


def _summary(loop: TrainingLoop) -> str:
    clock, folder = loop.clock, loop.run.folder
    minutes = clock.progress.seconds / 60
    lines = [f"{clock.epochs:.2f} epochs in {minutes:.1f} minutes. In {folder}:"]
    if loop.run.config.artifacts:
        lines.append("  samples.png, progress.gif, curves.png   to look at")
    lines += [
        "  model/generator.onnx                    the generator to keep",
        "  log.csv, events/ (tensorboard)          the numbers",
        _advice(loop),
    ]
    if clock.interrupted:
        lines.append(f"Stopped early. Go on with: --resume {folder}")
    return "\n".join(lines)


def _advice(loop: TrainingLoop) -> str:
    """Say how to find out how good a model is, by a command that works."""
    run, data = loop.run, loop.run.config.data
    if data == "mnist" or loop.dataset.kind == "triplets":
        return f"How good is it? digitgan evaluate {run.folder}"
    if data != ARRAYS and run.scorecard_path.exists():
        clean = " --clean" if run.config.clean else ""
        against = f" --data {shlex.quote(data)}{clean}"
        return f"How good is it? digitgan evaluate {run.folder}{against}"
    return f"How good is it? Look: digitgan generate --grid --model {run.folder}"
