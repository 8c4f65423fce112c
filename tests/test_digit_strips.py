"""The real digits that a page trains on: which, cut how, and whose."""

import json

import numpy as np
import pytest
from PIL import Image

from digitgan.data.dataset import Dataset
from digitgan.data.digit_strips import CLASSES, COLUMNS, GREY_STEP, strips_of
from digitgan.data.mnist_preprocessing import DIGIT_LENGTH


@pytest.fixture
def folder(mnist, tmp_path, monkeypatch):
    monkeypatch.setenv("DIGITGAN_CACHE", str(tmp_path))
    return strips_of(Dataset(mnist.train[:2000], None, mnist.classes, "some"))


def boxes(folder, name):
    picture = np.asarray(Image.open(folder / name).convert("L"))
    rows = picture.reshape(-1, DIGIT_LENGTH, COLUMNS, DIGIT_LENGTH).swapaxes(1, 2)
    return rows.reshape(-1, DIGIT_LENGTH, DIGIT_LENGTH)


def test_digits_stand_in_the_order_of_labels_with_all_their_ink(folder, mnist):
    about = json.loads((folder / "digits.json").read_text())
    drawn = np.concatenate([boxes(folder, name) for name in about["strips"]])
    labels, images = mnist.train.labels[:2000], mnist.train.images[:2000]
    of_label = [np.flatnonzero(labels == label) for label in range(CLASSES)]
    assert len(drawn) % COLUMNS == 0 and len(drawn) >= 1500
    for i in (0, 7, 13, 1499):
        real = images[of_label[i % CLASSES][i // CLASSES]]
        rows, columns = np.nonzero(real)
        cut = real[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
        ink = int(cut.astype(int).sum())
        assert int(drawn[i].sum()) == pytest.approx(ink, rel=0.05)
        assert set(np.unique(drawn[i] % GREY_STEP)) == {0}


def test_it_says_whose_they_are_and_is_made_once(folder, mnist):
    assert "CC BY-SA 3.0" in json.loads((folder / "digits.json").read_text())["licence"]
    before = (folder / "0.png").stat().st_mtime_ns
    strips_of(Dataset(mnist.train[:2000], None, mnist.classes, "some"))
    assert (folder / "0.png").stat().st_mtime_ns == before
    assert sorted(path.suffix for path in folder.iterdir())[0] == ".json"
