"""The generator's last layers for MNIST: a black-and-white bitmap, scaled down.

:mod:`digitgan.data.mnist_antialiasing` tells what MNIST's greys are. The generator
draws a smooth field of ink, which is cut at 0. So it need not learn greys, and none of
its digits has greys that no digit of MNIST could have.
"""

from typing import Any

import keras
import numpy as np
from onnx import TensorProto

from digitgan.data.mnist_antialiasing import (
    MAX_SIDE,
    MIN_SIDE,
    SCALING_WEIGHTS,
    SIDES,
)
from digitgan.data.mnist_preprocessing import DIGIT_LENGTH
from digitgan.model.onnx_graph import Graph

ops: Any = keras.ops  # untyped: each backend has tensors of its own
# The field's edges are a little rougher than those of writing: this smooths them.
SMOOTHING = 0.07  # share of each pixel that either neighbour on an axis gets
# What the field is beyond the box, with -1 for paper and 1 for ink: the tips of strokes
# that end there are round, where else the box would cut them flat.
BEYOND = -0.5
# Of the edge between paper and ink: nearly a step, yet continuous, as no two engines
# have the same field to the last bit.
CONTRAST = 4096.0
SOFT_CONTRAST = 4.0  # of the edge whose slope training follows
NO_INK = 1e-6  # of the field: beyond the bitmap's side it is 0
MIN_MASS = 1e-3  # of a box's darkest pixel, whatever its digit
PIXELS = np.arange(MAX_SIDE, dtype=np.float32)


def upsampling_weights(size: int) -> np.ndarray:
    """Return the linear interpolation of ``size`` pixels at those of a bitmap.

    Of each side, ``float16 (61, 80, size)``; zeros beyond the side.
    """
    weights = np.zeros((len(SIDES), MAX_SIDE, size), np.float16)
    pixels = np.arange(size)
    for matrix, side in zip(weights, SIDES, strict=True):
        places = (np.arange(side) + 0.5) * size / side - 0.5
        distance = np.abs(places.clip(0, size - 1)[:, np.newaxis] - pixels)
        matrix[:side] = np.maximum(1 - distance, 0)
    return weights


def smoothing_kernel() -> np.ndarray:
    """Return the 3 x 3 pixels that every pixel of the field is spread over."""
    line = np.array([SMOOTHING, 1 - 2 * SMOOTHING, SMOOTHING], np.float32)
    return line[:, np.newaxis] * line


@keras.saving.register_keras_serializable(package="digitgan")
class Bitmap(keras.layers.Layer):
    """The bitmap that a field of ink is, cropped to its ink as MNIST's were.

    Training follows the slope of a softer edge than the one that cuts the field (a
    straight-through estimator: Bengio, Leonard and Courville 2013,
    https://arxiv.org/abs/1308.3432). It neither crops, as a speck that moves the
    crop moves all of a digit along no slope, nor smooths: with the paper around the box
    in view, a generator draws further over its edge.
    """

    def call(self, ink, side, training=False):
        """Return the share of ink in each pixel, ``(N, 80, 80)``; 0 beyond the side.

        Ink is before tanh, ``(N, size, size, 1)``, positive where ink is; sides are
        whole numbers ``(N,)``. In training, a slope is to be followed.
        """
        up = ops.convert_to_tensor(upsampling_weights(ink.shape[1]), "float32")
        up = ops.take(up, ops.cast(side, "int32") - MIN_SIDE, axis=0)
        field = ops.tanh(ink)
        if not training:
            kernel = smoothing_kernel()[..., np.newaxis, np.newaxis]
            field = ops.conv(field - BEYOND, kernel, padding="same")[..., 0] + BEYOND
            rows, columns = _cropped(up, field, side[:, None])
            return _cut(_on_both_axes(rows, field, columns))
        height = _on_both_axes(up, field[..., 0], up)
        soft = ops.sigmoid(SOFT_CONTRAST * height)
        return soft + ops.stop_gradient(_cut(height) - soft)

    def compute_output_spec(self, ink, side, training=False):
        """Say what :meth:`call` returns."""
        return keras.KerasTensor((None, MAX_SIDE, MAX_SIDE), ink.dtype)

    def append(self, graph: Graph, ink: str, side: str, size: int) -> str:
        """Append :meth:`call` after training; ink is ``(N, 1, size, size)`` there."""
        add = graph.add
        index = add("Sub", side, float(MIN_SIDE))
        index = add("Cast", index, to=TensorProto.INT32)
        side = add("Unsqueeze", side, [1])
        kernel = graph.array(smoothing_kernel()[np.newaxis, np.newaxis])
        field = add("Sub", add("Tanh", ink), BEYOND)
        field = add("Conv", field, kernel, [BEYOND], pads=[1] * 4, strides=[1, 1])
        field = add("Squeeze", field, [1])
        up = add("Gather", upsampling_weights(size), index)
        height = graph.on_both_axes(up, field, up)
        ends = [_ends_of_ink(graph, height, side, axis) for axis in (2, 1)]
        (_, tall), (_, wide) = ends
        length = add("Where", add("GreaterOrEqual", tall, wide), tall, wide)
        ups = [_crop_weights(graph, *one, length, side, size) for one in ends]
        height = graph.on_both_axes(ups[0], field, ups[1])
        height = add("Add", add("Mul", height, CONTRAST), 0.5)
        return add("Clip", height, 0.0, 1.0)


