"""How far a request travels: calls, functions, files and switches of file.

    python benchmarks/call_trace.py

Each request is made once to warm up, then traced by ``sys.setprofile`` in all threads.
A switch is a call into a file of the package other than that of the call before;
comprehensions are left out. Prints a table and how often a model was opened.
"""

import contextlib
import io
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

import digitgan
from digitgan.cli import main

PACKAGE = str(Path(digitgan.__file__).parent)


class Trace:
    """The calls into the package, in order."""

    def __init__(self):
        """Begin with none."""
        self.calls: list[tuple[str, str]] = []

    def __call__(self, frame, event, _):
        """Note a call into the package; what ``sys.setprofile`` calls."""
        code = frame.f_code
        inside = event == "call" and code.co_filename.startswith(PACKAGE)
        if inside and code.co_name not in (
            "<listcomp>",
            "<dictcomp>",
            "<genexpr>",
            "<setcomp>",
            "<module>",
        ):
            self.calls.append((code.co_filename, code.co_qualname))

    def row(self) -> tuple[int, int, int, int]:
        """Return calls, functions, files and switches of file."""
        files = [name for name, _ in self.calls]
        switches = sum(a != b for a, b in zip(files, files[1:], strict=False))
        return len(files), len(set(self.calls)), len(set(files)), switches


def traced(request: Callable[[], object]) -> Trace:
    """Return the calls that a request makes, in every thread."""
    trace = Trace()
    threading.setprofile_all_threads(trace) if hasattr(
        threading, "setprofile_all_threads"
    ) else threading.setprofile(trace)
    sys.setprofile(trace)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            request()
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
    return trace


def requests(folder: Path) -> dict[str, Callable[[], object]]:
    """Return what is traced, by name."""
    from starlette.testclient import TestClient

    from digitgan.serving.app import create_app

    model = digitgan.load()
    numbers = iter(range(1000))

    def generate():
        with contextlib.suppress(SystemExit):
            main(["generate", "2026", "-o", str(folder / "x.png")])

    def get():
        with TestClient(
            create_app(digitgan.load(threads=1)), base_url="http://localhost"
        ) as client:
            client.get("/v1/numbers?text=2026").raise_for_status()

    def shard():
        digitgan.make_dataset(folder / f"d{next(numbers)}", count=100, split="100,0,0")

    return {
        "model.sample([2, 0, 2, 6])": lambda: model.sample([2, 0, 2, 6]),
        'model.write("2026")': lambda: model.write("2026"),
        "digitgan generate 2026 -o x.png": generate,
        "make_dataset(count=100), one IDX shard": shard,
    }


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        for label, request in requests(Path(name)).items():
            traced(request)
            print(label, traced(request).row())
