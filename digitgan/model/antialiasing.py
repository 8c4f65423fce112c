"""The last step of a trained generator of bitmaps: the whole greys of MNIST."""

from typing import NamedTuple

import numpy as np
from onnx import TensorProto

from digitgan.data.mnist_antialiasing import (
    MIN_SIDE,
    RARE_PEAK,
    ROUNDING,
    SCALING_WEIGHTS,
    SURE_PEAK,
)
from digitgan.model.onnx_graph import Graph

FLOAT32_MAX = float(np.finfo(np.float32).max)


class Antialiasing(NamedTuple):
    """:func:`digitgan.data.mnist_antialiasing.scale_down` in ONNX.

    Attributes:
        peaks: From :func:`digitgan.data.mnist_antialiasing.measure_peaks`.
    """

    peaks: np.ndarray

    def append(self, graph: Graph, bitmap: str, side: str, name: str) -> None:
        """Append the boxes of bitmaps to a graph.

        Args:
            graph: Grows.
            bitmap: ``(N, 80, 80)``, from :class:`digitgan.model.bitmap.Bitmap`.
            side: ``(N,)``.
            name: What the boxes are to be called.
        """
        add, array = graph.add, graph.array
        index = add("Sub", side, array(float(MIN_SIDE)))
        index = add("Cast", index, to=TensorProto.INT32)
        weights = add("Cast", array(SCALING_WEIGHTS), to=TensorProto.FLOAT)
        weights = add("Gather", weights, index)
        mass = graph.on_both_axes(weights, bitmap, weights)
        most = add("ReduceMax", mass, array([1, 2]))
        most = add("Clip", most, array(1.0), array(FLOAT32_MAX))
        signed = add("Mul", add("Div", mass, most), array(255.0))
        signed = add("Mul", add("Sub", signed, array(128.0)), array(ROUNDING))
        signed = add("Cast", signed, to=TensorProto.INT32)
        greys = add("Add", add("Cast", signed, to=TensorProto.FLOAT), array(128.0))
        peaks = add("Cast", array(self.peaks), to=TensorProto.FLOAT)
        is_full = add("GreaterOrEqual", greys, array(255.0))
        often = add("Where", is_full, add("Gather", peaks, index), array(0.0))
        least = add("ReduceMax", often, array([1, 2]))
        least = add("Clip", least, array(RARE_PEAK), array(SURE_PEAK))
        is_peak = add("GreaterOrEqual", often, least)
        greys = add("Clip", greys, array(0.0), array(254.0))
        greys = add("Where", is_peak, array(255.0), greys)
        add("Cast", greys, to=TensorProto.UINT8, name=name)
