"""The command ``evaluate`` and the digits it finds: models, arrays, files, folders."""

import json
import pickle
import shutil
import subprocess
import sys

import numpy as np
import pytest
from model_folders import make_model
from PIL import Image

import digitgan
from digitgan import cli, limits
from digitgan.data.dataset import Dataset, Digits
from digitgan.data.load import load_dataset
from digitgan.errors import InputError
from digitgan.evaluation import evaluate as evaluation
from digitgan.evaluation import load_samples as loading
from digitgan.evaluation.load_samples import load_samples
from digitgan.evaluation.metrics import networks

HEAVY = ("keras", "tensorflow", "jax", "torch", "scipy", "sklearn")
NAMES = tuple(str(digit) for digit in range(10))


@pytest.fixture
def small(small_mnist):
    """A few thousand real digits in the place of MNIST: evaluating takes a moment."""
    return small_mnist


@pytest.fixture(autouse=True)
def quick(small, monkeypatch):
    """Let the command compare with ``small``, draw few digits and train shortly."""

    def load(data="mnist", clean=False):
        return small if str(data) == "mnist" else load_dataset(data)

    for place in ("digitgan.data.load", loading.__name__, evaluation.__name__):
        monkeypatch.setattr(f"{place}.load_dataset", load)
    monkeypatch.setattr(loading, "MODEL_SAMPLES", 600)
    monkeypatch.setattr(networks, "STEPS", 20)


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """An untrained model folder with the labels 0 to 9."""
    return make_model(tmp_path_factory.mktemp("model"), "tiny", NAMES)


@pytest.fixture
def digits(small):
    """Two hundred real digits and their labels."""
    some = small.train[:200]
    return some.images, some.labels


def run(capsys, *arguments):
    """Return exit code, output and error lines of ``digitgan evaluate``."""
    with pytest.raises(SystemExit) as end:
        cli.main(["evaluate", *map(str, arguments)])
    said = capsys.readouterr()
    return end.value.code or 0, said.out, said.err.strip().splitlines()


def refused(capsys, folder, *arguments):
    """Return the one line of a command that must exit with 2 and write nothing."""
    before = sorted(folder.rglob("*"))
    outputs = ["--json", folder / "card.json", "--html", folder / "report.html"]
    code, out, errors = run(capsys, *arguments, *outputs)
    assert (code, out.strip(), len(errors)) == (2, "", 1), (out, errors)
    assert sorted(folder.rglob("*")) == before
    return errors[0]


def same(one, other):
    assert np.array_equal(one[0], other[0])
    assert (one[1] is None) == (other[1] is None)
    assert one[1] is None or np.array_equal(one[1], other[1])


# What is found


def test_arrays_of_an_npz(small, digits, tmp_path):
    x, y = digits
    np.savez(tmp_path / "both.npz", x=x, y=y)
    same(load_samples(tmp_path / "both.npz", small), digits)
    np.savez_compressed(tmp_path / "alone.npz", x=x / 255)
    images, labels, _ = load_samples(str(tmp_path / "alone.npz"), small)
    assert labels is None and images.dtype == float


def test_the_training_part_of_keras_layout(small, digits, tmp_path):
    x, y = digits
    parts = {"x_train": x, "y_train": y, "x_test": x[:9], "y_test": y[:9]}
    np.savez(tmp_path / "mnist.npz", **parts)
    same(load_samples(tmp_path / "mnist.npz", small), digits)


@pytest.mark.parametrize(
    ("names", "labels"), [(("3", "7"), {3, 7}), (("tall", "wide"), None)]
)
def test_pictures_by_class(small, digits, tmp_path, names, labels):
    for name in names:
        (tmp_path / name).mkdir()
        for i in range(3):
            Image.fromarray(digits[0][i]).save(tmp_path / name / f"{i}.png")
    images, found, _ = load_samples(tmp_path, small)
    assert len(images) == 6
    assert found is None if labels is None else set(found) == labels


def test_a_model_draws_with_the_frequencies_of_real_digits(small, model):
    images, labels, kind = load_samples(model, small, seed=3)
    assert kind == "digits"
    assert images.shape == (600, 28, 28) and images.dtype == np.uint8
    expected = np.bincount(small.train.labels, minlength=10) / len(small.train)
    found = np.bincount(labels, minlength=10) / len(labels)
    assert np.abs(found - expected).max() < 0.06
    same(load_samples(model, small, seed=3), (images, labels))
    same(load_samples(digitgan.load(model), small, seed=3), (images, labels))
    assert not np.array_equal(load_samples(model, small, seed=4)[0], images)


def test_a_run_folder_holds_a_model(small, model, tmp_path):
    shutil.copytree(model, tmp_path / "run" / "model")
    same(load_samples(tmp_path / "run", small), load_samples(model, small))


