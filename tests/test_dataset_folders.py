"""Folders that are closed, begun or not ours: one line, and nothing is lost."""

import contextlib
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
from datasets_made import command, flags, run, sums, tiny_model

from digitgan.datasets import executors, shards
from digitgan.datasets.make import make_dataset

NOBODY = 65534


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return tiny_model(tmp_path_factory)


@pytest.fixture
def wish(tiny):
    return {"count": 1000, "shard_size": 50, "split": (1000, 0, 0), "model": tiny}


def words_of(wish):
    """Return a wish as the command takes it, for one worker."""
    return [*flags(wish | {"split": "1000,0,0"}), "--workers=1"]


@pytest.fixture
def room(tiny):
    """Yield a folder that anybody may enter, with the model."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        shutil.copytree(tiny, Path(folder) / "model")
        (Path(folder) / "model").chmod(0o755)
        yield Path(folder)


@contextlib.contextmanager
def closed(folder):
    """Take away the right to write below a folder; of root, by being nobody."""
    folders = [folder, *(path for path in folder.rglob("*") if path.is_dir())]
    rights, root = [path.stat().st_mode for path in folders], os.geteuid() == 0
    for path in folders:
        path.chmod(0o555)
    if root:
        os.seteuid(NOBODY)
    try:
        if not os.access(folder, os.R_OK | os.X_OK, effective_ids=True):
            pytest.skip("nobody cannot read temporary files here")
        yield
    finally:
        if root:
            os.seteuid(0)
        for path, right in zip(folders, rights, strict=True):
            path.chmod(right)


def begun(out, wish, monkeypatch):
    """Begin a data set and leave it after six shards, as if power had failed."""
    keep = shards.keep_shard

    def leave(spec, folder, index):
        if index == 6:
            raise KeyboardInterrupt
        return keep(spec, folder, index)

    monkeypatch.setattr(executors, "keep_shard", leave)
    with pytest.raises(KeyboardInterrupt):
        make_dataset(out, **wish)
    monkeypatch.undo()


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="rights are not Unix rights")
@pytest.mark.parametrize("format", ["idx", "webdataset"])
def test_a_read_only_folder(room, wish, capsys, monkeypatch, format):
    wish |= {"format": format, "model": room / "model"}
    make_dataset(room / "expected", **wish)
    expected, words = sums(room / "expected"), words_of(wish)
    (room / "a").mkdir()
    with closed(room / "a"):
        code, _, errors = run(capsys, room / "a", *words)
    assert code == 2 and len(errors) == 1
    assert "cannot be written to (Permission denied): name a folder" in errors[0]
    assert not sums(room / "a")

    begun(room / "a", wish, monkeypatch)
    before = sums(room / "a")
    with closed(room / "a"):
        code, _, errors = run(capsys, room / "a", *words)
    assert code == 1 and len(errors) == 1
    assert "Permission denied; 6 of 20 shards are whole: mend" in errors[0]
    assert sums(room / "a") == before

    code, said, errors = run(capsys, room / "a", *words)
    assert (code, errors) == (0, []) and "700 drawn now" in said
    assert sums(room / "a") == expected
    with closed(room / "a"):
        code, said, errors = run(capsys, room / "a", *words)
    assert (code, errors) == (0, []) and said.strip().endswith("all whole")


def test_other_peoples_folders_are_left_alone(capsys, tmp_path, tiny):
    wish = ["--count", 20, "--model", tiny]
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs" / "thesis.txt").write_text("years of work")
    before = sums(tmp_path)
    code, _, errors = run(capsys, tmp_path / "theirs", *wish)
    assert code == 2 and "holds other files (thesis.txt): name a new" in errors[0]
    code, _, errors = run(capsys, tmp_path / "theirs" / "thesis.txt", *wish)
    assert code == 2 and "thesis.txt' is a file: name a new folder" in errors[0]
    code, _, errors = run(capsys, tmp_path / "theirs", "--verify")
    assert code == 2 and "holds no manifest.json of ours" in errors[0]
    assert sums(tmp_path) == before
    code, _, errors = run(capsys, "/proc/no/such", *wish)
    assert code == 2 and "cannot be written to" in errors[0] and len(errors) == 1


@pytest.mark.parametrize("name", ["manifest.json", ".shards/thesis.txt"])
def test_names_like_ours_are_not_ours(capsys, tmp_path, tiny, name):
    theirs = tmp_path / "theirs" / name
    theirs.parent.mkdir(parents=True)
    theirs.write_text('{"name": "a web page"}')
    before = sums(tmp_path)
    code, _, errors = run(capsys, tmp_path / "theirs", "--count", 20, "--model", tiny)
    assert code == 2 and f"holds other files ({theirs.name}): name" in errors[0]
    code, _, errors = run(capsys, tmp_path / "theirs", "--verify")
    assert code == 2 and "holds no manifest.json of ours" in errors[0]
    assert sums(tmp_path) == before


def test_killed_at_once(tmp_path, wish):
    """What the very first moment of a run leaves is no hindrance."""
    make_dataset(tmp_path / "expected", **wish)
    (tmp_path / "a" / ".shards").mkdir(parents=True)
    (tmp_path / "a" / ".shards" / ".spec-x1y2z3.json").write_text('{"kind": "dig')
    make_dataset(tmp_path / "a", **wish)
    assert sums(tmp_path / "a") == sums(tmp_path / "expected")


def test_what_others_put_beside_ours_stays(tmp_path, wish, monkeypatch):
    make_dataset(tmp_path / "expected", **wish)
    begun(tmp_path / "a", wish, monkeypatch)
    (tmp_path / "a" / "notes.txt").write_text("to be trained on at night")
    make_dataset(tmp_path / "a", **wish)
    assert (tmp_path / "a" / "notes.txt").read_text().endswith("night")
    (tmp_path / "a" / "notes.txt").unlink()
    assert sums(tmp_path / "a") == sums(tmp_path / "expected")


def test_progress_tells_rate_and_time_left(tmp_path, wish, monkeypatch):
    begun(tmp_path / "a", wish, monkeypatch)
    monkeypatch.setenv("FORCE_COLOR", "1")  # as on a terminal
    words = command(tmp_path / "a", *words_of(wish))
    said = subprocess.run(words, capture_output=True, text=True).stderr
    said = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", said)
    assert re.search(r" 300/1000 ", said)
    assert re.search(r"1000/1000 [\d,]+ digits/s, 0:00:00 left", said)
