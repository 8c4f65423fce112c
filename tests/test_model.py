"""The two players, alone and together."""

from dataclasses import replace

import keras
import numpy as np
import pytest

from digitgan.data.images import to_float, to_uint8
from digitgan.errors import InputError
from digitgan.model import networks
from digitgan.model.conditions import (
    Categorical,
    Continuous,
    LatentCategorical,
    subsample_per_label,
)
from digitgan.model.gan import GAN
from digitgan.model.histogram_matching import fit_grey_curve
from digitgan.model.losses import gradient_penalty
from digitgan.model.presets import PRESETS, Preset, check, find_preset
from digitgan.random_streams import draw_latents

SMALL = replace(PRESETS["tiny"], latent_dim=8)
LABEL = (Categorical("label", 10),)


def types(model):
    return [type(layer).__name__ for layer in model.layers]


def test_the_generator_is_the_one_described():
    generator = networks.build_generator(PRESETS["dcgan"])
    assert generator.input_shape == (None, 100)
    assert generator.output_shape == (None, 20, 20, 1)
    assert types(generator)[1:4] == ["Dense", "BatchNormalization", "ReLU"]
    whole = networks.build_generator(replace(PRESETS["dcgan"], box=False))
    assert whole.output_shape == (None, 28, 28, 1)
    assert types(generator).count("Conv2DTranspose") == 2


def test_the_discriminator_is_the_one_described():
    discriminator = networks.build_discriminator(PRESETS["dcgan"])
    kinds = types(discriminator)
    for kind in ("Conv2D", "LeakyReLU", "Dropout"):
        assert kind in kinds
    assert discriminator.get_layer("neuron").units == 1
    images = np.random.default_rng(0).uniform(-1, 1, (5, 20, 20, 1)).astype("f4")
    probability = discriminator.predict([images], verbose=0)
    assert probability.shape == (5, 1)
    assert ((probability > 0) & (probability < 1)).all()
    logits = keras.Model(discriminator.inputs, discriminator.get_layer("logit").output)
    np.testing.assert_allclose(
        probability, 1 / (1 + np.exp(-logits.predict([images], verbose=0))), rtol=1e-5
    )


@pytest.mark.parametrize("player", ["generator", "discriminator"])
def test_a_label_reaches_its_own_sample_alone(player):
    rng = np.random.default_rng(1)
    if player == "generator":
        model = networks.build_generator(SMALL, LABEL)
        x = rng.standard_normal((4, 8)).astype("f4")
    else:
        model = networks.build_discriminator(SMALL, LABEL)
        x = rng.standard_normal((4, 28, 28, 1)).astype("f4")
    labels = np.array([3, 1, 4, 1], "int32")
    changed = np.array([3, 1, 5, 1], "int32")
    before, after = model([x, labels]).numpy(), model([x, changed]).numpy()
    differs = np.abs(before - after).reshape(4, -1).max(axis=1) > 1e-7
    assert differs.tolist() == [False, False, True, False]


def test_the_first_number_of_z_chooses_the_label():
    labels = np.repeat(np.arange(4), [50, 20, 20, 10])
    rule = LatentCategorical.fit(labels)
    latents = draw_latents(20_000, 5, seed=1)
    shares = np.bincount(rule.labels_of(latents)) / len(latents)
    assert np.abs(shares - [0.5, 0.2, 0.2, 0.1]).max() < 0.01
    chosen = rule.choose(latents[:100], labels)
    assert np.array_equal(rule.labels_of(chosen), labels)
    assert np.array_equal(chosen[:, 1:], latents[:100, 1:])
    preset = replace(SMALL, latent_dim=5)
    generator = networks.build_generator(preset, latent_label=rule)
    layer = generator.get_layer("latent_label")
    seen = np.asarray(layer(latents[:, :1]))[:, 0]
    assert np.array_equal(seen, rule.labels_of(latents))


def test_one_dropout_mask_serves_the_batch():
    discriminator = networks.build_discriminator(PRESETS["dcgan"])
    image = np.ones((1, 20, 20, 1), "f4")
    outputs = discriminator([np.repeat(image, 6, axis=0)], training=True).numpy()
    assert np.ptp(outputs) < 1e-6
    again = discriminator([image], training=True).numpy()
    assert abs(again - outputs[:1]).item() > 1e-6


def test_the_penalty_estimates_the_squared_gradient():
    rng = np.random.default_rng(2)
    slope = rng.standard_normal(784)
    noise = rng.standard_normal((20_000, 784))
    for step in (0.05, 0.01):
        shifted = step * (noise @ slope)
        estimate = float(gradient_penalty(np.zeros(20_000), shifted, step))
        assert estimate == pytest.approx((slope**2).sum(), rel=0.05)


def test_some_images_of_a_batch_stand_for_all_in_the_penalty(monkeypatch):
    monkeypatch.setattr(
        keras.random, "normal", lambda shape, seed: np.ones(shape, "f4")
    )
    rng = np.random.default_rng(3)
    pair = rng.uniform(-1, 1, (2, 1, 28, 28, 1)).astype("f4")
    real, fake = ([np.repeat(image, 4, axis=0)] for image in pair)
    players = networks.build_generator(SMALL), networks.build_discriminator(SMALL)
    losses = [
        GAN(*players, penalty=penalty, penalty_every=every).compute_losses(
            real, fake, training=False
        )
        for penalty, every in ((1000.0, 1), (1000.0, 4), (0.0, 1))
    ]
    every_one, one_in_four, none = (float(d_loss) for d_loss, _ in losses)
    assert one_in_four == pytest.approx(every_one, rel=1e-4)
    assert none < 0.9 * every_one


