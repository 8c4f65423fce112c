"""Draw digits from ``generator.safetensors`` and ``graph.json``, by NumPy alone.

``digitgan export`` put this file next to them, and it needs nothing else of that. Read
it as the description of what any other library has to do.
"""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from safetensors.numpy import load_file

Array: TypeAlias = np.ndarray
Axes: TypeAlias = Sequence[int]


class Generator:
    """A generator from a folder, as a function of its inputs."""

    def __init__(self, folder: str | Path):
        graph = json.loads(Path(folder, "graph.json").read_text(encoding="utf-8"))
        self._nodes = graph["nodes"]
        stored = load_file(Path(folder, "generator.safetensors"))
        self._initializers = {
            name: array.astype("f4") if array.dtype == "f2" else array
            for name, array in stored.items()
        }

    def __call__(self, **inputs: np.ndarray) -> np.ndarray:
        """Draw: ``latents`` float32 (N, d) and the model's conditions, (N,) each.

        Returns:
            ``uint8 (N, 28, 28)``, 0 background to 255 ink.
        """
        values = self._initializers | inputs
        for node in self._nodes:
            arrays = [values[name] for name in node["inputs"]]
            operation = OPERATIONS[node["op_type"]]
            values[node["output"]] = operation(*arrays, **node["attributes"])
        return values["digits"]


def conv(x: Array, weight: Array, bias: Array, pads: Axes, strides: Axes) -> Array:
    """``x (N, C, H, W)`` with ``weight (D, C, h, w)``: ``(N, D, H', W')``."""
    (top, left, bottom, right), (down, across) = pads, strides
    x = np.pad(x, ((0, 0), (0, 0), (top, bottom), (left, right)))
    windows = np.lib.stride_tricks.sliding_window_view(x, weight.shape[2:], (2, 3))
    windows = windows[:, :, ::down, ::across]
    y = np.tensordot(windows, weight, ((1, 4, 5), (1, 2, 3))) + bias
    return y.transpose(0, 3, 1, 2)


def conv_transpose(
    x: Array, weight: Array, bias: Array, pads: Axes, strides: Axes
) -> Array:
    """``x (N, C, H, W)`` with ``weight (C, D, h, w)``: every pixel adds a patch."""
    (top, left, bottom, right), (down, across) = pads, strides
    (n, _, height, width), (_, channels, *size) = x.shape, weight.shape
    patches = np.tensordot(x, weight, (1, 0)).transpose(4, 5, 0, 3, 1, 2)
    tall, wide = (height - 1) * down + size[0], (width - 1) * across + size[1]
    y = np.zeros((n, channels, tall, wide), x.dtype)
    # One pixel of every patch at a time: those of neighbours lie a stride apart.
    for i, j in np.ndindex(*size):
        rows = slice(i, i + tall - size[0] + 1, down)
        columns = slice(j, j + wide - size[1] + 1, across)
        y[:, :, rows, columns] += patches[i, j]
    y = y[:, :, top : tall - bottom, left : wide - right]
    return y + bias[:, np.newaxis, np.newaxis]


def quantize(x: Array, scale: Array, zero_point: Array) -> Array:
    """Return the nearest of 256 steps."""
    return np.clip(np.rint(x / scale) + zero_point, 0, 255).astype("u1")


def crop(x: Array, starts: Axes, ends: Axes, axes: Axes) -> Array:
    """Return what lies from a start to an end along some axes."""
    inside = dict(zip(axes, map(slice, starts, ends), strict=True))
    return x[tuple(inside.get(axis, slice(None)) for axis in range(x.ndim))]


OPERATIONS: dict[str, Callable[..., Any]] = {
    "Abs": np.abs,
    "Add": np.add,
    "Cast": lambda x, to: x.astype(to),
    "Clip": np.clip,
    "Concat": lambda *parts, axis: np.concatenate(parts, axis),
    "Conv": conv,
    "ConvTranspose": conv_transpose,
    "DequantizeLinear": lambda x, scale, zero: scale * (x.astype("f4") - zero),
    "Div": np.divide,
    "Gather": lambda table, indices: table[indices],
    "Gemm": lambda x, weight, bias: x @ weight + bias,
    "GreaterOrEqual": np.greater_equal,
    "MatMul": np.matmul,
    "Mul": np.multiply,
    "QuantizeLinear": quantize,
    "ReduceMax": lambda x, axes: x.max(tuple(axes), keepdims=True),
    "Relu": lambda x: np.maximum(x, 0),
    "Reshape": lambda x, shape: x.reshape(shape),
    "Round": np.round,
    "Slice": crop,
    "Squeeze": lambda x, axes: np.squeeze(x, tuple(axes)),
    "Sub": np.subtract,
    "Tanh": np.tanh,
    "Transpose": lambda x, perm: x.transpose(perm),
    "Unsqueeze": lambda x, axes: np.expand_dims(x, tuple(axes)),
    "Where": np.where,
}
