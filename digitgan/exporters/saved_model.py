"""TensorFlow's own form: a folder that TensorFlow, TF Serving and TF.js read."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import tensorflow as tf

from digitgan.exporters import Generator
from digitgan.exporters.graph import Graph, read_graph
from digitgan.sampling.sampler import Sampler

NHWC, NCHW = (0, 2, 3, 1), (0, 3, 1, 2)  # from the other one: TensorFlow wants NHWC
HWDC = (2, 3, 1, 0)  # kernels likewise


def _conv(x, weight, bias, pads, strides):
    """Convolve ``(N, C, H, W)``."""
    x = tf.nn.conv2d(
        tf.transpose(x, NHWC),
        tf.transpose(weight, HWDC),
        strides,
        [[0, 0], pads[0::2], pads[1::2], [0, 0]],  # type: ignore - stub lacks lists
    )
    return tf.transpose(x + bias, NCHW)


def _conv_transpose(x, weight, bias, pads, strides):
    """Convolve ``(N, C, H, W)`` transposed, then crop: LiteRT knows no other pads."""
    (top, left, bottom, right), (_, _, height, width) = pads, x.shape
    (_, channels, *size), (down, across) = weight.shape, strides
    tall, wide = (height - 1) * down + size[0], (width - 1) * across + size[1]
    x = tf.nn.conv2d_transpose(
        tf.transpose(x, NHWC),
        tf.transpose(weight, HWDC),
        [tf.shape(x)[0], tall, wide, channels],  # type: ignore - stub lacks lists
        strides,
        "VALID",
    )
    x = x[:, top : tall - bottom, left : wide - right]
    return tf.transpose(x + bias, NCHW)


def _where(condition, x, y):
    """Choose among ``uint8``, which LiteRT can only as wider numbers."""
    wide = (tf.cast(values, "int32") for values in (x, y))
    return tf.cast(tf.where(condition, *wide), x.dtype)


def _quantize(x, scale, zero_point):
    steps = tf.round(x / scale) + tf.cast(zero_point, "float32")
    return tf.cast(tf.clip_by_value(steps, 0.0, 255.0), "uint8")


def _dequantize(x, scale, zero_point):
    return scale * (tf.cast(x, "float32") - tf.cast(zero_point, "float32"))


def _slice(x, starts, ends, axes):
    for start, end, axis in zip(starts, ends, axes, strict=True):
        x = x[(slice(None),) * axis + (slice(start, end),)]
    return x


OPERATIONS: dict[str, Callable[..., Any]] = {
    "Abs": tf.abs,
    "Add": tf.add,
    "Cast": lambda x, to: tf.cast(x, to),
    "Clip": tf.clip_by_value,
    "Concat": lambda *parts, axis: tf.concat(parts, axis),
    "Conv": _conv,
    "ConvTranspose": _conv_transpose,
    "DequantizeLinear": _dequantize,
    "Div": tf.divide,
    "Gather": tf.gather,
    "Gemm": lambda x, weight, bias: x @ weight + bias,
    "GreaterOrEqual": tf.greater_equal,
    "MatMul": tf.matmul,
    "Mul": tf.multiply,
    "QuantizeLinear": _quantize,
    "ReduceMax": lambda x, axes: tf.reduce_max(x, axes, keepdims=True),
    "Relu": tf.nn.relu,
    "Reshape": tf.reshape,
    "Round": tf.round,
    "Slice": _slice,
    "Squeeze": lambda x, axes: tf.squeeze(x, axes),
    "Sub": tf.subtract,
    "Tanh": tf.tanh,
    "Transpose": lambda x, perm: tf.transpose(x, perm),
    "Unsqueeze": lambda x, axes: tf.expand_dims(x, *axes),
    "Where": _where,
}


class Network(tf.Module):
    """The graph as a module; its initializers become constants."""

    def __init__(self, graph: Graph):
        """Give it one signature, for any number of digits."""
        super().__init__()
        self.graph = graph
        inputs = [
            tf.TensorSpec(shape, dtype, name)
            for name, (dtype, shape) in graph.inputs.items()
        ]
        self.draw: Any = tf.function(self._draw, inputs)

    def _draw(self, *inputs: tf.Tensor) -> dict[str, tf.Tensor]:
        values = dict(zip(self.graph.inputs, inputs, strict=True))
        arrays = self.graph.float32_initializers()
        values |= {name: tf.constant(array) for name, array in arrays.items()}
        return {"digits": self.graph.evaluate(OPERATIONS, values)}


def write(model: Sampler, out: Path) -> None:
    """Write a folder with one signature, ``serving_default``."""
    network = Network(read_graph(model.folder / "generator.onnx", OPERATIONS))
    tf.saved_model.save(network, out, signatures=network.draw)


def open_generator(path: Path) -> Generator:
    """Load the signature."""
    module = tf.saved_model.load(path)
    signature = module.signatures["serving_default"]

    def draw(**inputs):
        tensors = {name: tf.constant(array) for name, array in inputs.items()}
        return signature(**tensors)["digits"].numpy()

    return draw
