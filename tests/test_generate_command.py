"""The command ``generate``: pictures, arrays, films, block characters, refusals."""

import json
import subprocess
import sys

import numpy as np
import pytest
from model_folders import make_model
from PIL import Image

import digitgan
from digitgan import cli
from digitgan.handwriting.characters import Characters
from digitgan.handwriting.options import WriteOptions
from digitgan.handwriting.writer_style import sample_writers

HEAVY = ("keras", "tensorflow", "jax", "torch", "matplotlib", "sklearn")
CLASSES = tuple("0123456789")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return make_model(tmp_path_factory.mktemp("styled"), "flagship", CLASSES)


def run(capsys, *words):
    """Return exit code, output and error lines of ``digitgan generate``."""
    with pytest.raises(SystemExit) as end:
        cli.main(["generate", *map(str, words)])
    output = capsys.readouterr()
    return end.value.code or 0, output.out, output.err.splitlines()


def test_a_number_in_a_picture(capsys, tmp_path, folder):
    out, boxes = tmp_path / "date.png", tmp_path / "date.json"
    flags = ("--seed", 7, "--model", folder, "--thickness", 3, "--spacing", -2, 4)
    words = ("12/05", "-o", out, "--boxes", boxes, "--lines", "ruled", *flags)
    assert run(capsys, *words) == (0, "", [])
    options = {"thickness": 3, "spacing": (-2, 4), "lines": "ruled", "height": 80}
    written = digitgan.load(folder).write("12/05", seed=7, **options)
    assert np.array_equal(np.asarray(Image.open(out)), np.asarray(written.image))
    assert json.loads(boxes.read_text()) == written.to_dict()


def test_a_text_that_begins_with_a_minus(capsys, tmp_path, folder):
    out = tmp_path / "minus.png"
    words = ("-o", out, "--height", 20, "--model", folder, "--", "-1.5")
    assert run(capsys, *words) == (0, "", [])
    assert Image.open(out).height == 40


def test_arrays_of_a_text_hold_the_digits_of_its_picture(capsys, tmp_path, folder):
    out = tmp_path / "date.npz"
    assert run(capsys, "7/07", "-o", out, "--model", folder)[0] == 0
    with np.load(out) as stored:
        assert stored["y"].tolist() == [7, 0, 7] and len(stored["slant"]) == 3
        assert not np.array_equal(stored["x"][0], stored["x"][2])
        model = digitgan.load(folder)
        characters = Characters.of(["7/07"], model.classes)
        digits = sample_writers(model, characters, [WriteOptions()]).digits
        assert np.array_equal(stored["x"], model.draw(digits))


def test_arrays_carry_what_was_asked(capsys, tmp_path, folder):
    out = tmp_path / "sevens.npz"
    assert (
        run(capsys, "--digit", 7, "--count", 30, "-o", out, "--model", folder)[0] == 0
    )
    with np.load(out) as stored:
        assert stored["x"].shape == (30, 28, 28) and stored["x"].dtype == np.uint8
        assert (stored["y"] == 7).all()
        assert stored["thickness"].std() > 0 and stored["slant"].shape == (30,)
    model = digitgan.load(folder)
    with np.load(out) as stored:
        assert np.array_equal(stored["x"], model.sample(n=30, digit=7))


