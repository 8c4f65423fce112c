"""The command ``generate``: pictures, arrays, films, block characters, refusals."""

import subprocess
import sys

import numpy as np
import pytest
from model_folders import make_model
from PIL import Image

import digitgan
from digitgan import cli

HEAVY = ("keras", "tensorflow", "jax", "torch", "matplotlib", "sklearn")
NAMES = tuple("0123456789")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return make_model(tmp_path_factory.mktemp("styled"), "flagship", NAMES)


def run(capsys, *words):
    """Return exit code, output and error lines of ``digitgan generate``."""
    with pytest.raises(SystemExit) as end:
        cli.main(["generate", *map(str, words)])
    said = capsys.readouterr()
    return end.value.code or 0, said.out, said.err.splitlines()


def test_a_number_in_a_picture(capsys, tmp_path, folder):
    out = tmp_path / "year.png"
    wishes = ("--seed", 7, "--model", folder, "--thickness", 3)
    assert run(capsys, 2026, "-o", out, *wishes) == (0, "", [])
    seen = np.asarray(Image.open(out))[::4, ::4]
    model = digitgan.load(folder)
    drawn = model.sample([2, 0, 2, 6], seed=7, thickness=3, one_hand=True)
    assert np.array_equal(255 - seen, np.concatenate(list(drawn), axis=1))


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


def test_a_sheet_and_a_film(capsys, tmp_path, folder):
    assert run(capsys, "--grid", "-o", tmp_path / "all.png", "--model", folder)[0] == 0
    assert Image.open(tmp_path / "all.png").size == (10 * 28 * 4, 10 * 28 * 4)
    assert run(capsys, 42, "-o", tmp_path / "walk.gif", "--model", folder)[0] == 0
    film = Image.open(tmp_path / "walk.gif")
    assert film.n_frames > 20 and film.size == (2 * 28 * 4, 28 * 4)
    film.seek(film.n_frames // 2)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["all.png", "walk.gif"]


def test_the_terminal_shows_blocks(capsys, folder, monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    code, out, errors = run(capsys, 2026, "--model", folder)
    assert (code, errors) == (0, []) and set(out) <= set(" ▀▄█\n")
    assert max(map(len, out.splitlines())) <= 60
    assert len(run(capsys, "--model", folder)[1]) > len(out)  # ten digits


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
    loaded = "import sys, digitgan.generation.command; print(*sys.modules)"
    names = subprocess.check_output([sys.executable, "-c", loaded], text=True).split()
    assert not {"scipy", "rich", *HEAVY} & set(names)


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["20a6"], "TEXT '20a6' has 'a' at place 3: allowed are the digits 0 to 9"),
        ([""], "TEXT has 0 characters: allowed is 1 to 1000"),
        (["1" * 1001], "TEXT has 1001 characters"),
        (["7", "--digit", "7"], "TEXT and --digit cannot go together"),
        (["7", "--count", "7"], "TEXT and --count cannot go together"),
        (["--grid", "--count", "7"], "--grid and --count cannot go together"),
        (["--count", "0"], "n is 0: allowed is 1 to"),
        (["--digit", "10"], "allowed is 0 to 9"),
        (["7", "--thickness", "40"], "thickness is 40: allowed is "),
        (["7", "--slant", "nan"], "slant is nan: allowed is "),
        (["7", "--variety", "2"], "variety is 2.0: allowed is 0 to 1"),
        (["7", "--seed", "-1"], "seed is -1: allowed is 0 to"),
        (["7", "--model", "nowhere"], "model 'nowhere' has no model.json"),
        (["7", "-o", "x.bmp"], "allowed endings are .png, .npz, .gif"),
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
