"""Train a GAN from nothing, or go on exactly where a run stopped."""

from dataclasses import asdict, replace
from pathlib import Path

import keras

from digitgan.data.dataset import Dataset
from digitgan.data.image_grid import grid
from digitgan.data.load import load_dataset
from digitgan.data.named_datasets import STACKED, licence_of
from digitgan.errors import InputError, TrainingFailed
from digitgan.files import read_json, replacing
from digitgan.model.gan import GAN
from digitgan.model.model_folder import save_model
from digitgan.model.presets import Preset, check, find_preset
from digitgan.training.batches import Batches
from digitgan.training.build import build_gan, machine, suited
from digitgan.training.checkpoint import Checkpoints
from digitgan.training.checkpoint_callback import CheckpointCallback
from digitgan.training.checks import NO_END, check_data, check_goal, check_safety
from digitgan.training.clock import Clock
from digitgan.training.collapse_monitor import CollapseMonitor
from digitgan.training.conditions import conditions_of
from digitgan.training.discriminator_export import DiscriminatorExport
from digitgan.training.distribution import ALONE, Place, join, own_folder, together
from digitgan.training.distribution import check as check_place
from digitgan.training.input_pipeline import input_pipeline
from digitgan.training.plots import draw_curves, make_film
from digitgan.training.run import Config, Run, free_folder
from digitgan.training.run_logger import RunLogger
from digitgan.training.session import Session
from digitgan.training.validation import Score, write_scorecard
from digitgan.training.validation_metrics import yardstick

MNIST_SIZE = 60_000  # what the presets' epochs are meant for


def train(  # noqa: PLR0913 - each decides what is learnt
    preset: str = "dcgan",
    data: str | Path | None = None,
    *,
    epochs: int | None = None,
    minutes: float | None = None,
    seed: int = 0,
    out: str | Path | None = None,
    guard: str = Config.guard,
    checkpoint_seconds: float = Config.checkpoint_seconds,
    place: Place = ALONE,
    **settings,
) -> Run:
    """Train a GAN; the same arguments on the same machine give the same weights.

    Args:
        preset: A name in :data:`digitgan.model.presets.PRESETS`.
        data: A name or a path that :func:`digitgan.data.load.load_dataset` takes; the
            preset's unless given, which is ``mnist`` but for ``stacked``.
        epochs: Passes over the data. Unless this or ``minutes`` is given, as many as
            show the players the preset's number of digits.
        minutes: Stop after so much training, in the middle of an epoch if need be.
        seed: From 0 to 2**32 - 1.
        out: The run folder; the first free ``runs/PRESET`` unless given.
        guard: What happens when the game fails
            (:mod:`digitgan.training.collapse_monitor`):
            ``stop``; ``rollback`` to the last checkpoint, to go on at half the learning
            rate, three times at most; ``off`` for nothing.
        checkpoint_seconds: From one checkpoint to the next, at least; longer where
            checkpoints would take more than 2 % of the time.
        place: Which devices of which process share the work, on JAX.
        **settings: Fields of :class:`digitgan.model.presets.Preset` to change.

    Raises:
        InputError: An argument cannot be used; nothing was written.
        TrainingFailed: The guard stopped the run, or the disk is full. What was
            recorded before is kept, and the last checkpoint can be gone on with.
    """
    chosen = replace(find_preset(preset), **settings)
    check(chosen)
    check_place(place)
    join(place, chosen.batch_size)
    chosen = suited(chosen)
    check_goal(epochs, minutes, seed)
    check_safety(guard, checkpoint_seconds)
    dataset = load_dataset(data := data or chosen.data)
    check_data(dataset, chosen)
    if epochs is None and minutes is None:
        epochs = usual_epochs(chosen, len(dataset.train))
    config = Config(
        preset=preset,
        settings=chosen,
        data=str(data),
        data_sha256=dataset.sha256,
        classes=dataset.classes,
        epochs=epochs,
        minutes=minutes,
        seed=seed,
        backend=keras.backend.backend(),
        guard=guard,
        checkpoint_seconds=checkpoint_seconds,
    )
    out = Path(out) if out else free_folder(preset)
    run = Run.create(own_folder(place, out), config)
    with together(place):
        return _play(run, dataset)


