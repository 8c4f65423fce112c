"""Whether the generator's ONNX file draws what its Keras model draws."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import keras
import numpy as np

from digitgan.data.images import to_uint8
from digitgan.data.mnist_antialiasing import scale_down
from digitgan.data.mnist_preprocessing import place_by_mass
from digitgan.errors import ExportFailed
from digitgan.measure.onnx_session import open_session
from digitgan.model.antialiasing import Antialiasing
from digitgan.model.bitmap import Bitmap
from digitgan.model.gan import GAN
from digitgan.model.histogram_matching import GreyCurve
from digitgan.model.keras_sampling import predict
from digitgan.model.latent_side import SIDE_LAYER
from digitgan.model.onnx_writer import Finish, part_of, write_generator, write_part
from digitgan.model.quantization import quantize

GREY_TOLERANCE = 1  # levels
# Weights in half precision move the network's output, be it ink or pixels in [-1, 1],
# by this at most; where a grey curve is steep, that is more than one level.
OUTPUT_TOLERANCE = 0.01
BITMAP_TOLERANCE = 0.05  # of the field that a bitmap is cut from, likewise
# Levels, in the mean over pixels. Of a hundred digits cut from bitmaps it is about 4:
# some of them move by a pixel.
QUANTIZED_TOLERANCE = 6.0


@contextmanager
def whole_products() -> Iterator[None]:
    """Let JAX use all bits of float32 in products: a GPU's default leaves out some."""
    if keras.backend.backend() != "jax":
        yield
        return
    import jax

    with jax.default_matmul_precision("highest"):
        yield


@whole_products()
def write_checked(
    path: Path, gan: GAN, finish: Finish, inputs: Mapping[str, np.ndarray]
) -> np.ndarray:
    """Write a generator's file; return the images that it draws from some inputs.

    An :class:`ExportFailed` says that they are not those of the Keras model.
    """
    if isinstance(finish, Antialiasing):
        boxes = _checked_bitmaps(path, gan.generator, finish, inputs)
        write_generator(path, gan.generator, finish, boxed=True)
        images = _draw(path, inputs)
        # An engine adds up in an order of its own: a grey may differ by a level.
        _check(images, place_by_mass(boxes), place_by_mass(boxes))
        return images
    write_generator(path, gan.generator, finish)
    boxes = check_generator(path, gan.generator, finish, inputs)
    if not gan.boxed:
        return boxes
    write_generator(path, gan.generator, finish, boxed=True)
    images = _draw(path, inputs)
    if not np.array_equal(images, place_by_mass(boxes)):
        raise ExportFailed("generator.onnx does not place its digits by their mass")
    return images


def quantize_checked(
    path: Path, calibration: Mapping[str, np.ndarray], inputs: Mapping[str, np.ndarray]
) -> np.ndarray:
    """Quantize a generator's file, unless its images become others; return them."""
    images = _draw(path, inputs)
    quantized = path.with_suffix(".quantized")
    quantize(path, quantized, calibration)
    again = _draw(quantized, inputs)
    change = np.abs(again.astype(int) - images).mean()
    if change > QUANTIZED_TOLERANCE:
        quantized.unlink()
        return images
    quantized.replace(path)
    return again


def check_generator(
    path: Path,
    generator: Any,
    curve: GreyCurve | None,
    inputs: Mapping[str, np.ndarray],
) -> np.ndarray:
    """Return what the file of a generator draws, before boxes are placed, likewise."""
    images = _draw(path, inputs)
    _check(images, *_allowed(generator, curve, inputs))
    return images


def _check(images: np.ndarray, lowest: np.ndarray, highest: np.ndarray) -> None:
    """Refuse images that lie more than the tolerance beyond what is allowed."""
    excess = np.maximum(lowest.astype(int) - images, images - highest.astype(int))
    if excess.max() > GREY_TOLERANCE:
        raise ExportFailed(
            "generator.onnx does not draw what the Keras model draws: some pixels are "
            f"{excess.max()} grey levels off, allowed is {GREY_TOLERANCE}"
        )


def _checked_bitmaps(
    path: Path, generator: Any, finish: Antialiasing, inputs: Mapping[str, np.ndarray]
) -> np.ndarray:
    """Return the boxes of a generator's bitmaps, from the ink that the file draws.

    The edge of a bitmap turns the least difference of ink into one of grey; so ink is
    compared with ink, and the steps after it with those of Keras and NumPy.
    """
    parts: list[np.ndarray] = []
    for name, layer in (("ink", "ink"), ("side", SIDE_LAYER)):
        part = part_of(generator, layer)
        write_part(path, part)
        drawn = _draw(path, {x.name: inputs[x.name] for x in part.inputs})
        expected = predict(part, inputs).reshape(drawn.shape)
        error = np.abs(np.tanh(drawn) - np.tanh(expected)).max()
        if error > BITMAP_TOLERANCE:
            raise ExportFailed(
                f"generator.onnx does not draw what the Keras model draws: its {name} "
                f"is {error:.3g} off, allowed is {BITMAP_TOLERANCE}"
            )
        parts.append(drawn)
    ink, side = parts
    bitmap = np.asarray(keras.ops.convert_to_numpy(Bitmap()(ink[..., None], side)))
    return scale_down(bitmap, side.astype(int), finish.peaks)


def _draw(path: Path, inputs: Mapping[str, np.ndarray]) -> np.ndarray:
    session = open_session(path.read_bytes(), threads=0)
    return np.asarray(session.run(None, dict(inputs))[0])


def _allowed(generator, curve, inputs) -> tuple[np.ndarray, np.ndarray]:
    """Return the lowest and the highest grey that each pixel may have."""
    if curve is None:
        output = predict(generator, inputs)
        lowest = to_uint8(output - OUTPUT_TOLERANCE)
        highest = to_uint8(output + OUTPUT_TOLERANCE)
    else:
        output = predict(part_of(generator, "ink"), inputs)[..., 0]
        no_peaks = curve._replace(peak_gap=-np.inf)
        more_peaks = curve._replace(peak_gap=curve.peak_gap + 2 * OUTPUT_TOLERANCE)
        lowest = no_peaks.apply(output - OUTPUT_TOLERANCE)
        highest = more_peaks.apply(output + OUTPUT_TOLERANCE)
    return lowest, highest
