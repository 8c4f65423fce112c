"""OpenVINO's own form, for Intel's processors, graphics and neural units."""

from pathlib import Path

import openvino

from digitgan.exporters import Generator
from digitgan.sampling.sampler import Sampler

FLOAT32 = {"INFERENCE_PRECISION_HINT": "f32"}  # no bfloat16, where processors have it


def write(model: Sampler, out: Path) -> None:
    """Write a folder with ``generator.xml``, the graph, and ``generator.bin``."""
    out.mkdir()
    network = openvino.convert_model(model.folder / "generator.onnx")
    openvino.save_model(network, out / "generator.xml", compress_to_fp16=False)


def open_generator(path: Path) -> Generator:
    """Compile the graph for the processor."""
    network = openvino.compile_model(path / "generator.xml", "CPU", FLOAT32)
    return lambda **inputs: network(inputs)["digits"]
