"""A program of torch: weights and operations, without this package or Keras."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch.nn import functional

from digitgan.exporters import Generator
from digitgan.exporters.graph import Graph, read_graph
from digitgan.sampling.sampler import Sampler


def _quantize(x, scale, zero_point):
    steps = torch.round(x / scale) + zero_point
    return torch.clip(steps, 0, 255).to(torch.uint8)


def _slice(x, starts, ends, axes):
    for start, end, axis in zip(starts, ends, axes, strict=True):
        x = x.narrow(axis, start, end - start)
    return x


OPERATIONS: dict[str, Callable[..., Any]] = {
    "Abs": torch.abs,
    "Add": torch.add,
    "Cast": lambda x, to: x.to(getattr(torch, to)),
    "Clip": torch.clip,
    "Concat": lambda *parts, axis: torch.cat(parts, axis),
    "Conv": lambda x, weight, bias, pads, strides: functional.conv2d(
        x, weight, bias, strides, pads[:2]
    ),
    "ConvTranspose": lambda x, weight, bias, pads, strides: functional.conv_transpose2d(
        x, weight, bias, strides, pads[:2]
    ),
    "DequantizeLinear": lambda x, scale, zero: scale * (x.float() - zero),
    "Div": torch.div,
    "Gather": lambda table, indices: table[indices],
    "Gemm": lambda x, weight, bias: x @ weight + bias,
    "GreaterOrEqual": torch.ge,
    "MatMul": torch.matmul,
    "Mul": torch.mul,
    "QuantizeLinear": _quantize,
    "ReduceMax": lambda x, axes: torch.amax(x, axes, keepdim=True),
    "Relu": torch.relu,
    "Reshape": torch.reshape,
    "Round": torch.round,
    "Slice": _slice,
    "Squeeze": lambda x, axes: torch.squeeze(x, axes),
    "Sub": torch.sub,
    "Tanh": torch.tanh,
    "Transpose": lambda x, perm: torch.permute(x, perm),
    "Unsqueeze": lambda x, axes: torch.unsqueeze(x, *axes),
    "Where": torch.where,
}


class Network(torch.nn.Module):
    """The graph as a module; inputs in their order."""

    def __init__(self, graph: Graph):
        super().__init__()
        self.graph = graph
        self._buffer_names = {k: k.replace(".", "_") for k in graph.initializers}
        for name, array in graph.float32_initializers().items():
            self.register_buffer(self._buffer_names[name], torch.tensor(array))

    def forward(self, *inputs: torch.Tensor) -> torch.Tensor:
        """Draw."""
        values = dict(zip(self.graph.inputs, inputs, strict=True))
        values |= {k: self.get_buffer(v) for k, v in self._buffer_names.items()}
        return self.graph.evaluate(OPERATIONS, values)


def write(model: Sampler, out: Path) -> None:
    """Write a ``.pt2`` for any number of digits."""
    graph = read_graph(model.folder / "generator.onnx", OPERATIONS)
    examples = tuple(
        torch.zeros([size or 2 for size in shape], dtype=getattr(torch, dtype))
        for dtype, shape in graph.inputs.values()
    )
    batch = torch.export.Dim("n")
    dynamic = tuple({0: batch} for _ in examples)
    program = torch.export.export(
        Network(graph), examples, dynamic_shapes=(dynamic,), strict=False
    )
    torch.export.save(program, out)


def open_generator(path: Path) -> Generator:
    """Load the program."""
    module = torch.export.load(path).module()

    def draw(**inputs):
        with torch.inference_mode():
            return module(*map(torch.tensor, inputs.values())).numpy()

    return draw
