"""The model folder: a trained generator that stands on its own."""

import json
import logging
import warnings
from collections.abc import Mapping
from pathlib import Path

import keras
import numpy as np
import onnx
from keras import ops

from digitgan import __version__
from digitgan.data.images import to_uint8
from digitgan.data.pictures import grid
from digitgan.files import replacing, sha256, write_text
from digitgan.model.gan import GAN
from digitgan.model.latents import draw_latents

BLOCK = 500  # digits in one call of the network
GRID_COLUMNS = 10


def draw(
    gan: GAN, n: int, labels: np.ndarray | None = None, seed: int = 0
) -> np.ndarray:
    """Draw digits from the weight average, a block at a time.

    Args:
        gan: The game, trained or not.
        n: How many.
        labels: ``int (n,)``, the digits to write; None where none can be asked for.
        seed: Of the latents.

    Returns:
        ``uint8 (n, 28, 28)``.
    """
    inputs = [draw_latents(n, gan.latent_dim, seed)]
    inputs += [] if labels is None else [np.asarray(labels, "int32")]
    blocks = [
        gan.average([array[i : i + BLOCK] for array in inputs], training=False)
        for i in range(0, n, BLOCK)
    ]
    return to_uint8(np.concatenate([ops.convert_to_numpy(b) for b in blocks]))


def sample_grid(gan: GAN, n_classes: int, seed: int) -> np.ndarray:
    """Draw the digits of the sample sheet, a row of ten for every class.

    The latents depend on the seed alone, so the sheets of a run can be compared.

    Args:
        gan: The game, trained or not.
        n_classes: Labels that can be asked for; 0 gives ten rows of any digit.
        seed: Of the latents.

    Returns:
        ``uint8 (rows * 10, 28, 28)``.
    """
    rows = n_classes or GRID_COLUMNS
    labels = np.repeat(np.arange(n_classes), GRID_COLUMNS) if n_classes else None
    return draw(gan, rows * GRID_COLUMNS, labels, seed)


def finished(generator: keras.Model) -> keras.Model:
    """Append the way from [-1, 1] to 0..255, so that the file needs no code beside it.

    Returns:
        A model with the generator's inputs and ``uint8 (N, 28, 28)`` as output.
    """
    pixels = ops.clip((generator.outputs[0][..., 0] + 1.0) * 127.5, 0.0, 255.0)
    model = keras.Model(generator.inputs, ops.cast(ops.round(pixels), "uint8"))
    model(model.inputs)  # exporters ask that a model was called once
    return model


def save_model(folder: Path, gan: GAN, facts: Mapping) -> None:
    """Write the generator, the game, a sample sheet, a card and their description.

    The files are ``generator.onnx``, ``gan.keras``, ``samples.png``, ``README.md`` and
    ``model.json``.

    Args:
        folder: Where to; made if it is not there.
        gan: The trained game; the generator that is written is the weight average.
        facts: What only the training knows, for ``model.json`` and the card: preset,
            seed, classes, data, data_sha256, command, epochs, seconds.

    Raises:
        OSError: The folder cannot be written to.
    """
    folder.mkdir(parents=True, exist_ok=True)
    opset = _write_onnx(folder / "generator.onnx", finished(gan.average))
    with replacing(folder / "gan.keras") as temporary:
        gan.save(temporary)
    conditional = len(gan.average.inputs) > 1
    n_classes = len(facts["classes"]) if conditional else 0
    with replacing(folder / "samples.png") as temporary:
        grid(sample_grid(gan, n_classes, facts["seed"])).save(temporary)
    write_text(folder / "README.md", _card(facts, conditional))
    files = ("generator.onnx", "gan.keras", "samples.png", "README.md")
    description = {
        "digitgan": __version__,
        "latent_dim": gan.latent_dim,
        "conditions": {"label": [0, n_classes - 1]} if conditional else {},
        "opset": opset,
        **facts,
        "sha256": {name: sha256(folder / name) for name in files},
    }
    write_text(folder / "model.json", json.dumps(description, indent=2) + "\n")


def _write_onnx(path: Path, model: keras.Model) -> int:
    """Write one self-contained file, whichever exporter the backend brings."""
    logging.getLogger("tf2onnx").setLevel(logging.ERROR)
    with replacing(path) as temporary, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the exporters about one another
        model.export(temporary, format="onnx", verbose=False)
        side_file = temporary.with_name(temporary.name + ".data")
        proto = onnx.load(temporary)
        onnx.save(proto, temporary)
        side_file.unlink(missing_ok=True)
    return proto.opset_import[0].version


def _card(facts: Mapping, conditional: bool) -> str:
    asked = ", `label` int32 (N,)" if conditional else ""
    return f"""\
# A handwritten-digit generator (digitgan preset `{facts["preset"]}`)

![Samples](samples.png)

Drawn by the weight average of a GAN that learned from: {facts["data"]}.

- Made by `{facts["command"]}` (digitgan {__version__}, seed {facts["seed"]}):
  {facts["epochs"]:.2f} epochs in {facts["seconds"]:.0f} seconds.
- `generator.onnx`: inputs `latents` float32 (N, latent_dim), standard normal{asked};
  output uint8 (N, 28, 28), 0 paper to 255 ink. No random numbers inside.
- `gan.keras`: both players, to train on.
- `model.json`: the facts above for programs, and the SHA-256 of every file.

Meant for teaching, tests and synthetic data. It writes digits in the manner of its
training data and knows nothing else.
"""
