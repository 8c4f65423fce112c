"""Whether an export draws what ONNX Runtime draws."""

from collections.abc import Callable

import numpy as np

from digitgan.errors import ExportFailed
from digitgan.sampling.sampler import Sampler

DIGITS, SEED = 500, 0
CUTS = (1, 100, 250)  # calls of 1, 99, 150 and 250 digits: any number must do
ALLOWED = 1  # grey level: libraries add up in different orders


def check(model: Sampler, format: str, draw: Callable) -> str:
    """Compare the digits of an export with those of the model folder.

    Args:
        model: The opened model.
        format: The name of the export's form.
        draw: The opened export: a function of the network's inputs, by name.

    Returns:
        A line that says how many pixels were the same.

    Raises:
        ExportFailed: Some pixel differs by more than a grey level.
    """
    labels = model.labels(n=DIGITS)
    recipe = model.generator_inputs(DIGITS if labels is None else labels, seed=SEED)
    inputs = {"latents": recipe.latents, **recipe.conditions}
    parts = {name: np.split(values, CUTS) for name, values in inputs.items()}
    drawn = [
        draw(**dict(zip(parts, part, strict=True)))
        for part in zip(*parts.values(), strict=True)
    ]
    apart = np.abs(np.concatenate(drawn).astype(int) - model.draw(recipe))
    line = (
        f"{DIGITS} digits beside those of ONNX Runtime: of {apart.size:,} pixels "
        f"{np.count_nonzero(apart):,} differ, by {apart.max()} of 255 at most"
    )
    if apart.max() > ALLOWED:
        raise ExportFailed(f"format {format!r}: {line}; allowed is {ALLOWED}")
    return line
