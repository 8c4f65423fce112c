"""How far a request travels: calls, functions, files and switches between files.

    python benchmarks/call_trace.py

Each request is made once to warm up and once traced, in all threads. A switch is a call
into a file of the package other than that of the call before in its thread, as which of
two threads goes on first is chance; comprehensions are left out, and a coroutine or
generator that goes on is not called again. The last column is how often a model was
opened. Seconds.
"""

import contextlib
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from starlette.testclient import TestClient

import digitgan
from digitgan.cli import main
from digitgan.sampling.model_loader import open_model
from digitgan.serving.app import create_app

PACKAGE = str(Path(digitgan.__file__).parent)
LEFT_OUT = {"<listcomp>", "<dictcomp>", "<setcomp>", "<genexpr>", "<module>"}
NUMBERS = "/v1/numbers?text=2026"
COLUMNS = ("calls", "functions", "files", "switches", "models opened")

Call = tuple[int, str, str]  # the thread, the file and the function


def trace(request: Callable[[list[Call]], object]) -> list[Call]:
    """Return the calls into the package that a request makes, in order.

    Args:
        request: Called with the list that the calls are noted in.
    """
    calls: list[Call] = []
    begun: set[FrameType] = set()  # kept, so that no other takes its place

    def note(frame: FrameType, event: str, _) -> None:
        code = frame.f_code
        ours = event == "call" and code.co_filename.startswith(PACKAGE)
        if ours and code.co_name not in LEFT_OUT and frame not in begun:
            begun.add(frame)
            calls.append((threading.get_ident(), code.co_filename, code.co_qualname))

    threading.setprofile(note)  # threads that are started from now on
    sys.setprofile(note)
    try:
        request(calls)
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
    return calls


def figures(calls: list[Call]) -> list[int]:
    """Return a row of the table."""
    last: dict[int, str] = {}
    switches = 0
    for thread, file, _ in calls:
        switches += last.get(thread, file) != file
        last[thread] = file
    opened = sum(function == open_model.__qualname__ for *_, function in calls)
    functions = {(file, function) for _, file, function in calls}
    files = {file for file, _ in functions}
    return [len(calls), len(functions), len(files), switches, opened]


def requests(folder: Path) -> dict[str, Callable[[list[Call]], object]]:
    """Return what is traced, by name."""
    model = digitgan.load(threads=1)

    def generate(_) -> None:
        with contextlib.suppress(SystemExit):
            main(["generate", "2026", "-o", str(folder / "x.png")])

    def get(calls: list[Call]) -> None:
        with TestClient(create_app(model), base_url="http://localhost") as client:
            client.get(NUMBERS)  # warm, in the threads that are to be traced
            calls.clear()
            client.get(NUMBERS).raise_for_status()
            answered = calls[:]
        calls[:] = answered  # without what closes the application

    def make_shard(_) -> None:
        with tempfile.TemporaryDirectory(dir=folder) as out:
            digitgan.make_dataset(out, count=100, split=(100, 0, 0))

    return {
        "`model.sample([2, 0, 2, 6])`": lambda _: model.sample([2, 0, 2, 6]),
        '`model.write("2026")`': lambda _: model.write("2026"),
        "`digitgan generate 2026 -o x.png`": generate,
        f"`GET {NUMBERS}`": get,
        "a data set of one IDX shard": make_shard,
    }


def run() -> None:
    """Trace every request and print the table."""
    print(f"| request | {' | '.join(COLUMNS)} |")
    print(f"| --- |{len(COLUMNS) * ' --- |'}")
    with tempfile.TemporaryDirectory() as name:
        for label, request in requests(Path(name)).items():
            trace(request)
            row = map(str, figures(trace(request)))
            print(f"| {label} | {' | '.join(row)} |")


if __name__ == "__main__":
    run()
