"""The mean of each class's latents, chosen when training is over."""

import numpy as np
import pytest
from model_folders import make_model

from digitgan.data.load import load_dataset
from digitgan.data.mnist_preprocessing import crop_to_box
from digitgan.errors import InputError


def test_latents_move_until_features_have_the_mean_of_real_images():
    pytest.importorskip("keras")
    from digitgan.training.latent_mean import mean_shift

    rng = np.random.default_rng(4)
    slopes = rng.standard_normal((5, 30))
    wanted = np.array([0.05, -0.04, 0.03, 0.0, 0.02])

    def features(latents):
        return latents @ slopes + rng.standard_normal((len(latents), 30))

    latents, others = rng.standard_normal((2, 20_000, 5))
    real, fake = features(others + wanted), features(latents)
    assert mean_shift(real, fake, latents) == pytest.approx(wanted, abs=0.02)
    few = mean_shift(real[:4], fake[:4], latents[:4])  # of which nothing is known
    assert np.abs(few).max() < 0.1
    assert not mean_shift(real[:1], fake[:1], latents[:1]).any()


def test_the_means_become_part_of_the_weights_class_by_class(
    tmp_path, monkeypatch, few
):
    keras = pytest.importorskip("keras")
    from digitgan.model.keras_sampling import predict, sample_inputs
    from digitgan.training import latent_mean
    from digitgan.training.condition_values import condition_values

    moves = {label: np.full(63, 0.1 * label, "f4") for label in range(10)}
    labels = iter(range(10))

    def mean_shift(real, fake, latents):
        assert len(fake) == len(latents) == latent_mean.FAKES_PER_REAL * len(real)
        return moves[next(labels)]

    monkeypatch.setattr(latent_mean, "mean_shift", mean_shift)
    make_model(tmp_path / "model", "flagship", "0123456789")
    gan = keras.models.load_model(tmp_path / "model" / "gan.keras")
    data = load_dataset(few)
    given = condition_values(data, tuple(gan.condition_names))
    inputs = sample_inputs(gan, 20, {k: v[:20] for k, v in given.items()}, seed=1)
    moved = dict(inputs, latents=inputs["latents"].copy())
    moved["latents"][:, 1:] += [moves[label] for label in inputs["label"]]
    expected = predict(gan.generator, moved)
    latent_mean.match_class_means(gan, crop_to_box(data.train.images), given)
    np.testing.assert_allclose(predict(gan.generator, inputs), expected, atol=0.05)


def test_a_preset_without_labels_has_no_means_to_match():
    from digitgan.training.train import train

    with pytest.raises(InputError, match="match_means is True"):
        train("stacked", match_means=True)
