"""How quick this version is beside another, in turns on one machine.

    git worktree add /tmp/other 6cd2acd
    python benchmarks/versions.py /tmp/other

Some eight minutes. Both run with what is installed here; 6cd2acd is the last commit of
the first round. Each row is measured in a process of its own, A B A B.
"""

import argparse
import asyncio
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import quantiles

import serving
from record import ROOT, publish, spread

TURNS, REQUESTS = 4, 2_000
MINUTES = "0.3"  # of a training
SAMPLE = """
import time, digitgan
model = digitgan.load(threads=1)
model.sample(n=500)
begun = time.process_time()
model.sample(n=5_000, seed=1)
print(5_000 / (time.process_time() - begun))
"""
WRITE = """
import time, digitgan
model = digitgan.load(threads=1)
write = lambda seed: model.write("2026", seed=seed, height={height})
list(map(write, range(20)))
begun = time.process_time()
list(map(write, range(150)))
print(150 / (time.process_time() - begun))
"""

MAKE = """
import tempfile, time, digitgan
options = dict(kind={kind!r}, format={format!r}, workers=1, {more})
make = lambda count: digitgan.make_dataset(
    tempfile.mkdtemp(dir={folder!r}), count=count, split=(count, 0, 0), **options
)
make({count} // 8)
begun = time.process_time()
make({count})
print({count} / (time.process_time() - begun))
"""
DATASETS = (  # and what else is asked for
    ("digits", "idx", 8_192, ""),
    ("numbers", "png", 512, "length='4-4'"),
    ("scenes", "coco", 96, ""),
)


def python(checkout: Path, *words: str) -> str:
    """Return what a command of a version prints."""
    command = [sys.executable, *words]
    return subprocess.run(
        command, cwd=checkout, capture_output=True, text=True, check=True
    ).stdout


def figure(code: str):
    """Return what gets the number that code prints."""
    return lambda checkout: float(python(checkout, "-c", code))


def seconds(*words: str):
    """Return what measures how long a command takes."""

    def measure(checkout: Path) -> float:
        begun = time.perf_counter()
        python(checkout, "-m", "digitgan", *words)
        return time.perf_counter() - begun

    return measure


def images_a_second(checkout: Path) -> float:
    """Train for a while; return the last rate that it shows."""
    with tempfile.TemporaryDirectory() as folder:
        words = ["train", "dcgan", "--minutes", MINUTES, "--out", f"{folder}/run"]
        told = python(checkout, "-m", "digitgan", *words)
    return float(re.findall(r"([\d,]+) images/s", told)[-1].replace(",", ""))


def answers(checkout: Path) -> tuple[float, float]:
    """Load a server; return how many numbers it wrote a second, and the p99 in ms."""
    with serving.serving(checkout) as (_, port, _):
        asyncio.run(serving.load(port, serving.WARM))
        clients, rate = asyncio.run(serving.load(port, REQUESTS))
    times = [1e3 * s for one in clients for s in one.seconds]
    return rate, quantiles(times, n=100)[-1]


def main() -> None:
    """Measure, print and publish."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("other", type=Path, help="a checkout of the other version")
    other = parser.parse_args().other.resolve()
    with tempfile.TemporaryDirectory() as folder:
        rows = {
            "digits a second, one thread": figure(SAMPLE),
            "numbers of 4 digits at height 28 a second, one core": figure(
                WRITE.format(height=28)
            ),
            "the same at height 80": figure(WRITE.format(height=80)),
            "`train dcgan`, images a second": images_a_second,
            "`digitgan --help`, s": seconds("--help"),
            "`digitgan generate 7 -o x.png`, s": seconds(
                "generate", "7", "-o", f"{folder}/7.png"
            ),
        }
        # Kept to the end, as in factory.py.
        rows |= {
            f"data sets: {kind} as {format} a second, one core": figure(
                MAKE.format(
                    kind=kind, format=format, count=count, more=more, folder=folder
                )
            )
            for kind, format, count, more in DATASETS
        }
        figures = {name: ([], []) for name in rows}
        figures |= {"API, numbers a second": ([], []), "API, p99 in ms": ([], [])}
        for _ in range(TURNS):
            for which, checkout in enumerate((ROOT, other)):
                for name, measure in rows.items():
                    figures[name][which].append(measure(checkout))
                rate, p99 = answers(checkout)
                figures["API, numbers a second"][which].append(rate)
                figures["API, p99 in ms"][which].append(p99)
    words = ["git", "rev-parse", "--short", "HEAD"]
    commit = subprocess.check_output(words, cwd=other, text=True).strip()
    lines = [f"| | this version | {commit} | ratio, turn by turn |", "| --- " * 4 + "|"]
    for name, (own, others) in figures.items():
        digits = 2 if name.endswith(" s") else 0
        ratios = [a / b for a, b in zip(own, others, strict=True)]
        cells = spread(own, digits), spread(others, digits), spread(ratios)
        lines.append(f"| {name} | {' | '.join(cells)} |")
    sys.argv[1] = "FOLDER"  # of that commit; whose it is does not matter
    publish("versions", "docs/measurements.md", figures, "\n".join(lines))


if __name__ == "__main__":
    main()
