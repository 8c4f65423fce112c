"""A plain Keras model: stock layers and operations, which Keras opens by itself."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import layers

from digitgan.exporters import Generator
from digitgan.exporters.graph import read_graph
from digitgan.sampling.sampler import Sampler

ops: Any = keras.ops  # untyped: each backend has tensors of its own
NHWC, NCHW = (0, 2, 3, 1), (0, 3, 1, 2)  # from the other one: Keras has channels last
HWDC = (2, 3, 1, 0)  # kernels likewise


def _layer(layer: Any, x, kernel: np.ndarray, bias: np.ndarray):
    """Apply a layer with these weights."""
    x = layer(x)
    channels = layer.bias.shape
    layer.set_weights([kernel, np.broadcast_to(bias, channels)])
    return x


def _gemm(x, weight, bias):
    return _layer(layers.Dense(weight.shape[1]), x, weight, bias)


def _conv(x, weight, bias, pads, strides):
    """Convolve ``(N, C, H, W)``."""
    (top, left, bottom, right), (channels, _, *size) = pads, weight.shape
    x = layers.ZeroPadding2D(((top, bottom), (left, right)))(ops.transpose(x, NHWC))
    layer = layers.Conv2D(channels, size, tuple(strides))
    return ops.transpose(_layer(layer, x, weight.transpose(HWDC), bias), NCHW)


def _conv_transpose(x, weight, bias, pads, strides):
    """Convolve ``(N, C, H, W)`` transposed, then crop."""
    (top, left, bottom, right), (_, channels, *size) = pads, weight.shape
    layer = layers.Conv2DTranspose(channels, size, tuple(strides), "valid")
    x = _layer(layer, ops.transpose(x, NHWC), weight.transpose(HWDC), bias)
    return ops.transpose(layers.Cropping2D(((top, bottom), (left, right)))(x), NCHW)


def _where(condition, yes, no):
    """Choose, as the tensor among both is; LiteRT can only among wide numbers."""
    dtype = next(x.dtype for x in (no, yes) if hasattr(x, "dtype"))
    wide = "int32" if dtype == "uint8" else dtype
    chosen = ops.where(condition, ops.cast(yes, wide), ops.cast(no, wide))
    return ops.cast(chosen, dtype)


def _quantize(x, scale, zero_point):
    steps = ops.round(x / scale) + float(zero_point)
    return ops.cast(ops.clip(steps, 0.0, 255.0), "uint8")


def _dequantize(x, scale, zero_point):
    if isinstance(x, np.ndarray):  # weights, for a layer
        return scale * (x.astype("f4") - np.asarray(zero_point, "f4"))
    return scale * (ops.cast(x, "float32") - float(zero_point))


def _gather(table, x):
    """Look up rows of a table, which a layer holds."""
    layer = layers.Embedding(len(table), table[0].size, dtype="float32")
    rows = ops.reshape(layer(x), (-1, *x.shape[1:], *table.shape[1:]))
    layer.set_weights([table.reshape(len(table), -1)])
    return ops.cast(rows, str(table.dtype))


def _slice(x, starts, ends, axes):
    for start, end, axis in zip(starts, ends, axes, strict=True):
        x = x[(slice(None),) * axis + (slice(start, end),)]
    return x


OPERATIONS: dict[str, Callable[..., Any]] = {
    "Abs": ops.abs,
    "Add": ops.add,
    "Cast": lambda x, to: ops.cast(x, to),
    "Clip": ops.clip,
    "Concat": lambda *parts, axis: ops.concatenate(parts, axis),
    "Conv": _conv,
    "ConvTranspose": _conv_transpose,
    "Div": ops.divide,
    "Gather": _gather,
    "Gemm": _gemm,
    "GreaterOrEqual": ops.greater_equal,
    "MatMul": ops.matmul,
    "Mul": ops.multiply,
    "ReduceMax": lambda x, axes: ops.max(x, axes, keepdims=True),
    "Relu": ops.relu,
    "Reshape": lambda x, shape: ops.reshape(x, shape),
    "Round": ops.round,
    "DequantizeLinear": _dequantize,
    "QuantizeLinear": _quantize,
    "Slice": _slice,
    "Squeeze": lambda x, axes: ops.squeeze(x, axes),
    "Sub": ops.subtract,
    "Tanh": ops.tanh,
    "Transpose": lambda x, perm: ops.transpose(x, perm),
    "Unsqueeze": lambda x, axes: ops.expand_dims(x, axes),
    "Where": _where,
}


def build(model: Sampler) -> keras.Model:
    """Return a model from a dictionary of inputs to ``uint8 (N, 28, 28)``."""
    graph = read_graph(model.folder / "generator.onnx", OPERATIONS)
    inputs = {
        name: keras.Input(shape[1:], dtype=dtype, name=name)
        for name, (dtype, shape) in graph.inputs.items()
    }
    constants = {
        name: array if array.ndim else array.item()
        for name, array in graph.float32_initializers().items()
    }
    digits = graph.evaluate(OPERATIONS, {**inputs, **constants})
    return keras.Model(inputs, digits, name="generator")


def write(model: Sampler, out: Path) -> None:
    """Write the model as one file."""
    build(model).save(out)


def open_generator(path: Path) -> Generator:
    """Load the model."""
    model: Any = keras.saving.load_model(path)
    return lambda **inputs: np.asarray(ops.convert_to_numpy(model(inputs)))
