"""The scorecard's known answers: what is wrong with the digits is said, by name."""

import functools
import io
import json
import subprocess
import sys

import numpy as np
import pytest
from rich.console import Console
from scipy import ndimage

from digitgan.errors import InputError
from digitgan.evaluation import evaluate, scorecard
from digitgan.evaluation.rows.base import word
from digitgan.evaluation.table import show

N = 1_000
LIKENESS = ["frechet", "kernel", "precision", "recall", "density", "coverage"]
STYLE = ["thickness", "slant", "length", "width", "height"]
VARIETY = ["shares", "variety", "variety_worst", "coverage_worst"]
COPIES = ["nearest", "authenticity"]


@pytest.fixture(scope="module")
def digits(mnist):
    """A thousand training digits and their labels."""
    if len(mnist.train) < 60_000:
        pytest.skip("the whole of MNIST is not to be had here")
    rows = np.random.default_rng(0).permutation(len(mnist.train))[:N]
    return mnist.train.images[rows], mnist.train.labels[rows]


@pytest.fixture(scope="module")
def cards(mnist, digits):
    """Return the quick scorecard of one way to go wrong, made once."""
    images, labels = digits
    rng = np.random.default_rng(1)
    first = [images[np.flatnonzero(labels == digit)[0]] for digit in range(10)]
    without = mnist.train[np.flatnonzero(mnist.train.labels != 4)[:N]]
    cases = {
        "training digits": (images, labels),
        "noise": (rng.integers(0, 256, images.shape).astype(np.uint8), labels),
        "prototypes": (np.stack(first)[labels], labels),
        "shuffled": (images, rng.permutation(labels)),
        "no fours": (without.images, without.labels),
        "blurred": (ndimage.gaussian_filter(images, (0, 1, 1)), labels),
        "unlabelled": (images, None),
    }
    return functools.cache(lambda name: evaluate(*cases[name], data=mnist))


def words(card, keys):
    return {key: card[key].word for key in keys}


def test_training_digits_score_as_real_and_are_called_memorised(cards):
    card = cards("training digits")
    for row in card.rows:
        if row.key in COPIES:
            assert row.word == "memorised", row
        elif row.key in ("slant", "height", "shares"):
            assert row.word != "far", row  # a thousand digits are few for these
        else:
            assert row.word == "as real", row


def test_noise_is_far_on_everything(cards):
    assert {row.word for row in cards("noise").rows} == {"far"}


def test_prototypes_agree_but_have_no_variety(cards):
    card = cards("prototypes")
    assert card["agreement"].value > 0.99
    caught = ["recall", "coverage", "variety", "variety_worst", "coverage_worst"]
    assert set(words(card, caught).values()) == {"far"}


def test_shuffled_labels_are_caught_by_agreement(cards):
    card = cards("shuffled")
    assert card["agreement"].word == "far" and card["agreement"].value < 0.2
    assert set(words(card, LIKENESS).values()) == {"as real"}
    table = np.array(card["agreement"].detail["confusion"])
    assert table.sum() == N and np.trace(table) == round(card["agreement"].value * N)


def test_a_missing_digit_is_caught_and_named(cards):
    card = cards("no fours")
    assert card["agreement"].word == "as real"
    assert card["shares"].word == card["variety_worst"].word == "far"
    assert card["shares"].detail["rarest"] == card["variety_worst"].detail["digit"] == 4
    assert "4" in card["shares"].name and "4" in card["coverage_worst"].name


def test_blur_moves_distance_and_two_sample_test(cards):
    card = cards("blurred")
    assert card["frechet"].word == card["two_sample"].word == "far"
    assert card["frechet"].ratio > 10 and card["two_sample"].value > 0.95


def test_without_labels_what_needs_them_is_skipped(cards):
    card = cards("unlabelled")
    row = card["agreement"]
    assert row.word == "skipped" and row.value is None and "labels" in row.definition
    assert card["frechet"].value is not None and card["variety"].word == "as real"


def test_every_row_carries_n_spread_and_definition(cards):
    card = cards("training digits")
    keys = [row.key for row in card.rows]
    assert len(set(keys)) == len(keys)
    assert set(keys) >= {*LIKENESS, *STYLE, *VARIETY, *COPIES, "agreement"}
    for row in card.rows:
        assert row.n > 0 and row.spread >= 0 and row.definition and row.name


