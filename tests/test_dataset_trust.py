"""Data sets that were killed or damaged, or made by many."""

import random
import signal
import subprocess
import time

import pytest
from datasets_made import (
    FOR_DIGITS,
    command,
    flags,
    needs,
    run,
    sums,
    tiny_model,
    wait_for,
    whole,
)

from digitgan.datasets import shards
from digitgan.datasets.make import make_dataset, verify_dataset


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return tiny_model(tmp_path_factory)


@pytest.fixture
def made(monkeypatch):
    """Return a list that fills with the indices of the shards that are made."""
    indices, make = [], shards.make_shard

    def noting(spec, index):
        indices.append(index)
        return make(spec, index)

    monkeypatch.setattr(shards, "make_shard", noting)
    return indices


def killed(words, after, out):
    """Run the command and kill it once so many shards are whole; say if it was."""
    process = subprocess.Popen(command(out, *words))
    wait_for(lambda: process.poll() is not None or len(whole(out)) > after)
    process.kill()
    return process.wait() == -signal.SIGKILL


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
def test_killed_and_gone_on_with(tmp_path, tiny, made, format, workers, kills):
    """After kill -9 at random moments the end is the same, nothing whole made twice."""
    wish = {"count": 3000, "format": format, "shard_size": 40, "seed": 2, "model": tiny}
    make_dataset(tmp_path / "a", **wish)
    expected, chance = sums(tmp_path / "a"), random.Random(f"{format} {workers}")
    words = [*flags(wish), f"--workers={workers}"]
    moments = sorted(chance.sample(range(70), kills))
    assert all([killed(words, moment, tmp_path / "b") for moment in moments])
    time.sleep(0.5)  # what a worker had begun when its parent went
    there = len(whole(tmp_path / "b"))
    assert moments[-1] < there <= 76
    del made[:]
    make_dataset(tmp_path / "b", **wish)
    assert len(made) == 76 - there
    assert sums(tmp_path / "b") == expected


@pytest.mark.parametrize("format", FOR_DIGITS)
def test_verify_mends_just_what_is_damaged(tmp_path, capsys, tiny, made, format):
    needs(format)
    out = tmp_path / "a"
    make_dataset(out, count=1000, format=format, shard_size=100, model=tiny)
    before = sums(out)
    code, said, _ = run(capsys, "--verify", out, "--workers", 1)
    assert code == 0 and said.strip().endswith("all whole")
    files = sorted(path for path in out.rglob("*") if path.name != "manifest.json")
    largest = max(files, key=lambda path: path.stat().st_size)
    changed = bytearray(largest.read_bytes())
    changed[len(changed) // 2] ^= 255
    largest.write_bytes(changed)
    del made[:]
    code, said, errors = run(capsys, "--verify", out, "--workers", 1)
    assert (code, errors) == (0, [])
    assert "has changed: made again" in said
    assert 1 <= len(made) <= 2, made
    assert sums(out) == before
    lost = next(path for path in files if path.is_file())
    lost.unlink()
    code, said, errors = run(capsys, "--verify", out, "--workers", 1)
    assert (code, errors) == (0, [])
    assert f"{lost.relative_to(out)} is missing: made again" in said
    assert sums(out) == before


def test_a_lost_file_of_labels_is_made_again(tmp_path, tiny):
    out = tmp_path / "a"
    make_dataset(out, count=1000, model=tiny)
    before = sums(out)
    (out / "train-labels-idx1-ubyte.gz").unlink()
    report = verify_dataset(out)
    assert report.wrong == ("train-labels-idx1-ubyte.gz is missing",)
    assert report.made == 800 and report.differing == () and sums(out) == before


def test_a_damaged_manifest_is_said(tmp_path, capsys, tiny):
    make_dataset(tmp_path / "a", count=20, model=tiny)
    (tmp_path / "a" / "manifest.json").write_text('{"spec": 3')
    code, _, errors = run(capsys, "--verify", tmp_path / "a")
    assert code == 2 and "manifest.json' is damaged" in errors[0] and len(errors) == 1


@pytest.mark.parametrize("format", ["coco", "yolo"])
def test_verify_mends_pages(tmp_path, tiny, format):
    wish = {"kind": "scenes", "count": 12, "shard_size": 4, "split": (8, 0, 4)}
    make_dataset(tmp_path / "a", format=format, model=tiny, **wish)
    before = sums(tmp_path / "a")
    for name in [name for name in before if name != "manifest.json"][::3]:
        (tmp_path / "a" / name).unlink()
        report = verify_dataset(tmp_path / "a")
        assert report.wrong == (f"{name} is missing",)
        assert sums(tmp_path / "a") == before and report.made in (0, 4, 8)


def test_two_workers_make_the_same_bytes(tmp_path, tiny):
    wish = {"count": 2000, "format": "idx", "shard_size": 150, "model": tiny}
    make_dataset(tmp_path / "a", **wish)
    make_dataset(tmp_path / "b", workers=2, **wish)
    assert sums(tmp_path / "a") == sums(tmp_path / "b")


@pytest.mark.slow
def test_ray_makes_the_same_bytes(tmp_path, tiny):
    pytest.importorskip("ray", reason="pip install 'digitgan[ray]'")
    wish = {"count": 2000, "format": "npz", "shard_size": 150, "model": tiny}
    make_dataset(tmp_path / "a", **wish)
    make_dataset(tmp_path / "b", engine="ray", workers=2, **wish)
    assert sums(tmp_path / "a") == sums(tmp_path / "b")
