"""Full disks, dying workers, Ctrl-C: one line, and nothing whole is lost."""

import contextlib
import os
import signal
import subprocess
from pathlib import Path

import pytest
from datasets_made import command, flags, sums, tiny_model, wait_for, whole

from digitgan.datasets.make import make_dataset


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return tiny_model(tmp_path_factory)


@pytest.fixture
def wish(tiny):
    return {"count": 1000, "shard_size": 50, "split": (1000, 0, 0), "model": tiny}


def words_of(wish):
    """Return a wish as the command takes it, for one worker."""
    return [*flags(wish | {"split": "1000,0,0"}), "--workers=1"]


def own(files):
    """Leave out what lies in the work folder."""
    return {k: v for k, v in files.items() if not k.startswith(".shards")}


FULL = """
mount -t tmpfs -o size=$1 tmpfs disk || exit
touch mounted
shift
"$@" 2> first.err; echo $? > first.code
cp -r disk/a first
mount -o remount,size=64m disk
"$@" > second.out; echo $? > second.code
cp -r disk/a second
"""


@pytest.mark.parametrize(
    ("format", "share"), [("webdataset", 0.5), ("idx", 1.5)], ids=["shards", "joining"]
)
def test_a_full_disk(tmp_path, wish, format, share):
    """A real one, in memory: too small for the shards, or for joining them."""
    wish["format"] = format
    make_dataset(tmp_path / "expected", **wish)
    expected = sums(tmp_path / "expected")
    size = sum(f.stat().st_size for f in (tmp_path / "expected").iterdir()) * share
    (tmp_path / "disk").mkdir()
    words = command(tmp_path / "disk" / "a", *words_of(wish))
    alone = ["unshare", "--map-root-user", "--mount", "sh", "-c", FULL, "sh"]
    with contextlib.suppress(FileNotFoundError):
        subprocess.run([*alone, str(int(size)), *words], cwd=tmp_path)
    if not (tmp_path / "mounted").exists():
        pytest.skip("nothing can be mounted here")
    found = {path.name: path.read_text() for path in tmp_path.glob("*.*")}
    there = len(whole(tmp_path / "first"))
    assert found["first.code"] == "1\n"
    (line,) = found["first.err"].splitlines()
    assert f"the disk is full; {there} of 20 shards are whole: mend the cause" in line
    assert there == 20 if format == "idx" else 0 < there < 20
    assert own(sums(tmp_path / "first")).items() <= expected.items()
    assert found["second.code"] == "0\n"
    drawn = f"{1000 - 50 * there} drawn now" if there < 20 else "all whole"
    assert drawn in found["second.out"]
    assert sums(tmp_path / "second") == expected


@pytest.mark.parametrize("format", ["npz", "webdataset"])
def test_files_that_may_not_grow(tmp_path, wish, format):
    """A limit on the size of files stops it likewise; no rights are needed for that."""
    resource = pytest.importorskip("resource")
    wish["format"] = format
    make_dataset(tmp_path / "expected", **wish)
    expected = sums(tmp_path / "expected")
    largest = max(f.stat().st_size for f in (tmp_path / "expected").iterdir())
    words = command(tmp_path / "a", *words_of(wish))

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest - 1, largest - 1))

    ended = subprocess.run(words, preexec_fn=limit, capture_output=True, text=True)
    there = len(whole(tmp_path / "a"))
    (line,) = ended.stderr.splitlines()
    assert ended.returncode == 1
    assert f"File too large; {there} of 20 shards are whole: mend the cause" in line
    assert own(sums(tmp_path / "a")).items() <= expected.items()
    subprocess.check_call(words)
    assert sums(tmp_path / "a") == expected


def test_lmdb_without_room_to_work_in(tmp_path, wish):
    """It builds a database in the system's folder for temporary files."""
    resource = pytest.importorskip("resource")
    pytest.importorskip("lmdb")
    wish["format"] = "lmdb"
    words = command(tmp_path / "a", *words_of(wish))

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, 30_000))

    ended = subprocess.run(words, preexec_fn=limit, capture_output=True, text=True)
    (line,) = ended.stderr.splitlines()
    assert ended.returncode == 1 and "LMDB needs room in " in line
    assert "0 of 20 shards are whole: mend the cause" in line
    subprocess.check_call(words)
    make_dataset(tmp_path / "expected", **wish)
    assert sums(tmp_path / "a") == sums(tmp_path / "expected")


def children(parent):
    """Return the processes that a process started."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            facts = path.read_text().rpartition(")")[2].split()
            if int(facts[1]) == parent:
                found.append(path.parent)
    return found


needs_proc = pytest.mark.skipif(
    not Path("/proc/self/stat").exists(), reason="looks into /proc"
)


@needs_proc
def test_a_worker_that_dies(tmp_path, wish):
    wish |= {"count": 4000, "split": (4000, 0, 0), "format": "webdataset"}
    make_dataset(tmp_path / "expected", **wish)
    expected = sums(tmp_path / "expected")
    words = command(tmp_path / "a", *flags(wish | {"split": "4000,0,0", "workers": 2}))
    process = subprocess.Popen(words, stderr=subprocess.PIPE, text=True)
    wait_for(lambda: len(whole(tmp_path / "a")) > 3)
    worker = next(
        child
        for child in children(process.pid)
        if b"spawn_main" in (child / "cmdline").read_bytes()
    )
    os.kill(int(worker.name), signal.SIGKILL)
    (line,) = process.communicate()[1].splitlines()
    assert process.returncode == 1
    assert "a worker died: it was killed, or memory ran out" in line
    assert "of 80 shards are whole: mend the cause, and the same command" in line
    there = whole(tmp_path / "a")
    assert 3 < len(there) < 80
    before = own(sums(tmp_path / "a"))
    assert before.items() <= expected.items() and len(before) >= len(there)
    report = make_dataset(tmp_path / "a", **wish)
    assert report.made == 4000 - 50 * len(there)
    assert sums(tmp_path / "a") == expected


def test_stopped_by_ctrl_c(tmp_path, wish):
    wish |= {"count": 10_000, "split": (10_000, 0, 0)}  # not over in a moment
    make_dataset(tmp_path / "expected", **wish)
    words = [*flags(wish | {"split": "10000,0,0"}), "--workers=2"]
    process = subprocess.Popen(
        command(tmp_path / "a", *words), stderr=subprocess.PIPE, text=True
    )
    wait_for(lambda: len(whole(tmp_path / "a")) > 3)
    process.send_signal(signal.SIGINT)
    said = process.communicate()[1]
    assert process.returncode == 130
    assert said == "stopped; the same command goes on with what is whole\n"
    assert make_dataset(tmp_path / "a", **wish).made < 10_000
    assert sums(tmp_path / "a") == sums(tmp_path / "expected")


@needs_proc
def test_workers_leave_with_their_parent(tmp_path, tiny):
    wish = {"count": 10**6, "shard_size": 50, "workers": 2, "model": tiny}
    process = subprocess.Popen(command(tmp_path / "a", *flags(wish)))
    wait_for(lambda: len(whole(tmp_path / "a")) > 3)
    workers = children(process.pid)
    assert len(workers) >= 2
    process.kill()
    process.wait()
    wait_for(lambda: not any(worker.exists() for worker in workers))
