"""The scorecard's known answers: what is wrong with the digits is said, by name."""

import functools
import io
import json
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest
from rich.console import Console
from scipy import ndimage

from digitgan.data.dataset import Dataset, Digits
from digitgan.errors import InputError
from digitgan.evaluation import evaluate as evaluation
from digitgan.evaluation.checks import check_images
from digitgan.evaluation.evaluate import evaluate
from digitgan.evaluation.metric import Figure, Metric, RowGroup, mean_of
from digitgan.evaluation.metrics import networks
from digitgan.evaluation.table import show

N = 1_000
LIKENESS = ["frechet", "kernel", "precision", "recall", "density", "coverage"]
APART = ["two_sample", "breaks_law", "two_sample_statistics"]
STYLE = ["thickness", "slant", "length", "width", "height"]
VARIETY = ["shares", "variety", "variety_worst", "coverage_worst"]
VARIETY += ["variance", "variance_worst"]
COPIES = ["nearest", "nearest_difference", "authenticity"]


@pytest.fixture
def short_training(monkeypatch):
    """Let the networks of the two-sample test learn but shortly."""
    monkeypatch.setattr(networks, "STEPS", 20)


# Known answers, on the whole of MNIST


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


def verdicts(card, keys):
    return {key: card[key].verdict for key in keys}


@pytest.mark.learns
def test_training_digits_score_as_real_and_are_called_memorised(cards):
    card = cards("training digits")
    for row in card.rows:
        if row.key in COPIES:
            assert row.verdict == "memorised", row
        elif row.key in ("slant", "height", "shares"):
            assert row.verdict != "far", row  # a thousand digits are few for these
        else:
            assert row.verdict == "as real", row


@pytest.mark.learns
def test_noise_is_far_on_everything(cards):
    card = cards("noise")
    assert card["nearest_difference"].verdict == "as real"  # it remembers nothing
    others = [row for row in card.rows if row.key != "nearest_difference"]
    assert {row.verdict for row in others} == {"far"}


@pytest.mark.learns
def test_prototypes_agree_but_have_no_variety(cards):
    card = cards("prototypes")
    assert card["agreement"].value > 0.99
    caught = ["recall", "coverage", "variety", "variety_worst", "coverage_worst"]
    assert set(verdicts(card, caught).values()) == {"far"}


@pytest.mark.learns
def test_shuffled_labels_are_caught_by_agreement(cards):
    card = cards("shuffled")
    assert card["agreement"].verdict == "far" and card["agreement"].value < 0.2
    assert set(verdicts(card, LIKENESS).values()) == {"as real"}
    table = np.array(card["agreement"].detail["confusion"])
    assert table.sum() == N and np.trace(table) == round(card["agreement"].value * N)


@pytest.mark.learns
def test_a_missing_digit_is_caught_and_named(cards):
    card = cards("no fours")
    assert card["agreement"].verdict == "as real"
    assert card["shares"].verdict == card["variety_worst"].verdict == "far"
    assert card["shares"].detail["rarest"] == card["variety_worst"].detail["digit"] == 4
    assert "4" in card["shares"].name and "4" in card["coverage_worst"].name


@pytest.mark.learns
def test_blur_moves_distance_and_two_sample_test(cards):
    card = cards("blurred")
    assert card["frechet"].verdict == card["two_sample"].verdict == "far"
    assert card["frechet"].ratio > 10 and card["two_sample"].value > 0.95


@pytest.mark.learns
def test_without_labels_what_needs_them_is_skipped(cards):
    card = cards("unlabelled")
    row = card["agreement"]
    assert row.verdict == "skipped" and row.value is None and "labels" in row.definition
    assert card["frechet"].value is not None and card["variety"].verdict == "as real"


@pytest.mark.learns
def test_order_does_not_matter_and_a_seed_repeats(cards, digits, mnist):
    images, labels = digits
    order = np.random.default_rng(3).permutation(N)
    again = evaluate(images[order], labels[order], data=mnist)
    expected = cards("training digits")
    assert again.rows == expected.rows
    other = evaluate(images[:500], labels[:500], data=mnist, seed=1)
    assert other["frechet"].n == 500 != expected["frechet"].n


