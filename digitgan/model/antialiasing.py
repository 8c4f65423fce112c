"""The last step of a trained generator of bitmaps: the whole greys of MNIST."""

from typing import NamedTuple

import numpy as np
from onnx import TensorProto

from digitgan.data.mnist_antialiasing import (
    MIN_SIDE,
    NOT_FULL,
    ROUNDING,
    SCALING_WEIGHTS,
    TIE,
    Peaks,
)
from digitgan.model.onnx_graph import Graph

FLOAT32_MAX = float(np.finfo(np.float32).max)


class Antialiasing(NamedTuple):
    """:func:`digitgan.data.mnist_antialiasing.scale_down` in ONNX, with its peaks."""

    peaks: Peaks

    def append(self, graph: Graph, bitmap: str, side: str, name: str) -> None:
        """Append the boxes of bitmaps ``(N, 80, 80)``, sides ``(N,)``, under a name."""
        add = graph.add
        index = add("Sub", side, float(MIN_SIDE))
        index = add("Cast", index, to=TensorProto.INT32)
        weights = add("Cast", SCALING_WEIGHTS, to=TensorProto.FLOAT)
        weights = add("Gather", weights, index)
        mass = graph.on_both_axes(weights, bitmap, weights)
        most = add("ReduceMax", mass, [1, 2])
        most = add("Clip", most, 1.0, FLOAT32_MAX)
        signed = add("Mul", add("Div", mass, most), 255.0)
        signed = add("Mul", add("Sub", signed, 128.0), ROUNDING)
        signed = add("Cast", signed, to=TensorProto.INT32)
        greys = add("Add", add("Cast", signed, to=TensorProto.FLOAT), 128.0)
        places, brightest = (
            add("Gather", add("Cast", table, to=TensorProto.FLOAT), index)
            for table in self.peaks
        )
        is_full = add("GreaterOrEqual", greys, 255.0)
        order = add("Where", is_full, places, NOT_FULL)
        first = add("Sub", add("ReduceMax", order, [1, 2]), TIE)
        first = add("Clip", first, NOT_FULL / 2, FLOAT32_MAX)
        is_first = add("GreaterOrEqual", order, first)
        greys = add("Clip", greys, 0.0, 254.0)
        greys = add("Where", is_first, brightest, greys)
        add("Cast", greys, to=TensorProto.UINT8, name=name)
