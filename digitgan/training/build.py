"""The game at its start: both players with fresh weights, and its optimizer."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import keras
from keras.optimizers.schedules import CosineDecay

from digitgan.cpu import available_cores, has_bfloat16, processor_name
from digitgan.model.conditions import Conditions, condition_specs
from digitgan.model.gan import GAN
from digitgan.model.networks import build_discriminator, build_generator
from digitgan.model.presets import Preset

FAST = "mixed_bfloat16"


def build_gan(
    settings: Preset, conditions: Conditions, seed: int, steps: int = 1
) -> GAN:
    """Build both players with fresh weights and compile the game.

    Args:
        settings: Of the preset.
        conditions: Of the training digits, from
            :func:`digitgan.training.conditions.conditions_of`.
        seed: Of everything random; set for the whole process.
        steps: Until the end, for a learning rate that falls.
    """
    keras.utils.set_random_seed(seed)
    specs = condition_specs(conditions)
    with _computing_in(settings.precision):
        players = (
            build_generator(settings, specs),
            build_discriminator(settings, specs),
        )
    gan = GAN(
        *players,
        objective=settings.objective,
        penalty=settings.penalty,
        ema_decay=settings.ema_decay,
        seed=seed,
    )
    rate = _rate(settings, steps)
    gan.compile(optimizer=keras.optimizers.Adam(rate, 0.0, 0.99))
    gan.optimizer.build(gan.trainable_variables)
    return gan


def lower_rate(gan: GAN, settings: Preset, steps: int, share: float) -> None:
    """Let a game learn at a share of its preset's rate from here on.

    Args:
        gan: From :func:`build_gan`, which got the same settings and steps.
        settings: Of the preset.
        steps: Until the end.
        share: Above 0, up to 1.
    """
    gan.optimizer.learning_rate = _rate(settings, steps, share)
    gan.make_train_function(force=True)  # the old one knows the old schedule


def _rate(settings: Preset, steps: int, share: float = 1.0) -> float | CosineDecay:
    rate = settings.learning_rate * share
    if settings.final_lr_fraction < 1:
        return CosineDecay(rate, steps, alpha=settings.final_lr_fraction)
    return rate


def suited(settings: Preset) -> Preset:
    """Return the settings without bfloat16 where this machine would emulate it."""
    if settings.precision != FAST or accelerated() or has_bfloat16():
        return settings
    print("This processor has no bfloat16: computing in float32, which takes longer")
    return replace(settings, precision="float32")


def accelerated() -> bool:
    """Whether a GPU or TPU does the work."""
    return keras.backend.backend() == "jax" and (
        keras.distribution.list_devices()[0].partition(":")[0] != "cpu"
    )


def machine() -> str:
    """Name what did the work, and how much of it there is."""
    if accelerated():
        import jax

        return f"{jax.device_count()} x {jax.devices()[0].device_kind}"
    return f"{available_cores()} cores of {processor_name()}"


@contextmanager
def _computing_in(precision: str) -> Iterator[None]:
    """Let layers that are made inside compute in this precision, weights apart."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(precision)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)
