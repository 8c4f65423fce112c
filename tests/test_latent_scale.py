"""The scale of the latents, chosen when training is over."""

import numpy as np
import pytest
from model_folders import make_model

import digitgan
from digitgan.errors import InputError


class NearestAfter:
    """A distance that is least for the images of some call."""

    def __init__(self, call):
        self.call, self.seen = call, []

    def __call__(self, images):
        """Remember the images."""
        self.seen.append(images)
        return abs(len(self.seen) - 1 - self.call)


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
    distance = NearestAfter(call)
    labels = np.arange(100, dtype=np.int32) % 10
    found = latent_scale.tune_latent_scale(gan, model, labels, distance)
    assert found == scale
    assert len(distance.seen) == call + 2
    after = predict(gan.generator, given)
    kept = 1 if preset == "flagship" else 0
    given["latents"][:, kept:] *= scale
    gan.generator.set_weights(before)
    np.testing.assert_allclose(after, predict(gan.generator, given), atol=0.05)


def test_the_scale_is_chosen_by_all_training_images(few):
    pytest.importorskip("keras")
    from digitgan.data.dataset import held_out
    from digitgan.data.load import load_dataset
    from digitgan.training.validation import metric_for

    data = load_dataset(few)
    train = data.train
    metric = metric_for(data, {"label": train.labels})
    rest, others = held_out(train)
    assert metric.distance_to_training_images(train.images) < 1e-3
    for part in (rest, others):
        assert metric.distance_to_training_images(part.images) > 1e-3


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
    assert "the latents' mean of each class" in card


def test_a_preset_without_labels_has_no_scale_to_choose():
    from digitgan.training.train import train

    with pytest.raises(InputError, match="scale_latents is True"):
        train("stacked", scale_latents=True)
