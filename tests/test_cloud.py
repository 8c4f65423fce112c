"""What keeps the cloud of generated images as wide as that of real ones."""

import numpy as np
import pytest
from model_folders import make_model

import digitgan
from digitgan.errors import InputError
from digitgan.training.batches import Batches
from digitgan.training.rarity import rarity_weights
from digitgan.training.validation import Scores

RARE = 40


@pytest.fixture
def writing():
    """Bars of many widths, and forty of 2,000 that have a bar beside them."""
    rng = np.random.default_rng(0)
    widths, labels = rng.uniform(2, 6, 2000), np.arange(2000) % 2
    bars = np.arange(10) < widths[:, np.newaxis]
    images = np.zeros((2000, 20, 20), np.uint8)
    images[:, :, :10] = 255 * bars[:, np.newaxis]
    images[:RARE, :5, 14:18] = 255
    return images, {"label": labels, "thickness": widths.astype("f4")}


def test_a_rare_form_is_learned_from_more_often_than_an_extreme_style(writing):
    images, conditions = writing
    weights = rarity_weights(images, conditions, 1.0)
    assert weights[:RARE].min() > 2.5
    rest, widths = weights[RARE:], conditions["thickness"][RARE:]
    assert abs(np.corrcoef(rest, np.abs(widths - 4))[0, 1]) < 0.3
    for label in (0, 1):
        assert weights[conditions["label"] == label].mean() == pytest.approx(1)


def test_rarity_needs_neither_labels_nor_styles(writing):
    images, _ = writing
    weights = rarity_weights(images[..., np.newaxis], {}, 1.0)
    assert weights[:RARE].mean() > weights[RARE:].mean()
    assert np.all(rarity_weights(images, {}, 0.0) == 1)


def test_an_epoch_has_each_image_as_often_as_its_weight_says(writing):
    images, conditions = writing
    weights = rarity_weights(images, conditions, 1.0)
    batches = Batches(images, conditions, 64, seed=3, weights=weights)
    epochs = []
    for _ in range(50):
        times = np.bincount(batches.order, minlength=len(images))
        assert np.all(np.abs(times - weights) < 1)
        assert len(batches.order) == len(images)
        epochs.append(times)
        batches.on_epoch_end()
    np.testing.assert_allclose(np.mean(epochs, 0), weights, atol=0.35)


class NearestAfter:
    """A metric that likes images least far from those of some call."""

    def __init__(self, call):
        self.call, self.seen = call, []

    def measure_images(self, images):
        """Remember the images."""
        self.seen.append(images)
        return Scores(abs(len(self.seen) - 1 - self.call), 10.0)


@pytest.mark.parametrize("preset", ["flagship", "pictures"])
@pytest.mark.parametrize(("call", "scale"), [(0, 1.0), (3, 1.06)])
def test_the_scale_of_the_latents_becomes_part_of_the_weights(
    tmp_path, monkeypatch, preset, call, scale
):
    keras = pytest.importorskip("keras")
    from digitgan.model.keras_sampling import predict
    from digitgan.training import latent_scale

    monkeypatch.setattr(latent_scale, "SAMPLES", 64)
    model = digitgan.load(make_model(tmp_path / "model", preset, "0123456789"))
    gan = keras.models.load_model(tmp_path / "model" / "gan.keras")
    inputs = model.generator_inputs(np.arange(10, dtype=np.int32), seed=1)
    given = {"latents": inputs.latents.copy(), **inputs.conditions}
    before = gan.generator.get_weights()
    metric = NearestAfter(call)
    labels = np.arange(100, dtype=np.int32) % 10
    found = latent_scale.tune_latent_scale(gan, model, labels, metric)
    assert found == scale
    assert len(metric.seen) == call + 2
    after = predict(gan.generator, given)
    kept = 1 if preset == "flagship" else 0
    given["latents"][:, kept:] *= scale
    gan.generator.set_weights(before)
    np.testing.assert_allclose(after, predict(gan.generator, given), atol=0.05)


@pytest.mark.learns
def test_a_training_leaves_a_model_with_the_scale_that_it_chose(
    few, tmp_path, monkeypatch
):
    pytest.importorskip("keras")
    from digitgan.training import latent_scale

    monkeypatch.setattr(latent_scale, "SAMPLES", 500)
    sizes = {"generator_widths": (16, 8, 8), "discriminator_widths": (8, 16)}
    out = tmp_path / "run"
    digitgan.train("flagship", few, epochs=1, out=out, artifacts=False, **sizes)
    model = digitgan.load(out)
    scale = model.description["latent_scale"]
    assert 1 <= scale <= latent_scale.LARGEST
    card = (model.folder / "README.md").read_text()
    assert (f"Latents count {scale:.2f} times" in card) == (scale > 1)


def test_a_preset_without_labels_has_no_scale_to_choose():
    from digitgan.training.train import train

    with pytest.raises(InputError, match="scale_latents is True"):
        train("stacked", scale_latents=True)
    with pytest.raises(InputError, match="rarity is -1"):
        train("tiny", rarity=-1)
