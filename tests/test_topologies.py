"""Another topology is an edit of networks.py: it is exported right, or refused."""

from dataclasses import replace
from types import SimpleNamespace

import keras
import numpy as np
import onnxruntime
import pytest
from keras import layers

from digitgan.data.images import TRIPLETS, to_uint8
from digitgan.errors import ExportFailed
from digitgan.model import keras_to_onnx, networks
from digitgan.model.conditions import Categorical, Continuous
from digitgan.model.export_parity import check_generator
from digitgan.model.histogram_matching import fit_grey_curve
from digitgan.model.onnx_writer import write_discriminator, write_generator
from digitgan.model.presets import PRESETS

CONDITIONS = (Categorical("label", 10), Continuous("slant", 6.0, 14.0))
N = 20


def with_layer(name, layer):
    """Return Keras' layers with another one under this name."""
    return {"layers": SimpleNamespace(**{**vars(layers), name: layer})}


FULL_SIZE = replace(
    PRESETS["tiny"],
    residual=True,
    generator_widths=(16, 8, 4),
    discriminator_widths=(4, 8, 8),
    conditional_norm=True,
)
EDITS = {
    "as it is": {},
    "leaky": with_layer("ReLU", lambda: layers.LeakyReLU(0.1)),
    "elu": with_layer("ReLU", lambda: layers.Activation("elu")),
    "relu everywhere": with_layer("LeakyReLU", lambda slope: layers.ReLU()),
    "no normalisation": with_layer("BatchNormalization", lambda **_: layers.Identity()),
    "kernels of 3": {"KERNEL": 3},
    "kernels of 5": {"KERNEL": 5},
}


def discriminator_of_another_shape():
    """Convolve without strides, normalise, refine; end in one neuron."""
    image = keras.Input((28, 28, 1), name="image")
    label = keras.Input((), dtype="int32", name="label")
    x = layers.Conv2D(4, 5, 3, "valid", activation="relu")(image)
    x = layers.BatchNormalization()(x)
    x = layers.Add()([x, layers.Conv2D(4, 3, padding="same")(x)])
    x = layers.Flatten()(x)
    x = layers.BatchNormalization()(x)
    x = layers.Dense(6, activation="tanh")(x)
    x = layers.Concatenate()([x, layers.CategoryEncoding(10, "one_hot")(label)])
    x = layers.Dense(1, activation="sigmoid")(x)
    return keras.Model([image, label], x)


def generator_of_another_shape():
    """Grow in three stages from 7 x 4, with residual blocks, from another latent."""
    latents = keras.Input((5,), name="latents")
    x = layers.Dense(7 * 4 * 6)(latents)
    x = layers.Activation("selu")(x)
    x = layers.BatchNormalization()(x)
    x = layers.Reshape((7, 4, 6))(x)
    for width, strides in ((5, (1, 2)), (4, 2), (3, 2)):
        x = layers.Conv2DTranspose(width, 4, strides, "same", use_bias=False)(x)
        x = layers.BatchNormalization()(x)
        x = layers.LeakyReLU(0.3)(x)
        x = layers.Add()([x, layers.Conv2D(width, 3, padding="same")(x)])
    x = layers.Conv2D(3, 3, padding="same", name="ink")(x)
    return keras.Model([latents], layers.Activation("tanh")(x))


def trained(network):
    """Give a network weights as training leaves them; no normalisation does nothing."""
    rng = np.random.default_rng(0)
    for weight in network.weights:
        values = rng.standard_normal(weight.shape)
        if len(weight.shape) > 1:
            values *= (2 / np.prod(weight.shape[:-1])) ** 0.5
        elif "variance" in weight.path or "gamma" in weight.path:
            values = 1 + 0.3 * np.abs(values)
        weight.assign(values)
    return network


def inputs_of(network):
    rng = np.random.default_rng(1)
    values = {}
    for x in network.inputs:
        values[x.name] = rng.standard_normal((N, *x.shape[1:])).astype("f4")
        if x.dtype == "int32":
            values[x.name] = np.arange(N, dtype="int32") % 10
    return values


def outputs_of(path, inputs):
    return onnxruntime.InferenceSession(path).run(None, inputs)[0]


@pytest.fixture(params=EDITS)
def edited(request, monkeypatch):
    for name, value in EDITS[request.param].items():
        monkeypatch.setattr(networks, name, value)


