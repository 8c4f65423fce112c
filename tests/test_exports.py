"""Each export in the library that it is for, by the examples of the documentation."""

import json
import re
import shlex
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
from model_folders import make_model

import digitgan
from digitgan.cli import main
from digitgan.errors import InputError
from digitgan.exporters import (
    FORMATS,
    export,
    exporter_of,
    file_sizes,
    numpy_generator,
)
from digitgan.exporters.graph import WEIGHTED, read_graph
from digitgan.exporters.web import SITE

PAGE = (Path(__file__).parent.parent / "docs" / "export.md").read_text()
FRAMEWORKS = ("litert", "saved_model", "torch")  # slow to import
DRAWING = [
    pytest.param(name, marks=pytest.mark.process) if name in FRAMEWORKS else name
    for name, one in FORMATS.items()
    if one.draws
]


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    yield tmp_path
    sys.modules.pop("numpy_generator", None)


@pytest.fixture(scope="module")
def unlabelled(tmp_path_factory):
    return make_model(
        tmp_path_factory.mktemp("model") / "any", "textbook", "0123456789"
    )


def run(capsys, *words):
    with pytest.raises(SystemExit) as left:
        main(["export", *map(str, words)])
    printed = capsys.readouterr()
    return left.value.code or 0, printed.out, printed.err


def block(part, language):
    """Return the first fenced block of a language in a part of the page."""
    return re.search(rf"```{language}\n(.*?)```", part, re.DOTALL)[1]


def section(title):
    return PAGE.split(f"\n## {title}\n")[1].split("\n## ")[0]


def needs(format):
    try:
        return exporter_of(format)
    except InputError as error:
        pytest.skip(str(error))


@pytest.mark.parametrize("format", DRAWING)
def test_its_library_draws_the_same_digits(format, here, capsys):
    needs(format)
    command = shlex.split(block(section(format), "sh"))
    assert command[:2] == ["digitgan", "export"]
    code, out, _ = run(capsys, *command[2:])
    assert code == 0 and re.search(r"500 digits .* of 392,000 pixels \d", out)
    names = {}
    exec(block(PAGE.split("<!-- inputs -->")[1], "python"), names)
    exec(block(section(format), "python"), names)
    digits, inputs = names["digits"], names["inputs"]
    assert digits.shape == (10, 28, 28) and digits.dtype == np.uint8
    expected = digitgan.load().session.run(None, inputs)[0]
    assert np.abs(digits.astype(int) - expected).max() <= 1
    assert expected.std(axis=0).max() > 50  # ten digits, not one


@pytest.mark.process
@pytest.mark.parametrize("format", DRAWING)
def test_a_model_without_labels_travels_too(format, tmp_path, unlabelled):
    exporter, lines, model = needs(format), [], digitgan.load(unlabelled)
    out = tmp_path / f"any{FORMATS[format].suffix}"
    assert export(unlabelled, format, out, lines.append) == out
    assert re.search(r"differ, by [01] of 255 at most", lines[0])
    inputs = model.generator_inputs(3, seed=5)
    drawn = exporter.open_generator(out)(latents=inputs.latents)
    assert np.abs(drawn.astype(int) - model.draw(inputs)).max() <= 1
    before = file_sizes(tmp_path)
    export(unlabelled, format, out)  # again, over it
    assert file_sizes(tmp_path).keys() == before.keys()


@pytest.fixture(scope="module")
def triplets(tmp_path_factory):
    return make_model(tmp_path_factory.mktemp("model") / "three", "stacked", "")


@pytest.mark.process
@pytest.mark.parametrize("format", DRAWING)
def test_a_model_of_triplets_travels_too(format, tmp_path, triplets):
    needs(format)
    lines = []
    export(triplets, format, tmp_path / f"three{FORMATS[format].suffix}", lines.append)
    assert re.search("of 1,176,000 pixels .*, by [01] of 255 at most", lines[0])


@pytest.mark.process
def test_what_this_version_writes_travels_as_the_shipped_file_does(tmp_path):
    """Which may be older than the code that writes such files."""
    keras = pytest.importorskip("keras")
    gan = keras.models.load_model(digitgan.load().folder / "gan.keras")
    make_model(tmp_path / "model", "flagship", "0123456789", gan)
    lines = []
    export(tmp_path / "model", "safetensors", tmp_path / "digits", lines.append)
    assert re.search(r"of 392,000 pixels .*, by [01] of 255 at most", lines[0])


def test_a_table_of_bytes_is_read_as_what_it_is_cast_to(tmp_path, monkeypatch):
    """Libraries compute with it, where the file is not in 8 bits."""
    monkeypatch.setattr("digitgan.model.export_parity.QUANTIZED_TOLERANCE", -1.0)
    make_model(tmp_path / "model", "flagship", "0123456789")
    path = tmp_path / "model" / "generator.onnx"
    arrays = read_graph(path, numpy_generator.OPERATIONS).initializers.values()
    assert not any(array.dtype == np.uint8 for array in arrays)


