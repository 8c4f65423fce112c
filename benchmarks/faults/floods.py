"""Connections by the thousand: silent, slow, half-open, or asking without a pause."""

import http.client
import os
import resource
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from processes import ASK, DESCRIPTORS, Row, healthy, peak, server

CLIENTS = 16
LARGE = ASK % b"/swagger-ui/swagger-ui-bundle.js"
CONNECTIONS = {  # what each sends, and how much of it at a time
    "half-open": (b"", 1),
    "slow": (b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 60, 1),
    "never reading": (LARGE * 60, len(LARGE)),
}
SECONDS = 12  # longer than a head may take


def hold(port: int, count: int, name: str) -> None:
    """Open connections, send a little and keep them: run in a process of its own."""
    said, step = CONNECTIONS[name]
    high = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(high, 20_000), high))
    clients = [socket.socket() for _ in range(count)]
    for client in clients:
        client.setblocking(False)
        with suppress(BlockingIOError):
            client.connect(("127.0.0.1", port))
    end, sent = time.monotonic() + SECONDS, 0
    while time.monotonic() < end:
        for client in clients if said[sent:] else ():
            with suppress(OSError):  # it was hung up on
                client.send(said[sent : sent + step])
        sent += step
        time.sleep(0.2)


def connections(count: int) -> list[Row]:
    """Connect often and never finish, while somebody asks how the server is."""
    rows = []
    for name in CONNECTIONS:
        with server() as (process, port):
            ask = [sys.executable, __file__, str(port), str(count), name]
            note = healthy(port, lambda ask=ask: subprocess.run(ask, check=True))
            alive = count if process.poll() is None else 0
            note = f"{peak(process.pid)} MB; {note}"
        rows.append(
            (f"{name} connections, {DESCRIPTORS:,} descriptors", count, alive, note)
        )
    return rows


def requests(count: int) -> list[Row]:
    """Ask for numbers over sixteen connections."""
    with server() as (process, port):
        ask_often(port, CLIENTS, 0)
        files, before, answered = open_files(process.pid), peak(process.pid), 0

        def work() -> None:
            nonlocal answered
            answered = ask_often(port, count, CLIENTS)

        note = healthy(port, work)
        more = open_files(process.pid) - files
        grown = peak(process.pid) - before
        note = f"{peak(process.pid)} MB, {grown} more; {more} more descriptors; {note}"
    return [(f"numbers over {CLIENTS} connections", count, answered, note)]


def ask_often(port: int, count: int, first: int) -> int:
    """Return how many of so many requests were answered with 200."""

    def ask(client: int) -> int:
        kept, answered = http.client.HTTPConnection("127.0.0.1", port, timeout=30), 0
        for number in range(client, count, CLIENTS):
            seed = first + number
            kept.request("GET", f"/v1/numbers.png?text={seed % 10_000}&seed={seed}")
            reply = kept.getresponse()
            reply.read()
            answered += reply.status == 200
        kept.close()
        return answered

    with ThreadPoolExecutor(CLIENTS) as pool:
        return sum(pool.map(ask, range(CLIENTS)))


def open_files(process: int) -> int:
    """Return how many descriptors a process has."""
    return len(os.listdir(f"/proc/{process}/fd"))


if __name__ == "__main__":
    hold(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
