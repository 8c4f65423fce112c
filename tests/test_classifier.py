"""The classifier: right, frozen, light, and the same however it is asked."""

import json
import shutil
import subprocess
import sys

import numpy as np
import pytest

from digitgan.data.dataset import Dataset, Digits
from digitgan.errors import InputError
from digitgan.measure.classifier import (
    WEIGHTS,
    Classifier,
    classifier_path,
    find_classifier,
)

HEAVY = ("scipy", "pandas", "rich", "keras", "tensorflow", "digitgan.evaluation")


@pytest.fixture(scope="module")
def classifier():
    return Classifier()


def test_it_classifies_the_test_digits_as_its_card_says(classifier, mnist):
    card = classifier.card
    assert card["sha256"] == classifier.sha256
    assert card["bytes"] == WEIGHTS.stat().st_size < 2_000_000
    assert card["accuracy"]["test"] >= 0.995
    assert "digitgan.evaluation.train_classifier" in card["command"]
    predictions = classifier.predict(mnist.test.images)
    probabilities, features = predictions
    assert probabilities.dtype == features.dtype == np.float32
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)
    assert 0.5 < features.std() < 2
    accuracy = np.mean(predictions.labels == mnist.test.labels)
    if len(mnist.test) == 10_000:
        assert accuracy == pytest.approx(card["accuracy"]["test"], abs=2e-4)


def test_batches_and_order_do_not_matter(classifier, mnist):
    images = mnist.train.images[:300]
    whole = classifier.predict(images)
    order = np.random.default_rng(0).permutation(len(images))
    for batch_size in (1, 7, 64, 299):
        for part, expected in zip(
            classifier.predict(images, batch_size), whole, strict=True
        ):
            np.testing.assert_allclose(part, expected, atol=1e-5)
    for part, expected in zip(classifier.predict(images[order]), whole, strict=True):
        np.testing.assert_allclose(part, expected[order], atol=1e-5)


def test_a_changed_classifier_is_refused(tmp_path):
    for name in ("classifier.onnx", "classifier.json"):
        shutil.copy(WEIGHTS.with_name(name), tmp_path / name)
    card = json.loads((tmp_path / "classifier.json").read_text())
    (tmp_path / "classifier.json").write_text(json.dumps(card | {"sha256": "0" * 64}))
    with pytest.raises(
        InputError, match="classifier .* was changed: its SHA-256 differs"
    ):
        Classifier(tmp_path / "classifier.onnx")


def test_a_missing_classifier_is_named(tmp_path):
    with pytest.raises(InputError, match="nowhere"):
        Classifier(tmp_path / "nowhere.onnx")


def test_each_data_set_has_its_classifier(tmp_path, monkeypatch):
    monkeypatch.setenv("DIGITGAN_CACHE", str(tmp_path))
    images, labels = np.zeros((6, 28, 28), np.uint8), np.arange(6) % 2
    digits = Dataset(Digits(images, labels), None, ("4", "9"), "two digits")
    assert find_classifier(digits).path == WEIGHTS
    clothes = Dataset(Digits(images, labels), None, ("Shirt", "Boot"), "", "my clothes")
    with pytest.raises(InputError, match=r"train_classifier --data 'my clothes'$"):
        find_classifier(clothes)
    path = classifier_path(clothes)
    path.parent.mkdir(parents=True)
    shutil.copy(WEIGHTS, path)
    assert find_classifier(clothes).path == path


@pytest.mark.process
def test_measuring_is_light_to_import():
    code = (
        "import sys, digitgan.measure.morphometry\n"
        "import digitgan.measure.classifier\n"
        f"assert not set({HEAVY}) & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


@pytest.mark.slow
def test_it_can_be_trained_and_exported(tmp_path, mnist, monkeypatch):
    pytest.importorskip("tensorflow")
    from digitgan.evaluation import train_classifier

    monkeypatch.setattr(train_classifier, "EPOCHS", 2)
    few = Dataset(mnist.train[:4000], mnist.test[:500], mnist.classes, "a few")
    card = train_classifier.make(tmp_path, few, "test")
    assert card["accuracy"]["held_out"] > 0.9
    probabilities, features = Classifier(tmp_path / "classifier.onnx").predict(
        few.test.images
    )
    assert probabilities.shape == (500, 10) and features.shape == (500, 64)
