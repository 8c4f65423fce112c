"""TensorFlow's own form: a folder that TensorFlow, TF Serving and TF.js read."""

from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

from digitgan.errors import InputError
from digitgan.exporters import Generator
from digitgan.exporters.keras import build
from digitgan.sampling.sampler import Sampler


def write(model: Sampler, out: Path) -> None:
    """Write a folder with one signature, ``serving_default``."""
    if (backend := keras.backend.backend()) != "tensorflow":
        problem = f"needs KERAS_BACKEND=tensorflow and this is {backend}"
        raise InputError("format", "saved_model", problem=problem)
    network: Any = build(model)
    names = [x.name for x in network.inputs]
    signature = [tf.TensorSpec(x.shape, x.dtype, x.name) for x in network.inputs]

    def draw(*inputs: tf.Tensor) -> dict[str, tf.Tensor]:
        return {"digits": network(dict(zip(names, inputs, strict=True)))}

    module: Any = tf.Module()
    module.weights = [variable.value for variable in network.variables]
    tf.saved_model.save(module, out, signatures=tf.function(draw, signature))


def open_generator(path: Path) -> Generator:
    """Load the signature."""
    module = tf.saved_model.load(path)
    signature = module.signatures["serving_default"]

    def draw(**inputs):
        tensors = {name: tf.constant(array) for name, array in inputs.items()}
        return signature(**tensors)["digits"].numpy()

    return draw