@keras.saving.register_keras_serializable(package="digitgan")
class Downscaling(keras.layers.Layer):
    """The box of 20 x 20 pixels that a bitmap becomes, but for whole greys."""

    def call(self, bitmap, side):
        """Return boxes ``(N, 20, 20, 1)`` in [-1, 1] of bitmaps ``(N, 80, 80)``."""
        weights = SCALING_WEIGHTS / (5.0 * np.reshape(SIDES, (-1, 1, 1)))
        weights = ops.convert_to_tensor(weights, "float32")
        weights = ops.take(weights, ops.cast(side, "int32") - MIN_SIDE, axis=0)
        mass = _on_both_axes(weights, bitmap, weights)
        most = ops.stop_gradient(ops.max(mass, axis=(1, 2), keepdims=True))
        return (2 * mass / ops.maximum(most, MIN_MASS) - 1)[..., None]

    def compute_output_spec(self, bitmap, side):
        """Say what :meth:`call` returns."""
        return keras.KerasTensor((None, DIGIT_LENGTH, DIGIT_LENGTH, 1), bitmap.dtype)


def _cut(height):
    return ops.clip(CONTRAST * height + 0.5, 0.0, 1.0)


def _cropped(up, field, side) -> list:
    """Return weights like ``up``, for rows and columns, of the ink alone."""
    size = field.shape[1]
    height = _on_both_axes(up, field, up)
    # Where the ink begins and ends on each axis of the bitmap.
    ends = []
    for axis in (2, 1):
        inked = ops.cast(ops.max(height, axis=axis) >= NO_INK, "float32")
        first = side - ops.max(inked * (side - PIXELS), axis=1, keepdims=True)
        last = ops.max(inked * PIXELS, axis=1, keepdims=True)
        ends.append((first, last - first + 1))
    # The square around it becomes the whole bitmap.
    (_, tall), (_, wide) = ends
    length = ops.maximum(tall, wide)
    weights = []
    for first, extent in ends:
        start = first - ops.trunc((length - extent) * 0.5)
        places = (PIXELS + 0.5) * (length / side) + start
        places = ops.clip(places * (size / side) - 0.5, 0, size - 1)
        distance = ops.abs(places[..., None] - np.arange(size, dtype="float32"))
        weights.append(ops.relu(1 - distance))
    return weights


def _on_both_axes(rows, images, columns):
    """Multiply ``(N, a, b)`` to the rows and columns of images ``(N, b, b)``."""
    return rows @ images @ ops.transpose(columns, (0, 2, 1))


def _ends_of_ink(graph: Graph, height: str, side: str, axis: int) -> tuple[str, str]:
    """Append where ink begins and how far it goes, ``(N, 1)`` each, across an axis."""
    add = graph.add
    most = add("ReduceMax", height, [axis])
    most = add("Reshape", most, [-1, MAX_SIDE])
    inked = add("GreaterOrEqual", most, NO_INK)
    inked = add("Cast", inked, to=TensorProto.FLOAT)
    from_end = add("Mul", inked, add("Sub", side, PIXELS[np.newaxis]))
    first = add("Sub", side, add("ReduceMax", from_end, [1]))
    from_start = add("Mul", inked, PIXELS[np.newaxis])
    last = add("ReduceMax", from_start, [1])
    return first, add("Add", add("Sub", last, first), 1.0)


def _crop_weights(  # noqa: PLR0913 - all of them are names in the graph
    graph: Graph, first: str, extent: str, length: str, side: str, size: int
) -> str:
    """Append the linear interpolation of the field at the pixels of the square."""
    add = graph.add
    rest = add("Mul", add("Sub", length, extent), 0.5)
    rest = add("Cast", rest, to=TensorProto.INT32)
    start = add("Sub", first, add("Cast", rest, to=TensorProto.FLOAT))
    places = add("Mul", add("Div", length, side), PIXELS[np.newaxis] + 0.5)
    places = add("Add", places, start)
    places = add("Mul", places, add("Div", [[float(size)]], side))
    places = add("Sub", places, 0.5)
    places = add("Clip", places, 0.0, size - 1.0)
    places = add("Unsqueeze", places, [2])
    distance = add("Sub", places, np.arange(float(size)).reshape(1, 1, -1))
    distance = add("Abs", distance)
    return add("Relu", add("Sub", [[[1.0]]], distance))
