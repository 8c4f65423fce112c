"""Model folders for tests: untrained, so that they are there at once."""

import hashlib
import json
import shutil

import numpy as np
import pytest

import digitgan


def make_model(folder, preset, classes, gan=None):
    """Write a model of a preset, told made-up styles; return the folder.

    It is untrained if none is given.
    """
    pytest.importorskip("keras")
    from digitgan.model.model_folder import save_model
    from digitgan.model.presets import PRESETS
    from digitgan.training.build import build_gan

    facts = {"preset": preset, "seed": 0, "classes": list(classes), "data": "nothing"}
    facts |= {"data_sha256": "", "command": "none", "epochs": 0.0, "seconds": 0.0}
    facts |= {"licence": "", "machine": "nothing"}
    settings = PRESETS[preset]
    rng = np.random.default_rng(0)
    known = {"label": np.arange(500, dtype="int32") % max(1, len(classes))}
    known |= {"thickness": rng.normal(2.5, 0.6, 500).astype("f4")}
    known |= {"slant": rng.normal(6, 14, 500).astype("f4")}
    known |= {"bitmap_side": rng.integers(20, 81, 500).astype("f4")}
    told = {name: known[name] for name in settings.measured_conditions}
    gan = gan or build_gan(settings, told, 0)
    greys = rng.integers(0, 256, (500, 28, 28), np.uint8) if settings.bitmap else None
    save_model(folder, gan, settings.image, told, facts, match_greys_of=greys)
    return folder


def make_quantized(folder):
    """Write the shipped model with its network in 8 bits; return the folder."""
    quantization = pytest.importorskip("digitgan.model.quantization")
    shipped = digitgan.load()
    shutil.copytree(shipped.folder, folder)
    inputs = shipped.generator_inputs(shipped.labels(n=200), seed=2**40)
    network, card = folder / "generator.onnx", folder / "model.json"
    if b"QuantizeLinear" not in network.read_bytes():
        arrays = {"latents": inputs.latents, **inputs.conditions}
        quantization.quantize(network, network, arrays)
    description = json.loads(card.read_text())
    content = network.read_bytes()
    description["sha256"][network.name] = hashlib.sha256(content).hexdigest()
    card.write_text(json.dumps(description))
    return folder


def make_blocks_model(folder):
    """Write a model without Keras: a block of noise for each digit; return the folder.

    It draws a million images a second, each by its label and latents alone.
    """
    onnx = pytest.importorskip("onnx")
    from onnx import TensorProto, helper, numpy_helper

    blocks = np.zeros((10, 28, 28), np.float32)
    for digit in range(10):
        blocks[digit, 4:24, 9 - digit // 2 : 16 + digit // 2] = 1
    noise = np.abs(np.random.default_rng(0).normal(30, 10, (4, 784))).astype("f4")
    arrays = {
        "blocks": blocks.reshape(10, 784),
        "noise": noise,
        "low": np.float32(20),
        "high": np.float32(255),
        "grey": np.float32(200),
        "shape": np.array([-1, 28, 28]),
    }
    nodes = [
        helper.make_node("MatMul", ["latents", "noise"], ["ink"]),
        helper.make_node("Add", ["ink", "grey"], ["shifted"]),
        helper.make_node("Clip", ["shifted", "low", "high"], ["clipped"]),
        helper.make_node("Gather", ["blocks", "label"], ["block"]),
        helper.make_node("Mul", ["clipped", "block"], ["pixels"]),
        helper.make_node("Cast", ["pixels"], ["bytes"], to=TensorProto.UINT8),
        helper.make_node("Reshape", ["bytes", "shape"], ["digits"]),
    ]
    value = helper.make_tensor_value_info
    inputs = [
        value("latents", TensorProto.FLOAT, ["N", 4]),
        value("label", TensorProto.INT32, ["N"]),
    ]
    digits = value("digits", TensorProto.UINT8, ["N", 28, 28])
    stored = [numpy_helper.from_array(np.asarray(a), n) for n, a in arrays.items()]
    graph = helper.make_graph(nodes, "generator", inputs, [digits], stored)
    opset = [helper.make_opsetid("", 18)]
    network = helper.make_model(graph, opset_imports=opset, ir_version=10)
    onnx.checker.check_model(network)
    content = network.SerializeToString()
    description = {
        "digitgan": "0.1.0",
        "latent_dim": 4,
        "conditions": {"label": [0, 9]},
        "classes": list("0123456789"),
        "sha256": {"generator.onnx": hashlib.sha256(content).hexdigest()},
    }
    folder.mkdir(parents=True)
    (folder / "generator.onnx").write_bytes(content)
    (folder / "model.json").write_text(json.dumps(description))
    return folder
