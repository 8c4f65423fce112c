"""TensorFlow's own form: a folder that TensorFlow, TF Serving and TF.js read."""

from collections.abc import Callable
from pathlib import Path

import tensorflow as tf

from digitgan.export.steps import Steps, read_steps
from digitgan.sampling.sampler import Sampler

LAST, FIRST = (0, 2, 3, 1), (0, 3, 1, 2)  # channels: TensorFlow wants them last


def _convolve(x, weight, bias, pads, strides):
    """Convolve ``(N, C, H, W)``."""
    x = tf.nn.conv2d(
        tf.transpose(x, LAST),
        tf.transpose(weight, (2, 3, 1, 0)),
        strides,
        [[0, 0], pads[0::2], pads[1::2], [0, 0]],
    )
    return tf.transpose(x + bias, FIRST)


def _convolve_transposed(x, weight, bias, pads, strides):
    """Convolve ``(N, C, H, W)`` backwards, then cut: LiteRT knows no other pads."""
    (top, left, bottom, right), (_, _, height, width) = pads, x.shape
    (_, channels, *size), (down, across) = weight.shape, strides
    tall, wide = (height - 1) * down + size[0], (width - 1) * across + size[1]
    x = tf.nn.conv2d_transpose(
        tf.transpose(x, LAST),
        tf.transpose(weight, (2, 3, 1, 0)),
        [tf.shape(x)[0], tall, wide, channels],
        strides,
        "VALID",
    )
    x = x[:, top : tall - bottom, left : wide - right]
    return tf.transpose(x + bias, FIRST)


def _where(chosen, x, y):
    """Choose among ``uint8``, which LiteRT can only as wider numbers."""
    return tf.cast(tf.where(chosen, *(tf.cast(v, "int32") for v in (x, y))), x.dtype)


STEPS = {
    "Add": tf.add,
    "Cast": lambda x, to: tf.cast(x, to),
    "Clip": tf.clip_by_value,
    "Concat": lambda *parts, axis: tf.concat(parts, axis),
    "Conv": _convolve,
    "ConvTranspose": _convolve_transposed,
    "Gather": tf.gather,
    "Gemm": lambda x, weight, bias: x @ weight + bias,
    "GreaterOrEqual": tf.greater_equal,
    "Mul": tf.multiply,
    "ReduceMax": lambda x, axes: tf.reduce_max(x, axes, keepdims=True),
    "Relu": tf.nn.relu,
    "Reshape": tf.reshape,
    "Round": tf.round,
    "Squeeze": lambda x, axes: tf.squeeze(x, axes),
    "Sub": tf.subtract,
    "Tanh": tf.tanh,
    "Unsqueeze": lambda x, axes: tf.expand_dims(x, *axes),
    "Where": _where,
}


def write(model: Sampler, out: Path) -> None:
    """Write a folder whose one signature, ``serving_default``, draws any number."""
    steps = read_steps(model.folder / "generator.onnx")
    told = [
        tf.TensorSpec(shape, kind, name) for name, (kind, shape) in steps.inputs.items()
    ]
    module = tf.Module()
    module.draw = tf.function(lambda *inputs: _drawn(steps, inputs), told)
    tf.saved_model.save(module, out, signatures=module.draw)


def _drawn(steps: Steps, inputs) -> dict:
    """Take the steps; arrays become constants of the graph."""
    known = dict(zip(steps.inputs, inputs, strict=True))
    known |= {k: tf.constant(v) for k, v in steps.whole_arrays().items()}
    for step in steps.steps:
        told = [known[name] for name in step.inputs]
        known[step.output] = STEPS[step.kind](*told, **step.settings)
    return {"digits": known["digits"]}


def opened(path: Path) -> Callable:
    """Return what draws."""
    module = tf.saved_model.load(path)
    draw = module.signatures["serving_default"]

    def drawn(**inputs):
        told = {name: tf.constant(array) for name, array in inputs.items()}
        return draw(**told)["digits"].numpy()

    return drawn
