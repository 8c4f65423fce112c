"""What a training refuses before it begins."""

import math

from digitgan.data.dataset import Dataset
from digitgan.errors import InputError, unknown_name
from digitgan.model.presets import Preset
from digitgan.sampling.model_loader import check_classes
from digitgan.training.collapse_monitor import MODES

NO_END = 10**6  # epochs, where only a time limit was asked for


def check_goal(epochs: int | None, minutes: float | None, seed: int) -> None:
    """Refuse a goal or a seed that means nothing."""
    if epochs is not None and not 1 <= epochs < NO_END:
        raise InputError(f"--epochs is {epochs}: allowed is 1 to {NO_END - 1}")
    if minutes is not None and not (minutes > 0 and math.isfinite(minutes)):
        raise InputError(f"--minutes is {minutes}: allowed is any time above 0")
    if not 0 <= seed < 2**32:
        raise InputError(f"--seed is {seed}: allowed is 0 to {2**32 - 1}")


def check_safety(guard: str, checkpoint_seconds: float) -> None:
    """Refuse a guard or a time between checkpoints that means nothing."""
    if guard not in MODES:
        raise unknown_name("--guard", guard, MODES)
    if not (checkpoint_seconds >= 0 and math.isfinite(checkpoint_seconds)):
        raise InputError(
            f"--checkpoint-seconds is {checkpoint_seconds}: allowed is 0 or more"
        )


def check_data(dataset: Dataset, settings: Preset) -> None:
    """Refuse data that does not suit the preset."""
    n = len(dataset.train)
    if settings.batch_size > n:
        raise InputError(
            f"--batch-size is {settings.batch_size}: allowed is 1 to {n}, "
            "the number of training digits"
        )
    if settings.conditions and dataset.train.labels is None:
        raise InputError(
            "--data has no labels, which a conditional preset needs: "
            "use the preset dcgan, or add labels"
        )
    if settings.conditions:
        try:
            check_classes(dataset.classes)
        except ValueError as error:
            raise InputError(f"--data {dataset.name!r}: {error}") from error
    if dataset.image != settings.image:
        raise InputError(
            "data",
            dataset.name,
            f"what the preset learns, {settings.image}",
            problem=f"holds images of {dataset.image}",
        )
