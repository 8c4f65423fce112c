"""An ONNX graph that grows from its inputs to its outputs."""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import ArrayLike
from onnx import TensorProto, helper, numpy_helper

OPSET, IR = 18, 8  # of onnx 1.13: older runtimes open it, too
HALF_PRECISION_FROM = 4096  # numbers in a matrix or kernel


class Graph:
    """Operations and arrays, named as they come."""

    def __init__(self):
        self._nodes, self._arrays, self._inputs, self._outputs = [], [], [], []

    def input(self, name: str, dtype: int, shape: tuple[int, ...]) -> str:
        """Declare an input; the batch is left out of its shape."""
        value = helper.make_tensor_value_info(name, dtype, ["N", *shape])
        self._inputs.append(value)
        return name

    def output(self, name: str, dtype: int, shape: tuple[int, ...]) -> None:
        """Declare as an output what some operation yields under this name."""
        value = helper.make_tensor_value_info(name, dtype, ["N", *shape])
        self._outputs.append(value)

    def add(
        self, operator: str, *inputs: str | ArrayLike, name: str = "", **attributes: Any
    ) -> str:
        """Append an operation, of names or arrays; return the name of its result."""
        names = [x if isinstance(x, str) else self.array(x) for x in inputs]
        name = name or f"{operator.lower()}_{len(self._nodes)}"
        self._nodes.append(helper.make_node(operator, names, [name], **attributes))
        return name

    def array(self, values: ArrayLike) -> str:
        """Store an array and return its name.

        Half the bytes move a weight by 0.05 % at most, and a pixel by a grey level.
        """
        values, name = np.asarray(values), f"array_{len(self._arrays)}"
        if values.dtype.kind == "f":
            large = values.ndim > 1 and values.size > HALF_PRECISION_FROM
            values = values.astype(np.float16 if large else np.float32)
        self._arrays.append(numpy_helper.from_array(values, name))
        if values.dtype == np.float16:
            return self.add("Cast", name, to=TensorProto.FLOAT)
        return name

    def count(self, conditions: str, n: int) -> str:
        """Append how many of n conditions ``(N, n)`` hold, ``int32 (N,)``."""
        ones = self.add("Cast", conditions, to=TensorProto.FLOAT)
        counts = self.add("Gemm", ones, np.ones((n, 1)), [0.0])
        counts = self.add("Squeeze", counts, [1])
        return self.add("Cast", counts, to=TensorProto.INT32)

    def on_both_axes(self, rows: str, images: str, columns: str) -> str:
        """Append weights times the rows and weights times the columns of images."""
        columns = self.add("Transpose", columns, perm=[0, 2, 1])
        return self.add("MatMul", self.add("MatMul", rows, images), columns)

    def save(self, path: Path) -> None:
        """Check the graph and write it."""
        graph = helper.make_graph(
            self._nodes, "digitgan", self._inputs, self._outputs, self._arrays
        )
        opset = [helper.make_opsetid("", OPSET)]
        model = helper.make_model(graph, opset_imports=opset, ir_version=IR)
        onnx.checker.check_model(model, full_check=True)
        onnx.save(model, path)
