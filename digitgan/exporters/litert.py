"""One file for LiteRT (TensorFlow Lite): telephones and small machines."""

import tempfile
from pathlib import Path

import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter

from digitgan.exporters import Generator, saved_model
from digitgan.sampling.sampler import Sampler


def write(model: Sampler, out: Path) -> None:
    """Write a ``.tflite`` of LiteRT's own operations."""
    with tempfile.TemporaryDirectory() as folder:
        saved_model.write(model, Path(folder) / "saved")
        converter = tf.lite.TFLiteConverter.from_saved_model(f"{folder}/saved")
        out.write_bytes(converter.convert())


def open_generator(path: Path) -> Generator:
    """Open the one signature."""
    run = Interpreter(str(path)).get_signature_runner()
    return lambda **inputs: run(**inputs)["digits"]