def resume(
    run: str | Path,
    *,
    epochs: int | None = None,
    minutes: float | None = None,
    guard: str | None = None,
    checkpoint_seconds: float | None = None,
    place: Place = ALONE,
) -> Run:
    """Go on with a run as if it had never stopped, bit for bit on one backend.

    Args:
        run: The run folder.
        epochs: A new goal for the whole run; the old goal unless given.
        minutes: Likewise, in minutes of training over all sessions.
        guard: As in :func:`train`; as before unless given.
        checkpoint_seconds: Likewise.
        place: As in :func:`train`; the number of devices may be another one.

    Raises:
        InputError: There is no run, it is damaged, its data has changed, it began on
            another backend, or it has reached its goal.
        TrainingFailed: As in :func:`train`.
    """
    check_place(place)
    opened = Run.open(own_folder(place, Path(run)))
    config = opened.config
    check_goal(epochs, minutes, config.seed)
    if epochs or minutes:
        opened = opened.with_config(epochs=epochs, minutes=minutes)
    safety = {"guard": guard, "checkpoint_seconds": checkpoint_seconds}
    opened = opened.with_config(**{k: v for k, v in safety.items() if v is not None})
    check_safety(opened.config.guard, opened.config.checkpoint_seconds)
    backend = keras.backend.backend()
    if backend != config.backend:
        raise InputError(
            f"--resume {run} began on {config.backend} and this is {backend}: "
            f"set KERAS_BACKEND={config.backend}"
        )
    join(place, config.settings.batch_size)
    dataset = load_dataset(config.data)
    if dataset.sha256 != config.data_sha256:
        raise InputError(
            f"--resume {run}: the training digits of --data {config.data} are not "
            f"those it began with ({dataset.source})"
        )
    with together(place):
        return _play(opened, dataset)


def _play(run: Run, dataset: Dataset) -> Run:
    config, settings = run.config, run.config.settings
    conditions = conditions_of(dataset, settings.conditions)
    session = _session(run, dataset, conditions)
    session.callbacks.append(DiscriminatorExport(session.recorder, dataset.train))
    clock = session.clock
    run.sweep()
    if session.go_on() and clock.done and _is_exported(run, clock):
        raise InputError(
            f"--resume {run.folder} has reached its goal ({clock.step} steps): "
            "ask for more by --epochs or --minutes"
        )
    run.write_config()
    print(f"{dataset.source}\n{config.command}  ->  {run.folder}", flush=True)

    def fit() -> None:
        images, callbacks = dataset.train.images, session.callbacks
        _fit(session.gan, images, conditions, config, clock, callbacks)

    try:
        try:
            session.learn(fit)
        except (TrainingFailed, KeyboardInterrupt):
            _draw(run, session)
            raise
        _draw(run, session)
        grey = settings.image.channels == 1
        match_greys_of = (
            dataset.train.images if grey and settings.overshoot > 1 else None
        )
        facts = _facts(run, dataset, clock)
        save_model(
            run.model, session.gan, settings.image, conditions, facts, match_greys_of
        )
        if not clock.interrupted:
            write_scorecard(run, dataset)
    except OSError as error:
        raise _cannot_write(run, session, error) from error
    print(_farewell(run, clock), flush=True)
    return run


