"""What a processor trains with: kernels that compute the same, and advice."""

from types import SimpleNamespace

import keras
import numpy as np
import pytest
from keras import layers

from digitgan.model.presets import PRESETS
from digitgan.training import hardware
from digitgan.training.build import adam

if keras.backend.backend() != "tensorflow":
    pytest.skip("TensorFlow's kernels", allow_module_level=True)

import tensorflow as tf  # noqa: E402

from digitgan.training.tensorflow_kernels import use_fused_kernels  # noqa: E402

IMAGES, FEATURES = (16, 5, 5, 4), (16, 7)


def fuse(layers, optimizer):
    """Treat some layers and an optimizer as those of a GAN."""
    network, nothing = SimpleNamespace(layers=layers), SimpleNamespace(layers=[])
    use_fused_kernels(
        SimpleNamespace(generator=network, logits=nothing, optimizer=optimizer)  # type: ignore
    )


@pytest.mark.parametrize(
    ("make", "shapes"),
    [
        (lambda: layers.BatchNormalization(momentum=0.9), [IMAGES]),
        (lambda: layers.BatchNormalization(momentum=0.9), [FEATURES]),
        (lambda: layers.Dropout(0.3, noise_shape=(1, None, None, None)), [IMAGES]),
        (lambda: layers.Dot(1), [FEATURES, FEATURES]),
    ],
)
@pytest.mark.parametrize("training", [True, False])
def test_layers_compute_what_those_of_keras_do(make, shapes, training):
    rng = np.random.default_rng(0)
    inputs = [tf.constant(rng.normal(1, 2, shape).astype("f4")) for shape in shapes]

    def compute(fused):
        keras.utils.set_random_seed(0)
        layer = make()
        if fused:
            fuse([layer], SimpleNamespace())
        told = {} if isinstance(layer, layers.Dot) else {"training": training}
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            outputs = layer(inputs[0] if len(inputs) == 1 else inputs, **told)
            loss = tf.reduce_sum(outputs**3)
        gradients = tape.gradient(loss, [*inputs, *layer.trainable_weights])
        return [np.asarray(v) for v in (outputs, *gradients, *layer.get_weights())]

    for ours, theirs in zip(compute(True), compute(False), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-3, atol=1e-3)


def test_adam_moves_weights_as_that_of_keras_does():
    rng = np.random.default_rng(0)
    gradients = rng.normal(0, 1, (4, 6, 3)).astype("f4")

    def move(fused):
        optimizer, weights = adam(0.01), keras.Variable(np.ones((6, 3), "f4"))
        optimizer.build([weights])
        if fused:
            fuse([], optimizer)
        for gradient in gradients:
            optimizer.apply([tf.constant(gradient)])
        return [np.asarray(v) for v in (weights, *optimizer.variables)]

    for ours, theirs in zip(move(True), move(False), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4)


def test_jax_on_a_processor_names_what_is_faster(monkeypatch, caplog):
    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")
    monkeypatch.setattr(hardware, "is_accelerated", lambda: False)
    with caplog.at_level("INFO"):
        hardware.supported_precision(PRESETS["tiny"])
    assert "KERAS_BACKEND=tensorflow is faster" in caplog.text
