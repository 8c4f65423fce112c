"""A GAN that learns MNIST and writes realistic handwritten digits.

The public names load what they need when they are first used, so that
``import digitgan`` brings in no training framework.
"""

from contextlib import nullcontext
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # for editors and type checkers: what __getattr__ imports
    from digitgan.data.load import load_dataset
    from digitgan.data.show import show
    from digitgan.datasets.make import make_dataset, verify_dataset
    from digitgan.errors import InputError
    from digitgan.evaluation.evaluate import evaluate
    from digitgan.exporters import export
    from digitgan.handwriting.model import Model, load
    from digitgan.model.gan import GAN
    from digitgan.training.adapt import adapt
    from digitgan.training.run import Run
    from digitgan.training.train import resume, train

__version__ = "0.1.0"
__all__ = [
    "GAN",
    "InputError",
    "Model",
    "Run",
    "__version__",
    "adapt",
    "evaluate",
    "export",
    "load",
    "load_dataset",
    "make_dataset",
    "resume",
    "show",
    "train",
    "verify_dataset",
]
_MODULES = {
    "GAN": "digitgan.model.gan",
    "InputError": "digitgan.errors",
    "Model": "digitgan.handwriting.model",
    "Run": "digitgan.training.run",
    "adapt": "digitgan.training.adapt",
    "evaluate": "digitgan.evaluation.evaluate",
    "export": "digitgan.exporters",
    "load": "digitgan.handwriting.model",
    "load_dataset": "digitgan.data.load",
    "make_dataset": "digitgan.datasets.make",
    "resume": "digitgan.training.train",
    "show": "digitgan.data.show",
    "train": "digitgan.training.train",
    "verify_dataset": "digitgan.datasets.make",
}
_BRING_KERAS = ("GAN", "adapt", "resume", "train")


if not TYPE_CHECKING:  # a checker would take any name for one of ours

    def __getattr__(name: str) -> object:
        """Import a public name from where it lives."""
        if name not in _MODULES:
            raise AttributeError(f"module 'digitgan' has no attribute {name!r}")
        from digitgan.errors import missing_extra
        from digitgan.quiet import quiet

        try:
            with quiet() if name in _BRING_KERAS else nullcontext():
                module = import_module(_MODULES[name])
        except ModuleNotFoundError as error:
            if not (needs := missing_extra(error)):
                raise
            line = f"digitgan.{name} {needs}"
            raise ModuleNotFoundError(line, name=error.name) from None
        return getattr(module, name)


def __dir__() -> list[str]:
    """Return the public names too, before any of them was used."""
    return sorted({*globals(), *__all__} - {"import_module", "nullcontext"})
