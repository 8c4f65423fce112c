"""Weights as safetensors, the steps as JSON, and a page of NumPy that takes them."""

import json
import shutil
from dataclasses import asdict
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

from digitgan.export import draw
from digitgan.export.steps import read_steps
from digitgan.sampling.sampler import Sampler


def write(model: Sampler, out: Path) -> None:
    """Write a folder with ``generator.safetensors``, ``steps.json`` and ``draw.py``."""
    steps = read_steps(model.folder / "generator.onnx")
    out.mkdir()
    arrays = {name: np.ascontiguousarray(v) for name, v in steps.arrays.items()}
    save_file(arrays, out / "generator.safetensors")
    recipe = {"inputs": steps.inputs, "steps": [asdict(step) for step in steps.steps]}
    text = json.dumps(recipe, indent=1)
    (out / "steps.json").write_text(text + "\n", encoding="utf-8")
    shutil.copy(draw.__file__, out / "draw.py")


def opened(path: Path) -> draw.Generator:
    """Return what draws."""
    return draw.Generator(path)
