"""How good the flagship is after ten epochs on a processor, beside the shipped one.

    python benchmarks/ten_minutes.py [--seeds 0 1 2]

Each run is ``digitgan train flagship --epochs 10`` with nothing beside it. 60,000
digits with the labels of the training digits are compared with the test digits, the
mean of five draws. A run is kept below ``runs/ten_minutes``: one that is there is not
trained again.
"""

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path
from statistics import fmean

from against_test_digits import AgainstTestDigits
from record import ROOT, publish, spread

import digitgan

RUNS = ROOT / "runs" / "ten_minutes"
EPOCHS = 10
COLUMNS = {"minutes": 1, "times real": 2, "read": 2, "worst": 2, "variance": 3}


def train(seed: int) -> Path:
    """Train as people do, unless it is done already; return the run folder."""
    folder = RUNS / f"flagship-{seed}"
    if not (folder / "minutes.json").exists():
        arguments = ["train", "flagship", "--epochs", str(EPOCHS)]
        arguments += ["--seed", str(seed), "--out", str(folder)]
        began = time.perf_counter()
        subprocess.run([sys.executable, "-m", "digitgan", *arguments], check=True)
        minutes = (time.perf_counter() - began) / 60
        (folder / "minutes.json").write_text(json.dumps(minutes))
    return folder


def main() -> None:
    """Train, draw, compare, publish."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    asked = parser.parse_args()
    folders = [train(seed) for seed in asked.seeds]
    against = AgainstTestDigits()
    runs = [
        {"minutes": json.loads((folder / "minutes.json").read_text())}
        | {k: fmean(v) for k, v in against.draws(digitgan.load(folder)).items()}
        for folder in folders
    ]
    shipped = {k: fmean(v) for k, v in against.draws(digitgan.load()).items()}
    lines = [
        "| model | minutes, whole | Frechet distance, times real | read as asked, % "
        "| worst digit, % | variance within digits over training digits |",
        "| --- | --- | --- | --- | --- | --- |",
        f"| `digitgan train flagship --epochs {EPOCHS}` | "
        + " | ".join(spread([r[k] for r in runs], d) for k, d in COLUMNS.items())
        + " |",
        "| the shipped model | |"
        + "|".join(f" {shipped[k]:.{d}f} " for k, d in list(COLUMNS.items())[1:])
        + "|",
    ]
    result = {"epochs": EPOCHS, "runs": runs, "shipped": shipped}
    publish("ten_minutes", "docs/flagship.md", result, "\n".join(lines))


if __name__ == "__main__":
    main()
