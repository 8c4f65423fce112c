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
from digitgan.export import FORMATS, draw, export, files_in, module_of
from digitgan.export.steps import KNOWN, read_steps

PAGE = (Path(__file__).parent.parent / "docs" / "export.md").read_text()
DRAWING = [name for name, form in FORMATS.items() if form.draws]


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    yield tmp_path
    sys.modules.pop("draw", None)


@pytest.fixture(scope="module")
def unlabelled(tmp_path_factory):
    return make_model(tmp_path_factory.mktemp("model") / "any", "dcgan", "0123456789")


def run(capsys, *words):
    with pytest.raises(SystemExit) as left:
        main(["export", *map(str, words)])
    told = capsys.readouterr()
    return left.value.code or 0, told.out, told.err


def block(part, language):
    """Return the first fenced block of a language in a part of the page."""
    found = re.search(rf"```{language}\n(.*?)```", part, re.DOTALL)
    return found[1]


def section(title):
    return PAGE.split(f"\n## {title}\n")[1].split("\n## ")[0]


def needs(format):
    try:
        return module_of(format)
    except InputError as error:
        pytest.skip(str(error))


@pytest.mark.parametrize("format", DRAWING)
def test_its_library_draws_the_same_digits(format, here, capsys):
    needs(format)
    command = shlex.split(block(section(format), "sh"))
    assert command[:2] == ["digitgan", "export"]
    code, out, _ = run(capsys, *command[2:])
    assert code == 0 and re.search(r"500 digits .* of 392,000 pixels \d", out)
    known = {}
    exec(block(PAGE.split("<!-- inputs -->")[1], "python"), known)
    exec(block(section(format), "python"), known)
    digits, inputs = known["digits"], known["inputs"]
    assert digits.shape == (10, 28, 28) and digits.dtype == np.uint8
    expected = digitgan.load()._session.run(None, inputs)[0]
    assert np.abs(digits.astype(int) - expected).max() <= 1
    assert expected.std(axis=0).max() > 50  # ten digits, not one


@pytest.mark.parametrize("format", DRAWING)
def test_a_model_without_labels_travels_too(format, tmp_path, unlabelled):
    form, said, model = needs(format), [], digitgan.load(unlabelled)
    out = tmp_path / f"any{FORMATS[format].ending}"
    assert export(unlabelled, format, out, said.append) == out
    assert re.search(r"differ, by [01] of 255 at most", said[0])
    recipe = model.generator_inputs(3, seed=5)
    drawn = form.opened(out)(latents=recipe.latents)
    assert np.abs(drawn.astype(int) - model.draw(recipe)).max() <= 1
    held = files_in(tmp_path)
    export(unlabelled, format, out)  # again, over it
    assert files_in(tmp_path).keys() == held.keys()


def test_other_digits_are_not_kept(capsys, tmp_path, monkeypatch):
    needs("safetensors")
    monkeypatch.setitem(draw.STEPS, "Relu", lambda x: x)
    code, _, err = run(capsys, "--format", "safetensors", "-o", tmp_path / "digits")
    assert code == 1 and err.startswith("digitgan: format 'safetensors': 500 digits")
    assert err.endswith("; allowed is 1\n") and err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_the_numpy_page_needs_nothing_of_digitgan():
    text = Path(draw.__file__).read_text()
    imported = set(re.findall(r"^(?:import|from) (\w+)", text, re.MULTILINE))
    assert imported == {"json", "pathlib", "numpy", "safetensors"}
    assert set(draw.STEPS) == KNOWN


def test_steps_name_their_arrays(tmp_path):
    folder = tmp_path / "digits"
    needs("safetensors").write(digitgan.load(), folder)
    recipe = json.loads((folder / "steps.json").read_text())
    assert list(recipe["inputs"]) == ["latents", "label", "thickness", "slant"]
    arrays = draw.Generator(folder).arrays
    known = set(recipe["inputs"]) | set(arrays)
    for step in recipe["steps"]:
        assert set(step["inputs"]) <= known
        known.add(step["output"])
    assert set(arrays) <= {name for s in recipe["steps"] for name in s["inputs"]}
    assert sum(name.endswith(".weight") for name in arrays) == 4


def test_a_foreign_network_is_refused(tmp_path, unlabelled):
    network = onnx.load(unlabelled / "generator.onnx")
    (node,) = [node for node in network.graph.node if node.op_type == "Tanh"]
    node.op_type = "Sin"
    onnx.save(network, tmp_path / "generator.onnx")
    with pytest.raises(InputError, match="computes Sin: allowed are Add, Cast"):
        read_steps(tmp_path / "generator.onnx")


@pytest.mark.parametrize(
    ("format", "package", "extra"),
    [
        ("litert", "ai_edge_litert", "train,export"),
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
        if name.startswith((f"{package}.", "digitgan.export.")):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, package, None)
    out = tmp_path / f"digits{FORMATS[format].ending}"
    code, _, err = run(capsys, "--format", format, "-o", out)
    assert code == 2 and f"pip install 'digitgan[{extra}]'" in err
    assert f"needs {package}" in err and err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["--format", "torch", "-o", "x.pth"], "allowed is a name that ends in .pt2"),
        (["--format", "onnx"], "format 'onnx' needs --out and takes no --repo"),
        (["--format", "hub", "-o", "x"], "needs --repo and takes no --out"),
        (["--format", "hub", "--repo", "x"], "repo 'x': allowed is user/name"),
        (["--format", "hub", "--repo", "x/a--b"], "x/a--b': Cannot have -- or .. in"),
        (["--format", "web", "-o", "."], "out '.' is this place: allowed is a name"),
        (["hf://x", "--format", "onnx", "-o", "x.onnx"], "allowed is hf://user/name"),
        (["--format", "hbu"], "did you mean 'hub'? allowed are hub, litert, onnx"),
    ],
)
def test_what_is_wrong_is_said_in_a_line(words, line, here, capsys):
    code, _, err = run(capsys, *words)
    assert code == 2 and line in err and err.count("\n") == 1
    assert list(here.iterdir()) == []
