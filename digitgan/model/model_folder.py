"""The model folder: a trained generator that stands on its own."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from digitgan import __version__
from digitgan.data.image_grid import grid
from digitgan.data.images import ImageSpec
from digitgan.data.mnist_antialiasing import SIDE_NAME
from digitgan.data.mnist_peaks import fit_peaks
from digitgan.data.mnist_preprocessing import crop_to_box
from digitgan.files import replacing
from digitgan.model.antialiasing import Antialiasing
from digitgan.model.conditions import (
    Conditions,
    condition_range,
    subsample_per_label,
)
from digitgan.model.export_parity import quantize_checked, write_checked
from digitgan.model.gan import GAN
from digitgan.model.histogram_matching import fit_grey_curve
from digitgan.model.keras_sampling import grid_inputs, predict, sample_inputs
from digitgan.model.model_card import write_card
from digitgan.model.onnx_graph import OPSET
from digitgan.model.onnx_writer import Finish, part_of
from digitgan.untrusted import sha256

TYPICAL_DIGITS, TYPICAL_SEED = 5_000, 2**32  # what the grey curve is fitted to
CALIBRATION_STEP = 25  # every so many of them calibrate 8 bits
STYLES = 10_000  # of each label, stored to sample from; a few have other means than all


def save_model(
    folder: Path,
    gan: GAN,
    image: ImageSpec,
    conditions: Conditions,
    facts: Mapping,
    match_greys_of: np.ndarray | None = None,
) -> None:
    """Write the generator, the GAN, a sample sheet, a card and their description.

    The files are ``generator.onnx``, ``gan.keras``, ``samples.png``, ``README.md``,
    ``model.json`` and, where a style can be asked for, ``styles.npz``: the styles of
    the real digits.

    Args:
        folder: Where to; made if it is not there.
        gan: Trained; the generator that is written is the EMA generator.
        image: Size and kind of what it generates.
        conditions: Those of the training data, ``(N,)`` by name.
        facts: What only the training knows, for ``model.json`` and the card.
        match_greys_of: Real digits ``uint8 (N, height, width)``, those of the
            conditions, whose grey levels the generator's file is to have; for
            generators that overshoot or draw bitmaps.

    Raises:
        ExportFailed: The ONNX file, before it is quantized, does not draw what Keras
            draws.
        OSError: The folder cannot be written to.
    """
    folder.mkdir(parents=True, exist_ok=True)
    gan = inference_gan(gan)
    typical = _typical_inputs(gan, conditions)
    finish = _fit_finish(gan, conditions, typical, match_greys_of)
    inputs = grid_inputs(gan, conditions, facts["seed"])
    with replacing(folder / "generator.onnx") as temporary:
        write_checked(temporary, gan, finish, inputs)
        some = {name: values[::CALIBRATION_STEP] for name, values in typical.items()}
        samples = quantize_checked(temporary, some, inputs)
    with replacing(folder / "gan.keras") as temporary:
        gan.save(temporary)
    with replacing(folder / "samples.png") as temporary:
        grid(samples, ink=image.is_ink).save(temporary)
    given = {x.name for x in gan.generator.inputs}  # what can be asked for
    files = ["generator.onnx", "gan.keras", "samples.png"]
    conditions = {k: v for k, v in conditions.items() if k in given}
    if len(conditions) > 1:
        with replacing(folder / "styles.npz") as temporary:
            np.savez_compressed(temporary, **_stored_styles(conditions))
        files.append("styles.npz")
    description = {
        "digitgan": __version__,
        "latent_dim": gan.latent_dim,
        "image": asdict(image),
        "conditions": {k: condition_range(k, v) for k, v in conditions.items()},
        "label_thresholds": list(gan.label_thresholds),
        "opset": OPSET,
        **facts,
        "sha256": {name: sha256(folder / name) for name in files},
    }
    write_card(folder, description)


def _typical_inputs(gan: GAN, conditions: Conditions) -> Conditions:
    """Return inputs for digits under conditions from all over the training data."""
    chosen = {
        name: values[np.linspace(0, len(values) - 1, TYPICAL_DIGITS).astype(int)]
        for name, values in conditions.items()
    }
    return sample_inputs(gan, TYPICAL_DIGITS, chosen, TYPICAL_SEED)


def _stored_styles(conditions: Conditions) -> dict[str, Any]:
    """Return what is stored to sample from: 16 bits of what was measured are enough."""
    styles = subsample_per_label(conditions, STYLES)
    return {k: v if k == "label" else v.astype(np.float16) for k, v in styles.items()}


def _fit_finish(
    gan: GAN, conditions: Conditions, inputs: Conditions, images: np.ndarray | None
) -> Finish:
    """Fit how the generator's ink becomes the greys of real digits."""
    if images is None:
        return None
    if SIDE_NAME in gan.latent_conditions:
        sides = conditions[SIDE_NAME].astype(int)
        return Antialiasing(fit_peaks(crop_to_box(images), sides))
    ink = predict(part_of(gan.generator, "ink"), inputs)[..., 0]
    return fit_grey_curve(ink, crop_to_box(images) if gan.boxed else images)


def inference_gan(gan: GAN) -> GAN:
    """Return what is kept of a GAN: the EMA generator as its generator, in float32.

    Neither optimizer nor a second generator: a run's checkpoint has those.
    """
    config = json.dumps(gan.get_config() | {"decay": 0.0})
    copy = GAN.from_config(json.loads(config.replace("mixed_bfloat16", "float32")))
    copy.generator.set_weights(gan.ema_generator.get_weights())
    copy.discriminator.set_weights(gan.discriminator.get_weights())
    return copy
