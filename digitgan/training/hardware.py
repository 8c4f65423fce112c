"""What Keras computes on, and in which precision."""

import logging
from dataclasses import replace

import keras

from digitgan.cpu import available_cores, has_bfloat16, processor_name
from digitgan.model.presets import Preset

LOGGER = logging.getLogger("digitgan")


def is_accelerated() -> bool:
    """Whether a GPU or TPU does the work."""
    return keras.backend.backend() == "jax" and (
        keras.distribution.list_devices()[0].partition(":")[0] != "cpu"
    )


def machine_name() -> str:
    """Name what does the work, and how much of it there is."""
    if is_accelerated():
        import jax

        return f"{jax.device_count()} x {jax.devices()[0].device_kind}"
    return f"{available_cores()} cores of {processor_name()}"


def supported_precision(settings: Preset) -> Preset:
    """Return the settings without bfloat16 where this machine would emulate it."""
    if keras.backend.backend() == "jax" and not is_accelerated():
        LOGGER.info("JAX is slow on a processor: KERAS_BACKEND=tensorflow is faster")
    if settings.precision != "mixed_bfloat16" or is_accelerated() or has_bfloat16():
        return settings
    LOGGER.info("This processor has no bfloat16: float32 takes longer")
    return replace(settings, precision="float32")
