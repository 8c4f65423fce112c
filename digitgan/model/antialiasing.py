"""The generator's last layers for MNIST: a black-and-white bitmap, scaled down.

:mod:`digitgan.data.mnist_antialiasing` tells what MNIST's greys are. The generator
draws a smooth field of ink, which is cut at 0. So it need not learn greys, and none of
its digits has greys that no digit of MNIST could have.
"""

from statistics import NormalDist
from typing import Any

import keras
import numpy as np

from digitgan.data.mnist_antialiasing import (
    MAX_SIDE,
    MIN_SIDE,
    SCALING_WEIGHTS,
    SIDE_NAME,
    SIDES,
)
from digitgan.data.mnist_preprocessing import DIGIT_LENGTH
from digitgan.model.conditions import Continuous
from digitgan.model.onnx_graph import Graph

ops: Any = keras.ops  # untyped: each backend has tensors of its own
SIDE_LAYER = f"latent_{SIDE_NAME}"  # by which z chooses it
CONTRAST = 256.0  # of the edge between paper and ink: nearly a step, yet continuous
SOFT_CONTRAST = 4.0  # of the edge whose slope training follows
USUAL_SIDE = Continuous(SIDE_NAME, 48.0, 12.0)  # as the generator standardises it
MIN_MASS = 1e-3  # of a box's darkest pixel, whatever its digit
THICKNESS_ROWS, LATENT_COLUMNS = 16, 32  # of each label's table of sides
NEIGHBOURS = 300  # real digits of the nearest thickness that a row is measured on


def upsampling_weights(size: int) -> np.ndarray:
    """Return the linear interpolation of ``size`` pixels at those of a bitmap.

    Returns:
        Of each side, ``float16 (61, 80, size)``; zeros beyond the side.
    """
    weights = np.zeros((len(SIDES), MAX_SIDE, size), np.float16)
    pixels = np.arange(size)
    for matrix, side in zip(weights, SIDES, strict=True):
        places = (np.arange(side) + 0.5) * size / side - 0.5
        distance = np.abs(places.clip(0, size - 1)[:, np.newaxis] - pixels)
        matrix[:side] = np.maximum(1 - distance, 0)
    return weights


@keras.saving.register_keras_serializable(package="digitgan")
class LatentSide(keras.layers.Layer):
    """The side of the bitmap, as a normal number chooses it.

    Sides are distributed as those of real digits of about the same thickness: each row
    of the table holds quantiles, row after row of thickness, label after label.

    Attributes:
        thickness_limits: Between the rows, ascending.
        latent_limits: Between the columns, ascending.
        table: Sides in pixels; labels * rows * columns of them.
    """

    def __init__(self, thickness_limits, latent_limits, table, **kwargs):
        """Store them, as lists."""
        super().__init__(**kwargs)
        self.thickness_limits, self.latent_limits = thickness_limits, latent_limits
        self.table = table

    @classmethod
    def fit(cls, labels, thickness, sides, **kwargs) -> "LatentSide":
        """Measure real digits: three arrays ``(N,)``."""
        middles = (np.arange(THICKNESS_ROWS) + 0.5) / THICKNESS_ROWS
        shares = (np.arange(LATENT_COLUMNS) + 0.5) / LATENT_COLUMNS
        usual = np.quantile(thickness, middles)
        table = []
        for label in range(labels.max() + 1):
            members = labels == label if np.any(labels == label) else labels >= 0
            for middle in usual:
                distance = np.abs(thickness[members] - middle)
                nearest = np.argsort(distance, kind="stable")[:NEIGHBOURS]
                row = np.quantile(sides[members][nearest], shares, method="nearest")
                table += row.astype(int).tolist()
        ends = np.arange(1, LATENT_COLUMNS) / LATENT_COLUMNS
        return cls(
            ((usual[1:] + usual[:-1]) / 2).tolist(),
            [NormalDist().inv_cdf(end) for end in ends],
            table,
            **kwargs,
        )

    def call(self, number, label, thickness):
        """Return sides in pixels, ``float32 (N,)``, of normal numbers ``(N, 1)``."""
        row = _count_reached(thickness[:, None], self.thickness_limits)
        column = _count_reached(number, self.latent_limits)
        rows = len(self.thickness_limits) + 1
        columns = len(self.latent_limits) + 1
        place = (ops.cast(label, "int32") * rows + row) * columns + column
        return ops.take(ops.convert_to_tensor(self.table, "float32"), place)

    def compute_output_spec(self, number, label, thickness):
        """Say what :meth:`call` returns."""
        return keras.KerasTensor((None,), "float32")

    def append(self, graph: Graph, number: str, label: str, width: str) -> str:
        """Append :meth:`call` to an ONNX graph, of the names of its arguments."""
        width = graph.add("Unsqueeze", width, graph.array([1]))
        place = label
        for values, limits in (
            (width, self.thickness_limits),
            (number, self.latent_limits),
        ):
            reached = graph.add("GreaterOrEqual", values, graph.array([limits]))
            size = graph.array(np.array(len(limits) + 1, np.int32))
            place = graph.add("Mul", place, size)
            place = graph.add("Add", place, graph.count(reached, len(limits)))
        return graph.add("Gather", graph.array(np.asarray(self.table, float)), place)

    def get_config(self) -> dict[str, Any]:
        """Return what makes the same layer anew."""
        names = ("thickness_limits", "latent_limits", "table")
        return {**super().get_config(), **{n: getattr(self, n) for n in names}}


def _count_reached(values, limits):
    reached = values >= ops.convert_to_tensor(limits, "float32")
    return ops.sum(ops.cast(reached, "int32"), axis=1)


@keras.saving.register_keras_serializable(package="digitgan")
class ScaledBitmap(keras.layers.Layer):
    """The box of 20 x 20 pixels that a field of ink becomes.

    The field is laid over the bitmap's pixels, cut at 0, and scaled down. Training
    follows the slope of a softer edge (a straight-through estimator: Bengio, Leonard
    and Courville 2013, https://arxiv.org/abs/1308.3432).
    """

    def call(self, field, side):
        """Return boxes ``(N, 20, 20, 1)`` in [-1, 1].

        Args:
            field: ``(N, size, size, 1)``; positive where ink is.
            side: Of the bitmaps, whole numbers ``(N,)``.
        """
        index = ops.cast(side, "int32") - MIN_SIDE
        up = upsampling_weights(field.shape[1]).astype("float32")
        down = SCALING_WEIGHTS / (5.0 * np.reshape(SIDES, (-1, 1, 1)))
        up, down = (
            ops.take(ops.convert_to_tensor(w, "float32"), index, axis=0)
            for w in (up, down)
        )
        height = _on_both_axes(up, field[..., 0])
        soft = ops.sigmoid(SOFT_CONTRAST * height)
        hard = ops.clip(CONTRAST * height + 0.5, 0.0, 1.0)
        mass = _on_both_axes(down, soft + ops.stop_gradient(hard - soft))
        most = ops.stop_gradient(ops.max(mass, axis=(1, 2), keepdims=True))
        return (2 * mass / ops.maximum(most, MIN_MASS) - 1)[..., None]

    def compute_output_spec(self, field, side):
        """Say what :meth:`call` returns."""
        return keras.KerasTensor((None, DIGIT_LENGTH, DIGIT_LENGTH, 1), field.dtype)


def _on_both_axes(weights, images):
    """Multiply ``(N, a, b)`` to the rows and columns of images ``(N, b, b)``."""
    return weights @ images @ ops.transpose(weights, (0, 2, 1))
