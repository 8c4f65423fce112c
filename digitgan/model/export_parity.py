"""Whether the generator's ONNX file draws what its Keras model draws."""

from collections.abc import Mapping
from pathlib import Path

import keras
import numpy as np

from digitgan.data.images import to_uint8
from digitgan.errors import ExportFailed
from digitgan.files import sha256
from digitgan.measure.onnx_session import open_session
from digitgan.model.histogram_matching import GreyCurve
from digitgan.model.keras_sampling import predict

TOLERANCE = 1  # grey level: half precision, and libraries add up in different orders
INK_TOLERANCE = 0.01  # likewise, before a grey curve, which may be steep


def check_generator(
    path: Path,
    generator: keras.Model,
    curve: GreyCurve | None,
    inputs: Mapping[str, np.ndarray],
) -> np.ndarray:
    """Return the images that an ONNX file draws from some inputs.

    Args:
        path: The file.
        generator: The network that it was written from.
        curve: Likewise, or None.
        inputs: Latents and conditions by name, ``(n, ...)`` each.

    Raises:
        ExportFailed: They are not those of the network.
    """
    session = open_session("model", path, sha256(path), threads=0)
    images: np.ndarray = session.run(None, dict(inputs))[0]
    lowest, highest = _allowed(generator, curve, inputs)
    off = np.maximum(lowest - images, images - highest).max()
    if off > 0:
        raise ExportFailed(
            f"generator.onnx draws other images than the Keras model (up to "
            f"{off + TOLERANCE} grey levels apart, allowed is {TOLERANCE}): "
            "the network computes what digitgan.model.onnx_writer does not write"
        )
    return images


def _allowed(generator, curve, inputs) -> tuple[np.ndarray, np.ndarray]:
    """Return the lowest and the highest grey that each pixel may have."""
    if curve is None:
        images = to_uint8(predict(generator, inputs)).astype(int)
        return images - TOLERANCE, images + TOLERANCE
    ink = keras.Model(generator.inputs, generator.get_layer("ink").output)
    ink = predict(ink, inputs)[..., 0]
    # The greys of a little less ink, and no peaks; of a little more, and wider peaks.
    darker = GreyCurve(curve.greys, -np.inf).apply(ink - INK_TOLERANCE)
    wider = GreyCurve(curve.greys, curve.peak_gap + 2 * INK_TOLERANCE)
    lighter = wider.apply(ink + INK_TOLERANCE)
    return darker.astype(int) - TOLERANCE, lighter.astype(int) + TOLERANCE
