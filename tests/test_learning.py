"""A short real training must reach a stated result, or fail."""

import numpy as np
import onnxruntime
import pytest

import digitgan
from digitgan.data.images import to_uint8
from digitgan.data.mnist_preprocessing import place_by_mass
from digitgan.measure.classifier import Classifier
from digitgan.model.presets import PRESETS
from digitgan.random_streams import draw_latents
from digitgan.training.build import build_gan

pytestmark = pytest.mark.learns
MIN_CONFIDENCE, MIN_COUNT, N = 0.9, 20, 1000


def confidently_named(images):
    """Return the digits that the classifier names with confidence, often enough."""
    probabilities, _ = Classifier().predict(images)
    sure = probabilities.max(axis=1) >= MIN_CONFIDENCE
    counts = np.bincount(probabilities.argmax(axis=1)[sure], minlength=10)
    return set(np.flatnonzero(counts >= MIN_COUNT).tolist())


@pytest.fixture(scope="module")
def run(mnist, tmp_path_factory):
    """The classic after one pass over 60,000 digits (twelve over 5,000)."""
    epochs = max(1, 60_000 // len(mnist.train))
    out = tmp_path_factory.mktemp("learning") / "run"
    return digitgan.train("dcgan", epochs=epochs, seed=1, out=out, artifacts=False)


def test_nine_of_ten_digits_after_one_epoch(run):
    session = onnxruntime.InferenceSession(run.model_folder / "generator.onnx")
    (images,) = session.run(None, {"latents": draw_latents(N, 100, seed=9)})
    assert len(confidently_named(images)) >= 9


def test_the_players_stay_in_balance(run):
    last = run.read_log()[-1]
    assert 0.3 < last["d_fake"] < last["d_real"] < 0.8


def test_an_untrained_generator_would_not_have_passed():
    gan = build_gan(PRESETS["dcgan"], {"label": np.arange(10)}, 1)
    latents = draw_latents(N, 100, seed=9)
    images = place_by_mass(to_uint8(gan.ema_generator([latents])))
    assert len(confidently_named(images)) < 9
