"""How much ``digitgan serve`` answers, how soon, and what it does past its capacity.

python benchmarks/serving.py [--requests 20000] [--dry]

The server is a process of its own; this one loads it over loopback, so both share the
processors. Every URL is different, so nothing helps but drawing.
"""

import argparse
import asyncio
import collections
import itertools
import os
import re
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from statistics import median, quantiles

from record import ROOT, publish, spread

CONNECTIONS, CROWD = 16, 128  # at once: the usual load, and one past capacity
WARM, ROUNDS, ROUND = 1_000, 7, 500  # requests before anything is timed, and after
STARTS = 5
NUMBERS = itertools.count()  # every request asks for another
SLIDER = "/v1/numbers.json?text={text}&seed=7&height=120&thickness={style:.4f}"
NUMBER = "/v1/numbers.png?text={text}&seed={seed}"


def number(form: str = NUMBER) -> str:
    """Return the path of a number of four digits that nobody has drawn yet."""
    n = next(NUMBERS)
    return form.format(text=f"{n % 10_000:04}", seed=n, style=1.5 + n % 3_000 / 1_000)


class Connection:
    """One keep-alive connection.

    Attributes:
        seconds: How long each answer took.
        statuses: How often each status came.
        broken: How many answers were cut off.
        unheard: How many requests got none.
    """

    def __init__(self, port: int):
        """Connect to nothing yet."""
        self._port, self._streams = port, None
        self.seconds: list[float] = []
        self.statuses: collections.Counter = collections.Counter()
        self.broken = self.unheard = 0

    @property
    def open(self) -> bool:
        """Whether the server keeps it."""
        return self._streams is not None

    async def get(self, path: str) -> bytes:
        """Return the body of an answer.

        Raises:
            ConnectionError: There was none, or half of one.
        """
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._streams
        begun, head = time.perf_counter(), b""
        writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(re.search(rb"(?i)\ncontent-length: (\d+)", head)[1])
            body = await reader.readexactly(length)
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            begun_one = bool(head or getattr(error, "partial", b""))
            self.broken += begun_one
            self.unheard += not begun_one
            raise ConnectionError from error
        self.seconds.append(time.perf_counter() - begun)
        status = int(head.split()[1])
        self.statuses[status] += 1
        if b"\nconnection: close" in head.lower():
            self.close()
        if status == 503 and b"\nretry-after: " not in head.lower():
            raise SystemExit("a 503 without Retry-After")
        return body

    def close(self) -> None:
        """Hang up."""
        if self._streams:
            self._streams[1].close()
        self._streams = None


async def load(port: int, count: int, connections: int = CONNECTIONS) -> tuple:
    """Ask for so many numbers over so many connections; return them and the rate."""
    todo = iter(range(count))

    async def ask(one: Connection):
        for _ in todo:
            await one.get(number())
        one.close()

    clients = [Connection(port) for _ in range(connections)]
    begun = time.perf_counter()
    await asyncio.gather(*map(ask, clients))
    return clients, count / (time.perf_counter() - begun)


async def past_capacity(port: int, count: int) -> dict:
    """Load it with a crowd that does not wait, and look how it is meanwhile."""
    health = Connection(port)

    async def look():
        while True:
            await health.get("/healthz")
            await asyncio.sleep(0.02)

    looking = asyncio.create_task(look())
    clients, rate = await load(port, count, CROWD)
    looking.cancel()
    statuses = sum((one.statuses for one in clients), collections.Counter())
    drawn = rate * statuses[200] / count
    return {"statuses": dict(statuses), "rate": drawn, "healthz": health.seconds}


async def stopped(process: subprocess.Popen, port: int) -> dict:
    """Ask it to stop under load; return what became of the requests under way."""

    async def ask(one: Connection):
        with suppress(ConnectionError):
            await one.get(number())
            while one.open:
                await one.get(number())

    clients = [Connection(port) for _ in range(CONNECTIONS)]
    asking = asyncio.gather(*map(ask, clients))
    await asyncio.sleep(1)
    before = sum(len(one.seconds) for one in clients)
    process.send_signal(signal.SIGTERM)
    begun = time.perf_counter()
    await asking
    code = await asyncio.to_thread(process.wait, 30)
    return {
        "seconds": time.perf_counter() - begun,
        "answered": sum(len(one.seconds) for one in clients) - before,
        "broken": sum(one.broken for one in clients),
        "unheard": sum(one.unheard for one in clients),
        "code": code,
    }


@contextmanager
def serving(checkout: Path = ROOT):
    """Yield a server, its port and after how many seconds it answered."""
    begun = time.perf_counter()
    words = [sys.executable, "-m", "digitgan", "serve", "--port", "0"]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=checkout)
    try:
        port = int(re.search(r":(\d+)/", process.stdout.readline())[1])
        asyncio.run(Connection(port).get("/healthz"))
        yield process, port, time.perf_counter() - begun
    finally:
        process.kill()
        process.wait()


