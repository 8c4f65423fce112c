"""Weights as safetensors, the graph as JSON, and a page of NumPy that evaluates it."""

import json
import shutil
from dataclasses import asdict
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

from digitgan.exporters import Generator, numpy_generator
from digitgan.exporters.graph import read_graph
from digitgan.sampling.sampler import Sampler


def write(model: Sampler, out: Path) -> None:
    """Write ``generator.safetensors``, ``graph.json`` and ``numpy_generator.py``."""
    graph = read_graph(model.folder / "generator.onnx", numpy_generator.OPERATIONS)
    out.mkdir()
    arrays = {k: np.ascontiguousarray(v) for k, v in graph.initializers.items()}
    save_file(arrays, out / "generator.safetensors")
    nodes = [asdict(node) for node in graph.nodes]
    text = json.dumps({"inputs": graph.inputs, "nodes": nodes}, indent=1)
    (out / "graph.json").write_text(text + "\n", encoding="utf-8")
    shutil.copy(numpy_generator.__file__, out)


def open_generator(path: Path) -> Generator:
    """Read the folder back."""
    return numpy_generator.Generator(path)
