"""The judge: right, frozen, and the same however it is asked."""

import json
import shutil

import numpy as np
import pytest

from digitgan.errors import InputError
from digitgan.measure.classifier import FILE, Classifier


@pytest.fixture(scope="module")
def judge():
    return Classifier()


def test_it_reads_the_test_digits(judge, mnist):
    probabilities, features = judge.read(mnist.test.images)
    right = np.mean(probabilities.argmax(axis=1) == mnist.test.labels)
    assert right >= 0.995 or len(mnist.test) < 10_000
    assert probabilities.dtype == features.dtype == np.float32
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)
    assert 0.5 < features.std() < 2


def test_its_card_tells_the_truth(judge, mnist):
    card = judge.card
    assert card["sha256"] == judge.sha256
    assert card["bytes"] == FILE.stat().st_size < 2_000_000
    assert card["accuracy"]["test"] >= 0.995
    assert "digitgan.evaluation.train_classifier" in card["command"]
    if len(mnist.test) == 10_000:
        read = judge.read(mnist.test.images)[0].argmax(axis=1)
        assert np.mean(read == mnist.test.labels) == pytest.approx(
            card["accuracy"]["test"], abs=2e-4
        )


def test_blocks_and_order_do_not_matter(judge, mnist):
    images = mnist.train.images[:300]
    whole = judge.read(images)
    order = np.random.default_rng(0).permutation(len(images))
    for block in (1, 7, 64, 299):
        for found, expected in zip(judge.read(images, block), whole, strict=True):
            np.testing.assert_allclose(found, expected, atol=1e-5)
    for found, expected in zip(judge.read(images[order]), whole, strict=True):
        np.testing.assert_allclose(found, expected[order], atol=1e-5)


def test_a_changed_judge_is_refused(tmp_path):
    for name in ("classifier.onnx", "classifier.json"):
        shutil.copy(FILE.with_name(name), tmp_path / name)
    card = json.loads((tmp_path / "classifier.json").read_text())
    (tmp_path / "classifier.json").write_text(json.dumps(card | {"sha256": "0" * 64}))
    with pytest.raises(InputError, match="judge .* SHA-256 .* changed"):
        Classifier(tmp_path / "classifier.onnx")


def test_a_missing_judge_is_named(tmp_path):
    with pytest.raises(InputError, match="nowhere"):
        Classifier(tmp_path / "nowhere.onnx")


@pytest.mark.slow
def test_it_can_be_trained_and_exported(tmp_path, mnist, monkeypatch):
    pytest.importorskip("tensorflow")
    from digitgan.data.dataset import Dataset
    from digitgan.evaluation import train_classifier

    monkeypatch.setattr(train_classifier, "EPOCHS", 2)
    few = Dataset(mnist.train[:4000], mnist.test[:500], mnist.classes, "a few")
    card = train_classifier.make(tmp_path, few, "test")
    assert card["accuracy"]["held_out"] > 0.9
    probabilities, features = Classifier(tmp_path / "classifier.onnx").read(
        few.test.images
    )
    assert probabilities.shape == (500, 10) and features.shape == (500, 64)
