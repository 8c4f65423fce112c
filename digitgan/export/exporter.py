"""The formats that a generator can be exported to, and what the module of each has."""

from pathlib import Path
from typing import NamedTuple, Protocol, cast

import numpy as np

from digitgan.errors import import_extra
from digitgan.sampling.sampler import Sampler


class Generator(Protocol):
    """An opened export: draws ``uint8 (N, 28, 28)``, 0 background to 255 ink."""

    def __call__(self, **inputs: np.ndarray) -> np.ndarray:
        """Draw from the network's inputs, by name."""
        ...


class Exporter(Protocol):
    """What the module of a format has."""

    def write(self, model: Sampler, out: Path) -> None:
        """Write the file or folder ``out``, which is not there yet."""
        ...

    def open_generator(self, path: Path) -> Generator:
        """Open it with the library that it is for; ``web`` has no such function."""
        ...


class Format(NamedTuple):
    """A format, as far as its library need not be imported.

    Attributes:
        suffix: Of the file; none for a folder.
        extra: What pip has to install.
        draws: Whether its library can draw here, to be compared with ONNX Runtime.
    """

    suffix: str
    extra: str
    draws: bool = True


FORMATS = {  # the module digitgan.export.NAME is the exporter
    "litert": Format(".tflite", "train,export"),
    "onnx": Format(".onnx", ""),
    "openvino": Format("", "export"),
    "safetensors": Format("", "export"),
    "saved_model": Format("", "train"),
    "torch": Format(".pt2", "torch,export"),
    "web": Format("", "", draws=False),
}


def exporter_of(format: str) -> Exporter:
    """Import the exporter of a format.

    Raises:
        InputError: A package that it needs is not installed.
    """
    module = f"digitgan.export.{format}"
    return cast(Exporter, import_extra(module, "format", format, FORMATS[format].extra))
