"""The command: light verbs stay light, bad input gets one line and exit code 2."""

import ast
import json
import os
import shutil
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import digitgan
from digitgan import cli
from digitgan.errors import InputError

ROOT = Path(__file__).parent.parent
ONCE = ("train", "tiny", "--epochs", "1")
FRAMEWORKS = ("keras", "tensorflow", "jax", "torch", "matplotlib", "sklearn")
SLOW = ("http.client", "importlib.metadata", "pydantic", "rich")  # to import


def run(capsys, *arguments):
    """Return exit code, output and error lines of a command."""
    with pytest.raises(SystemExit) as end:
        cli.main([str(word) for word in arguments])
    printed = capsys.readouterr()
    return end.value.code or 0, printed.out, printed.err.splitlines()


def refused(capsys, *arguments):
    """Return the one line of a command that must exit with 2."""
    code, out, errors = run(capsys, *arguments)
    assert (code, out, len(errors)) == (2, "", 1), errors
    return errors[0]


def run_without(modules, arguments):
    """Return how a command ends in a process that cannot import some modules."""
    code = (
        f"import sys; [sys.modules.__setitem__(m, None) for m in {modules}]; "
        f"from digitgan.cli import main; main({arguments})"
    )
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)


@pytest.mark.parametrize(
    ("arguments", "unneeded"),
    [
        (["--help"], (*FRAMEWORKS, *SLOW, "numpy")),
        (["train", "--help"], (*FRAMEWORKS, *SLOW, "numpy")),
        (["generate", "7"], (*FRAMEWORKS, *SLOW)),
        (["info"], FRAMEWORKS),
    ],
)
def test_light_verbs_import_little(arguments, unneeded):
    result = run_without(unneeded, arguments)
    assert (result.returncode, result.stderr) == (0, "")
    assert len(result.stdout.splitlines()) > 5


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_complete_verbs(shell):
    command = [sys.executable, "-c", "from digitgan.cli import main; main()"]
    words = {"COMP_WORDS": "digitgan gene", "COMP_CWORD": "1"}
    if shell == "fish":
        words["COMP_CWORD"] = "gene"
    asked = {"_DIGITGAN_COMPLETE": f"{shell}_complete", **words}
    done = subprocess.run(
        command, env=os.environ | asked, capture_output=True, text=True
    )
    assert "generate" in done.stdout and "train" not in done.stdout


def test_training_without_a_framework_says_what_to_install():
    result = run_without(["keras"], ["train", "tiny"])
    assert result.returncode == 1
    assert "pip install" in result.stderr and "[train]" in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_arguments_are_named_as_they_are_typed(capsys, monkeypatch):
    def line(field, *arguments):
        def refuse(*_, **__):
            raise InputError(field, -1, "0 to 9")

        monkeypatch.setattr("digitgan.info.describe", refuse)
        monkeypatch.setattr("digitgan.evaluation.load_samples.load_samples", refuse)
        return refused(capsys, *arguments)

    assert line("seed", "evaluate") == "digitgan: --seed is -1: allowed is 0 to 9"
    assert line("subject", "evaluate").startswith("digitgan: SUBJECT is -1")
    assert line("seed", "info").startswith("digitgan: seed is -1")
    missing = "digitgan: -o/--out is missing: allowed is a new folder for the digits"
    assert refused(capsys, "sheet", "--read", "photo.jpg") == missing


def test_info_is_for_programs_too(capsys):
    code, out, _ = run(capsys, "info", "--json")
    assert code == 0
    assert json.loads(out)["digitgan"] == digitgan.__version__


def test_main_py_has_the_same_flags():
    helps = [
        subprocess.run(command, capture_output=True, text=True, cwd=ROOT).stdout
        for command in (
            [sys.executable, "main.py", "--help"],
            [sys.executable, "-c", "from digitgan.cli import main; main()"]
            + ["train", "--help"],
        )
    ]
    options = [[w for w in text.split() if w.startswith("--")] for text in helps]
    assert options[0] == options[1] and "--resume" in options[0]


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["dcgann"], "PRESET 'dcgann' is unknown (did you mean 'dcgan'?)"),
        (["--batch-size", "0"], "--batch-size is 0: allowed is"),
        (["--batch-size", "65537"], "--batch-size is 65537: allowed is 1 to"),
        (["--learning-rate", "-1"], "--learning-rate is -1.0: allowed is"),
        (["--learning-rate", "nan"], "--learning-rate is nan: allowed is"),
        (["--learning-rate", "inf"], "--learning-rate is inf: allowed is"),
        (["--learning-rate", "x"], "'--learning-rate'"),
        (["--latent-dim", "0"], "--latent-dim is 0: allowed is"),
        (["--epochs", "0"], "--epochs is 0: allowed is"),
        (["--minutes", "0"], "--minutes is 0.0: allowed is"),
        (["--seed", "-1"], "--seed is -1: allowed is"),
        (["--penalty", "-1"], "--penalty is -1.0: allowed is"),
        (["--frobnicate"], "--frobnicate"),
        (["--data", "mnst"], "mnist"),
        (["--data", "no/such/place"], "no/such/place"),
    ],
)
def test_bad_requests(capsys, monkeypatch, tmp_path, arguments, line):
    monkeypatch.chdir(tmp_path)
    assert line in refused(capsys, "train", *arguments)
    assert not (tmp_path / "runs").exists()