# What every scorecard is, on a few digits


def test_every_row_carries_n_spread_and_definition(small_card):
    keys = [row.key for row in small_card.rows]
    assert len(set(keys)) == len(keys)
    assert set(keys) >= {*LIKENESS, *APART, *STYLE, *VARIETY, *COPIES, "agreement"}
    for row in small_card.rows:
        assert row.n > 0 and row.spread >= 0 and row.definition and row.name
    assert set(verdicts(small_card, COPIES).values()) == {"memorised"}
    assert small_card["agreement"].verdict == small_card["recall"].verdict == "as real"


def test_floats_and_a_channel_axis_are_the_same_digits(small_mnist):
    images = small_mnist.train.images[:200]
    floats = (images / 255)[..., np.newaxis]
    np.testing.assert_array_equal(check_images(floats), check_images(images))


@pytest.fixture(scope="module")
def few_card(small_mnist):
    return evaluate(small_mnist.train.images[:150], data=small_mnist)


def test_the_file_and_the_table_hold_every_row(small_card, few_card, tmp_path):
    small_card.save(tmp_path / "card.json")
    read = json.loads((tmp_path / "card.json").read_text("utf-8"))
    assert [row["key"] for row in read["rows"]] == [row.key for row in small_card.rows]
    assert read["classifier_sha256"] == small_card.classifier_sha256
    assert read["rows"][0]["ratio"] > 0
    console = Console(file=io.StringIO(), width=120)
    show(small_card, console)
    show(few_card, console)
    text = console.file.getvalue()
    assert all(row.name in text for row in small_card.rows)
    assert "it needs labels" in text and "digit by digit" in text


def test_few_digits_skip_what_needs_more(few_card):
    skipped = {row.key: row for row in few_card.rows if row.verdict == "skipped"}
    assert "it needs labels" in skipped.pop("agreement").definition
    assert set(skipped) == {"frechet", "kernel", *APART, *VARIETY}
    assert all("there are 150" in row.definition for row in skipped.values())
    assert few_card["nearest"].verdict == "memorised"


def test_equal_seeds_give_equal_scorecards_in_any_order(small_mnist, few_card):
    images = small_mnist.train.images[:150]
    order = np.random.default_rng(3).permutation(150)
    assert evaluate(images[order], data=small_mnist).rows == few_card.rows
    other = evaluate(images, data=small_mnist, seed=1)
    assert other["precision"].real != few_card["precision"].real


def test_digits_out_of_place_break_the_laws_of_mnist(small_mnist, short_training):
    shifted = np.roll(small_mnist.train.images[:250], 1, axis=1)
    card = evaluate(shifted, data=small_mnist)
    assert card["breaks_law"].value > 95 and card["breaks_law"].real < 1
    assert card["breaks_law"].verdict == "far"


def test_other_data_have_no_rows_on_the_laws_of_mnist(small_mnist):
    train, test = (
        Digits(np.roll(part.images, 2, axis=2), part.labels)
        for part in (small_mnist.train, small_mnist.test)
    )
    data = Dataset(train, test, small_mnist.classes, "all of them moved")
    keys = [row.key for row in evaluate(train.images[:150], data=data).rows]
    assert "two_sample" in keys and not {"breaks_law", "two_sample_statistics"} & {
        *keys
    }


# Another metric, another kind of image


def test_a_new_metric_is_a_function_and_a_row(small_mnist, monkeypatch):
    """All of it stands in the file of its family."""
    metric = Metric("ink", "share of ink", "mean grey", as_real=0.02, far=0.1)

    def ink_rows(comparison):
        fake, real = (
            side.images.mean(axis=(1, 2)) / 255
            for side in (comparison.fake, comparison.baseline)
        )
        yield metric.row(mean_of(fake, real), len(fake))

    groups = [RowGroup("ink", (metric,), ink_rows)]
    monkeypatch.setattr(evaluation, "FAMILIES", [SimpleNamespace(GROUPS=groups)])
    images = small_mnist.train.images[:150]
    row = evaluate(images, data=small_mnist)["ink"]
    assert 0.1 < row.value < 0.2 and row.verdict == "as real" and row.n == 150
    card = evaluate(np.maximum(images, 128), data=small_mnist)
    assert card["ink"].verdict == "far"
    console = Console(file=io.StringIO(), width=120)
    show(card, console)
    assert "share of ink" in console.file.getvalue()
    assert "ink" in [row["key"] for row in card.to_dict()["rows"]]


