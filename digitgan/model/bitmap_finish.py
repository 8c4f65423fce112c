"""How a trained generator's field of ink becomes digits: cut, cropped, scaled down.

As :class:`digitgan.model.antialiasing.ScaledBitmap` does in training, and exactly as
MNIST was made: the bitmap is cropped to its ink, and greys are whole numbers.
"""

from typing import NamedTuple

import numpy as np
from onnx import TensorProto

from digitgan.data.mnist_antialiasing import (
    MAX_SIDE,
    MIN_SIDE,
    RARE_PEAK,
    ROUNDING,
    SCALING_WEIGHTS,
    SURE_PEAK,
    scale_down,
)
from digitgan.model.antialiasing import CONTRAST, upsampling_weights
from digitgan.model.onnx_graph import Graph

# The field's edges are a little rougher than those of writing: this smooths them.
SMOOTHING = 0.05  # share of each pixel that either neighbour on an axis gets
NO_INK = 1e-6  # of the field: beyond the bitmap's side it is 0
FLOAT32_MAX = float(np.finfo(np.float32).max)
PIXELS = np.arange(MAX_SIDE, dtype=np.float32)


class Antialiasing(NamedTuple):
    """The finish, for NumPy and for ONNX, step by step the same.

    Attributes:
        peaks: From :func:`digitgan.data.mnist_antialiasing.measure_peaks`.
    """

    peaks: np.ndarray

    def apply(self, ink: np.ndarray, sides: np.ndarray) -> np.ndarray:
        """Return the boxes of ink ``float32 (n, size, size)``, as ``uint8``.

        Args:
            ink: Before tanh.
            sides: Of the bitmaps, whole numbers ``float32 (n,)``.
        """
        size, side = ink.shape[1], sides[:, np.newaxis]
        padded = np.pad(np.tanh(ink), ((0, 0), (1, 1), (1, 1)))
        field = np.zeros_like(ink)
        for (down, right), weight in np.ndenumerate(_smoothing_kernel()):
            field += weight * padded[:, down : down + size, right : right + size]
        # Where the ink begins and ends on each axis of the bitmap.
        index = sides.astype(int) - MIN_SIDE
        up = upsampling_weights(size)[index].astype(np.float32)
        height = up @ field @ up.transpose(0, 2, 1)
        ends = []
        for axis in (2, 1):
            inked = height.max(axis=axis) >= NO_INK
            first = side - (inked * (side - PIXELS)).max(axis=1, keepdims=True)
            last = (inked * PIXELS).max(axis=1, keepdims=True)
            ends.append((first, last - first + 1))
        # The square around it, which becomes the whole bitmap.
        length = np.maximum(ends[0][1], ends[1][1])
        ups = []
        for first, extent in ends:
            start = first - np.trunc((length - extent) * 0.5)
            places = (PIXELS + 0.5) * (length / side) + start
            places = np.clip(places * (size / side) - 0.5, 0, size - 1)
            distance = np.abs(places[:, :, np.newaxis] - np.arange(size))
            ups.append(np.maximum(1 - distance, 0).astype(np.float32))
        height = ups[0] @ field @ ups[1].transpose(0, 2, 1)
        bitmaps = np.clip(height * np.float32(CONTRAST) + np.float32(0.5), 0, 1)
        return scale_down(bitmaps, sides.astype(int), self.peaks)

    def append(self, graph: Graph, ink: str, side: str, size: int, name: str) -> None:
        """Append all this to a graph.

        Args:
            graph: Grows.
            ink: ``(N, 1, size, size)``.
            side: ``(N,)``.
            size: Of the ink.
            name: What the boxes are to be called.
        """
        add, array = graph.add, graph.array
        index = add("Sub", side, array(float(MIN_SIDE)))
        index = add("Cast", index, to=TensorProto.INT32)
        side = add("Unsqueeze", side, array([1]))
        kernel = _smoothing_kernel()[np.newaxis, np.newaxis]
        kernel, bias = array(kernel), array([0.0])
        field = add("Tanh", ink)
        field = add("Conv", field, kernel, bias, pads=[1] * 4, strides=[1, 1])
        field = add("Squeeze", field, array([1]))
        up = add("Gather", array(upsampling_weights(size)), index)
        height = _on_both_axes(graph, up, field, up)
        ends = [_ends_of_ink(graph, height, side, axis) for axis in (2, 1)]
        (_, tall), (_, wide) = ends
        length = add("Where", add("GreaterOrEqual", tall, wide), tall, wide)
        ups = [_crop_weights(graph, *one, length, side, size) for one in ends]
        height = _on_both_axes(graph, ups[0], field, ups[1])
        height = add("Add", add("Mul", height, array(CONTRAST)), array(0.5))
        bitmap = add("Clip", height, array(0.0), array(1.0))
        self._append_greys(graph, bitmap, index, name)

    def _append_greys(self, graph: Graph, bitmap: str, index: str, name: str) -> None:
        """As :func:`digitgan.data.mnist_antialiasing.scale_down`."""
        add, array = graph.add, graph.array
        weights = add("Cast", array(SCALING_WEIGHTS), to=TensorProto.FLOAT)
        weights = add("Gather", weights, index)
        mass = _on_both_axes(graph, weights, bitmap, weights)
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


