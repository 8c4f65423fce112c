"""MNIST's own preprocessing: the box of a digit, and where it is placed."""

from dataclasses import replace

import numpy as np
import onnxruntime
import pytest

from digitgan.data.dataset import Dataset, Digits
from digitgan.data.mnist_preprocessing import (
    crop_to_box,
    place_by_mass,
    preprocess_drawing,
)


def test_cropping_and_placing_give_mnist_back(mnist):
    images = mnist.train.images
    boxes = crop_to_box(images)
    assert boxes.shape == (len(images), 20, 20)
    same = place_by_mass(boxes) == images
    assert same.mean() > 0.9999
    assert same.all(axis=(1, 2)).mean() > 0.999


def test_empty_and_full_boxes_have_a_place():
    boxes = np.stack([np.zeros((20, 20)), np.full((20, 20), 255)]).astype(np.uint8)
    placed = place_by_mass(boxes)
    assert not placed[0].any()
    assert placed[1, 4:24, 4:24].all() or placed[1, 5:25, 5:25].all()
    assert not crop_to_box(placed[:1]).any()


def test_a_drawing_survives_the_box():
    drawing = np.zeros((40, 40), np.uint8)
    drawing[5:35, 18:24] = 255
    digit = preprocess_drawing(drawing)
    assert np.array_equal(place_by_mass(crop_to_box(digit[None])).any(), True)


@pytest.mark.parametrize("channels", [(), (3,)], ids=["digits", "triplets"])
def test_the_file_places_boxes_as_numpy_does(mnist, tmp_path, channels):
    """Every engine finds the same place: the moments are exact in float32."""
    from onnx import TensorProto

    from digitgan.model.onnx_graph import Graph
    from digitgan.model.onnx_writer import _place_by_mass

    graph = Graph()
    graph.input("box", TensorProto.UINT8, (20, 20, *channels))
    _place_by_mass(graph, "box", *channels)
    graph.output("digits", TensorProto.UINT8, (28, 28, *channels))
    graph.save(tmp_path / "place.onnx")
    session = onnxruntime.InferenceSession(tmp_path / "place.onnx")
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 256, (500, 20, 20), np.uint8)
    empty = np.zeros((1, 20, 20), np.uint8)
    boxes = np.concatenate([crop_to_box(mnist.train.images[:2_000]), noise, empty])
    if channels:
        boxes = np.stack([boxes, boxes[::-1], boxes], axis=-1)
    (images,) = session.run(None, {"box": boxes})
    assert np.array_equal(images, place_by_mass(boxes))


@pytest.mark.parametrize("shift", [0, 4])
def test_a_preset_draws_whole_images_where_the_box_does_not_fit(mnist, shift):
    from digitgan.model.presets import PRESETS
    from digitgan.training.checks import suited_to

    some = mnist.train[:500]
    moved = Digits(np.roll(some.images, shift, axis=2), some.labels)
    dataset = Dataset(moved, None, mnist.classes, "moved")
    settings = suited_to(PRESETS["dcgan"], dataset)
    assert settings == replace(PRESETS["dcgan"], box=not shift)


def test_without_labels_z_chooses_none(mnist):
    from digitgan.model.presets import PRESETS
    from digitgan.training.checks import suited_to

    dataset = Dataset(Digits(mnist.train.images[:500]), None, (), "no labels")
    settings = suited_to(PRESETS["dcgan"], dataset)
    assert settings.conditions == () and not settings.latent_label
