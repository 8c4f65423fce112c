"""Post-training quantization: a generator's ONNX file with its large layers in 8 bits.

Activations are ``uint8``, weights ``int8`` (Jacob et al. 2018, arXiv 1712.05877), by
the standard's own QuantizeLinear and DequantizeLinear. Every scale is a power of two:
products and sums are then exact in float32, too, so whatever computes the file, in
whatever order, finds the same numbers. Small layers and the last stay in float32.
"""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import onnx
import onnxruntime
from onnx import NodeProto, helper, numpy_helper

from digitgan.model.onnx_graph import HALF_PRECISION_FROM, IR, OPSET, Graph

MAX_ACTIVATION = 255
MAX_WEIGHT = 64  # AVX2 adds two products in 16 bits: 2 * 255 * 64 just fit
MIN_RANGE = 2.0**-8  # of a channel's weights: smaller ones are noise
WEIGHTED = ("Conv", "ConvTranspose", "Gemm")
MOVING = ("Reshape", "Transpose")  # the numbers stay what they are
CHANNELS_FIRST, CHANNELS_LAST = [0, 3, 1, 2], [0, 2, 3, 1]


class Quantized(NamedTuple):
    """A tensor in 8 bits: its name, what a step is worth, and which step is 0."""

    name: str
    scale: float
    zero_point: int


def quantize(path: Path, out: Path, inputs: Mapping[str, np.ndarray]) -> None:
    """Write the file of a generator again, its large layers in 8 bits.

    The ranges of activations are calibrated by the digits that the inputs draw: latents
    and conditions by name, ``(n, ...)``. Both files may be the same.
    """
    Quantization(onnx.load(path).graph, inputs).quantize().save(out)


class Quantization:
    """A graph on its way into another."""

    def __init__(self, old: onnx.GraphProto, inputs: Mapping[str, np.ndarray]):
        self._nodes: list[NodeProto] = []
        self._graph = Graph()
        self._constants = {x.name: numpy_helper.to_array(x) for x in old.initializer}
        self._readers: dict[str, list[NodeProto]] = defaultdict(list)
        for node in old.node:
            if node.op_type == "Cast" and node.input[0] in self._constants:
                weights = self._constants[node.input[0]].astype(np.float32)
                self._constants[node.output[0]] = weights
                continue
            self._nodes.append(node)
            for name in node.input:
                self._readers[name].append(node)
        outputs = [node.output[0] for node in self._nodes]
        watched = [name for name in outputs if self._leads_to_layer(name)]
        self._values = _activations(old, watched, inputs)
        self._quantized: dict[str, Quantized] = {}  # by name in the old graph
        self._floats: dict[str, str] = {x.name: x.name for x in old.input}  # likewise
        for x in old.input:
            self._graph.input(*_declaration(x))
        self._outputs = {x.name: x for x in old.output}

    def quantize(self) -> Graph:
        """Append all nodes of the old graph; return the new one."""
        for node in self._nodes:
            self._append(node)
        return self._graph

    def _append(self, node: NodeProto) -> None:
        """Append a node of the old graph."""
        inputs, output = list(node.input), node.output[0]
        if output in self._quantized:  # a Relu: nothing below 0 was kept
            return
        if self._is_large(node):
            self._append_layer(node)
        elif node.op_type == "Add" and all(x in self._quantized for x in inputs):
            self._quantize_output(output, self._copy(node, inputs))
        elif node.op_type in MOVING and inputs[0] in self._quantized:
            x = self._quantized[inputs[0]]
            name = self._copy(node, inputs[1:], x.name)
            self._quantized[output] = x._replace(name=name)
        else:
            self._floats[output] = self._copy(node, inputs)
            if output in self._outputs:
                self._graph.output(*_declaration(self._outputs[output]))

    def _is_large(self, node: NodeProto) -> bool:
        """Whether a layer has many weights and leads to another one."""
        return (
            node.op_type in WEIGHTED
            and self._constants[node.input[1]].size > HALF_PRECISION_FROM
            and self._leads_to_layer(node.output[0])
        )

    def _leads_to_layer(self, name: str) -> bool:
        return any(
            reader.op_type in WEIGHTED
            or reader.op_type in ("Relu", "Add", *MOVING)
            and self._leads_to_layer(reader.output[0])
            for reader in self._readers[name]
        )

    def _append_layer(self, node: NodeProto) -> None:
        """Append a layer in 8 bits, a transposed convolution as a plain one."""
        weights, bias = (self._constants[name] for name in node.input[1:])
        kind, options, output = node.op_type, _attributes(node), node.output[0]
        strides = options["strides"] if kind == "ConvTranspose" else ()
        if strides:
            kind, weights = "Conv", as_convolution(weights, strides)
            bias = np.tile(bias, math.prod(strides))
            pads = 2 * [size - 1 for size in weights.shape[2:]]
            options = {"pads": pads, "strides": [1, 1]}
        axis = 1 if kind == "Gemm" else 0  # of the output channels
        others = tuple(i for i in range(weights.ndim) if i != axis)
        scale = _scale(weights, MAX_WEIGHT, others)
        steps = np.rint(weights / np.expand_dims(scale, others))
        steps = np.clip(steps, -MAX_WEIGHT, MAX_WEIGHT).astype(np.int8)
        self._quantize(node.input[0])
        bias_scale = scale * self._quantized[node.input[0]].scale
        bias_steps = np.rint(bias / bias_scale).astype(np.int32)
        add = self._graph.add
        # Without zero points in the file, runtimes fuse less.
        zeros = self._graph.array(np.zeros(len(bias), np.int8))
        weight = add("DequantizeLinear", steps, scale, zeros, axis=axis)
        shift = add("DequantizeLinear", bias_steps, bias_scale, axis=0)
        y = add(kind, self._float(node.input[0]), weight, shift, **options)
        output = self._quantize_output(output, y)
        if strides:
            x = self._quantized[output]
            name = self._interleave(x.name, node, weights.shape[2:])
            self._quantized[output] = x._replace(name=name)

    def _interleave(self, x: str, node: NodeProto, kernel: Sequence[int]) -> str:
        """Make pixels of channels: sub-pixel convolution (Shi et al. 2016).

        Channels lie last meanwhile, so that whole pixels are moved.
        """
        options, add = _attributes(node), self._graph.add
        (down, across), (top, left) = options["strides"], options["pads"][:2]
        _, channels, height, width = self._values[node.output[0]].shape
        sizes = self._values[node.input[0]].shape[2:]
        rows, columns = (a + b - 1 for a, b in zip(sizes, kernel, strict=True))
        x = add("Transpose", x, perm=CHANNELS_LAST)
        x = add("Reshape", x, [-1, rows, columns, down, across, channels])
        x = add("Transpose", x, perm=[0, 1, 3, 2, 4, 5])
        x = add("Reshape", x, [-1, rows * down, columns * across, channels])
        x = add("Slice", x, [top, left], [top + height, left + width], [1, 2])
        return add("Transpose", x, perm=CHANNELS_FIRST)

    def _quantize_output(self, name: str, x: str) -> str:
        """Quantize what a node yields, or the Relu of it if nothing else is read."""
        readers = self._readers[name]
        if len(readers) == 1 and readers[0].op_type == "Relu":
            name = readers[0].output[0]
        self._quantize(name, x)
        return name

    def _quantize(self, name: str, x: str = "") -> None:
        """Quantize a tensor of the old graph, in the new one x, unless it is."""
        if name in self._quantized:
            return
        values, graph = self._values[name], self._graph
        zero_point = 128 if values.min() < 0 else 0
        scale = float(_scale(values, MAX_ACTIVATION - zero_point))
        zero = graph.array(np.array(zero_point, np.uint8))
        x = graph.add("QuantizeLinear", x or self._float(name), scale, zero)
        self._quantized[name] = Quantized(x, scale, zero_point)
        self._floats.pop(name, None)

    def _float(self, name: str) -> str:
        """Return what a tensor or constant is called in the new graph, in float32."""
        if name in self._constants and name not in self._floats:
            self._floats[name] = self._graph.array(self._constants[name])
        elif name not in self._floats:
            x = self._quantized[name]
            zero = self._graph.array(np.array(x.zero_point, np.uint8))
            scale = self._graph.array(x.scale)
            self._floats[name] = self._graph.add(
                "DequantizeLinear", x.name, scale, zero
            )
        return self._floats[name]

    def _copy(self, node: NodeProto, inputs: Sequence[str], *first: str) -> str:
        """Append a node as it is, of inputs of the old graph after those of the new."""
        name = node.output[0] if node.output[0] in self._outputs else ""
        names, attributes = (*first, *map(self._float, inputs)), _attributes(node)
        return self._graph.add(node.op_type, *names, name=name, **attributes)


