"""PNG files of our own are what Pillow and others read."""

import io

import numpy as np
import pytest
from PIL import Image

from digitgan.data.png import encode_png


@pytest.mark.parametrize("shape", [(1, 1), (28, 28), (40, 129), (7, 5, 3), (30, 9, 4)])
def test_pillow_reads_the_same_pixels(shape):
    rng = np.random.default_rng(0)
    for pixels in (rng.integers(0, 256, shape, np.uint8), np.full(shape, 255, "u1")):
        picture = Image.open(io.BytesIO(encode_png(pixels)))
        picture.verify()  # checksums
        picture = Image.open(io.BytesIO(encode_png(pixels)))
        assert np.array_equal(np.asarray(picture), pixels)


def test_part_of_a_larger_array_is_written_too():
    pixels = np.arange(600, dtype=np.uint16).reshape(20, 30).astype(np.uint8)[2:9, ::3]
    picture = Image.open(io.BytesIO(encode_png(pixels)))
    assert np.array_equal(np.asarray(picture), pixels)
