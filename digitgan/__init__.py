"""A GAN that learns MNIST and writes realistic handwritten digits.

The public names load what they need when they are first used, so that
``import digitgan`` brings in no training framework.
"""

from contextlib import nullcontext
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # for editors and type checkers: what __getattr__ imports
    from digitgan.data.load import load_dataset
    from digitgan.datasets.make import make_dataset
    from digitgan.errors import InputError
    from digitgan.evaluation.evaluate import evaluate
    from digitgan.handwriting.model import load
    from digitgan.training.adapt import adapt
    from digitgan.training.train import resume, train

__version__ = "0.1.0"
__all__ = [
    "InputError",
    "__version__",
    "adapt",
    "evaluate",
    "load",
    "load_dataset",
    "make_dataset",
    "resume",
    "train",
]
_MODULES = {
    "InputError": "digitgan.errors",
    "adapt": "digitgan.training.adapt",
    "evaluate": "digitgan.evaluation.evaluate",
    "load": "digitgan.handwriting.model",
    "load_dataset": "digitgan.data.load",
    "make_dataset": "digitgan.datasets.make",
    "resume": "digitgan.training.train",
    "train": "digitgan.training.train",
}


if not TYPE_CHECKING:  # a checker would take any name for one of ours

    def __getattr__(name: str) -> object:
        """Import a public name from where it lives."""
        if name not in _MODULES:
            raise AttributeError(f"module 'digitgan' has no attribute {name!r}")
        from digitgan.quiet import quiet

        trains = _MODULES[name].startswith("digitgan.training")  # which brings Keras
        with quiet() if trains else nullcontext():
            module = import_module(_MODULES[name])
        return getattr(module, name)


def __dir__() -> list[str]:
    """Return the public names too, before any of them was used."""
    return sorted({*globals(), *__all__})
