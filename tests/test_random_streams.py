"""Every random stream gives the bytes that it gave when digits were first shipped."""

import hashlib

import numpy as np
import pytest

import digitgan
from digitgan.data.dataset import Dataset, Digits, held_out
from digitgan.data.stacked_mnist import stack
from digitgan.random_streams import (
    Stream,
    draw_latents,
    draw_uniforms,
    random_seed,
    random_stream,
)


def digest(array):
    return hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()[:16]


def test_latents_and_style_picks():
    assert digest(draw_latents(1500, 5, seed=7, start=1000)) == "75ada6a3b647eddc"
    assert digest(draw_latents(3, 4, seed=2**64 - 1)) == "e3afb1a8f631ecf6"
    assert digest(draw_uniforms(1500, 2, seed=7, start=1000)) == "df6e646e0924274c"


@pytest.mark.parametrize(
    ("purpose", "expected"),
    [
        (Stream.LABELS, "4babdb26862f7cb8"),
        (Stream.TEXTS, "2e705c813c2a7c5e"),
        (Stream.WRITERS, "5869b5c72eee2526"),
        (Stream.TRAIN_LABELS, "86c1533af3c0d081"),
        (Stream.VALIDATION_LABELS, "1b51b45626ae995b"),
        (Stream.TEST_LABELS, "ad6e2a69f2e1fbc0"),
    ],
)
def test_what_the_samples_of_a_data_set_say(purpose, expected):
    assert digest(random_stream(purpose, seed=7, number=3).random(8)) == expected


@pytest.mark.parametrize(
    ("purpose", "number", "place", "expected"),
    [
        (Stream.CHARACTER_NOISE, 2, 5, "d240b48c51addea1"),
        (Stream.BASELINE_JITTER, 0, 0, "57726653c541d154"),
        (Stream.SCANNER_NOISE, 0, 0, "a17554b9888d9096"),
    ],
)
def test_how_a_text_is_written(purpose, number, place, expected):
    stream = random_stream(purpose, 7, number, place)
    assert digest(stream.standard_normal(8, "f4")) == expected


def test_the_order_of_training():
    stream = random_stream(Stream.TRAINING_ORDER, seed=7, number=3)
    assert digest(stream.permutation(100)) == "f10705445891209f"


def test_fixed_choices_among_real_digits():
    _, chosen = held_out(Digits(np.arange(1000, dtype=np.int32)))
    assert digest(chosen.images) == "257affd12eba7ebd"
    images = (np.arange(50 * 784) % 251).astype(np.uint8).reshape(50, 28, 28)
    triplets = stack(Dataset(Digits(images), None, (), "x"), 20)
    assert digest(triplets.train.images) == "0eccb6fdf607dafa"


def test_no_two_purposes_share_a_number_but_those_that_say_so():
    aliases = {name for name, purpose in Stream.__members__.items() if not purpose}
    assert aliases == {"LATENTS", "TRAINING_ORDER", "HELD_OUT", "TRIPLETS"}
    assert len(Stream) == len(Stream.__members__) - 3


def test_a_seed_of_none_is_random_and_said(caplog):
    caplog.set_level("INFO", "digitgan")
    first, second = random_seed(), random_seed(bits=32)
    assert first != second < 2**32
    assert f"seed={first}" in caplog.text and f"seed={second}" in caplog.text
    model = digitgan.load()
    written = model.write("7", seed=None)
    again = model.write("7", seed=written.seed)
    assert np.array_equal(written.pixels, again.pixels)