def test_pictures_of_another_size_score_what_applies(short_training):
    rng = np.random.default_rng(0)

    def pictures(n):
        colours = rng.integers(0, 247, (n, 1, 1, 3))
        return (colours + rng.integers(0, 9, (n, 32, 32, 3))).astype(np.uint8)

    labels = np.arange(3000) % 2
    train, test = Digits(pictures(3000), labels), Digits(pictures(600), labels[:600])
    toys = Dataset(train, test, ("red", "blue"), "toys", kind="pictures")
    card = evaluate(pictures(250), labels[:250], data=toys)
    scored = {row.key for row in card.rows if row.value is not None}
    assert scored == {"two_sample", "nearest_test", *COPIES}
    assert "these are 32 x 32 x 3" in card["frechet"].definition
    assert card["nearest"].verdict == "as real" and card.classifier_sha256 == ""
    copies = evaluate(train.images[:150], data=toys)
    assert copies["nearest"].verdict == "memorised"
    with pytest.raises(InputError, match=r"allowed is \(N, 32, 32, 3\)"):
        evaluate(np.zeros((200, 28, 28), np.uint8), data=toys)


# What is refused


@pytest.mark.parametrize(
    ("images", "labels", "message"),
    [
        (np.zeros((0, 28, 28), np.uint8), None, "images are 0: allowed is 100 or more"),
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
    monkeypatch.setitem(sys.modules, "keras", None)
    with pytest.raises(
        InputError, match=r"'full' needs keras: pip install .*\[train\]"
    ):
        evaluate(np.zeros((200, 28, 28), np.uint8), level="full")


@pytest.mark.parametrize(
    ("worse", "figure", "verdict"),
    [
        ("above", (1.01, 1.0, 0.0), "as real"),
        ("above", (1.05, 1.0, 0.0), "close"),
        ("above", (1.05, 1.0, 0.02), "as real"),
        ("above", (1.11, 1.0, 9.0), "far"),
        ("above", (float("nan"), 1.0, 0.0), "far"),
        ("above", (0.5, 1.0, 0.0), "as real"),
        ("below", (0.95, 1.0, 0.0), "close"),
        ("below", (2.0, 1.0, 0.0), "as real"),
        ("either", (0.8, 1.0, 0.0), "far"),
        ("by_factor", (np.exp(-0.05), 1.0, 0.0), "close"),
        ("by_factor", (0.0, 1.0, 0.0), "far"),
    ],
)
def test_verdicts(worse, figure, verdict):
    metric = Metric("m", "metric", "", as_real=0.03, far=0.1, worse=worse)
    assert metric.verdict(Figure(*figure)) == verdict


def test_limits_may_be_multiples_of_the_real_figure():
    metric = Metric("m", "metric", "", as_real=1.5, far=6, worse="times_real")
    figures = [Figure(0.2 * times, 0.2) for times in (1.4, 3, 6.5)]
    assert list(map(metric.verdict, figures)) == ["as real", "close", "far"]


@pytest.mark.process
def test_quick_imports_no_training_framework():
    code = (
        "import sys, numpy as np, digitgan, digitgan.evaluation.table\n"
        "from digitgan.data.dataset import Dataset, Digits\n"
        "rng = np.random.default_rng(0)\n"
        "x, y = rng.integers(0, 256, (2000, 28, 28), np.uint8), np.arange(2000) % 10\n"
        "real = Dataset(Digits(x, y), Digits(x, y), (), 'noise')\n"
        "digitgan.evaluate(x, y, data=real)\n"
        "heavy = {'keras', 'tensorflow', 'torch', 'jax', 'sklearn', 'scipy'}\n"
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
