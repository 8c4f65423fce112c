"""Every format that ``digitgan dataset`` writes is read by ``load_dataset``."""

import numpy as np
import pytest

import digitgan
from digitgan.data.load import load_dataset

OPTIONS = {"count": 60, "split": (40, 10, 10), "seed": 1, "shard_size": 20}


@pytest.fixture(scope="module")
def written(tiny_model, tmp_path_factory):
    folder = tmp_path_factory.mktemp("sets") / "npz"
    digitgan.make_dataset(folder, model=tiny_model, format="npz", **OPTIONS)
    with np.load(folder / "mnist.npz") as arrays:
        return dict(arrays)


@pytest.mark.parametrize("name", ["idx", "npz", "png", "parquet", "webdataset", "lmdb"])
def test_digits_are_equal_to_the_pixel(name, written, tiny_model, tmp_path):
    folder = tmp_path / name
    digitgan.make_dataset(folder, model=tiny_model, format=name, **OPTIONS)
    data = load_dataset(folder)
    for part, digits in data.parts.items():
        order = slice(None)
        expected, labels = written[f"x_{part}"], written[f"y_{part}"]
        if name == "png":  # by class, and in each by number
            order = np.argsort(labels, kind="stable")
        np.testing.assert_array_equal(digits.images, expected[order])
        names = np.array(data.classes)[digits.labels]
        np.testing.assert_array_equal(names, labels[order].astype(str))
    assert list(data.parts) == ["train", "validation", "test"]


@pytest.mark.parametrize("name", ["coco", "yolo"])
def test_digits_are_cut_from_pages(name, tmp_path):
    options = {"kind": "numbers", "count": 6, "split": (4, 0, 2), "seed": 1}
    digitgan.make_dataset(tmp_path / name, format=name, **options)
    data = load_dataset(tmp_path / name)
    assert len(data.train) > 8 and data.test and "cut from pages" in data.source
