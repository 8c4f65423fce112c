"""The model folder's own file, by itself."""

import shutil
from collections.abc import Callable
from pathlib import Path

import onnxruntime

from digitgan.sampling.sampler import Sampler


def write(model: Sampler, out: Path) -> None:
    """Copy the network as it is."""
    shutil.copy(model.folder / "generator.onnx", out)


def opened(path: Path) -> Callable:
    """Return what draws."""
    session = onnxruntime.InferenceSession(path)
    return lambda **inputs: session.run(None, inputs)[0]