def processes(server: subprocess.Popen) -> list[Path]:
    """Return the folders in /proc of a server and of what it began."""
    begun = [
        path.parent
        for path in Path("/proc").glob("[0-9]*/stat")
        if path.read_text().rpartition(")")[2].split()[1] == str(server.pid)
    ]
    return [Path(f"/proc/{server.pid}"), *begun]


def memory(server: subprocess.Popen) -> float:
    """Return how many MB a server and what it began have in memory."""
    statuses = [(path / "status").read_text() for path in processes(server)]
    sizes = [re.search(r"VmRSS:\s+(\d+) kB", status)[1] for status in statuses]
    return sum(map(int, sizes)) / 1_000


def cpu_seconds(server: subprocess.Popen) -> tuple[float, float]:
    """Return the processor seconds of the thread that talks and of what draws."""
    each = {}
    for path in processes(server):
        for task in (path / "task").iterdir():
            fields = (task / "stat").read_text().rpartition(")")[2].split()
            ticks = int(fields[11]) + int(fields[12])
            each[task.name] = ticks / os.sysconf("SC_CLK_TCK")
    talking = each.pop(str(server.pid))
    return talking, sum(each.values())


async def measured(process: subprocess.Popen, port: int, requests: int) -> dict:
    """Load a server in every way and return the results."""
    await load(port, WARM)
    early, before, rates, p50, p99 = memory(process), cpu_seconds(process), [], [], []
    for _ in range(ROUNDS):
        clients, rate = await load(port, ROUND)
        times = sorted(1e3 * s for one in clients for s in one.seconds)
        rates.append(rate)
        p50.append(median(times))
        p99.append(quantiles(times, n=100)[-1])
    pairs = zip(cpu_seconds(process), before, strict=True)
    talk, draw = (1e3 * (b - a) / (ROUNDS * ROUND) for b, a in pairs)
    slider = Connection(port)
    for _ in range(200):
        await slider.get(number(SLIDER))
    slider.close()
    await load(port, max(0, requests - WARM - ROUNDS * ROUND - 200))
    late = memory(process)
    return {
        "rates": rates,
        "processor": {"talk": talk, "draw": draw},
        "p50": p50,
        "p99": p99,
        "slider": [1e3 * s for s in slider.seconds[20:]],
        "memory": [early, late],
        "crowd": await past_capacity(port, ROUND * ROUNDS),
        "stop": await stopped(process, port),
    }


def table(results: dict, requests: int) -> str:
    """Return the results as Markdown."""
    early, late = results["memory"]
    statuses, health = results["crowd"]["statuses"], results["crowd"]["healthz"]
    stop, processor = results["stop"], results["processor"]
    health_ms = 1e3 * quantiles(health, n=100)[-1]
    cells = {
        "numbers/s": spread(results["rates"], 0),
        "median of an answer, ms": spread(results["p50"], 0),
        "p99 of an answer, ms": spread(results["p99"], 0),
        "processor time of one, drawn and packed, ms": f"{processor['draw']:.2f}",
        "processor time of one, HTTP and all else, ms": f"{processor['talk']:.2f}",
        "one slider, one connection, JSON at height 120, ms": spread(
            results["slider"], 1
        ),
        f"memory of all processes after {WARM:,} requests, MB": f"{early:.0f}",
        f"memory of all processes after {requests:,} requests, MB": f"{late:.0f}",
        f"{CROWD} connections that do not wait: drawn, 503; numbers/s": (
            f"{statuses.get(200, 0):,}, {statuses.get(503, 0):,}; "
            f"{results['crowd']['rate']:.0f}"
        ),
        "p99 of `/healthz` meanwhile, ms": f"{health_ms:.0f} (n = {len(health)})",
        "SIGTERM under load: answered, cut off, never heard; exit code; s": (
            f"{stop['answered']}, {stop['broken']}, {stop['unheard']}; "
            f"{stop['code']}; {stop['seconds']:.1f}"
        ),
        "from the command to the first answer, s": spread(results["starts"]),
    }
    head = f"{CONNECTIONS} connections, numbers of 4 digits at height 80"
    lines = [f"| {head} | median (lowest to highest) |", "| --- | --- |"]
    return "\n".join(lines + [f"| {name} | {cell} |" for name, cell in cells.items()])


def main() -> None:
    """Measure, print and publish."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--requests", type=int, default=20_000)
    parser.add_argument("--dry", action="store_true", help="print, publish nothing")
    arguments = parser.parse_args()
    starts = []
    for _ in range(STARTS):
        with serving() as (_, _, seconds):
            starts.append(seconds)
    with serving() as (process, port, _):
        results = asyncio.run(measured(process, port, arguments.requests))
    results["starts"] = starts
    markdown = table(results, arguments.requests)
    if arguments.dry:
        print(markdown)
    else:
        publish("serving", "docs/serving.md", results, markdown)


if __name__ == "__main__":
    main()