def test_a_sheet_and_a_gif(capsys, tmp_path, folder):
    assert run(capsys, "--grid", "-o", tmp_path / "all.png", "--model", folder)[0] == 0
    assert Image.open(tmp_path / "all.png").size == (10 * 28 * 4, 10 * 28 * 4)
    assert run(capsys, 42, "-o", tmp_path / "walk.gif", "--model", folder)[0] == 0
    walk = Image.open(tmp_path / "walk.gif")
    assert walk.n_frames > 20 and walk.height == 2 * 80
    walk.seek(walk.n_frames // 2)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["all.png", "walk.gif"]


def test_the_terminal_shows_blocks(capsys, folder, monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    code, out, errors = run(capsys, 2026, "--model", folder)
    assert (code, errors) == (0, []) and set(out) <= set(" ▀▄█\n")
    assert max(map(len, out.splitlines())) <= 60
    assert len(run(capsys, "--model", folder)[1]) > len(out)  # ten digits
    two = run(capsys, "20-2\n6", "--model", folder)[1]
    assert set(two) <= set(" ▀▄█\n") and two.count("\n") > out.count("\n")


@pytest.mark.process
def test_no_framework_is_needed(folder):
    words = ["generate", "7", "--model", str(folder)]
    code = (
        f"import sys; [sys.modules.__setitem__(m, None) for m in {HEAVY}]; "
        f"from digitgan.cli import main; main({words})"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True
    )
    assert result.returncode == 0 and result.stderr == ""
    loaded = "import sys, digitgan.handwriting.generate; print(*sys.modules)"
    names = subprocess.check_output([sys.executable, "-c", loaded], text=True).split()
    assert not {"scipy", "rich", *HEAVY} & set(names)


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["20a6"], "TEXT '20a6' has 'a' at place 3: allowed is the digits 0"),
        ([""], "TEXT '' has 0 characters: allowed is 1 to 1,000"),
        (["1" * 1001], "has 1,001 characters"),
        (["1" * 10_000], "has 10,000 characters: allowed is 1 to 1,000"),
        (["+-", "-o", "x.npz"], "TEXT '+-' has no digit"),
        (
            ["2", "--boxes", "b.json"],
            "--boxes has no picture: allowed is beside a text and a .png",
        ),
        (
            ["2", "-o", "x.gif", "--boxes", "b"],
            "--boxes has no picture: allowed is beside a text",
        ),
        (
            ["2", "-o", "x.npz", "--noise", "1"],
            "--noise has no page: allowed is beside a text and a .png or .svg or ",
        ),
        (["--digit", "2", "-o", "x.png", "--height", "30"], "--height has no page"),
        (["22", "-o", "x.png", "--width", "60"], "--width is 60: allowed is "),
        (
            ["2026", "-o", "x.png", "--width", "200", "--spacing", "30", "40"],
            "or more for this text at height 80 and spacing 30",
        ),
        (["22", "-o", "x.png", "--spacing", "8", "4"], "--spacing is (8, 4): allowed"),
        (["2", "-o", "x.png", "--boxes", "/proc/no/b"], "'/proc/no/b' cannot be"),
        (["2", "-o", "x.png", "--lines", "rule"], "did you mean 'ruled'?"),
        (["7", "--digit", "7"], "TEXT cannot go with digit"),
        (["7", "--count", "7"], "TEXT cannot go with count"),
        (["--grid", "--count", "7"], "--grid cannot go with count"),
        (["--count", "-3"], "n is -3: allowed is 1 to"),
        (["--count", "0"], "n is 0: allowed is 1 to"),
        (["--digit", "10"], "--digit/--label '10' is unknown"),
        (["7", "--thickness", "40"], "--thickness is 40.0: allowed is "),
        (["7", "--slant", "nan"], "--slant is nan: allowed is "),
        (["7", "--variety", "2"], "--variety is 2.0: allowed is 0 to 1.5"),
        (["7", "--seed", "-1"], "--seed is -1: allowed is 0 to"),
        (["7", "--model", "nowhere"], "--model 'nowhere' has no model.json"),
        (
            ["7", "-o", "x.pdf", "--single-line"],
            "--single-line needs curves: allowed is",
        ),
        (["7", "-o", "x.bmp"], "allowed is a name that ends in .png, .svg, .pdf"),
        (["7", "-o", "/proc/no/x.png"], "cannot be written"),
    ],
)
def test_refusals(capsys, tmp_path, monkeypatch, folder, words, line):
    monkeypatch.chdir(tmp_path)
    model = [] if "--model" in words else ["--model", folder]
    code, out, errors = run(capsys, *words, *model)
    assert (code, out, len(errors)) == (2, "", 1), errors
    assert line in errors[0]
    assert list(tmp_path.iterdir()) == []
