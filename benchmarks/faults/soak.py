"""A year of use in an hour: whether memory, descriptors, threads and files grow."""

import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
from floods import ask_often, open_files
from processes import Row, server

import digitgan

USED = ("MB of memory", "descriptors", "threads")
OF_ONNX_RUNTIME = {".ses"}  # one small file, the number of a session
MORE_MEMORY = 0.05  # that may come and go


def sampler(until: float) -> None:
    """Draw digits and write numbers."""
    model, number = digitgan.load(), 0
    while time.time() < until:
        model.sample(n=1_000, seed=number)
        model.write(f"{number}", seed=number)
        number += 1


def factory(until: float) -> None:
    """Make data sets, in this process and by two others in turn."""
    number = 0
    while time.time() < until:
        with tempfile.TemporaryDirectory() as name:
            kind = ("digits", "numbers", "scenes")[number % 3]
            ask = {"kind": kind, "format": "png", "count": 100, "shard_size": 50}
            digitgan.make_dataset(name, workers=1 + number % 2, seed=number, **ask)
        number += 1


def training(until: float) -> None:
    """Train, with checkpoints, sheets and scores as they come."""
    with tempfile.TemporaryDirectory() as name:
        minutes, out = (until - time.time()) / 60, Path(name) / "run"
        ask = {"minutes": minutes, "checkpoint_seconds": 5, "artifacts": False}
        digitgan.train("tiny", out=out, **ask)


def soak(folder: Path, minutes: float) -> list[Row]:
    """Use all at once; see whether the last third takes more than the second."""
    with ThreadPoolExecutor() as pool:
        served = pool.submit(_serve, minutes)
        works = (sampler, factory, training)
        rows = list(pool.map(partial(_work, folder, minutes), works))
    return [*rows, served.result()]


def _work(folder: Path, minutes: float, work: Callable[[float], None]) -> Row:
    until = time.time() + 60 * minutes
    temporary = folder / work.__name__
    temporary.mkdir()
    process = subprocess.Popen(
        [sys.executable, __file__, work.__name__, f"{until}"],
        env={**os.environ, "TMPDIR": str(temporary)},
        stdout=subprocess.DEVNULL,
    )
    flat, note = _watch(process.pid, until)
    code = process.wait()
    left = {path.name for path in temporary.iterdir()} - OF_ONNX_RUNTIME
    return _name(work.__name__), 1, int(flat and code == 0 and not left), note


def _serve(minutes: float) -> Row:
    with server() as (process, port):
        until = time.time() + 60 * minutes
        asks = threading.Thread(target=_ask_until, args=(port, until))
        asks.start()
        flat, note = _watch(process.pid, until)
        asks.join()
    return _name("server"), 1, int(flat), note


def _name(what: str) -> str:
    return f"{what} without a pause: nothing grows, no temporary file is left"


def _ask_until(port: int, until: float) -> None:
    seed = 0
    while time.time() < until:
        ask_often(port, 200, seed)
        seed += 200


def _watch(process: int, until: float) -> tuple[bool, str]:
    """Return whether a process takes no more in the last third, and what it takes."""
    used, minutes = [], (until - time.time()) / 60
    while time.time() < until - 1:  # it ends then
        used.append(_used(process))
        time.sleep(0.5)
    _, before, after = map(_usual, np.array_split(used, 3))
    flat = after[0] <= (1 + MORE_MEMORY) * before[0] and (after[1:] <= before[1:]).all()
    pairs = zip(before, after, USED, strict=True)
    noted = ", ".join(f"{b:.0f} to {a:.0f} {what}" for b, a, what in pairs)
    return bool(flat), f"{minutes:.1f} minutes: {noted}"


def _usual(used: np.ndarray) -> np.ndarray:
    """Return the usual memory, and the descriptors and threads that never go."""
    return np.append(np.median(used[:, 0]), used[:, 1:].min(axis=0))


def _used(process: int) -> list[int]:
    status = Path(f"/proc/{process}/status").read_text()
    memory = int(re.search(r"RssAnon:\s+(\d+)", status)[1]) // 1000
    threads = int(re.search(r"Threads:\s+(\d+)", status)[1])
    return [memory, open_files(process), threads]


if __name__ == "__main__":
    works = {work.__name__: work for work in (sampler, factory, training)}
    works[sys.argv[1]](float(sys.argv[2]))
