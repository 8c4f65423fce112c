"""The model folder's own file, by itself."""

import shutil
from pathlib import Path

import numpy as np
import onnxruntime

from digitgan.exporters import Generator
from digitgan.sampling.sampler import Sampler


def write(model: Sampler, out: Path) -> None:
    """Copy the network as it is."""
    shutil.copy(model.folder / "generator.onnx", out)


def open_generator(path: Path) -> Generator:
    """Open the copy."""
    session = onnxruntime.InferenceSession(path)
    return lambda **inputs: np.asarray(session.run(None, inputs)[0])