def as_convolution(weights: np.ndarray, strides: Sequence[int]) -> np.ndarray:
    """Return a transposed convolution's weights as those of a plain convolution.

    From ``(in, out, height, width)`` and strides down and across to ``(down * across *
    out, in, height / down, width / across)``, rounded up: its channels are those of
    each of the pixels that an input pixel becomes.
    """
    (down, across), (channels, out, height, width) = strides, weights.shape
    tall, wide = -(-height // down), -(-width // across)
    padded = np.zeros((channels, out, tall * down, wide * across), weights.dtype)
    padded[:, :, :height, :width] = weights
    phases = padded.reshape(channels, out, tall, down, wide, across)
    phases = phases[:, :, ::-1, :, ::-1].transpose(3, 5, 1, 0, 2, 4)
    return phases.reshape(-1, channels, tall, wide)


def _scale(values: np.ndarray, steps: int, axes: tuple[int, ...] | None = None):
    """Return the powers of two that lose least when values become so many steps."""
    most = np.maximum(np.abs(values).max(axis=axes, keepdims=True), MIN_RANGE)
    widest = np.exp2(np.ceil(np.log2(most / steps)))
    scales = [widest, widest / 2, widest / 4]  # the smaller ones cut what is large
    losses = [
        np.square(np.clip(np.rint(values / scale), -steps, steps) * scale - values)
        for scale in scales
    ]
    sums = [loss.sum(axis=axes, keepdims=True) for loss in losses]
    return np.choose(np.argmin(sums, axis=0), scales).squeeze(axes)


def _activations(
    graph: onnx.GraphProto, names: list[str], inputs: Mapping[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """Return some tensors by name, and the inputs."""
    watched = onnx.GraphProto()
    watched.CopyFrom(graph)
    del watched.output[:]
    watched.output.extend(onnx.ValueInfoProto(name=name) for name in names)
    opset = [helper.make_opsetid("", OPSET)]
    model = helper.make_model(watched, opset_imports=opset, ir_version=IR)
    session = onnxruntime.InferenceSession(model.SerializeToString())
    arrays: Any = session.run(names, dict(inputs))
    return dict(zip(names, arrays, strict=True)) | dict(inputs)


def _attributes(node: NodeProto) -> dict[str, Any]:
    return {one.name: helper.get_attribute_value(one) for one in node.attribute}


def _declaration(x: onnx.ValueInfoProto) -> tuple[str, int, tuple[int, ...]]:
    """Return name, type and shape of an input or output, without the batch."""
    tensor = x.type.tensor_type
    shape = tuple(dim.dim_value for dim in tensor.shape.dim[1:])
    return x.name, tensor.elem_type, shape
