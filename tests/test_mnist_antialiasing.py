"""Greys as MNIST's came about: bitmaps, scaled down, in NumPy, Keras and ONNX."""

from dataclasses import replace

import numpy as np
import onnxruntime
import pytest

import digitgan
from digitgan.data.mnist_antialiasing import (
    MAX_SIDE,
    MIN_SIDE,
    QUARTERS,
    SIDES,
    TIE,
    Peaks,
    measure_sides,
    scale_down,
    scaling_weights,
)
from digitgan.data.mnist_preprocessing import crop_to_box

PLACES = (len(SIDES), 20, 20)
NO_PEAKS = Peaks(np.zeros(PLACES, np.float16), np.full(PLACES, 254, np.uint8))


def smooth_fields(n, size=40):
    """Fields of ink with a stroke or two, from edge to edge."""
    rng = np.random.default_rng(0)
    x = np.linspace(-1, 1, size)
    angles, bends = rng.uniform(0, np.pi, (2, n, 1, 1))
    across = np.cos(angles) * x[:, np.newaxis] + np.sin(angles) * x + bends * x**2 / 9
    return (4 * (0.25 - np.abs(across))).astype(np.float32)


def test_the_weights_of_an_axis_cover_every_pixel_of_the_box():
    for side in SIDES:
        sums = scaling_weights(side).sum(axis=1) / (5 * side)
        whole = np.arange(20) * side % 20 == 0  # a bitmap's pixel begins there
        assert np.allclose(sums, np.where(whole, 1, 1 - 0.2 / side))


def test_full_ink_has_the_greys_that_mnist_has():
    ink = np.ones((1, MAX_SIDE, MAX_SIDE), np.float32)
    greys = scale_down(ink, np.array([50]), NO_PEAKS)
    assert set(np.unique(greys)) == {252, 253, 254}
    every = NO_PEAKS._replace(greys=NO_PEAKS.greys + 1)
    assert set(np.unique(scale_down(ink, np.array([40]), every))) == {255}
    assert not scale_down(0 * ink, np.array([50]), every).any()


def test_light_greys_are_rounded_up_and_dark_ones_down():
    bitmap = np.zeros((1, MAX_SIDE, MAX_SIDE), np.float32)
    bitmap[0, :40, 1:40] = bitmap[0, ::2, 0] = 1  # at a side of 40: quarters of a pixel
    greys = scale_down(bitmap, np.array([40]), NO_PEAKS)
    assert greys[0, 0, 0] == 191 and greys[0, 0, 1] == 254  # 191.25
    bitmap[0, :40, 1] = 0
    greys = scale_down(bitmap, np.array([40]), NO_PEAKS)
    assert greys[0, 0, 0] == 64  # 63.75


def test_the_side_is_measured_in_real_digits(mnist):
    """Real digits fit one side far better than any other."""
    boxes = crop_to_box(mnist.train.images[:2_000])
    sides = measure_sides(boxes)
    assert sides.dtype == np.int32 and 40 < np.median(sides) < 55
    in_quarters = np.isin(boxes, QUARTERS).all(axis=(1, 2))
    assert in_quarters.any() and set(sides[in_quarters]) <= {20, 40}
    assert len(measure_sides(boxes[:0])) == 0


def test_the_side_of_a_bitmap_is_found_again():
    fields = smooth_fields(40)
    sides = np.resize([28, 37, 46, 61], 40)
    bitmaps = np.zeros((40, MAX_SIDE, MAX_SIDE), np.float32)
    for bitmap, field, side in zip(bitmaps, fields, sides, strict=True):
        at = (np.arange(side) + 0.5) * 40 / side - 0.5
        rows = np.stack([np.interp(at, np.arange(40), row) for row in field])
        large = np.stack([np.interp(at, np.arange(40), column) for column in rows.T])
        bitmap[:side, :side] = large.T > 0
    measured = measure_sides(scale_down(bitmaps, sides, NO_PEAKS))
    assert np.mean(measured == sides) > 0.9


def test_the_order_of_peaks_is_found():
    """Of 40 places of full ink the first by an order is 255, or nothing is."""
    pytest.importorskip("scipy")
    from digitgan.data.mnist_peaks import fit_peaks

    rng = np.random.default_rng(0)
    rows, columns = rng.permutation(np.repeat([0, 1, 2, 3], 5)), rng.permutation(20)
    order = 20 * rows[:, np.newaxis] + columns
    full = rng.random((1_100, 20, 20)) < 0.1
    ink = np.where(full, order, -1)
    first = full & (ink == ink.max(axis=(1, 2), keepdims=True))
    has_peak = np.isin(order, [64, 71], invert=True)  # at these nothing is 255
    boxes = np.where(full, np.where(first & has_peak, 255, 254), 0).astype(np.uint8)
    peaks = fit_peaks(boxes[:1_000], np.full(1_000, MIN_SIDE))
    assert [table.shape for table in peaks] == [PLACES, PLACES]
    asked = boxes[1_000:]
    assert np.mean(peaks_foretold(peaks, asked, np.full(100, MIN_SIDE))) > 0.9
    assert set(np.unique(peaks.greys)) == {254, 255}


def test_the_order_of_real_digits_holds_for_others(mnist):
    pytest.importorskip("scipy")
    from digitgan.data.mnist_peaks import fit_peaks

    boxes = crop_to_box(mnist.train.images[:4_000])
    sides = measure_sides(boxes)
    peaks = fit_peaks(boxes[:3_000], sides[:3_000])
    assert np.mean(peaks_foretold(peaks, boxes[3_000:], sides[3_000:])) > 0.75


