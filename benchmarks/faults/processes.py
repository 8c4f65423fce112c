"""Commands and servers as people start them, watched from outside."""

import re
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np

COMMAND = [sys.executable, "-m", "digitgan"]
DESCRIPTORS = 1_024
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


@contextmanager
def server():
    """Yield process and port of a server with the usual number of descriptors."""
    few = (DESCRIPTORS, DESCRIPTORS)
    with tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(
            [*COMMAND, "serve", "--port", "0"],
            stdout=subprocess.PIPE,
            stderr=errors,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, few),
            text=True,
        )
        try:
            yield process, int(re.search(r":(\d+)/", process.stdout.readline())[1])
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait()
        errors.seek(0)
        if "Traceback" in (log := errors.read()):
            raise SystemExit(log[-10_000:])


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