def _session(run: Run, dataset: Dataset, conditions: dict) -> Session:
    config, settings, train = run.config, run.config.settings, dataset.train
    an_epoch = len(train) // settings.batch_size
    steps = (config.epochs or usual_epochs(settings, len(train))) * an_epoch
    gan = build_gan(settings, conditions, config.seed, steps)
    clock = Clock(an_epoch, config.epochs, config.minutes)
    recorder = RunLogger(run, clock, conditions)
    score = Score(run.folder / "scores.csv", clock, yardstick(dataset, conditions))
    saver = CheckpointCallback(
        Checkpoints(run.checkpoints), clock, config.checkpoint_seconds
    )
    some = train.images[:: max(1, len(train) // 1000)]
    guard = CollapseMonitor(clock, recorder, score, some)
    return Session(run, gan, steps, clock, recorder, score, saver, guard)


def _is_exported(run: Run, clock: Clock) -> bool:
    """Whether the model folder is of this step; a kill may have come before."""
    path = run.model / "model.json"
    if not path.exists():
        return False
    epochs = read_json("resume", path).get("epochs")
    return epochs == clock.step / clock.steps_per_epoch


def _cannot_write(run: Run, session: Session, error: OSError) -> TrainingFailed:
    kept = session.saver.checkpoints.kept
    whole = f"; the checkpoint {kept[-1].name} is whole" if kept else ""
    return TrainingFailed(
        f"{run.folder} cannot be written to ({error.strerror or error}){whole}. "
        f"Make room and go on with: --resume {run.folder}"
    )


def _fit(gan: GAN, images, conditions, config: Config, clock: Clock, callbacks) -> None:
    """Train to the goal; an epoch that was cut short is finished on its own first."""
    settings, goal = config.settings, config.epochs or NO_END
    while not clock.done:
        batches = Batches(
            images,
            conditions,
            settings.batch_size,
            config.seed,
            clock.step,
        )
        gan.fit(
            input_pipeline(gan, batches),
            initial_epoch=batches.epoch,
            epochs=batches.epoch + 1 if batches.skipped else goal,
            callbacks=callbacks,
            shuffle=False,  # else Keras deals the batches in an order of its own
            verbose=0,
        )


def _draw(run: Run, session: Session) -> None:
    recorder, score = session.recorder, session.score
    if recorder.history.rows:
        title = score.yardstick.title
        path = run.folder / "curves.png"
        draw_curves(path, recorder.history.rows, score.rows, title)
    make_film(run.folder / "progress.gif", sorted(run.samples.glob("epoch_*.png")))
    with replacing(run.folder / "samples.png") as temporary:
        grid(recorder.sheet).save(temporary)


def _facts(run: Run, dataset: Dataset, clock: Clock) -> dict:
    config = run.config
    return {
        "preset": config.preset,
        "settings": asdict(config.settings),
        "classes": list(config.classes),
        "command": config.command,
        "seed": config.seed,
        "backend": config.backend,
        "epochs": clock.step / clock.steps_per_epoch,
        "seconds": round(clock.seconds, 1),
        "data": dataset.source.split(", from ")[0],
        "data_sha256": config.data_sha256,
        "licence": licence_of(config.data),
        "machine": machine(),
    }


def _farewell(run: Run, clock: Clock) -> str:
    epochs, data = clock.step / clock.steps_per_epoch, run.config.data
    against = "" if data in ("mnist", STACKED) else f" --data {data}"
    lines = [
        f"{epochs:.2f} epochs in {clock.seconds / 60:.1f} minutes. In {run.folder}:",
        "  samples.png, progress.gif, curves.png   to look at",
        "  model/generator.onnx                    the generator to keep",
        "  log.csv, events/ (tensorboard)          the numbers",
        f"How good is it? digitgan evaluate {run.folder}{against}",
    ]
    if clock.interrupted:
        lines.append(f"Stopped early. Go on with: --resume {run.folder}")
    return "\n".join(lines)


def usual_epochs(settings: Preset, size: int) -> int:
    """Return the epochs over so many digits that make the preset's number of steps."""
    return settings.epochs * max(1, round(MNIST_SIZE / size))
