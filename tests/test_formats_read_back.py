"""Every format that ``digitgan dataset`` writes is read by ``load_dataset``."""

import json

import numpy as np
import pytest
from test_cli import run

import digitgan
from digitgan.data.load import load_dataset
from digitgan.datasets.formats import FORMATS
from digitgan.evaluation.load_samples import load_samples

OPTIONS = {"count": 60, "split": (40, 10, 10), "seed": 1, "shard_size": 20}
NUMBERS = {"kind": "numbers", "count": 6, "split": (4, 0, 2), "seed": 1}


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


@pytest.mark.parametrize("name", ["idx", "npz", "png", "parquet", "webdataset", "lmdb"])
def test_a_part_without_digits_is_none(name, tiny_model, tmp_path):
    options = {"count": 10, "split": (10, 0, 0), "format": name}
    digitgan.make_dataset(tmp_path, model=tiny_model, **options)
    assert list(load_dataset(tmp_path).parts) == ["train"]


@pytest.fixture(scope="module")
def numbers(tiny_model, tmp_path_factory):
    """The digits of pages as LMDB keeps them: pages without loss, boxes as made."""
    pytest.importorskip("lmdb")
    folder = tmp_path_factory.mktemp("numbers")
    digitgan.make_dataset(folder, model=tiny_model, format="lmdb", **NUMBERS)
    return load_dataset(folder)


@pytest.mark.parametrize("name", ["png", "parquet", "webdataset", "coco", "yolo"])
def test_digits_of_pages_are_equal_to_the_pixel(name, numbers, tiny_model, tmp_path):
    digitgan.make_dataset(tmp_path, model=tiny_model, format=name, **NUMBERS)
    data = load_dataset(tmp_path)
    assert "cut from pages" in data.source and list(data.parts) == list(numbers.parts)
    for part, digits in data.parts.items():
        same = numbers.parts[part]
        np.testing.assert_array_equal(digits.images, same.images)
        np.testing.assert_array_equal(digits.labels, same.labels)


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_what_is_written_is_read_by_every_command(
    name, tiny_model, tmp_path, capsys, monkeypatch
):
    training = pytest.importorskip("digitgan.training.train")
    options = NUMBERS if name in ("coco", "yolo") else OPTIONS
    digitgan.make_dataset(tmp_path / "set", model=tiny_model, format=name, **options)
    expected = load_dataset(tmp_path / "set")
    found = json.loads(run(capsys, "inspect", tmp_path / "set", "--json")[1])
    assert found["parts"] == {n: len(part) for n, part in expected.parts.items()}
    samples = load_samples(tmp_path / "set", expected)
    np.testing.assert_array_equal(samples.images, expected.train.images)
    np.testing.assert_array_equal(samples.labels, expected.train.labels)
    monkeypatch.setattr(training, "_train_and_export", lambda loop: loop.dataset)
    learnt = training.train("tiny", tmp_path / "set", epochs=1, out=tmp_path / "run")
    assert learnt.sha256 == expected.sha256
