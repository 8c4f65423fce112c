"""Let a trained generator learn the hand of one writer from a few dozen digits."""

import shlex
from pathlib import Path

import keras
import numpy as np

from digitgan.data.augmentation import augment
from digitgan.data.dataset import Dataset, Digits, held_out
from digitgan.data.load import load_dataset
from digitgan.errors import InputError, TrainingFailed
from digitgan.files import as_input_errors, sha256
from digitgan.handwriting.model import load as load_model
from digitgan.measure.morphometry import measure
from digitgan.measure.nearest_neighbours import distances
from digitgan.model.gan import GAN
from digitgan.model.model_folder import save_model
from digitgan.sampling.sampler import Sampler
from digitgan.sampling.styles import STYLE_UNITS
from digitgan.training.batches import Batches
from digitgan.training.before_after import show_beside
from digitgan.training.build import machine
from digitgan.training.checks import check_goal
from digitgan.training.clock import Clock
from digitgan.training.input_pipeline import input_pipeline
from digitgan.training.progress_display import Lines

OWN, ALIKE = 170, 500  # digits of each class: the writer's, varied; other people's
EPOCHS = 12
BATCH = 64
RATE = 2e-4  # a tenth of what the flagship began with
DECAY = 0.998
FROZEN = 1  # convolutions of the discriminator that stay as they are


def adapt(
    model: str | Path,
    data: str | Path,
    out: str | Path,
    *,
    minutes: float = 3.0,
    seed: int = 0,
) -> Path:
    """Go on with the game of a trained model on one writer's digits.

    A quarter of the real digits are the writer's, varied; the others are those digits
    of MNIST that are most like them and bring in what a few dozen cannot show. The
    first layer of the discriminator is held (Mo, Cho and Shin 2020, "Freeze the
    discriminator", arXiv 2002.10964). The styles that the new model draws from when
    nobody asks are the writer's.

    Args:
        model: ``flagship``, or a model or run folder; of digits, told the label.
        data: The writer's digits, of every class at least one: what
            :func:`digitgan.data.load.load_dataset` reads, such as `digitgan sheet`
            leaves.
        out: A new folder: a model folder with ``beside.png``, which shows the writer's
            digits and what the model drew before and draws now.
        minutes: Stop after so much training; 12 passes are enough.
        seed: Of the variations, the latents and the order.

    Returns:
        The model folder.

    Raises:
        InputError: An argument cannot be used; nothing was written.
        TrainingFailed: The weights are no longer numbers; nothing was written.
    """
    check_goal(None, minutes, seed)
    base, out = load_model(model), Path(out)
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise InputError(f"--out {str(out)!r} exists: allowed is a new folder")
    dataset = load_dataset(data)
    mine = _of_classes(dataset, base.classes, data)
    facts = _facts(base, f"{len(mine)} digits of one writer", dataset.sha256)
    gan = _game(base, seed)
    own, alike = pool(mine, held_out(load_dataset("mnist").train)[0], seed)
    print(
        f"{len(mine)} digits of one writer, and {len(alike):,} of MNIST that are most "
        f"like them: up to {minutes:g} minutes",
        flush=True,
    )
    styles = _told(own, base)
    out.mkdir(parents=True, exist_ok=True)  # minutes before it is needed
    clock = _play(gan, (own, alike), (styles, _told(alike, base)), minutes, seed)
    match_greys_of = own.images if _settings(base).get("overshoot", 1) > 1 else None
    words = ["digitgan", "adapt", model, "--data", data, "--minutes", f"{minutes:g}"]
    words += ["--seed", seed, "-o", out]
    facts |= {
        "command": shlex.join(map(str, words)),
        "seed": seed,
        "epochs": clock.step / clock.steps_per_epoch,
        "seconds": round(clock.seconds, 1),
    }
    save_model(out, gan, base.image, styles, facts, match_greys_of)
    show_beside(mine, base, load_model(out), seed)
    return out


