"""How fast data sets are made, beside the sampler alone, and what a billion would take.

    python benchmarks/dataset_speed.py

About six minutes on two cores; on more it shows the step from one worker to two only.
"""

import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from record import publish, spread

import digitgan

FORMATS = ("idx", "npz", "png", "parquet", "webdataset", "lmdb")
COUNT = 8_192  # digits in each run
REPEATS = 3
MANY = 32_768  # digits to compare one worker with two
SMALL, LARGE = 10_000, 500_000  # digits to compare memory
BILLION = 10**9
PEAK = """
import pathlib, re, sys, digitgan
digitgan.make_dataset(sys.argv[1], count=int(sys.argv[2]), format=sys.argv[3])
print(re.search(r"VmHWM:\s*(\d+)", pathlib.Path("/proc/self/status").read_text())[1])
"""


def rate(count: int, act: Callable[[], object]) -> float:
    """Return how many a second of work of this process, whoever else uses the core."""
    began = time.process_time()
    act()
    return count / (time.process_time() - began)


def measure_formats(count: int = COUNT, repeats: int = REPEATS) -> tuple[dict, dict]:
    """Make each format and draw as many alone, in turn; one thread.

    Returns:
        Digits per second by format and for ``sampler``, and bytes per digit.
    """
    model = digitgan.load(threads=1)
    speeds = {name: [] for name in ("sampler", *FORMATS)}
    size = {}
    for _ in range(repeats):
        speeds["sampler"].append(rate(count, partial(model.sample, n=count)))
        for name in FORMATS:
            with TemporaryDirectory() as folder:
                make = partial(digitgan.make_dataset, folder, count=count, format=name)
                made = rate(count, make)
                files = [p for p in Path(folder).rglob("*") if p.is_file()]
                size[name] = sum(path.stat().st_size for path in files) / count
            speeds[name].append(made)
    return speeds, size


def step(count: int = MANY, repeats: int = 3) -> list[float]:
    """Return how much faster two workers are than one, by the clock, a run each."""
    steps = []
    for _ in range(repeats):
        seconds = []
        for workers in (1, 2):
            with TemporaryDirectory() as folder:
                made = digitgan.make_dataset(folder, count=count, workers=workers)
                seconds.append(made.seconds)
        steps.append(seconds[0] / seconds[1])
    return steps


def peak(count: int, format: str) -> float:
    """Return the most memory that a process needs to make a data set, in MB (Linux)."""
    with TemporaryDirectory() as folder:
        words = [sys.executable, "-c", PEAK, folder, str(count), format]
        return int(subprocess.check_output(words)) / 1000


def report(speeds: dict, size: dict, steps: list[float], memory: dict) -> str:
    """Return the tables as Markdown."""
    alone = median(speeds["sampler"])
    lines = [
        "| one core | digits per second | of the sampler alone | bytes per digit |",
        "| --- | --- | --- | --- |",
        f"| sampler alone | {spread(speeds['sampler'], 0)} | 100 % | |",
    ]
    for name in FORMATS:
        share = 100 * median(speeds[name]) / alone
        cells = f"{spread(speeds[name], 0)} | {share:.0f} % | {size[name]:,.0f}"
        lines.append(f"| {name} | {cells} |")
    lines += [
        "",
        f"From one worker to two (idx, {MANY:,} digits): {spread(steps)} x.",
        "",
    ]
    lines += [
        f"| peak memory of one worker | {SMALL:,} digits | {LARGE:,} digits |",
        "| --- | --- | --- |",
    ]
    for name, (small, large) in memory.items():
        lines.append(f"| {name} | {small:,.0f} MB | {large:,.0f} MB |")
    lines += [
        "",
        "| a billion digits, on paper | core-hours | GB | shards |",
        "| --- | --- | --- | --- |",
    ]
    for name in FORMATS:
        hours = BILLION / median(speeds[name]) / 3600
        cells = f"{hours:,.0f} | {size[name]:,.0f} | {-(-BILLION // 4096):,}"
        lines.append(f"| {name} | {cells} |")
    return "\n".join(lines)


def main() -> None:
    """Measure and publish."""
    steps = step()
    speeds, size = measure_formats()
    memory = {name: (peak(SMALL, name), peak(LARGE, name)) for name in ("idx",)}
    result = {"rates": speeds, "bytes": size, "two_workers": steps, "memory": memory}
    table = report(speeds, size, steps, memory)
    publish("dataset_speed", "docs/datasets.md", result, table)


if __name__ == "__main__":
    main()