def test_an_edited_generator_is_exported_right(edited, tmp_path):
    settings = replace(PRESETS["tiny"], residual=True, image=TRIPLETS)
    generator = trained(networks.build_generator(settings, CONDITIONS))
    path, inputs = tmp_path / "generator.onnx", inputs_of(generator)
    write_generator(path, generator, None)
    images = check_generator(path, generator, None, inputs)
    assert images.shape == (N, *settings.image.shape)
    assert np.array_equal(images, outputs_of(path, inputs))
    expected = to_uint8(generator(list(inputs.values()))).astype(int)
    assert np.abs(images - expected).max() <= 1 and expected.std() > 5


def test_a_grey_curve_is_exported_right(tmp_path, mnist):
    settings = replace(PRESETS["tiny"], residual=True, overshoot=1.1)
    generator = trained(networks.build_generator(settings, CONDITIONS))
    path, inputs = tmp_path / "generator.onnx", inputs_of(generator)
    ink = keras.Model(generator.inputs, generator.get_layer("ink").output)
    curve = fit_grey_curve(
        np.asarray(ink(list(inputs.values())))[..., 0], mnist.train.images[:100]
    )
    write_generator(path, generator, curve)
    assert check_generator(path, generator, curve, inputs).std() > 5


def test_an_edited_discriminator_is_exported_right(edited, tmp_path):
    preset = PRESETS["tiny"]
    _same_probabilities(networks.build_discriminator(preset, CONDITIONS), tmp_path)


def test_a_discriminator_of_another_shape_is_exported_right(tmp_path):
    _same_probabilities(discriminator_of_another_shape(), tmp_path)


def _same_probabilities(discriminator, tmp_path):
    path, inputs = tmp_path / "d.onnx", inputs_of(trained(discriminator))
    digits = np.random.default_rng(2).integers(0, 256, (N, 28, 28), np.uint8)
    inputs["image"] = (digits[..., np.newaxis] / 127.5 - 1).astype("f4")
    write_discriminator(path, discriminator)
    expected = np.asarray(discriminator(list(inputs.values())))[:, 0]
    del inputs["image"]
    assert (
        np.abs(outputs_of(path, {"digits": digits, **inputs}) - expected).max() < 1e-2
    )
    assert np.ptp(expected) > 0.1


def test_a_generator_of_another_shape_is_exported_right(tmp_path):
    images = _same_images(generator_of_another_shape(), tmp_path)
    assert images.shape == (N, 28, 32, 3)


def test_players_with_layers_at_full_size_are_exported_right(tmp_path):
    """Also where conditions scale and shift what is normalised."""
    _same_images(networks.build_generator(FULL_SIZE, CONDITIONS), tmp_path)
    discriminator = networks.build_discriminator(FULL_SIZE, CONDITIONS)
    _same_probabilities(discriminator, tmp_path)


def _same_images(generator, tmp_path):
    path, inputs = tmp_path / "generator.onnx", inputs_of(trained(generator))
    write_generator(path, generator, None)
    images = check_generator(path, generator, None, inputs)
    assert images.std() > 5
    return images


def test_a_layer_without_an_onnx_form_is_named(tmp_path):
    latents = keras.Input((5,), name="latents")
    x = layers.Dense(16, name="first")(latents)
    unknown = keras.Model(latents, layers.GroupNormalization(4, name="groups")(x))
    with pytest.raises(ExportFailed, match="layer 'groups', GroupNormalization"):
        write_generator(tmp_path / "g.onnx", unknown, None)
    scaled = keras.Model(latents, x * 2.0)
    with pytest.raises(ExportFailed, match="allowed is Multiply of two layers"):
        write_generator(tmp_path / "g.onnx", scaled, None)
    wrong = keras.Model(latents, layers.Dense(4, activation="mish", name="m")(x))
    with pytest.raises(ExportFailed, match="layer 'm', Dense.*allowed is activation"):
        write_generator(tmp_path / "g.onnx", wrong, None)


def test_a_file_that_draws_otherwise_is_refused(tmp_path, monkeypatch):
    generator = trained(networks.build_generator(PRESETS["tiny"], CONDITIONS))
    path, inputs = tmp_path / "generator.onnx", inputs_of(generator)
    monkeypatch.setitem(
        keras_to_onnx.WRITERS, "ReLU", lambda to, layer, x: to.graph.add("Abs", x)
    )
    write_generator(path, generator, None)
    with pytest.raises(ExportFailed, match="grey levels off, allowed is 1"):
        check_generator(path, generator, None, inputs)
