"""OpenVINO's own form, for Intel's processors, graphics and neural units."""

from collections.abc import Callable
from pathlib import Path

import openvino

from digitgan.sampling.sampler import Sampler

EXACT = {"INFERENCE_PRECISION_HINT": "f32"}  # not bfloat16, where processors have it


def write(model: Sampler, out: Path) -> None:
    """Write a folder with ``generator.xml``, the graph, and ``generator.bin``."""
    out.mkdir()
    network = openvino.convert_model(model.folder / "generator.onnx")
    openvino.save_model(network, out / "generator.xml", compress_to_fp16=False)


def opened(path: Path) -> Callable:
    """Return what draws."""
    network = openvino.compile_model(path / "generator.xml", "CPU", EXACT)
    return lambda **inputs: network(inputs)["digits"]
