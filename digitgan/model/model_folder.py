"""The model folder: a trained generator that stands on its own."""

import json
from collections.abc import Mapping
from pathlib import Path

import keras
import numpy as np
from keras import ops

from digitgan import __version__
from digitgan.data.image_grid import grid
from digitgan.data.images import to_uint8
from digitgan.files import replacing, sha256
from digitgan.model.gan import GAN
from digitgan.model.histogram_matching import finished, fit_grey_curve
from digitgan.model.model_card import write_card
from digitgan.model.onnx_writer import OPSET, write_generator
from digitgan.random_streams import draw_latents

BLOCK = 500  # digits in one call of the network
GRID_COLUMNS = 10
TONE_DIGITS, TONE_SEED = 5_000, 2**32
STYLES = 500  # of each label, kept to draw from
TAIL = 0.5  # per cent of real digits at either end whose style cannot be asked for

Conditions = Mapping[str, np.ndarray]


def draw(gan: GAN, n: int, conditions: Conditions, seed: int = 0) -> np.ndarray:
    """Draw digits from the weight average, a block at a time.

    Args:
        gan: The game, trained or not.
        n: How many.
        conditions: What the game is told about each, ``(n,)`` by name.
        seed: Of the latents.

    Returns:
        ``uint8 (n, 28, 28)``, or with several channels.
    """
    return to_uint8(_run(gan.average, n, conditions, seed))


def sample_grid(gan: GAN, conditions: Conditions, seed: int) -> np.ndarray:
    """Draw the digits of the sample sheet, a row of ten for every class.

    The latents depend on the seed alone, so the sheets of a run can be compared.

    Args:
        gan: The game, trained or not.
        conditions: Those of the real digits; ten of every label are asked
            for. Without labels there are ten rows of any digit.
        seed: Of the latents.

    Returns:
        ``uint8 (rows * 10, 28, 28)``.
    """
    return to_uint8(_run(gan.average, *_sheet(conditions), seed))


def some_of_each(conditions: Conditions, n: int) -> Conditions:
    """Return what is told about up to n digits of every label, label by label.

    They are taken from all over the data, whose order means something: in MNIST the
    first thousand digits of a label lean otherwise than the rest.
    """
    if not conditions:
        return {}
    label, rows = conditions["label"], []
    for one in np.unique(label):
        these = np.flatnonzero(label == one)
        places = np.linspace(0, len(these) - 1, min(n, len(these)))
        rows.append(these[places.astype(int)])
    return {name: v[np.concatenate(rows)] for name, v in conditions.items()}


def _run(network: keras.Model, n: int, conditions: Conditions, seed: int) -> np.ndarray:
    """Return what a network makes of the latents of a seed, a block at a time."""
    latents = draw_latents(n, network.inputs[0].shape[1], seed)
    inputs = [latents, *conditions.values()]
    blocks = [
        network([array[i : i + BLOCK] for array in inputs], training=False)
        for i in range(0, n, BLOCK)
    ]
    return np.concatenate([ops.convert_to_numpy(block) for block in blocks])


def _sheet(conditions: Conditions) -> tuple[int, Conditions]:
    """Return how many digits the sample sheet has, and what is asked of each."""
    asked = some_of_each(conditions, GRID_COLUMNS)
    return len(asked["label"]) if asked else GRID_COLUMNS**2, asked


def save_model(
    folder: Path,
    gan: GAN,
    conditions: Conditions,
    facts: Mapping,
    match_greys_of: np.ndarray | None = None,
) -> None:
    """Write the generator, the game, a sample sheet, a card and their description.

    The files are ``generator.onnx``, ``gan.keras``, ``samples.png``, ``README.md``,
    ``model.json`` and, where a style can be asked for, ``styles.npz``: what the styles
    of some real digits are.

    Args:
        folder: Where to; made if it is not there.
        gan: The trained game; the generator that is written is the weight average.
        conditions: Those of the real digits, ``(N,)`` by name.
        facts: What only the training knows, for ``model.json`` and the card: preset,
            seed, classes, data, data_sha256, licence, command, epochs, seconds,
            machine.
        match_greys_of: Real digits ``uint8 (N, 28, 28)``, those of the conditions,
            whose grey levels the generator's file is to have
            (:mod:`digitgan.model.histogram_matching`); for generators that overshoot.

    Raises:
        OSError: The folder cannot be written to.
    """
    folder.mkdir(parents=True, exist_ok=True)
    gan = kept(gan)
    tone = (
        None if match_greys_of is None else _fit_tone(gan, conditions, match_greys_of)
    )
    network = finished(gan.average, tone)
    with replacing(folder / "generator.onnx") as temporary:
        write_generator(temporary, gan.average, tone)
    with replacing(folder / "gan.keras") as temporary:
        gan.save(temporary)
    with replacing(folder / "samples.png") as temporary:
        grid(_run(network, *_sheet(conditions), facts["seed"])).save(temporary)
    files = ["generator.onnx", "gan.keras", "samples.png"]
    if len(conditions) > 1:
        with replacing(folder / "styles.npz") as temporary:
            np.savez_compressed(temporary, **some_of_each(conditions, STYLES))
        files.append("styles.npz")
    description = {
        "digitgan": __version__,
        "latent_dim": gan.latent_dim,
        "channels": gan.generator.output.shape[3],
        "conditions": {name: _limits(name, v) for name, v in conditions.items()},
        "opset": OPSET,
        **facts,
        "sha256": {name: sha256(folder / name) for name in files},
    }
    write_card(folder, description)


def _fit_tone(gan: GAN, conditions: Conditions, images: np.ndarray) -> np.ndarray:
    some = np.linspace(0, len(images) - 1, TONE_DIGITS).astype(int)
    asked = {name: v[some] for name, v in conditions.items()}
    ink = keras.Model(gan.average.inputs, gan.average.get_layer("ink").output)
    return fit_grey_curve(_run(ink, len(some), asked, TONE_SEED), images)


def kept(gan: GAN) -> GAN:
    """Return what is kept of a game: the average in the generator's place, in float32.

    Neither optimizer nor a second generator: a run's checkpoint has those.
    """
    config = json.dumps(gan.get_config() | {"decay": 0.0})
    copy = GAN.from_config(json.loads(config.replace("mixed_bfloat16", "float32")))
    copy.generator.set_weights(gan.average.get_weights())
    copy.discriminator.set_weights(gan.discriminator.get_weights())
    return copy


def _limits(name: str, column: np.ndarray) -> list:
    """Return the lowest and the highest value that can be asked for."""
    if name == "label":
        return [0, int(column.max())]
    return [round(float(v), 1) for v in np.percentile(column, (TAIL, 100 - TAIL))]
