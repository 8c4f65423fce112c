"""One file for LiteRT (TensorFlow Lite): telephones and small machines."""

import tempfile
from collections.abc import Callable
from pathlib import Path

import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter

from digitgan.export import saved_model
from digitgan.sampling.sampler import Sampler


def write(model: Sampler, out: Path) -> None:
    """Write a ``.tflite`` of LiteRT's own operations."""
    with tempfile.TemporaryDirectory() as folder:
        saved_model.write(model, Path(folder) / "saved")
        converter = tf.lite.TFLiteConverter.from_saved_model(f"{folder}/saved")
        out.write_bytes(converter.convert())


def opened(path: Path) -> Callable:
    """Return what draws."""
    draw = Interpreter(str(path)).get_signature_runner()
    return lambda **inputs: draw(**inputs)["digits"]
