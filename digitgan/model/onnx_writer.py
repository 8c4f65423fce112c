"""Each player as one ONNX file, written operation by operation.

The exporters of the backends leave layouts and normalisations to the runtime; knowing
the network, we fold each batch normalisation into the weights before it and lay images
out channels first, as the runtime computes them.
"""

from pathlib import Path

import keras
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from digitgan.model.histogram_matching import CURVE_STEPS, INK_LIMIT, GreyCurve
from digitgan.model.networks import MAX_DEVIATIONS

OPSET, IR = 18, 10
LARGE = 4096  # numbers; larger arrays are stored in half the bytes


def write_generator(
    path: Path, generator: keras.Model, curve: GreyCurve | None
) -> None:
    """Write a generator and its last step, from latents to finished digits.

    Inputs are named as those of the Keras model; the output ``digits`` is ``uint8
    (N, 28, 28)``, several channels last. Agrees with
    :func:`digitgan.model.histogram_matching.finished` to a grey level.

    Args:
        path: The file.
        generator: From :func:`digitgan.model.networks.build_generator`.
        curve: As for :func:`digitgan.model.histogram_matching.finished`.
    """
    graph = _Graph()
    x = _conditions(graph, generator, generator.inputs)
    (dense,) = _layers(generator, keras.layers.Dense)
    norms = _layers(generator, keras.layers.BatchNormalization)
    convolutions = _layers(
        generator, keras.layers.Conv2D | keras.layers.Conv2DTranspose
    )
    height, width, channels = convolutions[0].input.shape[1:]
    scale, shift = _folded(norms[0])
    kernel = (dense.get_weights()[0] * scale).reshape(-1, height, width, channels)
    kernel = kernel.transpose(0, 3, 1, 2).reshape(len(kernel), -1)
    shift = shift.reshape(height, width, channels).transpose(2, 0, 1).ravel()
    x = graph.add("Relu", graph.add("Gemm", x, graph.array(kernel), graph.array(shift)))
    x = graph.add("Reshape", x, graph.array(np.array([-1, channels, height, width])))
    first, *refinements, last = convolutions
    x = graph.add("Relu", _convolve(graph, x, first, *_folded(norms[1])))
    for layer, norm in zip(refinements, norms[2:], strict=True):
        finer = _convolve(graph, x, layer, *_folded(norm))
        x = graph.add("Relu", graph.add("Add", finer, x))
    if curve is None:
        _scale_evenly(graph, x, last, generator)
    else:
        _apply_grey_curve(graph, x, last, curve)
    digits = "digits", TensorProto.UINT8, _finished_shape(generator.output)
    graph.save(path, [_value(x) for x in generator.inputs], digits)


def write_discriminator(path: Path, discriminator: keras.Model) -> None:
    """Write a discriminator, from finished digits to probabilities.

    The input ``digits`` is what the generator's file yields, such as ``uint8 (N, 28,
    28)``; conditions are named as in the Keras model. The output
    ``probability`` is ``float32 (N,)``. Dropout is off.

    Args:
        path: The file.
        discriminator: From :func:`digitgan.model.networks.build_discriminator`.
    """
    graph = _Graph()
    image, *conditions = discriminator.inputs
    x = graph.add("Cast", "digits", to=TensorProto.FLOAT)
    x = graph.add("Mul", x, graph.array(1 / 127.5))
    x = graph.add("Sub", x, graph.array(1.0))
    if image.shape[3] == 1:
        x = graph.add("Unsqueeze", x, graph.array(np.array([1])))
    else:
        x = graph.add("Transpose", x, perm=[0, 3, 1, 2])
    leak = _layers(discriminator, keras.layers.LeakyReLU)[0].negative_slope
    for layer in _layers(discriminator, keras.layers.Conv2D):
        ones = np.ones(layer.filters)
        x = _convolve(graph, x, layer, ones, layer.get_weights()[1])
        x = graph.add("LeakyRelu", x, alpha=leak)
    neuron = discriminator.get_layer("neuron")
    others = [d for d in _layers(discriminator, keras.layers.Dense) if d is not neuron]
    hidden, *projection = sorted(others, key=lambda d: -d.kernel.shape[0])
    kernel, bias = hidden.get_weights()
    kernel = kernel.reshape(*layer.output.shape[1:], -1).transpose(2, 0, 1, 3)
    x = graph.add("Flatten", x)
    x = _dense(graph, x, kernel.reshape(-1, len(bias)), bias)
    x = graph.add("LeakyRelu", x, alpha=leak)
    logit = _dense(graph, x, *neuron.get_weights())
    for layer in projection:
        kernel, bias = (w * len(bias) ** -0.5 for w in layer.get_weights())
        weights = _dense(
            graph, _conditions(graph, discriminator, conditions), kernel, bias
        )
        last = graph.array(np.array([1]))
        moved = graph.add("ReduceSum", graph.add("Mul", x, weights), last)
        logit = graph.add("Add", logit, moved)
    logit = graph.add("Squeeze", logit, graph.array(np.array([1])))
    graph.add("Sigmoid", logit, name="probability")
    digits = "digits", TensorProto.UINT8, _finished_shape(image)
    inputs = [digits, *(_value(x) for x in conditions)]
    graph.save(path, inputs, ("probability", TensorProto.FLOAT, ()))