@pytest.mark.parametrize(
    ("preset", "classes", "labels"),
    [
        ("tiny", ("4", "9"), {4, 9}),
        ("tiny", ("a", "b"), None),
        ("textbook", NAMES, None),
    ],
)
def test_models_of_other_classes(small, tmp_path, preset, classes, labels):
    images, found, _ = load_samples(make_model(tmp_path, preset, classes), small)
    assert len(images) == 600
    assert found is None if labels is None else set(found) == labels


# The public function


@pytest.mark.process  # not one itself, but ten seconds long
def test_the_public_function_takes_arrays_and_paths(small, digits, tmp_path):
    x, y = digits
    np.savez(tmp_path / "fakes.npz", x=x, y=y)
    card = digitgan.evaluate(x, y, data=small)
    assert digitgan.evaluate(tmp_path / "fakes.npz", data=small).rows == card.rows
    assert digitgan.evaluate(str(tmp_path / "fakes.npz")).rows == card.rows
    with pytest.raises(InputError, match="labels are given beside"):
        digitgan.evaluate(tmp_path / "fakes.npz", y)
    with pytest.raises(InputError, match="seed is -1"):
        digitgan.evaluate(x, y, seed=-1)


# The command


def test_the_command_prints_and_writes_one_scorecard(capsys, digits, tmp_path):
    np.savez(tmp_path / "fakes.npz", x=digits[0], y=digits[1])
    files = ["--json", tmp_path / "card.json", "--html", tmp_path / "a" / "report.html"]
    code, out, errors = run(capsys, tmp_path / "fakes.npz", *files)
    assert (code, errors) == (0, [])
    assert "label agreement" in out and "digit by digit" in out
    card = json.loads((tmp_path / "card.json").read_text())
    expected = digitgan.evaluate(*digits).to_dict()
    differs = {key for key in expected if card[key] != json_of(expected[key])}
    assert differs <= {"seconds"}
    page = (tmp_path / "a" / "report.html").read_text("utf-8")
    assert "fakes.npz --quick --data mnist --seed 0" in page


def json_of(value):
    return json.loads(json.dumps(value))


def test_the_table_has_every_row_in_a_hundred_columns(capsys, digits, tmp_path):
    np.savez(tmp_path / "fakes.npz", x=digits[0])
    code, out, errors = run(capsys, tmp_path / "fakes.npz")
    assert (code, errors) == (0, [])
    card = digitgan.evaluate(digits[0])
    assert "label agreement: skipped, it needs labels" in out
    assert f"{card['precision'].value:.4f}" in out
    lines = [line for line in out.splitlines() if "  " in line]
    assert max(map(len, lines)) <= 100
    for row in card.rows:
        assert any(line.strip().startswith(row.name) for line in lines), row.name


@pytest.mark.process  # not one itself, but ten seconds long
def test_a_model_is_evaluated(capsys, model, tmp_path):
    code, out, errors = run(capsys, model, "--json", tmp_path / "card.json")
    assert (code, errors) == (0, [])
    assert json.loads((tmp_path / "card.json").read_text())["count"] == 600
    assert "far" in out and "600 digits" in out


