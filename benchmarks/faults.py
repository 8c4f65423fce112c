"""What hostile files, killed processes and floods of connections do: docs/safety.md.

python benchmarks/faults.py             some minutes
python benchmarks/faults.py --full      200,000 mutated files, 20 and 10 kills
python benchmarks/faults.py --soak 60   the server asked for so many minutes, too
python benchmarks/faults.py server      one part; the other rows stay as they are

Each row: how often it was tried, how often nothing was lost, and the most memory of the
process that it was done to. Traffic goes to this machine alone.
"""

import argparse
import hashlib
import json
import os
import re
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import numpy as np
from PIL import Image
from record import RESULTS, ROOT, publish

from digitgan import limits

sys.path.insert(0, str(ROOT / "tests"))
import corrupt_files  # noqa: E402
from dataset_helpers import sha256_of_files, shard_records  # noqa: E402
from fuzz import Targets, fuzz  # noqa: E402

COMMAND = [sys.executable, "-m", "digitgan"]
QUICK = {"mutated": 1_900, "training": 2, "datasets": 2, "requests": 300}
FULL = {"mutated": 200_000, "training": 20, "datasets": 10, "requests": 20_000}
HALF_OPEN, DESCRIPTORS = 5_000, 1_024
ASK = b"GET %b HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
Row = tuple[str, int, int, str]  # what, tried, survived, most memory or a note


