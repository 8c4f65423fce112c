"""What is installed here, without importing any of it."""

import os
import platform
from contextlib import suppress
from importlib import metadata

import digitgan
from digitgan.cpu import available_cores
from digitgan.data.cache import cache_folder

PACKAGES = ("keras", "tensorflow", "tensorflow-cpu", "jax", "torch")
PACKAGES += ("numpy", "onnxruntime")


def describe() -> dict[str, str]:
    """Return version, machine, packages and folders, each as a short text."""
    versions = []
    for name in PACKAGES:
        with suppress(metadata.PackageNotFoundError):
            versions.append(f"{name} {metadata.version(name)}")
    system = f"{platform.system()} {platform.machine()}"
    cache = cache_folder()
    cached = sorted(p.name for p in cache.iterdir()) if cache.is_dir() else []
    return {
        "digitgan": digitgan.__version__,
        "python": platform.python_version(),
        "machine": f"{system}, {available_cores()} cores",
        "packages": ", ".join(versions),
        "backend": os.environ.get("KERAS_BACKEND", "tensorflow (Keras' default)"),
        "cache": f"{cache}: {', '.join(cached) or 'empty'}",
    }
