"""Train in processes that are killed, resume, and say how the end differs.

Not a test by itself: test_kill.py runs it. The framework is imported once and every
training is a fork of that process, taken before the framework has done anything.
"""

import json
import os
import random
import resource
import shutil
import signal
import sys
import time
import traceback
from pathlib import Path

import numpy as np

import digitgan
from digitgan.cli import main as command
from digitgan.training import checkpoint, train  # noqa: F401 - forks need not import it

TINY = {"epochs": 5, "checkpoint_seconds": 0.0}
LOGS = ("log.csv", "scores.csv")


def forked(work) -> int:
    """Do the work in a process of its own, silently; return that process."""
    process = os.fork()
    if process:
        return process
    code = 1
    try:
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        # as often as can be: a kill shall hit the writing
        checkpoint.MAX_TIME_SHARE = 1e9
        work()
        code = 0
    except SystemExit as end:
        code = end.code or 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def finished(process: int) -> int:
    """Wait for a process; return its exit code, below 0 for a signal."""
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def kill(process: int, run: Path, chance: random.Random, aim: bool) -> bool:
    """Kill a training once it has learnt; return whether it ended before that.

    Args:
        process: To be killed.
        run: Its folder.
        chance: Draws how long it may live after its first new checkpoint.
        aim: Rather wait for the moment when a checkpoint is being written.
    """
    folder = run / "checkpoint"
    before = set(folder.glob("step_*"))
    while not set(folder.glob("step_*")) - before:
        if os.waitpid(process, os.WNOHANG)[0]:
            return True
        time.sleep(0.005)
    end = time.monotonic() + chance.uniform(0, 0.6)
    while time.monotonic() < end or (aim and not list(folder.glob(".step_*"))):
        if os.waitpid(process, os.WNOHANG)[0]:
            return True
        time.sleep(0.0005)
    os.kill(process, signal.SIGKILL)
    assert finished(process) == -signal.SIGKILL
    return False


def state(run: Path) -> dict:
    """Return all that must be the same: the state, and the logs but for times."""
    with np.load(sorted(run.glob("checkpoint/step_*.npz"))[-1]) as stored:
        found = {k: stored[k] for k in stored.files if k not in ("seconds", "sha256")}
    for name in LOGS:
        lines = [line.split(",") for line in (run / name).read_text().splitlines()]
        places = [i for i, word in enumerate(lines[0]) if word != "seconds"]
        found[name] = np.array([[line[i] for i in places] for line in lines])
    sheets = sorted(run.glob("samples/*.png"))
    return found | {s.name: np.frombuffer(s.read_bytes(), np.uint8) for s in sheets}


def kills(folder: Path, data: Path, rounds: int) -> dict:
    """Kill a training so many times, over as many runs as that takes."""
    begin = lambda out: digitgan.train("tiny", data, out=out, **TINY)  # noqa: E731
    assert finished(forked(lambda: begin(folder / "whole"))) == 0
    whole, chance = state(folder / "whole"), random.Random(0)
    killed = writing = runs = 0
    unequal = []
    while killed < rounds:
        run, ended, runs = folder / f"run-{runs}", False, runs + 1
        process = forked(lambda: begin(run))  # noqa: B023 - used at once
        while not ended:
            if killed == rounds:
                ended = True
                assert finished(process) == 0
            elif kill(process, run, chance, aim=killed % 2 == 0):
                ended = True
            else:
                killed += 1
                writing += any(run.glob("checkpoint/.step_*"))
                process = forked(lambda: digitgan.resume(run))  # noqa: B023
        found = state(run)
        unequal += [f"{run.name}: {n}" for n in whole.keys() ^ found.keys()]
        same = (n for n in whole if n in found)
        unequal += [n for n in same if not np.array_equal(whole[n], found[n])]
        unequal += [str(p) for p in run.rglob(".*")]
    return {"killed": killed, "writing": writing, "runs": runs, "unequal": unequal}