class _Graph:
    """Nodes and arrays of an ONNX graph that grows from its inputs to its output."""

    def __init__(self):
        self.nodes, self.arrays = [], []

    def add(self, kind: str, *inputs: str, name: str = "", **attributes) -> str:
        """Append an operation and return the name of what it yields."""
        name = name or f"{kind.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [name], **attributes))
        return name

    def array(self, values) -> str:
        """Store an array of the graph and return its name.

        Half the bytes move a weight by 0.05 % at most, and a pixel by a grey level.
        """
        values, name = np.asarray(values), f"array_{len(self.arrays)}"
        if values.dtype.kind == "f":
            large = values.size > LARGE
            values = values.astype(np.float16 if large else np.float32)
        self.arrays.append(numpy_helper.from_array(values, name))
        if values.dtype == np.float16:
            return self.add("Cast", name, to=TensorProto.FLOAT)
        return name

    def save(self, path: Path, inputs: list, output: tuple) -> None:
        *inputs, output = (
            helper.make_tensor_value_info(name, kind, ["N", *shape])
            for name, kind, shape in [*inputs, output]
        )
        graph = helper.make_graph(
            self.nodes, output.name, inputs, [output], self.arrays
        )
        opset = [helper.make_opsetid("", OPSET)]
        model = helper.make_model(graph, opset_imports=opset, ir_version=IR)
        onnx.checker.check_model(model, full_check=True)
        onnx.save(model, path)


def _value(x: keras.KerasTensor) -> tuple:
    """Return name, type and shape of an input, without the batch."""
    kind = TensorProto.INT32 if x.dtype == "int32" else TensorProto.FLOAT
    return x.name, kind, x.shape[1:]


def _finished_shape(image: keras.KerasTensor) -> tuple:
    """Return the shape of a finished image, without the batch."""
    return image.shape[1:3] if image.shape[3] == 1 else image.shape[1:]


def _layers(network: keras.Model, kind) -> list:
    return [layer for layer in network.layers if isinstance(layer, kind)]


def _conditions(graph: _Graph, network: keras.Model, inputs: list) -> str:
    """Put latents and conditions side by side, ``(N, C)``."""
    parts = []
    for x in inputs:
        if x.dtype == "int32":
            kinds = network.get_layer(f"{x.name}_code").num_tokens
            parts.append(graph.add("Gather", graph.array(np.eye(kinds)), x.name))
        elif len(x.shape) == 1:
            standard = network.get_layer(f"{x.name}_standard")
            part = graph.add("Mul", x.name, graph.array(float(standard.scale)))
            part = graph.add("Add", part, graph.array(float(standard.offset)))
            ends = graph.array(-MAX_DEVIATIONS), graph.array(MAX_DEVIATIONS)
            part, last = graph.add("Clip", part, *ends), graph.array(np.array([-1]))
            parts.append(graph.add("Unsqueeze", part, last))
        else:
            parts.append(x.name)
    return graph.add("Concat", *parts, axis=1) if len(parts) > 1 else parts[0]


def _folded(norm) -> tuple[np.ndarray, np.ndarray]:
    """Return what a trained batch normalisation multiplies with and adds."""
    gamma, beta, mean, variance = norm.get_weights()
    scale = gamma / np.sqrt(variance + norm.epsilon)
    return scale, beta - mean * scale


def _dense(graph: _Graph, x: str, kernel: np.ndarray, bias: np.ndarray) -> str:
    return graph.add("Gemm", x, graph.array(kernel), graph.array(bias))


def _convolve(graph: _Graph, x: str, layer, scale, shift) -> str:
    """Append a convolution, or a transposed one, times a scale plus a shift."""
    kernel = layer.get_weights()[0]
    transposed = isinstance(layer, keras.layers.Conv2DTranspose)
    kernel = kernel.transpose(3, 2, 0, 1)  # both: (in, out) or (out, in) first
    scale = scale[np.newaxis, :] if transposed else scale[:, np.newaxis]
    kernel = kernel * scale[..., np.newaxis, np.newaxis]
    pads = [(layer.kernel_size[0] - layer.strides[0]) // 2] * 4
    return graph.add(
        "ConvTranspose" if transposed else "Conv",
        *(x, graph.array(kernel), graph.array(shift)),
        pads=pads,
        strides=list(layer.strides),
    )


def _apply_grey_curve(graph: _Graph, x: str, layer, curve: GreyCurve) -> None:
    """Append ink, its place in the curve, its grey and the peaks."""
    scale = CURVE_STEPS / (2 * INK_LIMIT)
    bias = (layer.get_weights()[1] + INK_LIMIT) * scale
    place = _convolve(graph, x, layer, np.full(1, scale), bias)
    place = graph.add("Squeeze", place, graph.array(np.array([1])))
    most = graph.add("ReduceMax", place, graph.array(np.array([1, 2])))
    near = graph.add("Sub", most, graph.array(curve.peak_gap * scale))
    ends = graph.array(0.0), graph.array(CURVE_STEPS - 1.0)
    step = graph.add("Cast", graph.add("Clip", place, *ends), to=TensorProto.INT32)
    grey = graph.add("Gather", graph.array(curve.greys), step)
    peak = graph.add("GreaterOrEqual", place, near)
    full = graph.array(np.array(255, np.uint8))
    graph.add("Where", peak, full, grey, name="digits")


def _scale_evenly(graph: _Graph, x: str, layer, generator: keras.Model) -> None:
    """Append tanh and the even way from [-1, 1] to 0..255."""
    x = _convolve(graph, x, layer, np.ones(layer.filters), layer.get_weights()[1])
    if layer.filters == 1:
        x = graph.add("Squeeze", x, graph.array(np.array([1])))
    else:
        x = graph.add("Transpose", x, perm=[0, 2, 3, 1])
    x = graph.add("Tanh", x)
    x = graph.add("Mul", x, graph.array(127.5 * generator.get_layer("overshoot").scale))
    x = graph.add("Add", x, graph.array(127.5))
    x = graph.add("Clip", x, graph.array(0.0), graph.array(255.0))
    graph.add("Cast", graph.add("Round", x), to=TensorProto.UINT8, name="digits")