def test_latents_depend_on_seed_and_number_alone():
    whole = draw_latents(3000, 7, seed=5)
    assert whole.dtype == np.float32
    parts = [draw_latents(n, 7, 5, s) for s, n in ((0, 1), (1, 1500), (1501, 1499))]
    assert np.array_equal(np.concatenate(parts), whole)
    assert not np.array_equal(draw_latents(3000, 7, seed=6), whole)
    assert abs(whole.mean()) < 0.03 and abs(whole.std() - 1) < 0.03
    assert draw_latents(0, 7).shape == (0, 7)


def test_images_survive_the_way_in_and_out():
    images = np.arange(784, dtype=np.uint8).reshape(1, 28, 28)
    inside = to_float(images)
    assert inside.shape == (1, 28, 28, 1) and inside.dtype == np.float32
    assert inside.min() == -1 and inside.max() == 1
    assert np.array_equal(to_uint8(inside), images)
    assert to_uint8(np.full((1, 28, 28, 1), 1.7)).max() == 255


def test_a_gan_is_saved_and_loaded_whole(tmp_path):
    players = (
        networks.build_generator(SMALL),
        networks.build_discriminator(SMALL),
    )
    gan = GAN(*players, objective="relativistic", penalty=0.2, penalty_every=3)
    gan.save(tmp_path / "gan.keras")
    again = keras.models.load_model(tmp_path / "gan.keras")
    settings = again.objective, again.penalty, again.penalty_every
    assert settings == ("relativistic", 0.2, 3)
    latents = draw_latents(3, 8)
    for name in ("generator", "ema_generator"):
        drawn, redrawn = (getattr(g, name)([latents]).numpy() for g in (gan, again))
        assert np.array_equal(drawn, redrawn)


def test_presets_are_in_range():
    for preset in PRESETS.values():
        check(preset)
    with pytest.raises(InputError, match="did you mean 'dcgan'"):
        find_preset("dcgann")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("batch_size", 0),
        ("latent_dim", -1),
        ("epochs", 0),
        ("learning_rate", -1.0),
        ("learning_rate", float("nan")),
        ("learning_rate", float("inf")),
        ("penalty", -0.1),
        ("penalty", float("nan")),
        ("penalty_step", 0.0),
        ("penalty_every", 0),
        ("discriminator_widths", (8,)),
        ("conditional_norm", True),
    ],
)
def test_bad_settings_are_named(name, value):
    with pytest.raises(InputError) as refusal:
        check(Preset("a test", **{name: value}))
    assert refusal.value.field == name and "allowed is" in str(refusal.value)


def test_a_grey_curve_gives_the_greys_of_real_digits():
    rng = np.random.default_rng(5)
    ink = rng.normal(-1, 2, (50, 28, 28)).astype("f4")
    real = np.where(ink > 1, rng.choice([130, 252, 253], ink.shape), 0).astype("u1")
    real[:, 3, 3] = 255  # a peak a digit
    curve = fit_grey_curve(ink, real)
    assert (np.diff(curve.greys.astype(int)) >= 0).all()
    matched = curve.apply(ink)
    assert matched.dtype == np.uint8
    for grey in (0, 130, 252, 253):
        assert abs((matched == grey).mean() - (real == grey).mean()) < 2e-3, grey
    peaks = (matched == 255).sum(axis=(1, 2))
    assert peaks.min() >= 1 and peaks.mean() < 1.5
    assert fit_grey_curve(ink, np.minimum(real, 254)).peak_gap < 0  # no peaks


def test_styles_condition_both_players_in_their_units():
    preset = replace(SMALL, residual=True, dropout=0.0)
    conditions = (
        Categorical("label", 10),
        Continuous("thickness", 2.5, 0.6),
        Continuous("slant", 6.0, 14.0),
    )
    generator = networks.build_generator(preset, conditions)
    discriminator = networks.build_discriminator(preset, conditions)
    rng = np.random.default_rng(6)
    images = rng.uniform(-1, 1, (1, 28, 28, 1)).astype("f4")
    for model, first in ((generator, draw_latents(1, 8)), (discriminator, images)):

        def output(label, thickness, slant, model=model, first=first):
            style = np.array([thickness], "f4"), np.array([slant], "f4")
            return model([first, np.array([label], "int32"), *style]).numpy()

        usual = output(3, 2.5, 6.0)
        assert np.ptp(usual - output(3, 2.5, 6.0)) == 0
        for other in ((4, 2.5, 6.0), (3, 3.1, 6.0), (3, 2.5, 20.0)):
            assert not np.allclose(output(*other), usual, atol=1e-6), other
        far, farther = output(3, 9.0, 6.0), output(3, 19.0, 6.0)
        np.testing.assert_array_equal(far, farther)  # clipped at 3.5 deviations


def test_a_subsample_is_taken_from_all_over_the_data():
    label = np.arange(3000, dtype="int32") % 3
    chosen = subsample_per_label({"label": label, "slant": np.arange(3000.0)}, 100)
    assert np.bincount(chosen["label"]).tolist() == [100, 100, 100]
    for digit in range(3):
        part = chosen["slant"][chosen["label"] == digit]
        assert abs(part.mean() - 1500) < 20 and np.ptp(part) > 2900
    assert subsample_per_label({}, 5) == {}
