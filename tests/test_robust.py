"""Digits varied beyond MNIST: wider in every range, still the digit that they were."""

import json

import numpy as np
import pytest

import digitgan
from digitgan.datasets.robust import rewrite, vary
from digitgan.errors import InputError
from digitgan.measure.morphometry import measure


@pytest.fixture(scope="module")
def real(mnist):
    return mnist.train[:300]


def test_a_digit_depends_on_the_seed_and_its_number_alone(real):
    numbers = np.arange(1000, 1300)
    together = vary(real.images, 7, numbers)
    some = vary(real.images[100:103], 7, numbers[100:103])
    np.testing.assert_array_equal(together[100:103], some)
    assert (vary(real.images, 8, numbers) != together).any(axis=(1, 2)).all()


def test_every_range_is_wider(real):
    """Of the ink: paper and grain are no strokes that could be measured."""
    rng = np.random.default_rng(0)
    inks = np.stack([np.asarray(rewrite(image, rng)) for image in real.images])
    before, after = measure(real.images), measure(inks)
    for name in ("thickness", "slant", "height"):
        assert np.std(after[name]) > 1.2 * np.std(before[name]), name


def test_no_ink_is_lost_at_the_edges():
    """The largest digit there can be: what is not paper keeps from the edges."""
    frame = np.zeros((200, 28, 28), np.uint8)
    frame[:, 2:26, 2:26] = 255
    varied = vary(frame, 0, np.arange(200)).astype(float)
    edges = np.concatenate([varied[:, [0, -1]].ravel(), varied[:, :, [0, -1]].ravel()])
    assert np.median(varied[:, 14, 14]) > 150
    assert edges.mean() < 60


def test_nothing_and_all(real):
    for grey in (0, 255):
        picture = np.full((1, 28, 28), grey, np.uint8)
        assert vary(picture, 0, np.arange(1)).shape == (1, 28, 28)
    assert len(vary(real.images[:0], 0, np.arange(0))) == 0


def test_a_data_set_of_them(tiny_model, tmp_path):
    asked = {"model": tiny_model, "count": 40, "format": "png", "seed": 3}
    digitgan.make_dataset(tmp_path / "plain", **asked)
    digitgan.make_dataset(tmp_path / "robust", robust=True, measure=True, **asked)
    plain, robust = (
        digitgan.load_dataset(tmp_path / name).train for name in ("plain", "robust")
    )
    np.testing.assert_array_equal(plain.labels, robust.labels)
    assert (plain.images != robust.images).any(axis=(1, 2)).all()
    records = [
        json.loads(line)
        for path in (tmp_path / "robust").rglob("*.jsonl")
        for line in path.read_text().splitlines()
    ]
    assert {"measured_thickness"} <= records[0].keys()
    assert "thickness" not in records[0]
    report = digitgan.make_dataset(
        tmp_path / "robust", robust=True, measure=True, **asked
    )
    assert report.drawn == 0
    with pytest.raises(InputError, match="is for single digits, not for numbers"):
        digitgan.make_dataset(tmp_path / "no", kind="numbers", robust=True, count=3)
