"""Photographed digits: told from MNIST's, cut, evened and centred."""

import numpy as np
import pytest
from PIL import Image

from digitgan.data.load import load_dataset
from digitgan.measure.classifier import Classifier
from digitgan.measure.resemblance import unlike_mnist

pytest.importorskip("cv2")
COUNT = 60


def _paper(image, above=40, left=90):
    """Return a digit in ink on a large sheet of white paper."""
    large = np.asarray(Image.fromarray(image).resize((140, 140)))
    return 255 - np.pad(large, ((above, 70), (left, 40)))


def _in_bad_light(image):
    """Return it grey, in a light that falls off, with grain."""
    page = _paper(image).astype(float) * 0.4 + 130
    page *= np.linspace(1, 0.6, page.shape[1])
    grain = np.random.default_rng(0).normal(0, 4, page.shape)
    return np.clip(page + grain, 0, 255).astype(np.uint8)


def _chalk(image):
    return 255 - _paper(image) // 2


PHOTOGRAPHS = {
    "paper": _paper,
    "bad light": _in_bad_light,
    "chalk": _chalk,
    "MNIST itself": lambda image: image,
}


@pytest.mark.parametrize("kind", PHOTOGRAPHS)
def test_photographed_digits_are_read_after_cleaning(kind, mnist):
    some = mnist.train[:COUNT]
    photographs = np.stack([PHOTOGRAPHS[kind](image) for image in some.images])
    if kind != "MNIST itself":
        line = unlike_mnist(load_dataset((photographs, some.labels)))
        assert "--clean" in line and len(line.splitlines()) == 1
    data = load_dataset((photographs, some.labels), clean=True)
    assert "cut, evened and centred" in data.source
    assert not unlike_mnist(data)
    read = Classifier(threads=1).predict(data.train.images).labels
    assert (read == some.labels).mean() >= 0.97


def test_of_mnist_and_of_other_classes_nothing_is_said(mnist):
    assert unlike_mnist(mnist) == ""
    clothes = load_dataset((mnist.train.images[:20], ["coat", "shoe"] * 10))
    assert unlike_mnist(clothes) == ""
