"""A program of torch: weights and operations, without this package or Keras."""

from collections.abc import Callable
from pathlib import Path

import torch
from torch.nn import functional

from digitgan.export.steps import Steps, read_steps
from digitgan.sampling.sampler import Sampler

STEPS = {
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
    "Gather": lambda table, places: table[places],
    "Gemm": lambda x, weight, bias: x @ weight + bias,
    "GreaterOrEqual": torch.ge,
    "Mul": torch.mul,
    "ReduceMax": lambda x, axes: torch.amax(x, axes, keepdim=True),
    "Relu": torch.relu,
    "Reshape": torch.reshape,
    "Round": torch.round,
    "Squeeze": lambda x, axes: torch.squeeze(x, axes),
    "Sub": torch.sub,
    "Tanh": torch.tanh,
    "Unsqueeze": lambda x, axes: torch.unsqueeze(x, *axes),
    "Where": torch.where,
}


class Network(torch.nn.Module):
    """The steps as a module; inputs in their order."""

    def __init__(self, steps: Steps):
        """Keep the arrays as buffers."""
        super().__init__()
        self.inputs, self.steps = list(steps.inputs), steps.steps
        for name, array in steps.whole_arrays().items():
            self.register_buffer(name.replace(".", "_"), torch.tensor(array))

    def forward(self, *inputs):
        """Draw."""
        known = dict(zip(self.inputs, inputs, strict=True))
        for step in self.steps:
            told = [
                known[name] if name in known else getattr(self, name.replace(".", "_"))
                for name in step.inputs
            ]
            known[step.output] = STEPS[step.kind](*told, **step.settings)
        return known["digits"]


def write(model: Sampler, out: Path) -> None:
    """Write a ``.pt2`` for any number of digits."""
    steps, n = read_steps(model.folder / "generator.onnx"), torch.export.Dim("n")
    inputs = tuple(
        torch.zeros([2, *shape[1:]], dtype=getattr(torch, kind))
        for kind, shape in steps.inputs.values()
    )
    each = tuple({0: n} for _ in inputs)
    program = torch.export.export(
        Network(steps), inputs, dynamic_shapes=(each,), strict=False
    )
    torch.export.save(program, out)


def opened(path: Path) -> Callable:
    """Return what draws."""
    module = torch.export.load(path).module()

    def drawn(**inputs):
        with torch.inference_mode():
            return module(*map(torch.tensor, inputs.values())).numpy()

    return drawn