def full_disk(folder: Path, data: Path) -> dict:
    """Let a training run into a limit of file size, then give it room."""
    run = folder / "run"
    ask = ["train", "tiny", "--data", str(data), "--out", str(run)]
    more = ["--checkpoint-seconds", "0"]
    assert finished(forked(lambda: command([*ask, *more, "--epochs", "1"]))) == 0
    size = max(p.stat().st_size for p in run.glob("checkpoint/*"))
    go_on = ["train", "--resume", str(run), "--epochs", "3"]
    errors = folder / "errors.txt"

    def cramped() -> None:
        os.dup2(os.open(errors, os.O_WRONLY | os.O_CREAT), 2)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size // 2, size // 2))
        command(go_on)

    before = state(run)
    code = finished(forked(cramped))
    after = state(run)
    same = all(np.array_equal(before[n], after[n]) for n in before if "/" in n)
    resumed = finished(forked(lambda: command(go_on)))
    said = errors.read_text().splitlines()
    return {"code": code, "said": said, "kept": same, "resumed": resumed}


def signalled(folder: Path, data: Path, number: int) -> dict:
    """Send a signal and look at what is left."""
    signal.signal(number, signal.SIG_DFL)  # nohup has one of them ignored
    run, ask = folder / "run", {**TINY, "epochs": 10_000}
    process = forked(lambda: digitgan.train("tiny", data, out=run, **ask))
    while len(list(run.glob("checkpoint/step_*"))) < 2:
        time.sleep(0.05)
    os.kill(process, number)
    code = finished(process)
    return {"code": code, "model": (run / "model" / "generator.onnx").exists()}


def _wait_for(path: Path, process: int) -> None:
    while not path.exists():
        assert not os.waitpid(process, os.WNOHANG)[0], f"it ended before {path.name}"
        time.sleep(0.05)


def removed(folder: Path, data: Path) -> dict:
    """Remove the folder of a training while it runs; stop it, and go on."""
    run, ask = folder / "run", {**TINY, "epochs": 10_000}
    process = forked(lambda: digitgan.train("tiny", data, out=run, **ask))
    _wait_for(run / "log.csv", process)
    shutil.move(run, folder / "elsewhere")  # at once, while files are written
    _wait_for(run / "log.csv", process)
    _wait_for(run / "checkpoint", process)
    os.kill(process, signal.SIGTERM)
    code = finished(process)
    steps = int(sorted(run.glob("checkpoint/step_*"))[-1].stem.split("_")[1])
    more = {"epochs": steps // 10 + 2}
    return {
        "code": code,
        "events": any(run.glob("events/*")),
        "resumed": finished(forked(lambda: digitgan.resume(run, **more))),
    }


def two_at_once(folder: Path, data: Path) -> dict:
    """Begin two trainings in one folder and two in two, and go on with one twice."""
    ask = ["train", "tiny", "--data", str(data), "--epochs", "2"]

    def both(*arguments: list[str]) -> list[int]:
        processes = [forked(lambda a=a: command(a)) for a in arguments]
        return sorted(map(finished, processes))

    same, one, two, twice = (folder / name for name in ("same", "one", "two", "twice"))
    begun = both([*ask, "--out", str(same)], [*ask, "--out", str(same)])
    apart = both([*ask, "--out", str(one)], [*ask, "--out", str(two)])
    shutil.copytree(one, twice)
    go_on = ["train", "--epochs", "4", "--resume"]
    resumed = both([*go_on, str(twice)], [*go_on, str(twice)])
    both([*go_on, str(one)])
    pairs = ((same, two), (twice, one))
    states = [(state(a), state(b)) for a, b in pairs]
    equal = [all(np.array_equal(a[n], b[n]) for n in a | b) for a, b in states]
    return {"begun": begun, "apart": apart, "resumed": resumed, "equal": equal}


if __name__ == "__main__":
    what, place, *rest = sys.argv[1:]
    digits = Path(place) / "digits.npz"
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (640, 28, 28)).astype("u1")
    np.savez(digits, x=images, y=np.arange(640) % 10)
    found = globals()[what](Path(place), digits, *map(int, rest))
    print(json.dumps(found))
