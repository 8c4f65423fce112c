"""Full disks, dying workers, folders that are closed or not ours: one line, no loss."""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import pytest
from datasets_made import command, flags, run, sums, tiny_model, wait_for, whole

from digitgan.generation import engines, shards
from digitgan.generation.factory import make_dataset

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
    make_dataset(tmp_path / "expected", **wish)
    words = [*flags(wish | {"split": "1000,0,0"}), "--workers=2"]
    process = subprocess.Popen(
        command(tmp_path / "a", *words), stderr=subprocess.PIPE, text=True
    )
    wait_for(lambda: len(whole(tmp_path / "a")) > 3)
    process.send_signal(signal.SIGINT)
    said = process.communicate()[1]
    assert process.returncode == 130
    assert said == "stopped; the same command goes on with what is whole\n"
    assert make_dataset(tmp_path / "a", **wish).made < 1000
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

    monkeypatch.setattr(engines, "keep_shard", leave)
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
