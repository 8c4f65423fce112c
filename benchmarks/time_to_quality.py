"""What the whole training of a preset comes to: quality, minutes, and how soon.

    python benchmarks/time_to_quality.py [--presets dcgan conditional] [--seeds 0 1 2]
        [--quiet]

Each run is ``python3 main.py PRESET``, as people start it, kept below
``runs/time_to_quality``: one that is there is not trained again, one that was stopped
goes on. Quality depends on steps and seed, not on what else the machine does; minutes
do depend on it, so they are kept only of runs that were said to have been ``--quiet``,
with nothing beside them, and not stopped.
"""

import argparse
import json
import resource
import subprocess
import sys
import time

from record import ROOT, publish, spread

import digitgan
from digitgan.data.load import load_dataset
from digitgan.measure.classifier import Classifier
from digitgan.training.run import Run

RUNS = ROOT / "runs" / "time_to_quality"
SAMPLES = 10_000
CONFIDENT = 0.9  # probability of the likeliest digit
SOON = 5.0  # times real: what a run should reach at once


def train(preset: str, seed: int, quiet: bool) -> Run:
    """Return the finished run, trained as far as it is not yet."""
    folder = RUNS / f"{preset}-{seed}"
    arguments = [preset, "--seed", str(seed), "--out", str(folder)]
    if resumed := (folder / "config.json").exists():
        arguments = ["--resume", str(folder)]
    if not (folder / "scorecard.json").exists():
        began, before = time.perf_counter(), processor_seconds()
        subprocess.run([sys.executable, ROOT / "main.py", *arguments], check=True)
        spent = {"processor": (processor_seconds() - before) / 60}
        if quiet:
            spent["minutes"] = (time.perf_counter() - began) / 60
        if not resumed:
            (folder / "spent.json").write_text(json.dumps(spent))
    return Run.open(folder)


def processor_seconds() -> float:
    """Return what all finished children together have taken of the processor."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def measure(run: Run, classifier: Classifier) -> dict[str, float]:
    """Return the figures of a finished run."""
    rows = json.loads(run.scorecard_path.read_text())["rows"]
    frechet = next(row for row in rows if row["key"] == "frechet")
    model = digitgan.load(run.folder)
    path = run.folder / "spent.json"
    spent = json.loads(path.read_text()) if path.exists() else {}
    found = spent | {
        "times real": frechet["value"] / frechet["real"],
        "confident": confident(classifier, model.sample(n=SAMPLES)),
    }
    soon = [row for row in run.read_scores() if row["times_real"] <= SOON]
    if soon:
        found["epochs to 5"] = soon[0]["epoch"]
        if "minutes" in spent:
            log = {row["step"]: row["seconds"] for row in run.read_log()}
            found["seconds to 5"] = log[soon[0]["step"]]
    return found


def confident(classifier: Classifier, images) -> float:
    """Return how many digits are read without doubt, in percent."""
    probabilities = classifier.predict(images).probabilities
    return 100 * float((probabilities.max(axis=1) > CONFIDENT).mean())


def main() -> None:
    """Train what is missing, measure everything, publish."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--presets", nargs="+", default=["dcgan", "conditional"])
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--quiet", action="store_true", help="nothing else runs")
    asked = parser.parse_args()
    classifier = Classifier()
    real = confident(classifier, load_dataset("mnist").parts["test"].images)
    columns = {
        "times real": 2,
        "confident": 1,
        "epochs to 5": 1,
        "seconds to 5": 0,
        "minutes": 1,
        "processor": 1,
    }
    lines = [
        "| `python3 main.py` | distance, times real "
        f"| read with confidence above {CONFIDENT}, % (real digits {real:.1f}) "
        f"| epochs to {SOON:g} times real | seconds to it | minutes, whole "
        "| processor minutes |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    result: dict = {"real_confident": real}
    for preset in asked.presets:
        trained = [train(preset, seed, asked.quiet) for seed in asked.seeds]
        runs = [measure(run, classifier) for run in trained]
        result[preset] = dict(zip(map(str, asked.seeds), runs, strict=True))
        cells = []
        for name, digits in columns.items():
            values = [run[name] for run in runs if name in run]
            cells.append(spread(values, digits) if values else "-")
        lines.append(f"| {preset} | {' | '.join(cells)} |")
    publish("time_to_quality", "docs/measurements.md", result, "\n".join(lines))


if __name__ == "__main__":
    main()
