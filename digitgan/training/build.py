"""A GAN at its start: both players with fresh weights, compiled with its optimizer."""

from typing import Any

import keras
from keras.optimizers.schedules import CosineDecay

from digitgan.data.mnist_antialiasing import SIDE_NAME
from digitgan.model.conditions import (
    Conditions,
    LatentCategorical,
    condition_specs,
)
from digitgan.model.gan import GAN
from digitgan.model.keras_to_onnx import translate
from digitgan.model.latent_side import SIDE_LAYER, LatentSide
from digitgan.model.networks import build_discriminator, build_generator
from digitgan.model.onnx_graph import Graph
from digitgan.model.onnx_writer import part_of
from digitgan.model.presets import Preset
from digitgan.quiet import quiet


def build_gan(
    settings: Preset, conditions: Conditions, seed: int, steps: int = 1
) -> GAN:
    """Build both players with fresh weights and compile the GAN.

    The seed is set for the whole process; the learning rate falls over the steps. An
    :class:`ExportFailed` says that a layer of the generator has no ONNX form.
    """
    with quiet():  # it brings TensorFlow, on every backend
        keras.utils.set_random_seed(seed)
    specs = condition_specs(conditions)
    given = tuple(spec for spec in specs if spec.name != SIDE_NAME)
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy(settings.precision)  # weights stay float32
    try:
        if settings.latent_label:
            latent_label = LatentCategorical.fit(conditions["label"])
            generator = build_generator(settings, latent_label=latent_label)
        elif settings.bitmap:
            latent_side = LatentSide.fit(
                *(conditions[n] for n in ("label", "thickness", SIDE_NAME)),
                name=SIDE_LAYER,
                dtype="float32",
            )
            generator = build_generator(settings, given, latent_side=latent_side)
        else:
            generator = build_generator(settings, specs)
        discriminator = build_discriminator(settings, specs)
    finally:
        keras.config.set_dtype_policy(policy)
    # What could not be exported after an hour of training is refused before it.
    exported = part_of(generator, "bitmap") if settings.bitmap else generator
    translate(Graph(), exported, {x.name: x.name for x in generator.inputs})
    gan = GAN(
        generator,
        discriminator,
        objective=settings.objective,
        penalty=settings.penalty,
        penalty_step=settings.penalty_step,
        penalty_every=settings.penalty_every,
        ema_decay=settings.ema_decay,
        seed=seed,
        boxed=settings.box,
    )
    gan.compile(optimizer=adam(_learning_rate(settings, steps)))
    gan.optimizer.build(gan.trainable_variables)
    if keras.backend.backend() == "tensorflow":
        from digitgan.training.tensorflow_kernels import use_fused_kernels

        use_fused_kernels(gan)
    return gan


def adam(learning_rate: float | CosineDecay) -> keras.optimizers.Adam:
    """Return the optimizer of both players, without momentum as GANs oscillate."""
    rate: Any = learning_rate  # Keras declares a number, and takes a schedule, too
    return keras.optimizers.Adam(rate, beta_1=0.0, beta_2=0.99)


def scale_learning_rate(gan: GAN, settings: Preset, steps: int, factor: float) -> None:
    """Let a GAN from :func:`build_gan` learn at a share of its preset's rate."""
    gan.optimizer.learning_rate = _learning_rate(settings, steps, factor)
    gan.make_train_function(force=True)  # the old one knows the old schedule


def _learning_rate(
    settings: Preset, steps: int, factor: float = 1.0
) -> float | CosineDecay:
    rate = settings.learning_rate * factor
    if settings.final_lr_fraction < 1:
        return CosineDecay(rate, steps, alpha=settings.final_lr_fraction)
    return rate