def pool(mine: Digits, others: Digits, seed: int) -> tuple[Digits, Digits]:
    """Return what the game is played with, equally many digits of each class.

    Args:
        mine: The writer's digits, at least one of each class.
        others: Digits of many people, with labels.
        seed: Of the variations.

    Returns:
        The writer's digits, varied; and those of the others that are nearest to one of
        the writer's, equally many to each.
    """
    own, labels, chosen = [], np.unique(mine.labels), []
    for label in labels:
        images = mine.images[mine.labels == label]
        some = np.linspace(0, len(images) - 1, min(len(images), OWN)).astype(int)
        own.append(augment(images[some], -(-OWN // len(some)), seed)[:OWN])
        these = np.flatnonzero(others.labels == label)
        chosen.append(these[_nearest(images, others.images[these])])
    varied = Digits(np.concatenate(own), np.repeat(labels, OWN))
    return varied, others[np.concatenate(chosen)]


def _nearest(images: np.ndarray, among: np.ndarray) -> np.ndarray:
    """Return the positions of ``ALIKE`` images at most that are near to one of these.

    The first ones of each image, then the second ones, and so on, none twice.
    """
    ranks = [np.argsort(distances(image, among), kind="stable") for image in images]
    in_turn = np.stack(ranks, axis=1).ravel()
    _, first = np.unique(in_turn, return_index=True)
    return in_turn[np.sort(first)[:ALIKE]]


def _of_classes(dataset: Dataset, classes: tuple[str, ...], data) -> Digits:
    """Return the writer's digits, labelled as the model's classes are."""
    digits = tuple(str(n) for n in range(10))
    if classes != digits:
        raise InputError(
            f"model has the classes {', '.join(classes) or 'none'}: allowed is one "
            "that can be asked for the digits 0 to 9"
        )
    labels = dataset.train.labels
    there = () if labels is None else {dataset.classes[n] for n in np.unique(labels)}
    missing = [name for name in classes if name not in there]
    strange = [name for name in dataset.classes if name not in classes]
    if missing or strange:
        wrong = f"no digit {missing[0]}" if missing else f"a class {strange[0]!r}"
        raise InputError(
            f"--data {str(data)!r} has {wrong}: allowed are the classes 0 to 9, "
            "at least one digit of each"
        )
    places = np.array([classes.index(name) for name in dataset.classes])
    return Digits(dataset.train.images, places[labels].astype(np.int32))


def _settings(base: Sampler) -> dict:
    return base.description.get("settings", {})


def _game(base: Sampler, seed: int) -> GAN:
    """Return the game of a model folder, ready to go on gently."""
    file = base.folder / "gan.keras"
    if not file.is_file() or sha256(file) != base.description["sha256"].get(file.name):
        raise InputError(
            f"model {str(base.folder)!r} has not the gan.keras that its model.json "
            "describes: allowed is a whole model folder"
        )
    keras.utils.set_random_seed(seed)
    with as_input_errors("model", file):
        kept = keras.models.load_model(file, safe_mode=True)
        gan = GAN(
            kept.generator,
            kept.discriminator,
            objective=kept.objective,
            penalty=kept.penalty,
            ema_decay=DECAY,
            seed=seed,
        )
    layers = gan.discriminator.layers
    seen = [layer for layer in layers if isinstance(layer, keras.layers.Conv2D)]
    for layer in seen[:FROZEN]:
        layer.trainable = False
    gan.compile(optimizer=keras.optimizers.Adam(RATE, 0.0, 0.99))
    return gan


def _play(gan: GAN, parts, told, minutes: float, seed: int) -> Clock:
    """Let the game learn from digits and what is told about them, part by part."""
    images = np.concatenate([part.images for part in parts])
    conditions = {name: np.concatenate([t[name] for t in told]) for name in told[0]}
    batches = Batches(images, conditions, BATCH, seed)
    clock = Clock(len(batches), EPOCHS, minutes)
    gan.fit(
        input_pipeline(gan, batches),
        epochs=EPOCHS,
        callbacks=[clock, Lines(clock)],
        shuffle=False,
        verbose=0,
    )
    if not all(np.isfinite(w).all() for w in gan.ema_generator.get_weights()):
        raise TrainingFailed("the weights are no longer numbers: try --minutes 1")
    return clock


def _told(digits: Digits, base: Sampler) -> dict[str, np.ndarray]:
    """Return what the players are told about digits: what the model was told."""
    told = {"label": digits.labels}
    if base.limits:
        measured = measure(digits.images)
        told |= {name: measured[name].astype(np.float32) for name in STYLE_UNITS}
    return {name: told[name] for name in base.description["conditions"]}


def _facts(base: Sampler, writer: str, data_sha256: str) -> dict:
    """Return what the model folder says of itself; the rest as the model before."""
    told = base.description
    kept = ("settings", "classes", "licence", "conditions")
    with as_input_errors("model", base.folder / "model.json"):
        return {name: told[name] for name in kept if name in told} | {
            "preset": told["preset"],
            "backend": keras.backend.backend(),
            "data": f"{told['data']}; then {writer}",
            "data_sha256": data_sha256,
            "adapted_from": told["sha256"]["generator.onnx"],
            "machine": machine(),
        }
