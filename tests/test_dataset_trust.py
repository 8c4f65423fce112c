"""Data sets that were killed or damaged, or made by many."""

import random
import signal
import subprocess
import time

import pytest
from dataset_helpers import (
    FORMATS_OF_DIGITS,
    command,
    flags_of,
    run,
    sha256_of_files,
    shard_records,
    wait_for,
)

from digitgan.datasets import shards
from digitgan.datasets.make import make_dataset, verify_dataset


@pytest.fixture
def made(monkeypatch):
    """Return a list that fills with the indices of the shards that are made."""
    indices, make = [], shards.make_shard

    def make_and_note(spec, index):
        indices.append(index)
        return make(spec, index)

    monkeypatch.setattr(shards, "make_shard", make_and_note)
    return indices


def killed(arguments, after, out):
    """Run the command and kill it once so many shards are whole; say if it was."""
    process = subprocess.Popen(command(out, *arguments))
    wait_for(lambda: process.poll() is not None or len(shard_records(out)) > after)
    process.kill()
    return process.wait() == -signal.SIGKILL


@pytest.mark.process
@pytest.mark.parametrize(
    ("format", "workers", "kills"),
    [
        ("idx", 1, 2),
        ("png", 2, 2),
        pytest.param("idx", 2, 10, marks=pytest.mark.slow),
        pytest.param("npz", 1, 10, marks=pytest.mark.slow),
        pytest.param("webdataset", 2, 10, marks=pytest.mark.slow),
    ],
)
def test_killed_and_gone_on_with(tmp_path, tiny_model, made, format, workers, kills):
    """After kill -9 at random moments the end is the same, nothing whole made twice."""
    options = {"count": 3000, "format": format, "shard_size": 40, "seed": 2}
    options |= {"model": tiny_model}
    make_dataset(tmp_path / "a", **options)
    expected = sha256_of_files(tmp_path / "a")
    rng = random.Random(f"{format} {workers}")
    arguments = [*flags_of(options), f"--workers={workers}"]
    moments = sorted(rng.sample(range(70), kills))
    assert all([killed(arguments, moment, tmp_path / "b") for moment in moments])
    time.sleep(0.5)  # what a worker had begun when its parent went
    whole = len(shard_records(tmp_path / "b"))
    assert moments[-1] < whole <= 76
    made.clear()
    make_dataset(tmp_path / "b", **options)
    assert len(made) == 76 - whole
    assert sha256_of_files(tmp_path / "b") == expected


@pytest.mark.parametrize("format", FORMATS_OF_DIGITS)
def test_verify_mends_just_what_is_damaged(tmp_path, capsys, tiny_model, made, format):
    out = tmp_path / "a"
    make_dataset(out, count=200, format=format, shard_size=20, model=tiny_model)
    before = sha256_of_files(out)
    code, output, _ = run(capsys, "--verify", out, "--workers", 1)
    assert code == 0 and output.strip().endswith("all whole")
    files = sorted(path for path in out.rglob("*") if path.name != "manifest.json")
    largest = max(files, key=lambda path: path.stat().st_size)
    changed = bytearray(largest.read_bytes())
    changed[len(changed) // 2] ^= 255
    largest.write_bytes(changed)
    made.clear()
    code, output, errors = run(capsys, "--verify", out, "--workers", 1)
    assert (code, errors) == (0, [])
    assert "has changed: made again" in output
    assert 1 <= len(made) <= 2, made
    assert sha256_of_files(out) == before
    lost = next(path for path in files if path.is_file())
    lost.unlink()
    code, output, errors = run(capsys, "--verify", out, "--workers", 1)
    assert (code, errors) == (0, [])
    assert f"{lost.relative_to(out)} is missing: made again" in output
    assert sha256_of_files(out) == before


def test_a_lost_file_of_labels_is_made_again(tmp_path, tiny_model):
    out = tmp_path / "a"
    make_dataset(out, count=1000, model=tiny_model)
    before = sha256_of_files(out)
    (out / "train-labels-idx1-ubyte.gz").unlink()
    report = verify_dataset(out)
    assert report.damage == ("train-labels-idx1-ubyte.gz is missing",)
    assert report.drawn == 800 and report.differing == ()
    assert sha256_of_files(out) == before


def test_a_damaged_manifest_is_named(tmp_path, capsys, tiny_model):
    make_dataset(tmp_path / "a", count=20, model=tiny_model)
    (tmp_path / "a" / "manifest.json").write_text('{"spec": 3')
    code, _, errors = run(capsys, "--verify", tmp_path / "a")
    assert code == 2 and "manifest.json' is damaged" in errors[0] and len(errors) == 1


@pytest.mark.parametrize("format", ["coco", "yolo"])
def test_verify_mends_pages(tmp_path, tiny_model, format):
    options = {"kind": "scenes", "count": 4, "shard_size": 1, "split": (3, 0, 1)}
    make_dataset(tmp_path / "a", format=format, model=tiny_model, **options)
    before = sha256_of_files(tmp_path / "a")
    for name in [name for name in before if name != "manifest.json"][::3]:
        (tmp_path / "a" / name).unlink()
        report = verify_dataset(tmp_path / "a")
        assert report.damage == (f"{name} is missing",)
        assert sha256_of_files(tmp_path / "a") == before
        assert report.drawn in (0, 1, 3)


@pytest.mark.process
def test_two_workers_make_the_same_bytes(tmp_path, tiny_model):
    options = {"count": 2000, "format": "idx", "shard_size": 150, "model": tiny_model}
    make_dataset(tmp_path / "a", **options)
    make_dataset(tmp_path / "b", workers=2, **options)
    assert sha256_of_files(tmp_path / "a") == sha256_of_files(tmp_path / "b")


@pytest.mark.slow
def test_ray_makes_the_same_bytes(tmp_path, tiny_model):
    pytest.importorskip("ray", reason='pip install ".[ray]"')
    options = {"count": 2000, "format": "npz", "shard_size": 150, "model": tiny_model}
    make_dataset(tmp_path / "a", **options)
    make_dataset(tmp_path / "b", engine="ray", workers=2, **options)
    assert sha256_of_files(tmp_path / "a") == sha256_of_files(tmp_path / "b")
