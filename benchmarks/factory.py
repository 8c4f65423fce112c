"""How fast data sets of every kind and format are made, what limits each, and at scale.

    [TRDG_PYTHON=...] python benchmarks/factory.py [--quick]

One core by its processor time, then two workers by the clock. TRDG_PYTHON names the
Python of an environment with trdg (pip install trdg 'pillow<10'), which draws numbers
in fonts; it
is timed in between. Ten minutes, or with ``--quick`` two.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory, mkdtemp

import numpy as np
from record import publish, spread

import digitgan
from digitgan.data.png import encode_png
from digitgan.datasets.formats import FORMATS
from digitgan.datasets.resolve import KINDS

SAMPLES = {"digits": 8_192, "numbers": 512, "scenes": 96}  # in each run
OPTIONS = {"digits": {}, "numbers": {"length": "4-4"}, "scenes": {}}
SCALE = {"digits": 10**9, "numbers": 10**8, "scenes": 10**7}
MANY = {"digits": 32_768, "numbers": 2_048, "scenes": 384}  # by one worker and by two
SMALL, LARGE = 10_000, 500_000  # digits to compare memory
MILLION = 10**6
PEAK = """
import pathlib, re, sys, digitgan
digitgan.make_dataset(sys.argv[1], count=int(sys.argv[2]))
print(re.search(r"VmHWM:\\s*(\\d+)", pathlib.Path("/proc/self/status").read_text())[1])
"""
PEER = """
import os, sys, time
from trdg.generators import GeneratorFromStrings
texts = [f"{i % 10_000:04}" for i in range(int(sys.argv[2]))]
pictures = GeneratorFromStrings(texts, count=len(texts), size=28, random_blur=False)
began = time.process_time()
for i, (picture, _) in enumerate(pictures):
    picture.convert("L").save(os.path.join(sys.argv[1], f"{i}.png"))
print(len(texts) / (time.process_time() - began))
"""


def rate(count: int, act) -> float:
    """Return how many a second of this process's work, whoever else uses the core."""
    began = time.process_time()
    act()
    return count / (time.process_time() - began)


def made(kind: str, format: str, count: int, workers: int = 1) -> tuple:
    """Make a data set; return samples a second, bytes a sample and seconds."""
    folder = Path(mkdtemp())
    make = partial(
        digitgan.make_dataset,
        folder,
        kind=kind,
        format=format,
        count=count,
        split=(count, 0, 0),
        workers=workers,
        **OPTIONS[kind],
    )
    began = time.perf_counter()
    speed = rate(count, make)
    seconds = time.perf_counter() - began
    sizes = [p.stat().st_size for p in folder.rglob("*") if p.is_file()]
    return speed, sum(sizes) / count, seconds


def limits() -> dict[str, float]:
    """Return what a core does of each part alone, a second."""
    model = digitgan.load(threads=1)
    inputs = model.generator_inputs(model.labels(n=4_096), seed=1)
    model.draw(inputs)
    page = np.full((480, 640), 255, np.uint8)
    page[100:150] = model.draw(inputs)[:160].reshape(-1, 640)[:50]
    block = bytes(2**20)

    def write_files():
        folder = mkdtemp()
        for number in range(1_024):
            Path(folder, str(number)).write_bytes(block[:1_024])

    def write():
        with TemporaryDirectory() as folder, (Path(folder) / "x").open("wb") as file:
            for _ in range(256):
                file.write(block)
            file.flush()

    began = time.perf_counter()
    write()
    disk = 256 * 2**20 / (time.perf_counter() - began)
    return {
        "the network alone, digits": rate(4_096, partial(model.draw, inputs)),
        "latents, styles and the network, digits": rate(
            4_096, partial(model.sample, n=4_096, seed=2)
        ),
        "PNG alone, pages of 640 x 480": rate(
            50, lambda: [encode_png(page) for _ in range(50)]
        ),
        "the disk alone, files of 1 kB": rate(1_024, write_files),
        "the disk alone, MB": disk / 1e6,
    }


def peer(python: str, count: int) -> float:
    """Return how many pictures of numbers trdg writes a second of one core."""
    words = [python, "-c", PEER, mkdtemp(), str(count)]
    return float(subprocess.check_output(words, text=True).split()[-1])


