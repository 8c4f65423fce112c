"""What a training refuses before it begins."""

import logging
import math
from dataclasses import replace

from digitgan.data.dataset import Dataset
from digitgan.data.images import DIGITS, TRIPLETS
from digitgan.data.mnist_preprocessing import crop_to_box, place_by_mass
from digitgan.errors import InputError, check_seed
from digitgan.model.presets import Preset
from digitgan.sampling.model_loader import check_classes

LOGGER = logging.getLogger("digitgan")
CHECKED_IMAGES = 1_000
MIN_BOXED = 0.98  # of the images; of MNIST's it is 0.9999
GUARDS = ("stop", "rollback", "off")
MAX_EPOCHS = 10**6


def check_goal(epochs: int | None, minutes: float | None, seed: int) -> None:
    """Refuse a goal or a seed that means nothing."""
    if epochs is not None and not 1 <= epochs < MAX_EPOCHS:
        raise InputError("epochs", epochs, f"1 to {MAX_EPOCHS - 1}")
    if minutes is not None and not 0 < minutes < math.inf:
        raise InputError("minutes", minutes, "any time above 0")
    check_seed(seed, bits=32)


def check_safety(guard: str, checkpoint_seconds: float) -> None:
    """Refuse a guard or a time between checkpoints that means nothing."""
    if guard not in GUARDS:
        raise InputError.unknown("guard", guard, GUARDS)
    if not 0 <= checkpoint_seconds < math.inf:
        raise InputError("checkpoint_seconds", checkpoint_seconds, "0 or more")


def suited_to(settings: Preset, dataset: Dataset) -> Preset:
    """Return the settings without what this data does not allow.

    Digits that do not lie in MNIST's box are learned in their whole image; without
    labels, z chooses none; batches are no larger than the data.
    """
    if settings.box and not _in_box(dataset):
        LOGGER.info("These images do not lie as MNIST's do: learning all of each")
        widths = settings.generator_widths[:2]
        settings = replace(settings, box=False, bitmap=False, generator_widths=widths)
    if settings.batch_size > (n := len(dataset.train)):
        LOGGER.info("Only %d images: batches of all of them", n)
        settings = replace(settings, batch_size=n)
    if settings.latent_label and dataset.train.labels is None:
        settings = replace(settings, latent_label=False, conditions=())
    return settings


def _in_box(dataset: Dataset) -> bool:
    """Whether cropping and placing gives (nearly) every image back."""
    if dataset.image not in (DIGITS, TRIPLETS):
        return False
    images = dataset.train.images[:: max(1, len(dataset.train) // CHECKED_IMAGES)]
    same = place_by_mass(crop_to_box(images)) == images
    return bool(same.reshape(len(same), -1).all(axis=1).mean() > MIN_BOXED)


def check_data(dataset: Dataset, settings: Preset) -> None:
    """Refuse data that does not suit the preset."""
    if settings.conditions:
        if dataset.train.labels is None:
            problem = "has no labels, which a conditional preset needs"
            allowed = "data with labels, or the preset dcgan"
            raise InputError("data", dataset.name or None, allowed, problem)
        try:
            check_classes(dataset.classes)
        except ValueError as error:
            problem = f"cannot be learned from: {error}"
            raise InputError("data", dataset.name, problem=problem) from error
    if dataset.image != settings.image:
        problem = f"holds images of {dataset.image}"
        allowed = f"what the preset learns, {settings.image}"
        raise InputError("data", dataset.name, allowed, problem)
