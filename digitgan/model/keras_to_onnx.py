"""Keras layers as ONNX operations.

The exporters of the backends leave layouts and normalisations to the runtime. Here
images lie channels first, as the runtime computes them, and a batch normalisation is
folded into the weights before it. A layer that is not known here is refused.
"""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from digitgan.errors import ExportFailed
from digitgan.model.onnx_graph import Graph

ACTIVATIONS = {
    "elu": "Elu",
    "relu": "Relu",
    "selu": "Selu",
    "sigmoid": "Sigmoid",
    "softplus": "Softplus",
    "tanh": "Tanh",
}


def translate(graph: Graph, network: Any, names: dict[str, str]) -> str:
    """Append what a functional network with one output computes; return its name.

    The names are those of its inputs in the graph, where images lie channels first. A
    layer that is not known here is an :class:`ExportFailed`.
    """
    to = Translation(graph, network, names)
    for layer in network.operations:
        if not isinstance(layer, keras.layers.InputLayer):
            to.append(layer)
    return to.names[id(network.output)]


class Translation:
    """A network on its way into a graph, layer by layer.

    Names are those of Keras tensors in the graph. Orders, of flattened images alone,
    are Keras' position of each feature: they lie channels first there, in Keras last.
    """

    def __init__(self, graph: Graph, network: Any, names: dict[str, str]):
        self.graph = graph
        self.names: dict[int, str] = {id(x): names[x.name] for x in network.inputs}
        self.orders: dict[int, np.ndarray] = {}
        self._readers = defaultdict(list)
        self._folded = set()
        for layer in network.operations:
            for x in _inputs(layer):
                self._readers[id(x)].append(layer)

    def append(self, layer: Any) -> None:
        """Append one layer, whose inputs are there."""
        kind, inputs = type(layer).__name__, _inputs(layer)
        if kind not in WRITERS:
            raise _refusal(layer, f"allowed is {', '.join(sorted(WRITERS))}")
        names = [self.names[id(x)] for x in inputs]
        orders = [self.orders[id(x)] for x in inputs if id(x) in self.orders]
        if orders and kind in POINTWISE:
            self.orders[id(layer.output)] = orders[0]
        elif orders and kind not in ("Dense", "Reshape"):
            raise _refusal(layer, "allowed after Flatten is Dense")
        write = WRITERS[kind] if layer not in self._folded else _nothing
        name = write(self, layer, *names)
        self.names[id(layer.output)] = self._activate(layer, name)

    def _activate(self, layer: Any, x: str) -> str:
        name = getattr(getattr(layer, "activation", None), "__name__", "linear")
        if name == "linear":
            return x
        if name not in ACTIVATIONS:
            raise _refusal(layer, f"allowed is activation {', '.join(ACTIVATIONS)}")
        return self.graph.add(ACTIVATIONS[name], x)

    def order(self, x: Any) -> np.ndarray | slice:
        """Return Keras' position of each feature of a tensor that is there."""
        return self.orders.get(id(x), slice(None))

    def fold(self, layer: Any) -> tuple[np.ndarray, np.ndarray]:
        """Return scale and shift of the normalisation behind a layer, else 1 and 0."""
        after, activation = self._reader(layer.output), layer.activation.__name__
        if type(after).__name__ == "BatchNormalization" and activation == "linear":
            self._folded.add(after)
            return _normalisation(after)
        channels = layer.output.shape[-1]
        return np.ones(channels), np.zeros(channels)

    def order_ahead(self, x: Any) -> np.ndarray | None:
        """Return the order of features that become an image further on, else None."""
        while (layer := self._reader(x)) is not None:
            if type(layer).__name__ == "Reshape" and len(layer.target_shape) == 3:
                return _channels_first(layer.target_shape)
            if type(layer).__name__ not in POINTWISE:
                return None
            x = layer.output
        return None

    def _reader(self, x: Any):
        """Return the layer that reads a tensor, if it is the only one."""
        readers = self._readers[id(x)]
        return readers[0] if len(readers) == 1 else None


def _inputs(layer) -> list:
    return layer.input if isinstance(layer.input, list) else [layer.input]


def _refusal(layer, why: str) -> ExportFailed:
    kind = type(layer).__name__
    return ExportFailed(f"layer {layer.name!r}, {kind}, has no ONNX form here: {why}")


def _channels_first(shape: tuple) -> np.ndarray:
    return np.arange(np.prod(shape)).reshape(shape).transpose(2, 0, 1).ravel()


def _normalisation(layer) -> tuple[np.ndarray, np.ndarray]:
    """Return what a trained batch normalisation multiplies with and adds."""
    *affine, mean, variance = layer.get_weights()
    gamma = affine.pop(0) if layer.scale else 1.0
    beta = affine.pop(0) if layer.center else 0.0
    scale = gamma / np.sqrt(variance + layer.epsilon)
    return scale, beta - mean * scale


def _weights(layer) -> tuple[np.ndarray, np.ndarray]:
    kernel, *bias = layer.get_weights()
    return kernel, bias[0] if bias else np.zeros(layer.output.shape[-1])


def _dense(to: Translation, layer, x: str) -> str:
    (kernel, bias), (scale, shift) = _weights(layer), to.fold(layer)
    kernel, bias = kernel * scale, bias * scale + shift
    kernel = kernel[to.order(layer.input)]
    if (order := to.order_ahead(layer.output)) is not None:
        to.orders[id(layer.output)] = order
        kernel, bias = kernel[:, order], bias[order]
    return to.graph.add("Gemm", x, kernel, bias)


