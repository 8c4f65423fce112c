"""Whether the generator's ONNX file draws what its Keras model draws."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras
import numpy as np

from digitgan.data.images import to_uint8
from digitgan.errors import ExportFailed
from digitgan.files import sha256
from digitgan.measure.onnx_session import open_session
from digitgan.model.histogram_matching import GreyCurve
from digitgan.model.keras_sampling import predict

GREY_TOLERANCE = 1  # levels
# Weights in half precision move the network's output, be it ink or pixels in [-1, 1],
# by this at most; where a grey curve is steep, that is more than one level.
OUTPUT_TOLERANCE = 0.01


def check_generator(
    path: Path,
    generator: Any,
    curve: GreyCurve | None,
    inputs: Mapping[str, np.ndarray],
) -> np.ndarray:
    """Return the images that an ONNX file draws from some inputs.

    Args:
        path: The file.
        generator: The Keras model that it was written from.
        curve: Likewise, or None.
        inputs: Latents and conditions by name, ``(n, ...)`` each.

    Raises:
        ExportFailed: They are not those of the Keras model.
    """
    session = open_session("model", path, sha256(path), threads=0)
    images: Any = session.run(None, dict(inputs))[0]
    lowest, highest = _allowed(generator, curve, inputs)
    excess = int(np.maximum(lowest - images, images - highest).max())
    if excess > 0:
        raise ExportFailed(
            "generator.onnx does not draw what the Keras model draws: some pixels are "
            f"{GREY_TOLERANCE + excess} grey levels off, allowed is {GREY_TOLERANCE}"
        )
    return images


def _allowed(generator, curve, inputs) -> tuple[np.ndarray, np.ndarray]:
    """Return the lowest and the highest grey that each pixel may have."""
    if curve is None:
        output = predict(generator, inputs)
        lowest = to_uint8(output - OUTPUT_TOLERANCE)
        highest = to_uint8(output + OUTPUT_TOLERANCE)
    else:
        ink = keras.Model(generator.inputs, generator.get_layer("ink").output)
        output = predict(ink, inputs)[..., 0]
        no_peaks = curve._replace(peak_gap=-np.inf)
        more_peaks = curve._replace(peak_gap=curve.peak_gap + 2 * OUTPUT_TOLERANCE)
        lowest = no_peaks.apply(output - OUTPUT_TOLERANCE)
        highest = more_peaks.apply(output + OUTPUT_TOLERANCE)
    return lowest.astype(int) - GREY_TOLERANCE, highest.astype(int) + GREY_TOLERANCE
