"""Folders that are closed, begun or not ours: one line, and nothing is lost."""

import contextlib
import errno
import os
import re
import shutil
import sys
import tempfile
from pathlib import Path

import pytest
from dataset_helpers import flags_of, run, sha256_of_files

from digitgan.datasets import executors, shards
from digitgan.datasets.make import make_dataset
from digitgan.errors import DatasetFailed

NOBODY = 65534


@pytest.fixture
def options(tiny_model):
    return {"count": 200, "shard_size": 10, "split": (200, 0, 0), "model": tiny_model}


def one_worker(options):
    """Return options as the command takes them, for one worker."""
    return [*flags_of(options | {"split": "200,0,0"}), "--workers=1"]


@pytest.fixture
def room(tiny_model):
    """Yield a folder that anybody may enter, with the model."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        shutil.copytree(tiny_model, Path(folder) / "model")
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


def make_six_shards(out, options, monkeypatch, error=KeyboardInterrupt):
    """Begin a data set and leave it after six shards, as if power had failed."""

    def store_or_leave(spec, folder, shard):
        if shard.index == 6:
            raise error
        return shards.store_shard(spec, folder, shard)

    monkeypatch.setattr(executors, "store_shard", store_or_leave)
    with pytest.raises((KeyboardInterrupt, DatasetFailed)) as end:
        make_dataset(out, **options)
    monkeypatch.undo()
    return str(end.value)


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="rights are not Unix rights")
@pytest.mark.parametrize("format", ["idx", "webdataset"])
def test_a_read_only_folder(room, options, capsys, monkeypatch, format):
    options |= {"format": format, "model": room / "model"}
    make_dataset(room / "expected", **options)
    expected, arguments = sha256_of_files(room / "expected"), one_worker(options)
    (room / "a").mkdir()
    with closed(room / "a"):
        code, _, errors = run(capsys, room / "a", *arguments)
    assert code == 2 and len(errors) == 1
    assert "cannot be written to (Permission denied): allowed is a folder" in errors[0]
    assert not sha256_of_files(room / "a")

    make_six_shards(room / "a", options, monkeypatch)
    before = sha256_of_files(room / "a")
    with closed(room / "a"):
        code, _, errors = run(capsys, room / "a", *arguments)
    assert code == 1 and len(errors) == 1
    assert "Permission denied; 6 of 20 shards are whole: mend" in errors[0]
    assert sha256_of_files(room / "a") == before

    code, output, errors = run(capsys, room / "a", *arguments)
    assert (code, errors) == (0, []) and "140 drawn now" in output
    assert sha256_of_files(room / "a") == expected
    with closed(room / "a"):
        code, output, errors = run(capsys, room / "a", *arguments)
    assert (code, errors) == (0, []) and output.strip().endswith("all whole")


def test_other_peoples_folders_are_left_alone(capsys, tmp_path, tiny_model):
    options = ["--count", 20, "--model", tiny_model]
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs" / "thesis.txt").write_text("years of work")
    before = sha256_of_files(tmp_path)
    code, _, errors = run(capsys, tmp_path / "theirs", *options)
    assert code == 2 and "holds other files (thesis.txt): allowed is a new" in errors[0]
    code, _, errors = run(capsys, tmp_path / "theirs" / "thesis.txt", *options)
    assert code == 2 and "thesis.txt' is a file: allowed is a new folder" in errors[0]
    code, _, errors = run(capsys, tmp_path / "theirs", "--verify")
    assert code == 2 and "holds no manifest.json of ours" in errors[0]
    assert sha256_of_files(tmp_path) == before
    code, _, errors = run(capsys, "/proc/no/such", *options)
    assert code == 2 and "cannot be written to" in errors[0] and len(errors) == 1


@pytest.mark.parametrize("name", ["manifest.json", ".shards/thesis.txt"])
def test_names_like_ours_are_not_ours(capsys, tmp_path, tiny_model, name):
    theirs = tmp_path / "theirs" / name
    theirs.parent.mkdir(parents=True)
    theirs.write_text('{"name": "a web page"}')
    before = sha256_of_files(tmp_path)
    code, _, errors = run(
        capsys, tmp_path / "theirs", "--count", 20, "--model", tiny_model
    )
    assert code == 2 and f"holds other files ({theirs.name}): allowed" in errors[0]
    code, _, errors = run(capsys, tmp_path / "theirs", "--verify")
    assert code == 2 and "holds no manifest.json of ours" in errors[0]
    assert sha256_of_files(tmp_path) == before


def test_killed_at_once(tmp_path, options):
    """What the very first moment of a run leaves is no hindrance."""
    make_dataset(tmp_path / "expected", **options)
    (tmp_path / "a" / ".shards").mkdir(parents=True)
    (tmp_path / "a" / ".shards" / ".shards-spec.json.123").write_text('{"kind": "dig')
    make_dataset(tmp_path / "a", **options)
    assert sha256_of_files(tmp_path / "a") == sha256_of_files(tmp_path / "expected")


def test_what_others_put_beside_ours_stays(tmp_path, options, monkeypatch):
    make_dataset(tmp_path / "expected", **options)
    make_six_shards(tmp_path / "a", options, monkeypatch)
    (tmp_path / "a" / "notes.txt").write_text("to be trained on at night")
    make_dataset(tmp_path / "a", **options)
    assert (tmp_path / "a" / "notes.txt").read_text().endswith("night")
    (tmp_path / "a" / "notes.txt").unlink()
    assert sha256_of_files(tmp_path / "a") == sha256_of_files(tmp_path / "expected")


def test_progress_shows_rate_and_time_left(tmp_path, options, monkeypatch, capsys):
    make_six_shards(tmp_path / "a", options, monkeypatch)
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    _, _, lines = run(capsys, tmp_path / "a", *one_worker(options))
    shown = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", "\n".join(lines))
    assert re.search(r" 60/200 ", shown)
    assert re.search(r"200/200 [\d,]+ digits/s, 0:00:00 left", shown)


def test_a_full_disk_is_said_in_one_line(tmp_path, options, monkeypatch):
    make_dataset(tmp_path / "expected", **options)
    full = OSError(errno.ENOSPC, "No space left on device")
    line = make_six_shards(tmp_path / "a", options, monkeypatch, full)
    assert "the disk is full; 6 of 20 shards are whole: mend the cause" in line
    assert make_dataset(tmp_path / "a", **options).drawn == 140
    assert sha256_of_files(tmp_path / "a") == sha256_of_files(tmp_path / "expected")
