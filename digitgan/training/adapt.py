"""Let a trained generator learn the writing of one writer from a few dozen digits."""

import json
import logging
import math
import shlex
from pathlib import Path
from zipfile import ZipFile

import keras
import numpy as np

from digitgan import limits
from digitgan.data.augmentation import augment
from digitgan.data.dataset import Dataset, Digits, held_out
from digitgan.data.load import Data, load_dataset
from digitgan.data.mnist_preprocessing import crop_to_box
from digitgan.errors import InputError, TrainingFailed
from digitgan.handwriting.model import load
from digitgan.measure.nearest_neighbours import distances
from digitgan.measure.resemblance import log_data
from digitgan.model.gan import GAN
from digitgan.model.model_folder import save_model
from digitgan.random_streams import random_seed
from digitgan.sampling.sampler import Sampler
from digitgan.training.batches import Batches
from digitgan.training.before_after import compare
from digitgan.training.build import adam
from digitgan.training.checks import check_goal
from digitgan.training.clock import Clock
from digitgan.training.condition_values import measure_conditions
from digitgan.training.gan_file import gan_file
from digitgan.training.hardware import machine_name
from digitgan.training.input_pipeline import input_pipeline
from digitgan.training.progress import Goal
from digitgan.training.progress_display import ProgressLines
from digitgan.untrusted import BoundedFile, as_input_errors

LOGGER = logging.getLogger("digitgan")
OWN_PER_CLASS = 170  # the writer's digits, varied
SIMILAR_PER_CLASS = 500  # other people's
EPOCHS = 12
FLOAT_BYTES = 4  # of a weight
BATCH_SIZE = 64
LEARNING_RATE = 2e-4  # a tenth of what the flagship began with
EMA_DECAY = 0.998
FROZEN_CONVOLUTIONS = 1  # of the discriminator


def adapt(
    model: str | Path,
    data: Data,
    out: str | Path,
    *,
    clean: bool = False,
    minutes: float = 3.0,
    seed: int | None = 0,
) -> Path:
    """Fine-tune a trained model on one writer's digits.

    A quarter of the real digits are the writer's, varied; the others are those digits
    of MNIST that are most like them and bring in what a few dozen cannot show. The
    first layer of the discriminator is frozen (Mo, Cho and Shin 2020, "Freeze the
    discriminator", arXiv 2002.10964). The styles that the new model draws from where
    none is given are the writer's.

    Args:
        model: ``flagship``, or a model or run folder; of digits, conditional.
        data: The writer's digits, of every class at least one: what
            :func:`digitgan.load_dataset` reads, such as `digitgan sheet` leaves.
        clean: As there.
        out: A new folder: a model folder with ``beside.png``, which shows the writer's
            digits and what the model drew before and draws now.
        minutes: Stop after so much training; 12 passes are enough.
        seed: Of the variations, the latents and the order; None for a random one.

    Returns:
        The model folder.

    Raises:
        InputError: An argument cannot be used; nothing was written.
        TrainingFailed: The weights are no longer numbers; nothing was written.
    """
    seed = random_seed(bits=32) if seed is None else seed
    check_goal(None, minutes, seed)
    base, out = load(model), Path(out).expanduser()
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise InputError("out", out, "a new folder", "exists")
    dataset = load_dataset(data, clean)
    writer = _with_labels_of(base, dataset)
    facts = _facts(base, f"{len(writer)} digits of one writer", dataset.sha256)
    gan = _load_gan(base, seed)
    others = held_out(load_dataset("mnist").train)[0]
    own, similar = training_digits(writer, others, seed)
    log_data(dataset)
    beside = f"and the {len(similar):,} of MNIST that are most like them"
    LOGGER.info(f"{len(writer)} digits of one writer, {beside}: {minutes:g} minutes")
    styles, others_styles = _conditions(own, gan), _conditions(similar, gan)
    both = {k: np.concatenate([v, others_styles[k]]) for k, v in styles.items()}
    images = np.concatenate([own.images, similar.images])
    images = crop_to_box(images) if gan.boxed else images
    out.mkdir(parents=True, exist_ok=True)  # minutes before it is needed
    clock = _fine_tune(gan, Batches(images, both, BATCH_SIZE, seed), minutes)
    arguments = ["digitgan", "adapt", model, "--data", dataset.name or "arrays"]
    arguments += ["--minutes", f"{minutes:g}", "--seed", seed, "-o", out]
    facts |= {
        "command": shlex.join(map(str, [*arguments, *["--clean"] * clean])),
        "seed": seed,
        "epochs": clock.epochs,
        "seconds": round(clock.progress.seconds, 1),
    }
    overshoots = base.description.get("settings", {}).get("overshoot", 1) > 1
    greys = own.images if overshoots else None
    save_model(out, gan, base.image, styles, facts, match_greys_of=greys)
    compare(writer, base, load(out), seed)
    return out


