"""A data set like another: its classes and strokes, and what is refused."""

import shutil

import numpy as np
import pytest

import digitgan
from digitgan.data.dataset import Digits
from digitgan.datasets.like import MAX_EXAMPLES, read_examples
from digitgan.errors import InputError
from digitgan.measure.morphometry import measure

DIGITS = tuple("0123456789")


def styles_of(dataset, name):
    return measure(dataset.train.images)[name]


@pytest.mark.process  # not one itself, but many seconds long
def test_its_classes_and_strokes_are_drawn_again(mnist, tmp_path):
    """Of real digits the thick sevens and the upright ones, three to one."""
    part = mnist.train[:6_000]
    measured = measure(part.images)
    sevens = (part.labels == 7) & (measured["thickness"] > 3)
    ones = (part.labels == 1) & (np.abs(measured["slant"]) < 4)
    chosen = np.concatenate([np.flatnonzero(sevens)[:90], np.flatnonzero(ones)[:30]])
    asked = Digits(part.images[chosen], part.labels[chosen])
    like = (asked.images, asked.labels)
    options = {"count": 300, "split": "100,0,0", "format": "npz", "like": like}
    out = digitgan.make_dataset(tmp_path / "x", **options).folder
    made = digitgan.load_dataset(out)
    seven = np.array(made.classes)[made.train.labels] == "7"
    assert made.classes == ("1", "7") and 0.6 < seven.mean() < 0.9
    assert np.mean(styles_of(made, "thickness")[seven] > 2.8) > 0.9
    assert np.mean(np.abs(styles_of(made, "slant")[~seven]) < 8) > 0.9
    assert not digitgan.make_dataset(out, **options).drawn


def test_it_is_made_and_mended_without_the_other(mnist, tmp_path):
    first = digitgan.make_dataset(tmp_path / "first", count=40, split="100,0,0").folder
    made = digitgan.make_dataset(tmp_path / "x", count=20, like=first, checked=True)
    shutil.rmtree(first)
    next(made.folder.glob("*images*")).unlink()
    mended = digitgan.verify_dataset(made.folder)
    assert mended.damage and not mended.differing


def test_each_class_has_its_share_of_the_examples(mnist):
    examples = read_examples((mnist.train.images, mnist.train.labels), DIGITS)
    assert len(mnist.train) // 31 < len(examples) <= MAX_EXAMPLES
    found = np.bincount([label for label, _, _ in examples]) / len(examples)
    real = np.bincount(mnist.train.labels) / len(mnist.train)
    assert found == pytest.approx(real, abs=2e-3)


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"like": "nothing-there"}, "like 'nothing-there' is unknown"),
        ({"balance": True}, "like cannot go together with balance"),
        ({"labels": "1,2"}, "like cannot go together with labels"),
        ({"kind": "numbers"}, "like is for single digits"),
    ],
)
def test_what_cannot_be_is_refused(options, problem, tmp_path):
    with pytest.raises(InputError, match=problem):
        digitgan.make_dataset(tmp_path / "x", **{"like": "mnist"} | options)
    assert not (tmp_path / "x").exists()


def test_digits_without_labels_or_of_other_classes_are_refused(mnist):
    images = mnist.train.images[:20]
    with pytest.raises(InputError, match="has no labels"):
        read_examples(images, DIGITS)
    with pytest.raises(InputError, match="holds 9"):
        read_examples((images, np.r_[:10, :10]), DIGITS[:-1])