@pytest.mark.process
def test_quick_needs_no_framework(small, digits, model, tmp_path):
    data = {"x_train": small.train.images, "y_train": small.train.labels}
    data |= {"x_test": small.test.images, "y_test": small.test.labels}
    np.savez(tmp_path / "real.npz", **data)
    line = ["evaluate", str(model), "--quick", "--data", str(tmp_path / "real.npz")]
    line += ["--html", str(tmp_path / "report.html")]
    code = (
        "import sys\n"
        "class Absent:\n"
        "    def find_spec(self, name, *_):\n"
        f"        if name.split('.')[0] in {HEAVY}:\n"
        "            raise ModuleNotFoundError(name)\n"
        "sys.meta_path.insert(0, Absent())\n"
        "from digitgan.evaluation import load_samples\n"
        "load_samples.MODEL_SAMPLES = 200\n"
        f"from digitgan.cli import main; main({line})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stderr.strip()) == (0, ""), done.stderr
    assert (tmp_path / "report.html").exists()


def test_full_without_keras_says_what_to_install(capsys, monkeypatch, tmp_path):
    np.savez(tmp_path / "fakes.npz", x=X)
    monkeypatch.setattr("digitgan.cli.evaluate.find_spec", lambda name: None)
    monkeypatch.setitem(sys.modules, "keras", None)
    line = refused(capsys, tmp_path, tmp_path / "fakes.npz", "--full")
    assert "level 'full' needs keras: pip install" in line and "[train]" in line


# What is refused

X, Y = np.zeros((200, 28, 28), np.uint8), np.zeros(200, int)


@pytest.mark.parametrize(
    ("arrays", "line"),
    [
        ({"x": X[:0]}, "images are 0: allowed is 100 or more"),
        ({"x": X[:99]}, "images are 99: allowed is 100 or more"),
        ({"x": X[:, 1:]}, "images have shape (200, 27, 28)"),
        ({"x": X[0]}, "images have shape (28, 28)"),
        ({"x": X + 1.5}, "floats 0 to 1"),
        ({"x": X - 1.0}, "floats 0 to 1"),
        ({"x": X + np.nan}, "floats 0 to 1"),
        ({"x": X.astype(int) + 256}, "integers 0 to 255"),
        ({"x": X.astype(str)}, "type <U"),
        ({"x": X, "y": Y[1:]}, "labels have shape (199,): allowed is (200,)"),
        (
            {"x": X, "y": Y + 10},
            "labels are not all whole or in range: allowed",
        ),
        ({"x": X, "y": Y.astype(object)}, "Python objects"),
        ({"x": X.astype(object)}, "Python objects"),
        ({"z": X}, "'bad.npz' holds blank images alone"),
        ({"x_train": X, "y_train": Y[1:]}, "allowed is a model or run folder"),
    ],
)
def test_bad_arrays(capsys, monkeypatch, tmp_path, arrays, line):
    monkeypatch.chdir(tmp_path)
    np.savez("bad.npz", **arrays)
    assert line in refused(capsys, tmp_path, "bad.npz")


def damaged(path, kind):
    np.savez_compressed(path, x=np.random.default_rng(0).random((200, 28, 28)))
    whole = path.read_bytes()
    if kind == "pickle":
        path.write_bytes(pickle.dumps([1, 2]))
    elif kind == "npy":
        np.save(path.with_suffix(".npy"), X)
        path.with_suffix(".npy").rename(path)
    elif kind == "changed":
        middle = len(whole) // 2
        path.write_bytes(whole[:middle] + b"\x00" * 64 + whole[middle + 64 :])
    else:
        path.write_bytes({"empty": b"", "cut": whole[:-200]}[kind])


@pytest.mark.parametrize("kind", ["pickle", "npy", "changed", "empty", "cut"])
def test_damaged_archives(capsys, tmp_path, kind):
    damaged(tmp_path / "bad.npz", kind)
    line = refused(capsys, tmp_path, tmp_path / "bad.npz")
    assert "bad.npz' is damaged (" in line


def test_an_array_too_large_to_hold(capsys, monkeypatch, tmp_path):
    np.savez(tmp_path / "large.npz", x=X)
    monkeypatch.setattr(limits, "SAMPLES", 1000)
    line = refused(capsys, tmp_path, tmp_path / "large.npz")
    assert "x has 156,800 bytes, allowed are 1,000" in line


def test_missing_paths(capsys, tmp_path):
    for name in ("nothing", "nothing.npz"):
        line = refused(capsys, tmp_path, tmp_path / name)
        assert f"{name}' does not exist: allowed is a model or run folder" in line
    (tmp_path / "empty").mkdir()
    line = refused(capsys, tmp_path, tmp_path / "empty")
    assert "empty' holds nothing that is read" in line and "--data" not in line


def test_bad_flags(capsys, tmp_path):
    np.savez(tmp_path / "fakes.npz", x=X)
    assert "--seed" in refused(capsys, tmp_path, tmp_path / "fakes.npz", "--seed", -1)
    line = refused(capsys, tmp_path, tmp_path / "fakes.npz", "--data", "mnst")
    assert "did you mean 'mnist'" in line
    code, _, errors = run(capsys, tmp_path / "fakes.npz", "--html", tmp_path)
    assert code == 2 and "is a folder: allowed is the name of a file" in errors[0]


def spoil(folder, name, text):
    (folder / name).write_text(text)


SPOILED = {
    "changed network": (
        lambda f: (f / "generator.onnx").write_bytes(b"another"),
        "its SHA-256 differs",
    ),
    "no network": (lambda f: (f / "generator.onnx").unlink(), "no model.json and"),
    "no card": (lambda f: (f / "model.json").unlink(), "no model.json and"),
    "cut card": (lambda f: spoil(f, "model.json", '{"sha'), "is damaged"),
    "empty card": (lambda f: spoil(f, "model.json", "{}"), "is damaged"),
    "other card": (lambda f: spoil(f, "model.json", "[1]"), "is damaged"),
}


@pytest.mark.parametrize("case", SPOILED)
def test_spoiled_models(capsys, model, tmp_path, case):
    spoil_it, line = SPOILED[case]
    folder = tmp_path / "spoiled"
    shutil.copytree(model, folder)
    spoil_it(folder)
    said = refused(capsys, tmp_path, folder)
    assert line in said and "spoiled" in said and "spoiled/model'" not in said


def test_an_unfinished_run(capsys, tmp_path):
    (tmp_path / "run").mkdir()
    spoil(tmp_path / "run", "config.json", "{}")
    assert "a finished run" in refused(capsys, tmp_path, tmp_path / "run")


def test_digits_without_labels_are_drawn_each_in_turn(model):
    unlabelled = Digits(np.zeros((9, 28, 28), np.uint8))
    _, labels, _ = load_samples(model, Dataset(unlabelled, None, (), "no labels"))
    assert np.array_equal(np.bincount(labels), np.full(10, 60))