def training_digits(writer: Digits, others: Digits, seed: int) -> tuple[Digits, Digits]:
    """Return the writer's digits, varied, and those of the others nearest to them.

    There are equally many of each class, and of the others to each of the writer's.
    """
    assert writer.labels is not None
    labels, varied, similar = np.unique(writer.labels), [], []
    for label in labels:
        images = writer.images[writer.labels == label]
        n = min(len(images), OWN_PER_CLASS)
        evenly = images[np.linspace(0, len(images) - 1, n).astype(int)]
        copies = -(-OWN_PER_CLASS // n)
        varied.append(augment(evenly, copies, seed)[:OWN_PER_CLASS])
        members = np.flatnonzero(others.labels == label)
        nearest = _nearest(images, others.images[members], SIMILAR_PER_CLASS)
        similar.append(members[nearest])
    own = Digits(np.concatenate(varied), np.repeat(labels, OWN_PER_CLASS))
    return own, others[np.concatenate(similar)]


def _nearest(images: np.ndarray, among: np.ndarray, n: int) -> np.ndarray:
    """Return where each image's nearest is, then each one's second, and so on to n."""
    ranks = [np.argsort(distances(image, among), kind="stable") for image in images]
    in_turn = np.stack(ranks, axis=1).ravel()
    _, first = np.unique(in_turn, return_index=True)
    return in_turn[np.sort(first)[:n]]


def _with_labels_of(base: Sampler, dataset: Dataset) -> Digits:
    classes = base.classes
    if classes != tuple("0123456789"):
        problem = f"has the classes {', '.join(classes) or 'none'}"
        allowed = "one that can be asked for the digits 0 to 9"
        raise InputError("model", base.folder, allowed, problem)
    labels = dataset.train.labels
    labels = np.empty(0, np.int32) if labels is None else labels
    present = {dataset.classes[label] for label in np.unique(labels)}
    wrong = [f"no digit {name}" for name in classes if name not in present]
    wrong += [f"a class {name!r}" for name in dataset.classes if name not in classes]
    if wrong:
        allowed = "the classes 0 to 9, at least one digit of each"
        raise InputError("data", dataset.name or None, allowed, f"has {wrong[0]}")
    positions = np.array([classes.index(name) for name in dataset.classes], np.int32)
    return Digits(dataset.train.images, positions[labels])


def _load_gan(base: Sampler, seed: int) -> GAN:
    file = gan_file(base)
    with as_input_errors("model", file):
        _check_weights(file)
        keras.utils.set_random_seed(seed)
        stored = keras.models.load_model(file, safe_mode=True)
        if not isinstance(stored, GAN):
            raise ValueError("it holds no GAN")
        gan = GAN(
            *(stored.generator, stored.discriminator, stored.objective, stored.penalty),
            penalty_step=stored.penalty_step,
            penalty_every=stored.penalty_every,
            ema_decay=EMA_DECAY,
            seed=seed,
            boxed=stored.boxed,
        )
    layers = gan.discriminator.layers
    convolutions = [layer for layer in layers if isinstance(layer, keras.layers.Conv2D)]
    for layer in convolutions[:FROZEN_CONVOLUTIONS]:
        layer.trainable = False
    gan.compile(optimizer=adam(LEARNING_RATE))
    return gan


def _check_weights(file: Path) -> None:
    """Refuse, by ValueError, a ``gan.keras`` that asks for more weights than it holds.

    The layers are described only: in a stateless scope no variable has a value.
    """
    with BoundedFile(file) as opened, ZipFile(opened) as archive:
        if archive.getinfo("config.json").file_size > limits.JSON:
            raise ValueError("its description is too long")
        config = json.loads(archive.read("config.json"))
        stored = archive.getinfo("model.weights.h5").file_size
    try:
        with keras.StatelessScope(initialize_variables=False):
            gan = keras.saving.deserialize_keras_object(config, safe_mode=True)
            shapes = [variable.shape for variable in gan.variables]
    finally:  # or the next training would give these variables their values
        keras.utils.clear_session()
    asked = FLOAT_BYTES * sum(map(math.prod, shapes))
    if asked > min(stored, limits.GAN):
        raise ValueError(f"its layers ask for {asked:,} bytes, and it holds {stored:,}")


def _fine_tune(gan: GAN, batches: Batches, minutes: float) -> Clock:
    clock = Clock(Goal(EPOCHS, minutes, len(batches)))
    gan.fit(
        input_pipeline(gan, batches),
        epochs=EPOCHS,
        callbacks=[clock, ProgressLines(clock, BATCH_SIZE)],
        shuffle=False,
        verbose=0,  # type: ignore[arg-type]  # Keras takes numbers, too
    )
    if not all(np.isfinite(w).all() for w in gan.ema_generator.get_weights()):
        raise TrainingFailed("the weights are no longer numbers: try --minutes 1")
    return clock


def _conditions(digits: Digits, gan: GAN) -> dict[str, np.ndarray]:
    """Return the conditions of digits: those that the model was trained on."""
    names = tuple(gan.condition_names)
    values = {"label": np.asarray(digits.labels)}
    values |= measure_conditions(digits.images, names)
    return {name: values[name] for name in names}


def _facts(base: Sampler, writer: str, data_sha256: str) -> dict:
    """Return what ``model.json`` says; the rest is as in the model before."""
    before = base.description
    inherited = ("settings", "classes", "licence", "conditions")
    with as_input_errors("model", base.folder / "model.json"):
        return {name: before[name] for name in inherited if name in before} | {
            "preset": before["preset"],
            "backend": keras.backend.backend(),
            "data": f"{before['data']}; then {writer}",
            "data_sha256": data_sha256,
            "adapted_from": before["sha256"]["generator.onnx"],
            "machine": machine_name(),
        }