def peak(process: int) -> int:
    """Return the most memory that a process has had, in MB."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+)", status)[1]) // 1000


def command(*arguments) -> tuple[int, list[str], int]:
    """Run a command; return its exit code, its lines of errors and its most memory."""
    with tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(
            [*COMMAND, *map(str, arguments)], stdout=subprocess.DEVNULL, stderr=errors
        )
        memory = 0
        while process.poll() is None:
            with suppress(OSError, TypeError):  # it has just ended
                memory = max(memory, peak(process.pid))
            time.sleep(0.02)
        errors.seek(0)
        return process.returncode, errors.read().splitlines(), memory


def mutated(folder: Path, inputs: int) -> Row:
    """Throw files that are nearly valid at every reader."""
    targets, survived = Targets(folder), 0
    each = inputs // len(targets.names)
    for name in targets.names:
        survived += fuzz(targets, name, seed=3, inputs=each).total()
    tried = each * len(targets.names)
    return "mutated files and requests, read or refused in a line", tried, survived, ""


def bombs(folder: Path) -> list[Row]:
    """Give commands files that ask for more than they may have."""
    text = folder / "classes"
    text.mkdir()
    (text / "train-images-idx3-ubyte").write_bytes(
        corrupt_files.idx(corrupt_files.IMAGES)
    )
    with (text / "classes.txt").open("wb") as file:
        file.truncate(3 * 2**30)
    manifest = folder / "manifest"
    manifest.mkdir()
    rows = "{}," * (limits.MANIFEST // 3 - 100)
    (manifest / "manifest.json").write_text(f'{{"digitgan":"1","x":[{rows}0]}}')
    photo, side = folder / "photo.png", int(limits.PHOTO_PIXELS**0.5)
    Image.new("RGBA", (side, side)).save(photo)
    network = folder / "network"
    network.mkdir()
    (network / "generator.onnx").write_bytes(doubled_texts())
    sums = {"generator.onnx": hashlib.sha256(doubled_texts()).hexdigest()}
    card = corrupt_files.CARD | {"sha256": sums, "conditions": {}, "classes": []}
    (network / "model.json").write_text(json.dumps(card))
    pipe = folder / "pipe.jpg"
    os.mkfifo(pipe)
    asked = {
        "a `classes.txt` of 3 GiB": ("inspect", text),
        f"a manifest of {limits.MANIFEST >> 20} MiB": ("dataset", "--verify", manifest),
        "a photograph of 100 megapixels": (
            "sheet",
            "--read",
            photo,
            "-o",
            folder / "x",
        ),
        "a network that doubles texts": ("generate", "7", "--model", network),
        "a pipe as a photograph": ("sheet", "--read", pipe, "-o", folder / "x"),
    }
    found = []
    for name, arguments in asked.items():
        code, lines, memory = command(*arguments)
        survived = int(code == 2 and len(lines) == 1)
        found.append((f"{name}, refused in a line", 1, survived, f"{memory} MB"))
    return found


def doubled_texts() -> bytes:
    """Return a network that doubles a text of a megabyte forty times."""
    from onnx import TensorProto, helper

    names = [f"s{i}" for i in range(41)]
    pairs = zip(names, names[1:], strict=False)
    nodes = [helper.make_node("StringConcat", [a, a], [b]) for a, b in pairs]
    text = helper.make_tensor("s0", TensorProto.STRING, [1], [b"x" * 10**6])
    end = helper.make_tensor_value_info(names[-1], TensorProto.STRING, [1])
    graph = helper.make_graph(nodes, "doubled", [], [end], [text])
    return helper.make_model(graph).SerializeToString()


def killed_training(folder: Path, kills: int) -> Row:
    """Kill trainings at any moment and compare what they end with."""
    script = [sys.executable, ROOT / "tests" / "killed_training.py", "kills", folder]
    quiet = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run([*script, str(kills)], env=quiet, stdout=-1, stderr=-3)
    found = json.loads(done.stdout.splitlines()[-1])
    survived = kills if not found["unequal"] else 0
    return "kill -9 of a training, resumed to equal bytes", kills, survived, ""


def killed_datasets(folder: Path, kills: int) -> Row:
    """Kill the making of data sets and compare what they end with."""
    ask = ["--count", 2000, "--format", "idx", "--shard-size", 40, "--workers", 2]
    command("dataset", folder / "whole", *ask)
    expected, survived = sha256_of_files(folder / "whole"), 0
    for number in range(kills):
        out = folder / f"{number}"
        process = subprocess.Popen(
            [*COMMAND, "dataset", str(out), *map(str, ask)], stdout=-3, stderr=-3
        )
        while process.poll() is None and len(shard_records(out)) <= 3 * number:
            time.sleep(0.01)
        process.kill()
        process.wait()
        command("dataset", out, *ask)
        survived += sha256_of_files(out) == expected
    return "kill -9 of a data set, gone on with to equal bytes", kills, survived, ""


@contextmanager
def server():
    """Yield process and port of a server with the usual number of descriptors."""
    few = (DESCRIPTORS, DESCRIPTORS)
    process = subprocess.Popen(
        [*COMMAND, "serve", "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, few),
        text=True,
    )
    try:
        yield process, int(re.search(r":(\d+)/", process.stdout.readline())[1])
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def ask(port: int, path: str) -> bytes:
    """Return all that a server answers."""
    said = b""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as client:
        client.sendall(ASK % path.encode())
        while more := client.recv(65_536):
            said += more
    return said


def healthy(port: int, work) -> str:
    """Do some work while ``/healthz`` is asked; return how soon it answered."""
    seconds, failed, done = [], 0, threading.Event()

    def probe():
        nonlocal failed
        while not done.is_set():
            begun = time.perf_counter()
            try:
                failed += b" 200 " not in ask(port, "/healthz")
            except OSError:
                failed += 1
            seconds.append(time.perf_counter() - begun)
            time.sleep(0.02)

    thread = threading.Thread(target=probe)
    thread.start()
    work()
    done.set()
    thread.join()
    half, last = np.percentile(seconds, [50, 99]) * 1000
    return f"`/healthz` p50 {half:.0f} ms, p99 {last:.0f} ms, {failed} failed"


def floods(requests: int, soak: float) -> list[Row]:
    """Ask a server much, connect to it often, and never finish."""
    high = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(high, 20_000), high))
    found = []
    with server() as (process, port), ExitStack() as opened:

        def half_open():
            for _ in range(HALF_OPEN):
                client = opened.enter_context(socket.socket())
                client.setblocking(False)
                with suppress(BlockingIOError):
                    client.connect(("127.0.0.1", port))
            time.sleep(12)  # longer than a head may take

        note = healthy(port, half_open)
        name = f"half-open connections, {DESCRIPTORS:,} descriptors"
        alive = HALF_OPEN if process.poll() is None else 0
        found.append((name, HALF_OPEN, alive, f"{peak(process.pid)} MB; {note}"))
        opened.close()
        until, answered, tried = time.monotonic() + 60 * soak, 0, 0
        descriptors = len(os.listdir(f"/proc/{process.pid}/fd"))
        while tried < requests or time.monotonic() < until:
            path = f"/v1/numbers.png?text={tried % 10_000}&seed={tried}"
            answered += b" 200 " in ask(port, path)[:20]
            tried += 1
        more = len(os.listdir(f"/proc/{process.pid}/fd")) - descriptors
        note = f"{peak(process.pid)} MB; {more} more descriptors"
        found.append(("numbers, one after another", tried, answered, note))
    return found


def bounds() -> str:
    """Return the table of limits."""
    lines = ["| at most | of |", "| --- | --- |"]
    for limit in vars(limits).values():
        if isinstance(limit, limits.Limit):
            what, _, of = limit.what.partition(" ")
            whole = limit >= 2**20 and what == "bytes"
            size = f"{limit >> 20:,} MiB" if whole else f"{limit:,} {what}"
            lines.append(f"| {size} | {of.removeprefix('of ')} |")
    return "\n".join(lines)


def main() -> None:
    """Try everything and write the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--full", action="store_true", help="all that is promised")
    parser.add_argument("--soak", type=float, default=0.0, help="minutes of requests")
    parts = {
        "files": lambda folder, n: [mutated(folder, n["mutated"])],
        "bombs": lambda folder, _: bombs(folder),
        "server": lambda _, n: floods(n["requests"], asked.soak),
        "datasets": lambda folder, n: [killed_datasets(folder, n["datasets"])],
        "training": lambda folder, n: [killed_training(folder, n["training"])],
    }
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(parts))
    asked = parser.parse_args()
    publish("limits", "docs/safety.md", {}, bounds())
    stored = RESULTS / "faults.json"
    rows = json.loads(stored.read_text())["rows"] if stored.exists() else {}
    for part in asked.parts or parts:
        with tempfile.TemporaryDirectory() as name:
            found = parts[part](Path(name), FULL if asked.full else QUICK)
        rows |= {what: row for what, *row in found}
        lines = [
            "| what | tried | survived | most memory |",
            "| --- | --- | --- | --- |",
        ]
        lines += [
            f"| {w} | {n:,} | {k:,} | {note} |" for w, (n, k, note) in rows.items()
        ]
        publish("faults", "docs/safety.md", {"rows": rows}, "\n".join(lines))


if __name__ == "__main__":
    main()
