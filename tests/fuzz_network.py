"""Damaged networks, opened in a process of its own that they may take down.

ONNX Runtime is a large parser in C++: what it does with hostile bytes cannot be
promised here, only measured:

    python tests/fuzz_network.py --inputs 20000
"""

import argparse
import os
import resource
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from random import Random

import corrupt_files
import numpy as np
import onnxruntime

from digitgan.errors import InputError
from digitgan.handwriting.model import SHIPPED
from digitgan.measure.onnx_session import open_session
from digitgan.untrusted import as_input_errors

BATCH = 500  # inputs of a process
SECONDS = 300  # that a process may take
MOST_MEMORY = 16 * 2**30  # bytes of addresses


def run_batch(path: Path, seed: int, first: int, last: int) -> None:
    """Open and run damaged networks; print after each how it ended."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    valid = [corrupt_files.network(), (SHIPPED / "generator.onnx").read_bytes()]
    small = valid[:1]
    for number in range(first, last):
        rng = Random(f"{seed} {number}")
        content = corrupt_files.corrupted(rng, valid if number % 10 == 0 else small)
        path.write_bytes(content)
        outcome = "read"
        try:
            with as_input_errors("model", path):
                session = open_session(content)
            _use(session)
        except InputError:
            outcome = "refused"
        except Exception as error:
            outcome = f"{type(error).__name__} when run"
        print(outcome, flush=True)


def _use(session: onnxruntime.InferenceSession) -> None:
    kinds = {"tensor(float)": np.float32, "tensor(int32)": np.int32}
    asked = {
        one.name: np.zeros([2, *one.shape[1:]], kinds.get(one.type, np.float32))
        for one in session.get_inputs()
        if all(isinstance(size, int) and 0 <= size < 1000 for size in one.shape[1:])
    }
    session.run(None, asked)


def main() -> None:
    """Run batch after batch and count how inputs ended."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--inputs", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--batch", nargs=2, type=int, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "network.onnx"
        if asked.batch:
            run_batch(path, asked.seed, *asked.batch)
            return
    outcomes, number = Counter(), 0
    while number < asked.inputs:
        last = min(number + BATCH, asked.inputs)
        ended, lines = _batch(asked.seed, number, last)
        outcomes.update(lines)
        number += len(lines)
        if ended:
            outcomes[ended] += 1
            print(f"input {number} of seed {asked.seed}: {ended}", flush=True)
            number += 1
    for outcome, count in outcomes.most_common():
        print(f"{count:9,} {outcome}")


def _batch(seed: int, first: int, last: int) -> tuple[str, list[str]]:
    """Return how a process ended, if not well, and how each of its inputs did."""
    words = ["--seed", str(seed), "--batch", str(first), str(last)]
    command = [sys.executable, os.path.abspath(__file__), *words]
    try:
        done = subprocess.run(
            command, stdout=subprocess.PIPE, timeout=SECONDS, text=True
        )
    except subprocess.TimeoutExpired as error:
        return "did not end", (error.stdout or b"").decode().splitlines()
    if done.returncode > 0:
        sys.exit("the process of the inputs failed by itself")
    ended = ""
    if done.returncode:
        ended = f"process ended by {signal.Signals(-done.returncode).name}"
    return ended, done.stdout.splitlines()


if __name__ == "__main__":
    main()
