"""What ``generator.onnx`` computes, as a list of steps that any library can take.

The file itself is read, not ``gan.keras``: its weights are those that were checked and
measured, rounded and with the tone, and nothing of Keras has to be unpacked.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
from onnx import helper, numpy_helper

from digitgan.errors import InputError

SETTINGS = dict.fromkeys(("ReduceMax", "Squeeze", "Unsqueeze"), "axes")
SETTINGS["Reshape"] = "shape"  # their second input is never computed
WEIGHTS = ("Conv", "ConvTranspose", "Gemm")
KNOWN = {*SETTINGS, *WEIGHTS, "Add", "Cast", "Clip", "Concat", "Gather"}
KNOWN |= {"GreaterOrEqual", "Mul", "Relu", "Round", "Sub", "Tanh", "Where"}


@dataclass(frozen=True)
class Step:
    """One operation, defined as ONNX does.

    Attributes:
        kind: Such as ``Conv``.
        inputs: Names of arrays, of the network's inputs or of outputs before.
        output: The name of what it yields.
        settings: What else it is told: ``axes``, ``axis``, ``pads``, ``shape``,
            ``strides`` or ``to``.
    """

    kind: str
    inputs: tuple[str, ...]
    output: str
    settings: dict


@dataclass(frozen=True, eq=False)
class Steps:
    """A generator, step by step.

    Attributes:
        inputs: Type and shape of each input, None for the number of digits, by name.
        steps: In the order in which they can be taken; the last yields ``digits``.
        arrays: Weights and constants, by name; large ones in half precision.
    """

    inputs: dict[str, tuple[str, tuple[int | None, ...]]]
    steps: list[Step]
    arrays: dict[str, np.ndarray]

    def whole_arrays(self) -> dict[str, np.ndarray]:
        """Return the arrays in the precision that is computed in."""
        half = {k: v.astype("f4") for k, v in self.arrays.items() if v.dtype == "f2"}
        return self.arrays | half


def read_steps(path: Path) -> Steps:
    """Read the generator's file.

    Raises:
        InputError: It was not written by digitgan.
    """
    graph = onnx.load(path).graph
    stored = {one.name: numpy_helper.to_array(one) for one in graph.initializer}
    steps, arrays, names = [], {}, {}
    for node in graph.node:
        if node.op_type not in KNOWN:
            raise InputError(
                f"model {str(path)!r} computes {node.op_type}: allowed are "
                f"{', '.join(sorted(KNOWN))}, as digitgan writes them"
            )
        if node.op_type == "Cast" and node.input[0] in stored:  # from half precision
            stored[node.output[0]] = stored[node.input[0]]
            continue
        inputs, settings = list(node.input), _settings(node)
        if node.op_type in SETTINGS:
            settings[SETTINGS[node.op_type]] = stored[inputs.pop()].tolist()
        for place, name in enumerate(inputs):
            if name in stored:
                inputs[place] = names.setdefault(name, _name(node, place))
                arrays[inputs[place]] = stored[name]
        steps.append(Step(node.op_type, tuple(inputs), node.output[0], settings))
    return Steps({one.name: _input(one) for one in graph.input}, steps, arrays)


def _settings(node) -> dict:
    """Return the attributes of a node; types by their NumPy name."""
    told = {one.name: helper.get_attribute_value(one) for one in node.attribute}
    if "to" in told:
        told["to"] = str(helper.tensor_dtype_to_np_dtype(told["to"]))
    return told


def _name(node, place: int) -> str:
    """Name an array after the step that needs it."""
    of_weights = node.op_type in WEIGHTS
    return f"{node.output[0]}.{('', 'weight', 'bias')[place] if of_weights else place}"


def _input(one) -> tuple[str, tuple[int | None, ...]]:
    kind = helper.tensor_dtype_to_np_dtype(one.type.tensor_type.elem_type)
    dims = [dim.dim_value or None for dim in one.type.tensor_type.shape.dim]
    return str(kind), tuple(dims)