def _smoothing_kernel() -> np.ndarray:
    """Return the 3 x 3 pixels that every pixel of the field is spread over."""
    line = np.array([SMOOTHING, 1 - 2 * SMOOTHING, SMOOTHING], np.float32)
    return line[:, np.newaxis] * line


def _ends_of_ink(graph: Graph, height: str, side: str, axis: int) -> tuple[str, str]:
    """Append where ink begins and how far it goes, ``(N, 1)`` each.

    Args:
        graph: Grows.
        height: Of the bitmap's pixels, ``(N, 80, 80)``.
        side: ``(N, 1)``.
        axis: Across which ink is looked for.
    """
    add, array = graph.add, graph.array
    most = add("ReduceMax", height, array([axis]))
    most = add("Reshape", most, array([-1, MAX_SIDE]))
    inked = add("GreaterOrEqual", most, array(NO_INK))
    inked = add("Cast", inked, to=TensorProto.FLOAT)
    from_end = add("Mul", inked, add("Sub", side, array(PIXELS[np.newaxis])))
    first = add("Sub", side, add("ReduceMax", from_end, array([1])))
    from_start = add("Mul", inked, array(PIXELS[np.newaxis]))
    last = add("ReduceMax", from_start, array([1]))
    return first, add("Add", add("Sub", last, first), array(1.0))


def _crop_weights(  # noqa: PLR0913 - all of them are names in the graph
    graph: Graph, first: str, extent: str, length: str, side: str, size: int
) -> str:
    """Append the linear interpolation of the field at the pixels of the square."""
    add, array = graph.add, graph.array
    rest = add("Mul", add("Sub", length, extent), array(0.5))
    rest = add("Cast", rest, to=TensorProto.INT32)
    start = add("Sub", first, add("Cast", rest, to=TensorProto.FLOAT))
    places = add("Mul", add("Div", length, side), array(PIXELS[np.newaxis] + 0.5))
    places = add("Add", places, start)
    places = add("Mul", places, add("Div", array([[float(size)]]), side))
    places = add("Sub", places, array(0.5))
    places = add("Clip", places, array(0.0), array(size - 1.0))
    places = add("Unsqueeze", places, array([2]))
    distance = add("Sub", places, array(np.arange(float(size)).reshape(1, 1, -1)))
    distance = add("Abs", distance)
    return add("Relu", add("Sub", array([[[1.0]]]), distance))


def _on_both_axes(graph: Graph, rows: str, images: str, columns: str) -> str:
    """Append weights times the rows and weights times the columns of images."""
    columns = graph.add("Transpose", columns, perm=[0, 2, 1])
    return graph.add("MatMul", graph.add("MatMul", rows, images), columns)
