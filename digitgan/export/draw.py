"""Draw digits from ``generator.safetensors`` and ``steps.json``, by NumPy alone.

This file was put beside them by ``digitgan export`` and needs nothing else of it; read
it as the description of what any other library has to do.
"""

import json
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file


class Generator:
    """A generator from a folder, as a function of its inputs."""

    def __init__(self, folder):
        """Read both files."""
        folder = Path(folder)
        recipe = json.loads((folder / "steps.json").read_text(encoding="utf-8"))
        self.inputs, self.steps = recipe["inputs"], recipe["steps"]
        arrays = load_file(folder / "generator.safetensors")
        half = {k: v.astype("f4") for k, v in arrays.items() if v.dtype == "f2"}
        self.arrays = arrays | half

    def __call__(self, **inputs):
        """Draw: ``latents`` float32 (N, d) and what else the model is told, (N,).

        Returns:
            ``uint8 (N, 28, 28)``, 0 paper to 255 ink.
        """
        known = self.arrays | inputs
        for step in self.steps:
            told = [known[name] for name in step["inputs"]]
            known[step["output"]] = STEPS[step["kind"]](*told, **step["settings"])
        return known["digits"]


def convolve(x, weight, bias, pads, strides):
    """``x (N, C, H, W)`` with ``weight (D, C, h, w)``: ``(N, D, H', W')``."""
    (top, left, bottom, right), (down, across) = pads, strides
    x = np.pad(x, ((0, 0), (0, 0), (top, bottom), (left, right)))
    seen = np.lib.stride_tricks.sliding_window_view(x, weight.shape[2:], (2, 3))
    seen = seen[:, :, ::down, ::across]
    y = np.tensordot(seen, weight, ((1, 4, 5), (1, 2, 3))) + bias
    return y.transpose(0, 3, 1, 2)


def convolve_transposed(x, weight, bias, pads, strides):
    """``x (N, C, H, W)`` with ``weight (C, D, h, w)``: every pixel writes a patch."""
    (top, left, bottom, right), (down, across) = pads, strides
    (n, _, height, width), (_, channels, *size) = x.shape, weight.shape
    patches = np.tensordot(x, weight, (1, 0)).transpose(4, 5, 0, 3, 1, 2)
    tall, wide = (height - 1) * down + size[0], (width - 1) * across + size[1]
    y = np.zeros((n, channels, tall, wide), x.dtype)
    for i, j in np.ndindex(*size):
        lines, columns = (
            slice(i, i + tall - size[0] + 1, down),
            slice(j, j + wide - size[1] + 1, across),
        )
        y[:, :, lines, columns] += patches[i, j]
    y = y[:, :, top : tall - bottom, left : wide - right]
    return y + bias[:, np.newaxis, np.newaxis]


STEPS = {
    "Add": np.add,
    "Cast": lambda x, to: x.astype(to),
    "Clip": np.clip,
    "Concat": lambda *parts, axis: np.concatenate(parts, axis),
    "Conv": convolve,
    "ConvTranspose": convolve_transposed,
    "Gather": lambda table, places: table[places],
    "Gemm": lambda x, weight, bias: x @ weight + bias,
    "GreaterOrEqual": np.greater_equal,
    "Mul": np.multiply,
    "ReduceMax": lambda x, axes: x.max(tuple(axes), keepdims=True),
    "Relu": lambda x: np.maximum(x, 0),
    "Reshape": lambda x, shape: x.reshape(shape),
    "Round": np.round,
    "Squeeze": lambda x, axes: np.squeeze(x, tuple(axes)),
    "Sub": np.subtract,
    "Tanh": np.tanh,
    "Unsqueeze": lambda x, axes: np.expand_dims(x, tuple(axes)),
    "Where": np.where,
}
