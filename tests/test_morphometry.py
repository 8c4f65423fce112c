"""Morphometry against strokes whose size is known."""

import time

import numpy as np
import pytest

from digitgan.measure.morphometry import MEASURES, measure


def stroke(thickness, lean, height=16.0, centre=(13.5, 13.5)):
    """Draw a straight stroke with round ends, ``uint8 (28, 28)``, edges softened."""
    y, x = np.mgrid[:28, :28] - np.array(centre)[:, None, None]
    half = np.array([height / 2, -np.tan(np.deg2rad(lean)) * height / 2])
    along = np.clip((y * half[0] + x * half[1]) / (half @ half), -1, 1)
    away = np.hypot(y - along * half[0], x - along * half[1])
    return np.rint(255 * np.clip(0.5 + thickness / 2 - away, 0, 1)).astype(np.uint8)


def figure(name, *images):
    return measure(np.stack(images))[name]


# The first ten test digits by the code of Morpho-MNIST, at commit 3a20ed3.
PUBLISHED = {
    "area": [71.12, 112.81, 39.12, 146.94, 75.12, 53.81, 83.06, 83.12, 121.12, 125.25],
    "length": [33.76, 46.65, 23.4, 45.46, 43.3, 23.11, 43.27, 39.81, 39.47, 52.08],
    "thickness": [2.14, 2.57, 1.82, 3.49, 1.96, 2.51, 2.08, 2.4, 3.16, 2.78],
    "slant": np.rad2deg(
        [0.07, -0.17, 0.29, 0.07, -0.13, 0.3, -0.09, -0.51, 0.26, 0.29]
    ),
    "width": [15.11, 17.61, 3.71, 14.73, 14.96, 4.47, 16.73, 10.93, 17.27, 15.2],
    "height": [19.61, 19.89, 19.74, 19.04, 18.81, 19.27, 19.06, 18.84, 18.47, 18.98],
}
APART = {"area": 0.3, "length": 2, "thickness": 0.06, "slant": 0.8, "width": 0.6}


def test_figures_are_those_of_morpho_mnist(mnist):
    if mnist.test.labels[:10].tolist() != [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]:
        pytest.skip("the whole of MNIST is not to be had here")
    for name, values in measure(mnist.test.images[:10]).items():
        expected = pytest.approx(np.array(PUBLISHED[name]), abs=APART.get(name, 0.4))
        assert values == expected, name


def test_thickness_is_that_of_the_stroke():
    rng = np.random.default_rng(0)
    sizes, leans = rng.uniform(1.5, 5, 200), rng.uniform(-45, 45, 200)
    centres = 13.5 + rng.uniform(-0.5, 0.5, (200, 2))
    drawn = [
        stroke(size, lean, centre=centre)
        for size, lean, centre in zip(sizes, leans, centres, strict=True)
    ]
    errors = figure("thickness", *drawn) - sizes
    assert abs(errors.mean()) < 0.1 and errors.std() < 0.2


@pytest.mark.parametrize("lean", [-35, -20, 0, 10, 30])
def test_slant_is_that_of_the_stroke_and_positive_to_the_right(lean):
    assert figure("slant", stroke(2.0, lean, height=18))[0] == pytest.approx(
        lean, abs=1
    )


@pytest.mark.parametrize("lean", [0, 20, 40])
def test_length_does_not_depend_on_the_direction(lean):
    expected = 16 / np.cos(np.deg2rad(lean))
    found = figure("length", *[stroke(size, lean) for size in (1.5, 2, 3, 4, 5)])
    assert np.median(found) == pytest.approx(expected, rel=0.12)


def test_width_and_height_of_an_upright_bar():
    image = np.zeros((28, 28), np.uint8)
    image[4:24, 10:16] = 255
    found = measure(image[None])
    assert found["width"][0] == pytest.approx(6 * 0.98, abs=0.05)
    assert found["height"][0] == pytest.approx(20 * 0.98, abs=0.05)
    assert found["area"][0] == pytest.approx(120, rel=0.03)
    assert found["slant"][0] == pytest.approx(0, abs=1e-6)


def test_width_is_measured_along_the_slant():
    upright, leaning = stroke(3.0, 0), stroke(3.0, 30)
    widths = figure("width", upright, leaning)
    assert widths[1] == pytest.approx(widths[0] / np.cos(np.deg2rad(30)), rel=0.12)


def test_a_ring_stays_a_ring():
    y, x = np.mgrid[:28, :28] - 13.5
    away = np.abs(np.hypot(y, x) - 8)
    ring = np.rint(255 * np.clip(0.5 + 1.5 - away, 0, 1)).astype(np.uint8)
    found = measure(ring[None])
    assert found["length"][0] == pytest.approx(2 * np.pi * 8, rel=0.1)
    assert found["thickness"][0] == pytest.approx(3, abs=0.15)


def test_every_digit_is_measured_alone(mnist):
    images = mnist.train.images[:150]
    together = measure(images)
    order = np.random.default_rng(0).permutation(len(images))
    shuffled = measure(images[order])
    alone = measure(images[77:78])
    for name in MEASURES:
        np.testing.assert_allclose(shuffled[name], together[name][order], rtol=1e-12)
        np.testing.assert_allclose(alone[name], together[name][77:78], rtol=1e-12)


def test_empty_images_measure_nothing():
    found = measure(np.zeros((2, 28, 28), np.uint8))
    assert all(np.array_equal(found[name], [0, 0]) for name in MEASURES)
    assert all(len(values) == 0 for values in measure(np.zeros((0, 28, 28))).values())


def test_any_image_can_be_measured():
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (70, 28, 28)).astype(np.uint8)
    images[0], images[1, 5] = 255, 0
    for values in measure(images).values():
        assert np.isfinite(values).all() and values.shape == (70,)


def test_it_is_fast(mnist):
    images = mnist.train.images[:640]
    measure(images[:64])
    start = time.process_time()
    measure(images)
    assert len(images) / (time.process_time() - start) > 100  # about 1,600 measured
