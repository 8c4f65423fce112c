"""``digitgan inspect``: what a data set holds, and what looks wrong with it."""

import json

import numpy as np
from PIL import Image
from test_cli import refused, run

from digitgan.data.dataset import Dataset, Digits
from digitgan.evaluation.inspect import inspect


def of(digits, test=None):
    return Dataset(digits, test, tuple("0123456789"), "some digits")


def test_one_object_for_programs(mnist, tmp_path, capsys):
    some = mnist.train[:300]
    np.savez(
        tmp_path / "some.npz",
        x_train=some.images[:200],
        y_train=some.labels[:200],
        x_test=some.images[200:],
        y_test=some.labels[200:],
    )
    code, out, _ = run(capsys, "inspect", tmp_path / "some.npz", "--json")
    found = json.loads(out)
    assert code == 0 and found["count"] == 300
    assert found["parts"] == {"train": 200, "test": 100}
    counts = np.bincount(some.labels, minlength=10).tolist()
    assert found["classes"] == dict(zip("0123456789", counts, strict=True))
    assert found["agreement"] > 0.97 and found["warnings"] == []
    assert found["size"] == [28, 28] and found["range"] == [0, 255]
    assert found["duplicates"] == 0 and isinstance(found["decisions"], list)


def test_a_contact_sheet_and_lines_for_people(few, tmp_path, capsys):
    code, out, _ = run(capsys, "inspect", few, "-o", tmp_path / "sheet.png")
    assert code == 0 and "looks wrong      nothing" in out and "█" in out
    assert "1,000 of 28 x 28, values 0 to 255, 0 duplicates" in out
    with Image.open(tmp_path / "sheet.png") as sheet:
        assert sheet.size == (560, 560)
    line = refused(capsys, "inspect", few, "-o", tmp_path / "sheet.pdf")
    assert "allowed is a name that ends in .png" in line
    assert "does not exist" in refused(capsys, "inspect", tmp_path / "nothing.npz")


def test_what_looks_wrong_is_said(mnist):
    some = mnist.train[:400]

    def warnings(images, labels=some.labels):
        return "; ".join(inspect(of(Digits(images, labels))).warnings)

    assert warnings(some.images) == ""
    assert "the digits seem to be transposed" in warnings(some.images.swapaxes(1, 2))
    assert "the ground is light" in warnings(255 - some.images)
    assert "black or white" in warnings(
        np.where(some.images > 127, 255, 0).astype("u1")
    )
    assert "brighter than 1 of 255" in warnings((some.images > 127).astype(np.uint8))
    blank = some.images.copy()
    blank[:30] = 0
    assert "30 images are blank" in warnings(blank)
    assert "29 images are equal" in warnings(blank)
    assert "as labelled; most often" in warnings(some.images, (some.labels + 1) % 10)
    assert "no image of 0" in warnings(some.images, np.maximum(some.labels, 1))
    rare = np.where(np.arange(400) < 3, 0, some.labels.clip(1))
    assert "classes are uneven: from " in warnings(some.images, rare)
    assert "all images are of one class" in warnings(some.images, 0 * some.labels)


def test_test_images_among_training_images_are_counted(mnist):
    some = mnist.train[:200]
    found = inspect(of(some, some[:50]))
    assert "50 test images stand among the training images, too" in found.warnings


def test_without_labels_there_is_no_agreement(mnist):
    found = inspect(Dataset(Digits(mnist.train.images[:100]), None, (), "digits"))
    assert found.agreement is None and found.classes == {} and found.warnings == []
