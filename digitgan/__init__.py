"""A GAN that learns MNIST and writes realistic handwritten digits.

The public names load what they need when they are first used, so that
``import digitgan`` brings in no training framework.
"""

from importlib import import_module

__version__ = "0.1.0"

_PUBLIC = {
    "InputError": "digitgan.errors",
    "adapt": "digitgan.training.adapt",
    "evaluate": "digitgan.evaluation.load_samples",
    "load": "digitgan.handwriting.model",
    "make_dataset": "digitgan.datasets.make",
    "resume": "digitgan.training.train",
    "train": "digitgan.training.train",
}
__all__ = [*_PUBLIC, "__version__"]


def __getattr__(name: str):
    """Import a public name from where it lives."""
    if name not in _PUBLIC:
        raise AttributeError(f"module 'digitgan' has no attribute {name!r}")
    return getattr(import_module(_PUBLIC[name]), name)
