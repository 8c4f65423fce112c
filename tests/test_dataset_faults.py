"""Full disks, dying workers, Ctrl-C: one line, and nothing whole is lost."""

import contextlib
import os
import signal
import subprocess
import sys

import pytest
from dataset_helpers import command, flags_of, sha256_of_files, shard_records, wait_for
from process_tree import needs_proc, workers

from digitgan.datasets.make import make_dataset

pytestmark = pytest.mark.process


@pytest.fixture
def options(tiny_model):
    return {"count": 1000, "shard_size": 50, "split": (1000, 0, 0), "model": tiny_model}


def one_worker(options):
    """Return options as the command takes them, for one worker."""
    return [*flags_of(options | {"split": "1000,0,0"}), "--workers=1"]


def outside_work_folder(files):
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
    ("format", "share"), [("webdataset", 0.5), ("idx", 1.5)], ids=["shards", "merging"]
)
def test_a_full_disk(tmp_path, options, format, share):
    """A real one, in memory: too small for the shards, or for merging them."""
    options["format"] = format
    make_dataset(tmp_path / "expected", **options)
    expected = sha256_of_files(tmp_path / "expected")
    size = sum(f.stat().st_size for f in (tmp_path / "expected").iterdir()) * share
    (tmp_path / "disk").mkdir()
    arguments = command(tmp_path / "disk" / "a", *one_worker(options))
    isolated = ["unshare", "--map-root-user", "--mount", "sh", "-c", FULL, "sh"]
    with contextlib.suppress(FileNotFoundError):
        subprocess.run([*isolated, str(int(size)), *arguments], cwd=tmp_path)
    if not (tmp_path / "mounted").exists():
        pytest.skip("nothing can be mounted here")
    outputs = {path.name: path.read_text() for path in tmp_path.glob("*.*")}
    whole = len(shard_records(tmp_path / "first"))
    assert outputs["first.code"] == "1\n"
    (line,) = outputs["first.err"].splitlines()
    assert f"the disk is full; {whole} of 20 shards are whole: mend the cause" in line
    assert whole == 20 if format == "idx" else 0 < whole < 20
    assert (
        outside_work_folder(sha256_of_files(tmp_path / "first")).items()
        <= expected.items()
    )
    assert outputs["second.code"] == "0\n"
    drawn = f"{1000 - 50 * whole} drawn now" if whole < 20 else "all whole"
    assert drawn in outputs["second.out"]
    assert sha256_of_files(tmp_path / "second") == expected


@pytest.mark.parametrize("format", ["npz", "webdataset"])
def test_files_that_may_not_grow(tmp_path, options, format):
    """A limit on the size of files stops it likewise; no rights are needed for that."""
    resource = pytest.importorskip("resource")
    options["format"] = format
    make_dataset(tmp_path / "expected", **options)
    expected = sha256_of_files(tmp_path / "expected")
    largest = max(f.stat().st_size for f in (tmp_path / "expected").iterdir())
    arguments = command(tmp_path / "a", *one_worker(options))

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest - 1, largest - 1))

    ended = subprocess.run(arguments, preexec_fn=limit, capture_output=True, text=True)
    whole = len(shard_records(tmp_path / "a"))
    (line,) = ended.stderr.splitlines()
    assert ended.returncode == 1
    assert f"File too large; {whole} of 20 shards are whole: mend the cause" in line
    assert (
        outside_work_folder(sha256_of_files(tmp_path / "a")).items() <= expected.items()
    )
    subprocess.check_call(arguments)
    assert sha256_of_files(tmp_path / "a") == expected


def test_lmdb_without_room_to_work_in(tmp_path, options):
    """It builds a database in the system's folder for temporary files."""
    resource = pytest.importorskip("resource")
    pytest.importorskip("lmdb")
    options["format"] = "lmdb"
    arguments = command(tmp_path / "a", *one_worker(options))

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, 30_000))

    ended = subprocess.run(arguments, preexec_fn=limit, capture_output=True, text=True)
    (line,) = ended.stderr.splitlines()
    assert ended.returncode == 1 and "LMDB needs room in " in line
    assert "0 of 20 shards are whole: mend the cause" in line
    subprocess.check_call(arguments)
    make_dataset(tmp_path / "expected", **options)
    assert sha256_of_files(tmp_path / "a") == sha256_of_files(tmp_path / "expected")


@needs_proc
def test_a_worker_that_dies(tmp_path, options):
    options |= {"count": 4000, "split": (4000, 0, 0), "format": "webdataset"}
    make_dataset(tmp_path / "expected", **options)
    expected = sha256_of_files(tmp_path / "expected")
    arguments = command(
        tmp_path / "a", *flags_of(options | {"split": "4000,0,0", "workers": 2})
    )
    process = subprocess.Popen(arguments, stderr=subprocess.PIPE, text=True)
    wait_for(lambda: len(shard_records(tmp_path / "a")) > 3)
    worker, *_ = workers(process.pid)
    os.kill(int(worker.name), signal.SIGKILL)
    (line,) = process.communicate()[1].splitlines()
    assert process.returncode == 1
    assert "a worker died: it was killed, memory ran out" in line
    assert "of 80 shards are whole: mend the cause, and the same command" in line
    whole = shard_records(tmp_path / "a")
    assert 3 < len(whole) < 80
    before = outside_work_folder(sha256_of_files(tmp_path / "a"))
    assert before.items() <= expected.items() and len(before) >= len(whole)
    report = make_dataset(tmp_path / "a", **options)
    assert report.drawn == 4000 - 50 * len(whole)
    assert sha256_of_files(tmp_path / "a") == expected


def test_a_script_without_its_guard_is_told_so(tmp_path):
    script = tmp_path / "script.py"
    ask = f"{str(tmp_path / 'a')!r}, count=4, shard_size=1, workers=2"
    script.write_text(f"import digitgan\ndigitgan.make_dataset({ask})\n")
    done = subprocess.run([sys.executable, script], capture_output=True, text=True)
    assert 'lacks `if __name__ == "__main__":`' in done.stderr.splitlines()[-1]
    assert "bootstrapping" not in done.stderr  # the workers say nothing


def test_stopped_by_ctrl_c(tmp_path, options):
    options |= {"count": 10_000, "split": (10_000, 0, 0)}  # not over in a moment
    make_dataset(tmp_path / "expected", **options)
    arguments = [*flags_of(options | {"split": "10000,0,0"}), "--workers=2"]
    process = subprocess.Popen(
        command(tmp_path / "a", *arguments), stderr=subprocess.PIPE, text=True
    )
    wait_for(lambda: len(shard_records(tmp_path / "a")) > 3)
    process.send_signal(signal.SIGINT)
    errors = process.communicate()[1]
    assert process.returncode == 130
    assert errors == "stopped; the same command goes on with what is whole\n"
    assert make_dataset(tmp_path / "a", **options).drawn < 10_000
    assert sha256_of_files(tmp_path / "a") == sha256_of_files(tmp_path / "expected")


@needs_proc
def test_workers_leave_with_their_parent(tmp_path, tiny_model):
    options = {"count": 10**6, "shard_size": 50, "workers": 2, "model": tiny_model}
    process = subprocess.Popen(command(tmp_path / "a", *flags_of(options)))
    wait_for(lambda: len(shard_records(tmp_path / "a")) > 3)
    begun = workers(process.pid)
    assert len(begun) >= 2
    process.kill()
    process.wait()
    wait_for(lambda: not any(worker.exists() for worker in begun))