def test_other_digits_are_not_kept(capsys, tmp_path, monkeypatch):
    needs("safetensors")
    monkeypatch.setitem(numpy_generator.OPERATIONS, "Relu", lambda x: x)
    code, _, err = run(capsys, "--format", "safetensors", "-o", tmp_path / "digits")
    assert code == 1 and err.startswith("digitgan: format 'safetensors': 500 digits")
    assert err.endswith("; allowed is 1\n") and err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_the_numpy_page_needs_nothing_of_digitgan():
    text = Path(numpy_generator.__file__).read_text()
    imported = set(re.findall(r"^(?:import|from) (\w+)", text, re.MULTILINE))
    assert imported - sys.stdlib_module_names == {"numpy", "safetensors"}


@pytest.mark.process
def test_every_exporter_knows_the_operations_that_generators_have(unlabelled, triplets):
    """A new operation of the networks is one line in each of them."""
    folders = digitgan.load().folder, unlabelled, triplets
    models = [onnx.load(folder / "generator.onnx") for folder in folders]
    assert {model.ir_version for model in models} == {8}  # of older runtimes, too
    graphs = [model.graph for model in models]
    written = {node.op_type for graph in graphs for node in graph.node}
    for format in ("safetensors", "torch"):  # the others read the Keras model
        exporter = numpy_generator if format == "safetensors" else needs(format)
        assert written <= exporter.OPERATIONS.keys(), format
    network = onnx.load(digitgan.load().folder / "generator.onnx").graph
    page = (SITE / "worker" / "onnx_session.js").read_text()  # of models of ten labels
    table = page.split("const OPERATIONS = {")[1].split("\n};")[0]
    in_javascript = set(re.findall(r"^  (\w+): ", table, re.MULTILINE))
    assert {node.op_type for node in network.node} <= in_javascript


def test_nodes_name_their_arrays(tmp_path):
    folder = tmp_path / "digits"
    needs("safetensors").write(digitgan.load(), folder)
    graph = json.loads((folder / "graph.json").read_text())
    assert list(graph["inputs"]) == ["latents", "label", "thickness", "slant"]
    arrays = numpy_generator.Generator(folder)._initializers
    names = set(graph["inputs"]) | set(arrays)
    for node in graph["nodes"]:
        assert set(node["inputs"]) <= names
        names.add(node["output"])
    assert set(arrays) <= {name for s in graph["nodes"] for name in s["inputs"]}
    weighted = [node for node in graph["nodes"] if node["op_type"] in WEIGHTED]
    named = {node["inputs"][1] for node in weighted if node["inputs"][1] in arrays}
    assert len(named) > 3 and all(name.endswith(".weight") for name in named)


@pytest.mark.process
def test_an_operation_that_a_format_lacks_is_named(tmp_path, unlabelled):
    network = onnx.load(unlabelled / "generator.onnx")
    (node,) = [node for node in network.graph.node if node.op_type == "Tanh"]
    node.op_type = "Sin"
    path = tmp_path / "generator.onnx"
    onnx.save(network, path)
    with pytest.raises(InputError, match="computes Sin: allowed is a network of Abs, "):
        read_graph(path, numpy_generator.OPERATIONS)


@pytest.mark.parametrize(
    ("format", "package", "extra"),
    [
        pytest.param(
            *("litert", "ai_edge_litert", "train,export"), marks=pytest.mark.process
        ),
        ("openvino", "openvino", "export"),
        ("safetensors", "safetensors", "export"),
        ("saved_model", "tensorflow", "train"),
        ("torch", "torch", "torch,export"),
    ],
)
def test_a_missing_package_is_said_in_a_line(
    format, package, extra, capsys, tmp_path, monkeypatch
):
    for name in [*sys.modules]:
        if name.startswith((f"{package}.", "digitgan.exporters.")):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, package, None)
    out = tmp_path / f"digits{FORMATS[format].suffix}"
    code, _, err = run(capsys, "--format", format, "-o", out)
    assert code == 2 and "pip install" in err and f"[{extra}]" in err
    assert f"needs {package}" in err and err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["--format", "torch", "-o", "x.pth"], "allowed is a name that ends in .pt2"),
        (["--format", "onnx"], "format 'onnx' needs --out and takes no --repo"),
        (["--format", "hub", "-o", "x"], "needs --repo and takes no --out"),
        (["--format", "hub", "--repo", "x"], "--repo is 'x': allowed is user/name"),
        (["--format", "hub", "--repo", "x/a--b"], "x/a--b' is no name: Cannot have --"),
        (
            ["--format", "web", "-o", "."],
            "out '.' is this place: allowed is a name of its own",
        ),
        (["hf://x", "--format", "onnx", "-o", "x.onnx"], "allowed is hf://user/name"),
        (
            ["--format", "hbu"],
            "did you mean 'hub'?): allowed is hub, keras, litert, onnx",
        ),
    ],
)
def test_what_is_wrong_is_said_in_a_line(words, line, here, capsys):
    code, _, err = run(capsys, *words)
    assert code == 2 and line in err and err.count("\n") == 1
    assert list(here.iterdir()) == []