def test_order_does_not_matter_and_a_seed_repeats(cards, digits, mnist):
    images, labels = digits
    order = np.random.default_rng(3).permutation(N)
    again = evaluate(images[order], labels[order], data=mnist)
    expected = cards("training digits")
    assert again.rows == expected.rows
    other = evaluate(images[:500], labels[:500], data=mnist, seed=1)
    assert other["frechet"].n == 500 != expected["frechet"].n


def test_floats_and_a_channel_axis_are_the_same_digits(cards, digits, mnist):
    images, labels = digits
    floats = (images / 255)[..., np.newaxis]
    expected = scorecard.check_images(images)
    np.testing.assert_array_equal(scorecard.check_images(floats), expected)


def test_the_file_and_the_table_hold_every_row(cards, tmp_path):
    card = cards("no fours")
    card.save(tmp_path / "card.json")
    read = json.loads((tmp_path / "card.json").read_text("utf-8"))
    assert [row["key"] for row in read["rows"]] == [row.key for row in card.rows]
    assert read["judge"] == card.judge and read["rows"][0]["ratio"] > 1
    console = Console(file=io.StringIO(), width=120)
    show(card, console)
    show(cards("unlabelled"), console)
    text = console.file.getvalue()
    assert all(row.name in text for row in card.rows)
    assert "it needs labels" in text and "digit by digit" in text


def test_few_digits_skip_what_needs_more(digits, mnist):
    card = evaluate(digits[0][:150], digits[1][:150], data=mnist)
    skipped = [row for row in card.rows if row.word == "skipped"]
    assert {row.key for row in skipped} == {"frechet", "kernel", "two_sample", *VARIETY}
    assert all("there are 150" in row.definition for row in skipped)


@pytest.mark.parametrize(
    ("images", "labels", "message"),
    [
        (np.zeros((0, 28, 28), np.uint8), None, "images are 0: at least 100"),
        (np.zeros((200, 28, 27), np.uint8), None, r"shape \(200, 28, 27\)"),
        (np.zeros(784, np.uint8), None, r"allowed is \(N, 28, 28\)"),
        (np.full((200, 28, 28), -1.0), None, "floats 0 to 1"),
        (np.full((200, 28, 28), np.nan), None, "floats 0 to 1"),
        (np.full((200, 28, 28), 256), None, "integers 0 to 255"),
        (np.full((200, 28, 28), "a"), None, "type"),
        (np.zeros((200, 28, 28), np.uint8), np.zeros(199, int), r"allowed is \(200,\)"),
        (np.zeros((200, 28, 28), np.uint8), np.full(200, 10), "from 0 to 9"),
        (np.zeros((200, 28, 28), np.uint8), np.zeros(200), "integers"),
    ],
)
def test_bad_input_is_one_clear_line(images, labels, message):
    with pytest.raises(InputError, match=message) as error:
        evaluate(images, labels)
    assert "\n" not in str(error.value)


def test_an_unknown_level_is_named():
    with pytest.raises(InputError, match="did you mean 'quick'"):
        evaluate(np.zeros((200, 28, 28), np.uint8), level="quik")


def test_full_without_the_training_extras_says_so(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn", None)
    with pytest.raises(InputError, match="'full' needs sklearn: .*digitgan.train"):
        evaluate(np.zeros((200, 28, 28), np.uint8), level="full")


def test_words():
    assert word(0.01, 0.03, 0.1) == "as real"
    assert word(0.05, 0.03, 0.1) == "close"
    assert word(0.05, 0.03, 0.1, spread=0.02) == "as real"
    assert word(0.11, 0.03, 0.1, spread=9.0) == "far"
    assert word(float("nan"), 0.03, 0.1) == "far"


def test_quick_imports_no_training_framework():
    code = (
        "import sys, numpy as np, digitgan.evaluation.table\n"
        "from digitgan.data.dataset import Dataset, Digits\n"
        "rng = np.random.default_rng(0)\n"
        "x, y = rng.integers(0, 256, (2000, 28, 28), np.uint8), np.arange(2000) % 10\n"
        "real = Dataset(Digits(x, y), Digits(x, y), (), 'noise')\n"
        "digitgan.evaluation.evaluate(x, y, data=real)\n"
        "heavy = {'keras', 'tensorflow', 'torch', 'jax', 'sklearn', 'matplotlib'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)


@pytest.mark.slow
def test_full_adds_learning_and_stronger_classifiers(cards, digits, mnist):
    pytest.importorskip("keras")
    pytest.importorskip("sklearn")
    images, labels = digits
    card = evaluate(images, labels, data=mnist, level="full")
    assert card["cas"].value > 0.9 and len(card["cas"].detail["these"]) == 3
    assert len(card["two_sample"].detail["these"]) == 5
