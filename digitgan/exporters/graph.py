"""What ``generator.onnx`` computes, as plain nodes that any library can evaluate.

The file itself is read, not ``gan.keras``: its weights are those that were checked and
measured, rounded and with the grey curve, and nothing of Keras has to be unpacked.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper

from digitgan.errors import InputError

# A library's operations by their ONNX names: inputs first, attributes by name.
Operations = Mapping[str, Callable[..., Any]]

# Inputs that ONNX could compute and digitgan writes as constants: attributes here.
CONSTANT_INPUTS: dict[str, tuple[str, ...]] = {
    "ReduceMax": ("axes",),
    "Reshape": ("shape",),
    "Slice": ("starts", "ends", "axes"),
    "Squeeze": ("axes",),
    "Unsqueeze": ("axes",),
}
WEIGHTED = ("Conv", "ConvTranspose", "Gemm")


@dataclass(frozen=True)
class Node:
    """One operation, as ONNX defines it, with the names of its arrays."""

    op_type: str
    inputs: tuple[str, ...]
    output: str
    attributes: dict[str, Any]


@dataclass(frozen=True, eq=False)
class Graph:
    """A generator, node by node, as they can be evaluated; the last is ``digits``."""

    inputs: dict[str, tuple[str, tuple[int | None, ...]]]  # type, shape; None for N
    nodes: list[Node]
    initializers: dict[str, np.ndarray]  # large ones in half precision

    def float32_initializers(self) -> dict[str, np.ndarray]:
        """Return the initializers in the precision that is computed in."""
        return {
            name: array.astype("f4") if array.dtype == "f2" else array
            for name, array in self.initializers.items()
        }

    def evaluate(self, operations: Operations, values: Mapping[str, Any]) -> Any:
        """Return the digits of a library's inputs and initializers, by name."""
        values = dict(values)
        for node in self.nodes:
            inputs = [values[name] for name in node.inputs]
            operation = operations[node.op_type]
            values[node.output] = operation(*inputs, **node.attributes)
        return values["digits"]


def read_graph(path: Path, operations: Operations) -> Graph:
    """Read the generator's file, if all that it computes is among the operations."""
    graph = onnx.load(path).graph
    constants = {one.name: numpy_helper.to_array(one) for one in graph.initializer}
    nodes, initializers, names = [], {}, {}
    for node in graph.node:
        if node.op_type not in operations:
            allowed = f"a network of {', '.join(sorted(operations))} for this format"
            raise InputError("model", path, allowed, f"computes {node.op_type}")
        inputs = list(node.input)
        attributes = {a.name: helper.get_attribute_value(a) for a in node.attribute}
        if inputs[0] in constants and node.op_type in ("Cast", "DequantizeLinear"):
            arrays = [constants[name] for name in inputs]
            constants[node.output[0]] = _weights(*arrays, **attributes)
            continue
        if "to" in attributes:
            attributes["to"] = str(helper.tensor_dtype_to_np_dtype(attributes["to"]))
        for name in reversed(CONSTANT_INPUTS.get(node.op_type, ())):
            attributes[name] = constants[inputs.pop()].tolist()
        for place, name in enumerate(inputs):
            if name in constants:
                inputs[place] = names.setdefault(name, _initializer_name(node, place))
                initializers[inputs[place]] = constants[name]
        nodes.append(Node(node.op_type, tuple(inputs), node.output[0], attributes))
    return Graph({one.name: _input(one) for one in graph.input}, nodes, initializers)


def _weights(stored: np.ndarray, *quantization: np.ndarray, **attributes) -> np.ndarray:
    """Return constants that are stored in half precision or 8 bits; both fit half."""
    if not quantization:
        return stored.astype("f2")
    scale, axis = quantization[0], attributes["axis"]
    others = [i for i in range(stored.ndim) if i != axis]
    weights = stored * np.expand_dims(scale, others)
    return weights.astype("f2") if stored.dtype == np.int8 else weights.astype("f4")


def _initializer_name(node: onnx.NodeProto, place: int) -> str:
    """Name an initializer after the first node that needs it."""
    weighted = node.op_type in WEIGHTED
    return f"{node.output[0]}.{('', 'weight', 'bias')[place] if weighted else place}"


def _input(value: onnx.ValueInfoProto) -> tuple[str, tuple[int | None, ...]]:
    tensor = value.type.tensor_type
    dtype = helper.tensor_dtype_to_np_dtype(tensor.elem_type)
    return str(dtype), tuple(dim.dim_value or None for dim in tensor.shape.dim)
