"""What a training refuses before it begins."""

import math

from digitgan.data.dataset import Dataset
from digitgan.errors import InputError
from digitgan.model.presets import Preset
from digitgan.sampling.model_loader import check_classes

GUARDS = ("stop", "rollback", "off")
MAX_EPOCHS = 10**6


def check_goal(epochs: int | None, minutes: float | None, seed: int) -> None:
    """Refuse a goal or a seed that means nothing."""
    if epochs is not None and not 1 <= epochs < MAX_EPOCHS:
        raise InputError("epochs", epochs, f"1 to {MAX_EPOCHS - 1}")
    if minutes is not None and not 0 < minutes < math.inf:
        raise InputError("minutes", minutes, "any time above 0")
    if not 0 <= seed < 2**32:
        raise InputError("seed", seed, f"0 to {2**32 - 1}")


def check_safety(guard: str, checkpoint_seconds: float) -> None:
    """Refuse a guard or a time between checkpoints that means nothing."""
    if guard not in GUARDS:
        raise InputError.unknown("guard", guard, GUARDS)
    if not 0 <= checkpoint_seconds < math.inf:
        raise InputError("checkpoint_seconds", checkpoint_seconds, "0 or more")


def check_data(dataset: Dataset, settings: Preset) -> None:
    """Refuse data that does not suit the preset."""
    n = len(dataset.train)
    if settings.batch_size > n:
        allowed = f"1 to {n}, the number of training digits"
        raise InputError("batch_size", settings.batch_size, allowed)
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
