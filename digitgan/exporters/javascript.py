"""The constants of Python modules for the JavaScript that does the same.

Of each module one object of its name, so that ``layout.MARGIN`` in JavaScript is
``digitgan.handwriting.layout.MARGIN`` and no constant is typed twice.
"""

import json
from enum import IntEnum
from types import ModuleType
from typing import Any

import numpy as np

from digitgan import random_streams
from digitgan.data import digit_strips, mnist_preprocessing
from digitgan.handwriting import (
    characters,
    geometry,
    glyphs,
    layout,
    model,
    options,
    outlines,
    page,
    punctuation,
    vector_graphics,
    writer_style,
)
from digitgan.sampling import latent_torus, styles

MODULES = (  # a module after those that it imports from
    *(random_streams, mnist_preprocessing, digit_strips, styles, latent_torus),
    *(geometry, punctuation, characters, options, outlines, writer_style),
    *(vector_graphics, glyphs, layout, page, model),
)


def constants() -> dict[str, dict[str, Any]]:
    """Return constants and enumerations by module and name, as JSON has them."""
    by_module, owned = {}, {}
    for module in MODULES:
        # What a module imports from one before it belongs to that one.
        own = {k: v for k, v in _constants(module).items() if owned.get(k) != v}
        by_module[module.__name__.rpartition(".")[2]] = own
        owned |= own
    return by_module


def constants_module() -> str:
    """Return the text of ``constants.js``."""
    lines = ["// Constants of digitgan's Python modules, written by digitgan."]
    for module, values in constants().items():
        lines.append(f"export const {module} = {json.dumps(values)};")
    return "\n".join(lines) + "\n"


def _constants(module: ModuleType) -> dict[str, Any]:
    values = {}
    for name, value in vars(module).items():
        if isinstance(value, type) and issubclass(value, IntEnum):
            if value.__module__ == module.__name__:
                members = value.__members__.items()
                values[name] = {key: int(member) for key, member in members}
        elif name.isupper() and isinstance(value, np.ndarray):
            values[name] = value.tolist()
        elif name.isupper() and type(value) in (int, float, str, tuple, dict):
            values[name] = value
    return values