def _convolution(to: Translation, layer, x: str) -> str:
    transposed = type(layer).__name__ == "Conv2DTranspose"
    (kernel, bias), (scale, shift) = _weights(layer), to.fold(layer)
    # Keras has (height, width, in, out), transposed (height, width, out, in).
    kernel = kernel * (scale[:, np.newaxis] if transposed else scale)
    return to.graph.add(
        "ConvTranspose" if transposed else "Conv",
        x,
        kernel.transpose(3, 2, 0, 1),
        bias * scale + shift,
        pads=_pads(layer, transposed),
        strides=list(layer.strides),
    )


def _pads(layer, transposed: bool) -> list[int]:
    """Return the padding before both axes, then behind both."""
    if layer.padding == "valid":
        return [0, 0, 0, 0]
    sizes = layer.input.shape[1:3], layer.output.shape[1:3]
    small, large = map(np.array, sizes if transposed else sizes[::-1])
    totals = (small - 1) * layer.strides + layer.kernel_size - large
    before = np.maximum(totals, 0) // 2
    return [*before.tolist(), *(np.maximum(totals, 0) - before).tolist()]


def _batch_normalisation(to: Translation, layer, x: str) -> str:
    scale, shift = (values[to.order(layer.input)] for values in _normalisation(layer))
    if len(layer.output.shape) == 4:
        scale, shift = (values.reshape(-1, 1, 1) for values in (scale, shift))
    return to.graph.add("Add", to.graph.add("Mul", x, scale), shift)


def _rescaling(to: Translation, layer, x: str) -> str:
    if layer.scale != 1:
        x = to.graph.add("Mul", x, float(layer.scale))
    if layer.offset != 0:
        x = to.graph.add("Add", x, float(layer.offset))
    return x


def _reshape(to: Translation, layer, x: str) -> str:
    shape = layer.target_shape
    if shape == (1,) and len(layer.input.shape) == 1:
        return to.graph.add("Unsqueeze", x, [1])
    if len(shape) != 3 or id(layer.input) not in to.orders:
        raise _refusal(layer, "allowed is a Dense that becomes an image")
    height, width, channels = shape
    return to.graph.add("Reshape", x, [-1, channels, height, width])


def _flatten(to: Translation, layer, x: str) -> str:
    to.orders[id(layer.output)] = _channels_first(layer.input.shape[1:])
    return to.graph.add("Flatten", x)


def _first_number(to: Translation, layer, x: str) -> str:
    if layer.output.shape != (None, 1):
        raise _refusal(layer, "allowed is [:, :1]")
    first = np.eye(layer.input.shape[1])[:, :1]
    return to.graph.add("Gemm", x, first, [0.0])


def _discretization(to: Translation, layer, x: str) -> str:
    """Count the boundaries that a number has reached."""
    reached = to.graph.add("GreaterOrEqual", x, [layer.bin_boundaries])
    return to.graph.count(reached, len(layer.bin_boundaries))


def _of_two(operator: str) -> Callable[..., str]:
    """Return what appends an operator of two layers; Keras' may have fewer or more."""

    def append(to: Translation, layer, *parts: str) -> str:
        if len(parts) != 2:
            kind = type(layer).__name__
            raise _refusal(layer, f"allowed is {kind} of two layers, or Rescaling")
        return to.graph.add(operator, *parts)

    return append


def _dot(to: Translation, layer, x: str, y: str) -> str:
    return to.graph.add("ReduceSum", to.graph.add("Mul", x, y), [1])


def _leaky_relu(to: Translation, layer, x: str) -> str:
    return to.graph.add("LeakyRelu", x, alpha=float(layer.negative_slope))


def _nothing(to: Translation, layer, x: str) -> str:
    return x


# What each layer becomes; a name is that of the class, of a layer or of keras.ops.
POINTWISE: dict[str, Callable[..., str]] = {
    "Activation": _nothing,
    "BatchNormalization": _batch_normalisation,
    "Dropout": _nothing,
    "Identity": _nothing,
    "LeakyReLU": _leaky_relu,
    "ReLU": lambda to, layer, x: to.graph.add("Relu", x),
    "SpatialDropout2D": _nothing,
}
WRITERS: dict[str, Callable[..., str]] = {
    **POINTWISE,
    "Add": _of_two("Add"),
    "Bitmap": lambda to, own, *x: own.append(to.graph, *x, own.input[0].shape[1]),
    "CategoryEncoding": lambda to, own, x: to.graph.add(
        "Gather", np.eye(own.num_tokens), x
    ),
    "Clip": lambda to, own, x: to.graph.add("Clip", x, own.x_min, own.x_max),
    "Concatenate": lambda to, own, *x: to.graph.add("Concat", *x, axis=1),
    "Conv2D": _convolution,
    "Conv2DTranspose": _convolution,
    "Dense": _dense,
    "Discretization": _discretization,
    "Dot": _dot,
    "Flatten": _flatten,
    "GetItem": _first_number,
    "LatentSide": lambda to, own, *x: own.append(to.graph, *x),
    "Multiply": _of_two("Mul"),
    "Rescaling": _rescaling,
    "Reshape": _reshape,
}