def peak(count: int) -> float:
    """Return the most memory that a process needs to make so many digits, MB."""
    words = [sys.executable, "-c", PEAK, mkdtemp(), str(count)]
    return int(subprocess.check_output(words)) / 1_000


def measure(repeats: int, trdg: str | None) -> dict:
    """Return samples a second by kind and format, in turn, and bytes of each."""
    pairs = [(k, f) for k in KINDS for f in sorted(FORMATS) if k in FORMATS[f].kinds]
    result = {"rates": {f"{k} {f}": [] for k, f in pairs}, "bytes": {}, "limits": {}}
    result["trdg"] = []
    for kind, format in pairs:
        made(kind, format, SAMPLES[kind] // 8)  # to warm up
    for _ in range(repeats):
        for name, value in limits().items():
            result["limits"].setdefault(name, []).append(value)
        for kind, format in pairs:
            speed, size, _ = made(kind, format, SAMPLES[kind])
            result["rates"][f"{kind} {format}"].append(speed)
            result["bytes"][f"{kind} {format}"] = size
        if trdg:
            result["trdg"].append(peer(trdg, SAMPLES["numbers"]))
    result["two_workers"] = {
        kind: [
            made(kind, format, MANY[kind])[2] / made(kind, format, MANY[kind], 2)[2]
            for _ in range(repeats)
        ]
        for kind, (format, _) in KINDS.items()
    }
    return result


def at_scale(kind: str, format: str, result: dict) -> str:
    """Return core-hours, GB and shards of as many as somebody may want."""
    hours = SCALE[kind] / median(result["rates"][f"{kind} {format}"]) / 3600
    size = SCALE[kind] * result["bytes"][f"{kind} {format}"] / 1e9
    shards = -(-SCALE[kind] // KINDS[kind][1])
    return f"{hours:,.0f} | {size:,.0f} | {shards:,}"


def table(result: dict) -> str:
    """Return the results as Markdown."""
    rows = ["| one core | a second |", "| --- | --- |"]
    rows += [f"| {n} | {spread(v, 0)} |" for n, v in result["limits"].items()]
    head = "| one core | a second | bytes each | core-hours | GB | shards |"
    rows += ["", head, "| --- | --- | --- | --- | --- | --- |"]
    for name, speeds in result["rates"].items():
        kind, format = name.split()
        cells = f"{spread(speeds, 0)} | {result['bytes'][name]:,.0f}"
        rows.append(f"| {name} | {cells} | {at_scale(kind, format, result)} |")
    scales = ", ".join(f"{n:,} {kind}" for kind, n in SCALE.items())
    rows += ["", f"The last three columns: {scales}; projected from the first."]
    rows += ["", "| from one worker to two, by the clock | times |", "| --- | --- |"]
    rows += [f"| {kind} | {spread(v)} |" for kind, v in result["two_workers"].items()]
    if "million" in result:
        seconds, small, large = (result[n] for n in ("million", "small", "large"))
        rows.append(f"| {MILLION:,} digits as idx, two workers, s | {seconds:,.0f} |")
        title = f"memory at {SMALL:,} and at {LARGE:,} digits, MB"
        rows.append(f"| {title} | {small:,.0f}, {large:,.0f} |")
    if result["trdg"]:
        pairs = zip(result["rates"]["numbers png"], result["trdg"], strict=True)
        rows += ["", f"`trdg`, the same numbers in fonts: {spread(result['trdg'], 0)}"]
        rows[-1] += f" a second; ours over it: {spread([a / b for a, b in pairs])}."
    return "\n".join(rows)


def main() -> None:
    """Measure and publish."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="one round, no million")
    options = parser.parse_args()
    # All is kept to the end: where thousands of files were just removed, ext4 looks at
    # each of them before it makes a new one, which took longer than to draw a number.
    with TemporaryDirectory() as tempfile.tempdir:
        result = measure(1 if options.quick else 3, os.environ.get("TRDG_PYTHON"))
        if not options.quick:
            result["million"] = made("digits", "idx", MILLION, workers=2)[2]
            result |= {"small": peak(SMALL), "large": peak(LARGE)}
    publish("factory", "docs/datasets.md", result, table(result))


if __name__ == "__main__":
    main()
