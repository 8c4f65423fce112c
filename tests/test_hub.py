"""Models to the hub and back, by huggingface_hub itself against a stand-in."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from fake_hub import TOKEN, hub
from model_folders import make_model

import digitgan
from digitgan.handwriting.model import SHIPPED
from digitgan.sampling.model_hub import write_folder
from digitgan.untrusted import sha256

pytest.importorskip("huggingface_hub")
NOWHERE = "http://127.0.0.1:9"
COMMAND = "import sys; from digitgan.cli import main; main(sys.argv[1:])"


@pytest.fixture(scope="module")
def server():
    """The stand-in, for all tests."""
    with hub() as server:
        yield server


@pytest.fixture
def run_command(server, tmp_path):
    """Run the command as a user of the stand-in; the library reads its place once."""

    def run(*words, **more):
        environment = {k: v for k, v in os.environ.items() if not k.startswith("HF_")}
        environment |= {"HF_ENDPOINT": server.url, "HF_HOME": str(tmp_path / "home")}
        environment |= {"HF_HUB_DISABLE_XET": "1", "HF_TOKEN": TOKEN, **more}
        return subprocess.run(
            [sys.executable, "-c", COMMAND, *map(str, words)],
            env={k: v for k, v in environment.items() if v},
            capture_output=True,
            text=True,
            timeout=300,
        )

    return run


def publish(run, repo, **env):
    return run("export", "--format", "hub", "--repo", repo, **env)


def generate(run, out, repo="ada/digits", **env):
    words = ["--digit", "3", "--count", "4", "-o", out, "--model", f"hf://{repo}"]
    return run("generate", *words, **env)


@pytest.mark.process
def test_a_model_goes_there_and_back(server, run_command, tmp_path):
    done = publish(run_command, "ada/digits")
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{server.url}/ada/digits\n"
    files = server.repos["ada/digits"]
    assert files.keys() == {path.name for path in SHIPPED.iterdir()}
    assert files["generator.onnx"] == (SHIPPED / "generator.onnx").read_bytes()
    assert (
        sum("/commit/" in request for request in server.requests) == 1
    )  # whole or absent
    done = publish(run_command, "ada/digits")  # once more, over it
    assert done.returncode == 0, done.stderr
    files["extra.py"] = b"print('of another')"
    done = generate(run_command, tmp_path / "x.npz")
    assert done.returncode == 0, done.stderr
    assert not any("extra.py" in request for request in server.requests)
    with np.load(tmp_path / "x.npz") as drawn:
        assert np.array_equal(drawn["x"], digitgan.load().sample(digit=3, n=4))
    again = generate(run_command, tmp_path / "y.npz", HF_ENDPOINT=NOWHERE)
    assert again.returncode == 0, again.stderr
    assert sha256(tmp_path / "y.npz") == sha256(tmp_path / "x.npz")
    first = server.version("ada/digits")
    pinned = generate(run_command, tmp_path / "z.npz", f"ada/digits@{first}")
    assert pinned.returncode == 0, pinned.stderr
    none = generate(run_command, tmp_path / "z.npz", "ada/digits@v9")
    assert none.returncode == 2 and "has no such revision" in none.stderr
    files["generator.onnx"] += b" "
    changed = generate(run_command, tmp_path / "z.npz")
    assert changed.returncode == 2 and "SHA-256 differs" in changed.stderr


def test_the_card_says_what_it_is(tmp_path):
    from huggingface_hub import ModelCard

    write_folder(digitgan.load(), "ada/digits", tmp_path)
    text = (tmp_path / "README.md").read_text()
    card = ModelCard(text)
    assert card.data.license == "mit" and card.data.library_name == "digitgan"
    assert {"gan", "onnx", "handwriting"} <= set(card.data.tags)
    for part in ("hf://ada/digits", "| recall |", "## Limits", "CC BY-SA 3.0"):
        assert part in text
    assert card.data.datasets == ["ylecun/mnist"]
    (result, *_) = card.data.eval_results
    assert result.metric_type == "frechet_distance" and 0 < result.metric_value < 1
    assert "real digits: " in result.metric_name
    low, high = digitgan.load().limits["thickness"]
    assert f"- Thickness: {low:g} to {high:g} pixels." in text
    described = json.loads((tmp_path / "model.json").read_text())
    for name, expected in described["sha256"].items():
        assert sha256(tmp_path / name) == expected


def test_the_example_on_the_card_runs(tmp_path, monkeypatch):
    write_folder(digitgan.load(), "ada/digits", tmp_path)
    text = (tmp_path / "README.md").read_text()
    code = text.split("```python\n")[1].split("```")[0]
    monkeypatch.chdir(tmp_path)
    names = {}
    exec(code.replace("hf://ada/digits", str(tmp_path)), names)
    assert names["images"].shape == (100, 28, 28) and Path("2026.png").exists()


@pytest.mark.process
def test_a_model_of_ones_own_claims_no_licence(tmp_path):
    folder = make_model(tmp_path / "own", "textbook", "0123456789")
    (tmp_path / "there").mkdir()
    write_folder(digitgan.load(folder), "ada/own", tmp_path / "there")
    text = (tmp_path / "there" / "README.md").read_text()
    assert "license: unknown" in text and "write(" not in text
    assert digitgan.load(tmp_path / "there").sample(n=2).shape == (2, 28, 28)


@pytest.mark.process
def test_the_card_of_triplets_says_so(tmp_path):
    folder = make_model(tmp_path / "own", "stacked", "")
    (tmp_path / "there").mkdir()
    write_folder(digitgan.load(folder), "ada/three", tmp_path / "there")
    text = (tmp_path / "there" / "README.md").read_text()
    assert "uint8 (100, 28, 28, 3)" in text and "three greys" in text


@pytest.mark.parametrize(
    ("env", "code", "line"),
    [
        ({"HF_TOKEN": ""}, 2, "needs a token of the hub that may write"),
        ({"HF_TOKEN": "hf_of_another"}, 1, "the hub refused (403 this token may not"),
    ],
)
@pytest.mark.process
def test_who_may_not_write_is_told(server, run_command, env, code, line):
    done = publish(run_command, "bob/digits", **env)
    assert (done.returncode, done.stderr.count("\n")) == (code, 1)
    assert line in done.stderr and "bob/digits" not in server.repos


@pytest.mark.process
def test_what_is_not_there_is_said_in_a_line(run_command, tmp_path):
    done = generate(run_command, tmp_path / "x.npz", "ada/letters")
    assert done.returncode == 2 and done.stderr.count("\n") == 1
    assert "model 'hf://ada/letters' is not on the hub" in done.stderr
    done = generate(run_command, tmp_path / "x.npz", HF_ENDPOINT=NOWHERE)
    assert done.returncode == 1 and "the hub cannot be reached" in done.stderr


@pytest.mark.process
def test_a_hub_that_is_not_there_is_told(run_command):
    done = publish(run_command, "ada/digits", HF_ENDPOINT=NOWHERE)
    assert done.returncode == 1 and "the hub cannot be reached" in done.stderr


@pytest.mark.process
def test_a_data_set_goes_there_and_is_read_from_there(server, run_command, tmp_path):
    words = ["dataset", tmp_path / "numbers", "--count", "30", "--format", "parquet"]
    done = run_command(*words, "--split", "20,0,10", "--repo", "ada/numbers")
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith(f"{server.url}/datasets/ada/numbers\n")
    files = server.repos["datasets/ada/numbers"]
    made = {
        p.relative_to(tmp_path / "numbers") for p in (tmp_path / "numbers").rglob("*.*")
    }
    assert files.keys() == {path.as_posix() for path in made} | {"README.md"}
    card = files["README.md"].decode()
    for part in ("synthetic", "image-classification", "n<1K", "data/test-*.parquet"):
        assert part in card.partition("\n---\n")[0]
    done = run_command("inspect", "hf://ada/numbers")
    assert done.returncode == 0, done.stderr
    assert "20" in done.stdout and "10" in done.stdout


@pytest.mark.process
def test_a_site_goes_there_as_a_space_and_back(server, site, tmp_path):
    """By the command that the site's README names, with the hub's own program."""
    from huggingface_hub import RepoCard

    card = RepoCard.load(site / "README.md").data
    assert (card.sdk, (site / card.app_file).is_file()) == ("static", True)
    away = {"HF_ENDPOINT": server.url, "HF_HOME": str(tmp_path / "home")}
    away |= {"HF_HUB_DISABLE_XET": "1", "HF_HUB_OFFLINE": "0", "HF_TOKEN": TOKEN}
    for words in (
        ("upload", "ada/digits", site),
        ("download", "ada/digits", "--local-dir", tmp_path / "back"),
    ):
        hf = [sys.executable, "-m", "huggingface_hub.cli.hf", *map(str, words)]
        hf += ["--repo-type", "space"]
        done = subprocess.run(hf, env=os.environ | away, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    assert files_of(tmp_path / "back") == files_of(site)


def files_of(folder):
    """Return the content of each file, by its name; the hub's own notes are none."""
    files = {p.relative_to(folder).as_posix(): p for p in folder.rglob("*")}
    return {
        name: path.read_bytes()
        for name, path in files.items()
        if path.is_file() and not name.startswith(".cache")
    }


def test_what_people_type_for_the_hub():
    with pytest.raises(digitgan.InputError, match="or hf://ada/digits"):
        digitgan.load("ada/digits")
    model = digitgan.load()
    for name in ("save", "push_to_hub", "from_pretrained"):
        assert callable(getattr(model, name))


def test_a_saved_model_is_the_same_model(tmp_path):
    model = digitgan.load()
    again = digitgan.load(model.save(tmp_path / "copy"))
    assert np.array_equal(again.sample(n=3, seed=1), model.sample(n=3, seed=1))