def peaks_foretold(peaks, boxes, sides):
    """Return of which digits it is foretold which pixels are 255, ``bool (N,)``."""
    index = sides - MIN_SIDE
    order = np.where(boxes >= 254, peaks.order[index].astype(float), -np.inf)
    found = order >= order.max(axis=(1, 2), keepdims=True) - TIE
    found &= peaks.greys[index] == 255
    return np.all(found == (boxes == 255), axis=(1, 2))


def test_peaks_of_no_digit_are_no_error():
    pytest.importorskip("scipy")
    from digitgan.data.mnist_peaks import fit_peaks

    peaks = fit_peaks(np.zeros((3, 20, 20), np.uint8), np.full(3, 50))
    assert not peaks.order.any()


def test_onnx_finishes_as_training_does(tmp_path):
    keras = pytest.importorskip("keras")
    from onnx import TensorProto

    from digitgan.model.antialiasing import Antialiasing
    from digitgan.model.bitmap import Bitmap, Downscaling
    from digitgan.model.onnx_graph import Graph

    rng = np.random.default_rng(1)
    order = rng.integers(-40, 40, PLACES).astype(np.float16)
    peaks = Peaks(order, rng.choice([254, 255, 255], PLACES).astype(np.uint8))
    graph = Graph()
    graph.input("ink", TensorProto.FLOAT, (1, 40, 40))
    graph.input("side", TensorProto.FLOAT, ())
    bitmap = Bitmap().append(graph, "ink", "side", 40)
    Antialiasing(peaks).append(graph, bitmap, "side", "box")
    graph.output("box", TensorProto.UINT8, (20, 20))
    graph.save(tmp_path / "finish.onnx")
    session = onnxruntime.InferenceSession(tmp_path / "finish.onnx")
    ink = smooth_fields(244)
    ink[-1] = -1  # nothing at all
    ink[-2, 10:] = -1  # a margin below
    sides = np.resize(np.array(SIDES, np.float32), 244)
    (boxes,) = session.run(None, {"ink": ink[:, np.newaxis], "side": sides})
    drawn = keras.ops.convert_to_numpy(Bitmap()(ink[..., np.newaxis], sides))
    expected = scale_down(drawn, sides.astype(int), peaks)
    assert np.abs(boxes.astype(int) - expected).max() <= 1
    # But for the whole greys and the brightest, which training does not see.
    trained = keras.ops.convert_to_numpy(Downscaling()(drawn, sides))[:-1, ..., 0]
    assert np.abs((trained + 1) * 127.5 - expected[:-1]).max() <= 2
    inked = expected[:-1] > 0  # the longer side is always 20
    tall, wide = (inked.any(axis=axis).sum(axis=1) for axis in (2, 1))
    assert np.mean(np.maximum(tall, wide) == 20) > 0.97


def test_tips_at_the_end_of_the_box_are_round():
    """Paper lies beyond the box, so the outermost row has less of a stroke's tip."""
    keras = pytest.importorskip("keras")
    from digitgan.model.bitmap import Bitmap

    x = np.linspace(-1, 1, 40, dtype=np.float32)
    tip = 0.2 - 0.5 * np.abs(x)
    ink = np.tile(tip, (1, 40, 1))[..., np.newaxis]
    rows = keras.ops.convert_to_numpy(Bitmap()(ink, np.array([40.0])))[0].sum(axis=1)
    assert 0 < rows[0] < rows[1] == rows[2]
    assert rows[39] < rows[38]


def test_a_bitmap_is_black_and_white():
    """What is neither would have greys that no digit of MNIST has."""
    keras = pytest.importorskip("keras")
    from digitgan.model.bitmap import Bitmap

    ink = smooth_fields(50)[..., np.newaxis]
    bitmaps = keras.ops.convert_to_numpy(Bitmap()(ink, np.full(50, 40.0, np.float32)))
    assert np.mean((bitmaps > 0) & (bitmaps < 1)) < 2e-4


def test_z_chooses_sides_as_real_digits_have_them():
    keras = pytest.importorskip("keras")
    from digitgan.model.latent_side import LatentSide

    rng = np.random.default_rng(2)
    label = np.arange(60_000, dtype=np.int32) % 10
    thickness = rng.normal(2.6, 0.6, 60_000).astype(np.float32)
    side = np.clip(
        np.rint(60 - 6 * thickness + label + rng.normal(0, 4, 60_000)), 20, 80
    )
    layer = LatentSide.fit(label, thickness, side)
    z = rng.standard_normal((60_000, 1)).astype(np.float32)
    drawn = keras.ops.convert_to_numpy(layer(z, label, thickness))
    assert abs(drawn.mean() - side.mean()) < 0.2 and abs(drawn.std() - side.std()) < 0.5
    assert np.corrcoef(drawn, thickness)[0, 1] == pytest.approx(
        np.corrcoef(side, thickness)[0, 1], abs=0.05
    )
    again = LatentSide.from_config(layer.get_config())
    assert np.array_equal(keras.ops.convert_to_numpy(again(z, label, thickness)), drawn)


def test_the_shipped_digits_keep_the_laws_of_mnist():
    digits = digitgan.load().sample(n=1_000, seed=5)
    assert measured_laws(digits) < 0.005


def measured_laws(digits):
    """Return the share of digits whose longer side is not 20 pixels."""
    tall, wide = ((digits > 0).any(axis=axis).sum(axis=1) for axis in (2, 1))
    return np.mean(np.maximum(tall, wide) != 20)


def test_a_preset_without_a_box_draws_no_bitmap():
    from digitgan.errors import InputError
    from digitgan.model.presets import PRESETS, check

    with pytest.raises(InputError, match="bitmap"):
        check(replace(PRESETS["flagship"], box=False))
    with pytest.raises(InputError, match="generator_widths"):
        check(replace(PRESETS["tiny"], generator_widths=(8,)))
