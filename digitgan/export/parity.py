"""Whether an export draws what ONNX Runtime draws."""

import numpy as np

from digitgan.errors import ExportFailed
from digitgan.export.exporter import Generator
from digitgan.sampling.sampler import Sampler

DIGITS, SEED = 500, 0
SPLITS = (1, 100, 250)  # calls of 1, 99, 150 and 250 digits: any number must do
TOLERANCE = 1  # grey level: libraries add up in different orders


def check_parity(model: Sampler, format: str, draw: Generator) -> str:
    """Compare the digits of an export with those of the model folder.

    Args:
        model: The opened model.
        format: The name of the export's form.
        draw: The opened export.

    Returns:
        A line that says how many pixels were the same.

    Raises:
        ExportFailed: Some pixel differs by more than a grey level.
    """
    labels = model.labels(n=DIGITS)
    inputs = model.generator_inputs(DIGITS if labels is None else labels, seed=SEED)
    arrays = {"latents": inputs.latents, **inputs.conditions}
    parts = {name: np.split(values, SPLITS) for name, values in arrays.items()}
    drawn = [
        draw(**dict(zip(parts, part, strict=True)))
        for part in zip(*parts.values(), strict=True)
    ]
    error = np.abs(np.concatenate(drawn).astype(int) - model.draw(inputs))
    line = (
        f"{DIGITS} digits beside those of ONNX Runtime: of {error.size:,} pixels "
        f"{np.count_nonzero(error):,} differ, by {error.max()} of 255 at most"
    )
    if error.max() > TOLERANCE:
        raise ExportFailed(f"format {format!r}: {line}; allowed is {TOLERANCE}")
    return line
