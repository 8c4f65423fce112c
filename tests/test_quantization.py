"""The generator in 8 bits: nearly the same digits, and exactly the same everywhere."""

from dataclasses import replace

import numpy as np
import onnx
import pytest
from model_folders import make_quantized
from onnx import numpy_helper
from test_topologies import edited, generator_of_another_shape, inputs_of, trained

import digitgan
from digitgan.data.images import TRIPLETS
from digitgan.exporters import numpy_generator
from digitgan.exporters.graph import read_graph
from digitgan.measure.classifier import Classifier
from digitgan.model import export_parity, networks, quantization
from digitgan.model.conditions import Categorical
from digitgan.model.onnx_writer import write_generator
from digitgan.model.presets import PRESETS

__all__ = ["edited"]  # the fixture
KERNEL, LABELLED = networks.KERNEL, (Categorical("label", 10),)


@pytest.fixture(scope="module")
def flagship():
    return digitgan.load()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return make_quantized(tmp_path_factory.mktemp("model") / "quantized")


@pytest.fixture(scope="module")
def model(folder):
    return digitgan.load(folder, threads=1)


def test_the_large_layers_are_in_8_bits(folder):
    graph = onnx.load(folder / "generator.onnx").graph
    arrays = {x.name: numpy_helper.to_array(x) for x in graph.initializer}
    operations = [node.op_type for node in graph.node]
    assert operations.count("QuantizeLinear") == 6  # z, four layers, a sum
    assert operations.count("ConvTranspose") == 1  # the last layer
    weights = [a for a in arrays.values() if a.dtype == np.int8 and a.ndim > 1]
    assert len(weights) == 4 and all(np.abs(w).max() <= 64 for w in weights)
    for node in graph.node:
        if node.op_type in ("QuantizeLinear", "DequantizeLinear"):
            exponents = np.log2(arrays[node.input[1]])
            assert np.array_equal(exponents, np.rint(exponents))


def test_its_digits_are_nearly_those_of_float32(flagship, model):
    labels = np.arange(300) % 10
    images = model.sample(labels, seed=3)
    assert np.abs(images - flagship.sample(labels, seed=3).astype(int)).mean() < 3
    assert np.mean(Classifier().predict(images).labels == labels) > 0.98


def test_any_batch_and_number_of_threads_draws_the_same(folder, model):
    inputs = model.generator_inputs(model.labels(n=150), seed=4)
    arrays = {"latents": inputs.latents, **inputs.conditions}
    expected = model.draw(inputs)
    assert np.array_equal(digitgan.load(folder, threads=2).draw(inputs), expected)
    for size in (1, 7, 150):
        batch = {name: values[:size] for name, values in arrays.items()}
        assert np.array_equal(model.session.run(None, batch)[0], expected[:size])


def test_whatever_computes_the_file_finds_the_same_numbers(folder, model):
    """NumPy adds in another order and in float32: all but the last layer is exact."""
    graph = read_graph(folder / "generator.onnx", numpy_generator.OPERATIONS)
    inputs = model.generator_inputs(model.labels(n=40), seed=5)
    values = {"latents": inputs.latents, **inputs.conditions}
    digits = graph.evaluate(
        numpy_generator.OPERATIONS, values | graph.float32_initializers()
    )
    assert np.abs(digits.astype(int) - model.draw(inputs)).max() <= 1
    assert np.mean(digits != model.draw(inputs)) < 1e-4


@pytest.mark.parametrize("size", [2, 3, 4, 5])
@pytest.mark.parametrize("strides", [(1, 2), (2, 2), (3, 2)])
def test_a_transposed_convolution_is_a_plain_one(size, strides):
    rng = np.random.default_rng(0)
    weights = rng.standard_normal((3, 2, size, size)).astype("f4")
    x = rng.standard_normal((4, 3, 5, 6)).astype("f4")
    expected = numpy_generator.conv_transpose(x, weights, np.zeros(2), [0] * 4, strides)
    plain = quantization.as_convolution(weights, strides)
    pads = 2 * [n - 1 for n in plain.shape[2:]]
    y = numpy_generator.conv(
        x, plain, np.zeros((len(plain), 1, 1)).ravel(), pads, [1, 1]
    )
    n, _, rows, columns = y.shape
    down, across = strides
    y = y.reshape(n, down, across, 2, rows, columns).transpose(0, 3, 4, 1, 5, 2)
    y = y.reshape(n, 2, rows * down, columns * across)
    y = y[:, :, : expected.shape[2], : expected.shape[3]]
    assert np.allclose(y, expected, atol=1e-5)


def changed_by_quantization(generator, path, monkeypatch):
    """Return the mean change of grey levels and how many tensors are in 8 bits."""
    monkeypatch.setattr(quantization, "HALF_PRECISION_FROM", 0)
    write_generator(path, generator, None)
    inputs = inputs_of(generator)
    before = export_parity._draw(path, inputs)
    quantization.quantize(path, path, inputs)
    names = [node.op_type for node in onnx.load(path).graph.node]
    change = np.abs(export_parity._draw(path, inputs) - before.astype(int)).mean()
    return change / before.std(), names.count("QuantizeLinear")


def test_an_edited_generator_is_quantized(edited, tmp_path, monkeypatch):
    settings = replace(PRESETS["tiny"], residual=True, image=TRIPLETS)
    generator = trained(networks.build_generator(settings, LABELLED))
    change, count = changed_by_quantization(generator, tmp_path / "g.onnx", monkeypatch)
    assert change < 0.1
    if networks.KERNEL != KERNEL:  # of the other edits, some have no Relu
        assert count >= 3


def test_a_generator_of_another_shape_is_quantized(tmp_path, monkeypatch):
    generator = trained(generator_of_another_shape())
    change, _ = changed_by_quantization(generator, tmp_path / "g.onnx", monkeypatch)
    assert change < 0.1


def test_float32_stays_where_8_bits_would_draw_other_digits(tmp_path, monkeypatch):
    generator = trained(networks.build_generator(PRESETS["tiny"], LABELLED))
    path, inputs = tmp_path / "generator.onnx", inputs_of(generator)
    write_generator(path, generator, None)
    before = path.read_bytes()
    monkeypatch.setattr(export_parity, "QUANTIZED_TOLERANCE", -1.0)
    export_parity.quantize_checked(path, inputs, inputs)
    assert path.read_bytes() == before and list(tmp_path.iterdir()) == [path]
    monkeypatch.undo()
    images = export_parity.quantize_checked(path, inputs, inputs)
    assert b"QuantizeLinear" in path.read_bytes() and list(tmp_path.iterdir()) == [path]
    assert np.array_equal(images, export_parity._draw(path, inputs))