def make_bad_data(folder, kind):
    path = folder / kind
    if kind == "empty":
        path.mkdir()
    elif kind == "not-images":
        (path / "a").mkdir(parents=True)
        (path / "a" / "note.png").write_text("no picture")
    elif kind == "truncated-images-idx3-ubyte":
        path.write_bytes(bytes([0, 0, 8, 3, 0, 0, 0, 9, 0, 0, 0, 28, 0, 0, 0, 28, 1]))
    elif kind == "shape.npz":
        np.savez(path, x=np.zeros((9, 27, 28), np.uint8))
    elif kind == "lengths.npz":
        np.savez(path, x=np.zeros((9, 28, 28), np.uint8), y=np.zeros(8, int))
    return path


@pytest.mark.parametrize(
    "kind",
    ["empty", "not-images", "truncated-images-idx3-ubyte", "shape.npz", "lengths.npz"],
)
def test_bad_data_is_named(capsys, monkeypatch, tmp_path, kind):
    monkeypatch.chdir(tmp_path)
    path = make_bad_data(tmp_path, kind)
    assert kind in refused(capsys, "train", "tiny", "--data", path)
    assert not (tmp_path / "runs").exists()


@pytest.fixture(scope="module")
def own_digits(tmp_path_factory):
    """Strokes of two sorts, as pictures in a folder a class."""
    folder = tmp_path_factory.mktemp("data") / "own"
    for name in ("wide", "tall"):
        (folder / name).mkdir(parents=True)
        for i in range(80):
            image = np.zeros((28, 28), np.uint8)
            image[9 + i % 9 :, 5:7] = 255
            image = image if name == "tall" else image.T
            Image.fromarray(image).save(folder / name / f"{i}.png")
    return folder


@pytest.mark.learns
def test_people_can_train_on_their_own_pictures(capsys, tmp_path, own_digits):
    out = tmp_path / "run"
    code, printed, _ = run(capsys, *ONCE, "--data", own_digits, "--out", out)
    assert code == 0 and f"In {out}:" in printed
    config = json.loads((out / "config.json").read_text())
    assert config["classes"] == ["tall", "wide"]
    assert (out / "model" / "generator.onnx").exists()


def test_folders_that_cannot_take_a_run(
    capsys, tmp_path, own_digits, trained_run, monkeypatch
):
    out = tmp_path / "run"
    train = [*ONCE, "--data", own_digits, "--out"]
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    assert "is not empty" in refused(capsys, *train, tmp_path / "mine")
    blocked = tmp_path / "mine" / "letter.txt" / "run"
    assert "cannot be written to" in refused(capsys, *train, blocked)
    if os.path.isdir("/proc/self"):
        assert "cannot be written to" in refused(capsys, *train, "/proc/self/run")
    with monkeypatch.context() as patch:
        usage = namedtuple("usage", "total used free")
        patch.setattr("shutil.disk_usage", lambda _: usage(100, 99, 1 << 20))
        assert "only 1 MiB free" in refused(capsys, *train, out)
    line = refused(capsys, *train, trained_run.folder)
    assert "holds another run" in line and f"--resume {trained_run.folder}" in line


def test_the_home_folder_has_its_sign(capsys, monkeypatch, tmp_path, tiny_model):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    shutil.copytree(tiny_model, tmp_path / "model")
    assert run(capsys, "generate", "7", "--model=~/model", "--out=~/a.png")[0] == 0
    digitgan.make_dataset("~/set", model="~/model", count=3)
    assert digitgan.verify_dataset("~/set").damage == ()
    assert run(capsys, "dataset", "~/set", "--verify")[0] == 0
    assert {"a.png", "model", "set"} == {path.name for path in tmp_path.iterdir()}


def test_no_name_is_no_mnist(capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    for verb in (["train", "--data"], ["inspect"], ["evaluate", "--data"]):
        assert "'' is unknown" in refused(capsys, *verb, "")


def test_resume_from_nothing(capsys, tmp_path):
    line = refused(capsys, "train", "--resume", tmp_path / "nothing")
    assert "holds no run" in line


def test_resume_refuses_what_would_be_another_training(capsys, own_digits, run_copy):
    out = run_copy.folder
    resume = ["train", "--resume", out]
    assert "--epochs" in refused(capsys, *resume)
    line = refused(capsys, *resume, "--seed", 1)
    assert "--seed 1 cannot be changed" in line
    config = json.loads((out / "config.json").read_text())
    (out / "config.json").write_text(json.dumps(config | {"data": str(own_digits)}))
    line = refused(capsys, *resume, "--epochs", 9)
    assert "began with other training digits" in line
    (out / "config.json").write_text("{")
    assert "damaged" in refused(capsys, *resume)


def test_a_failure_while_working_exits_with_1(capsys, monkeypatch):
    def explode():
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("digitgan.info.describe", explode)
    code, _, errors = run(capsys, "info")
    assert code == 1 and "No space left" in errors[0] and len(errors) == 1


def test_the_public_names_are_listed_before_they_are_used():
    code = "import digitgan, sys; print(*dir(digitgan), *sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    names = set(done.stdout.split())
    assert set(digitgan.__all__) <= names and "numpy" not in names


def test_editors_are_told_where_public_names_are():
    module = ast.parse(Path(digitgan.__file__).read_text())
    tree = next(node for node in module.body if isinstance(node, ast.If))
    typed = {
        alias.name: node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module.startswith("digitgan")
        for alias in node.names
    }
    assert typed == digitgan._MODULES


def test_every_public_name_is_there():
    pytest.importorskip("keras")
    assert all(getattr(digitgan, name) for name in digitgan.__all__)
    with pytest.raises(AttributeError, match="nothing"):
        _ = digitgan.nothing


def test_help_is_there_at_once():
    code = "import sys, digitgan.cli; print('numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "False\n", "every --help would wait for NumPy"
