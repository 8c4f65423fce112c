"""What checkpoints cost while training, how large they are, how fast they come back.

    python benchmarks/checkpoints.py
    python benchmarks/checkpoints.py --presets tiny --steps 60 --pairs 2   # a look

The same game learns through stretches of the same length, in turns without (A) and with
checkpoints (B), A B A B, timed until the last is on the disk. What one costs is the
difference of a pair over their number; its share follows for one a minute.
"""

import argparse
import math
import os
import statistics
import tempfile
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
from record import publish, spread

from digitgan.data.load import load_dataset
from digitgan.model.presets import PRESETS
from digitgan.training import checkpoint
from digitgan.training.batches import Batches
from digitgan.training.build import build_gan
from digitgan.training.checkpoint import Checkpoints
from digitgan.training.clock import Clock
from digitgan.training.condition_values import condition_values
from digitgan.training.hardware import supported_precision
from digitgan.training.input_pipeline import input_pipeline
from digitgan.training.progress import Goal
from digitgan.training.run import Config


class Counted(Checkpoints):
    """Checkpoints that count how often they were written."""

    count = 0

    def write(self, progress, arrays):
        """Write and count."""
        super().write(progress, arrays)
        self.count += 1


class Often(keras.callbacks.Callback):
    """Ask for a checkpoint every few steps, and wait for the last one."""

    def __init__(self, saver: checkpoint.CheckpointCallback, every: int):
        """Know how often."""
        super().__init__()
        self.saver, self.every = saver, every

    def on_train_batch_end(self, batch, logs=None):
        """Save, unless the one before is still being written."""
        if batch % self.every == self.every - 1:
            self.saver.on_train_batch_end(batch)

    def on_train_end(self, logs=None):
        """Wait until it is on the disk."""
        self.saver.on_train_end()


def measure(preset: str, steps: int, every: int, pairs: int, folder: Path) -> dict:
    """Return seconds without and with, how many, bytes, and seconds to restore."""
    settings = supported_precision(PRESETS[preset])
    dataset = load_dataset("mnist")
    digits = dataset.train[: steps * settings.batch_size]
    told = condition_values(dataset, settings.conditions)
    told = {name: column[: len(digits)] for name, column in told.items()}
    gan = build_gan(settings, told, 0, 100 * steps)
    checkpoints = Counted(folder)
    clock = Clock(Goal(1, None, 10**9))  # no epoch ends, no goal is reached
    saver = checkpoint.CheckpointCallback(checkpoints, clock, 0.0)
    saver.set_model(gan)

    def stretch(*callbacks) -> float:
        batches = input_pipeline(
            gan, Batches(digits.images, told, settings.batch_size, 0)
        )
        began = time.perf_counter()
        gan.fit(batches, callbacks=[clock, *callbacks], shuffle=False, verbose=0)
        return time.perf_counter() - began

    # Whatever it costs: that is the question.
    checkpoint.MAX_TIME_SHARE = math.inf
    often = Often(saver, every)
    stretch(), stretch(often)
    found = {"without": [], "with": [], "written": [], "restore": []}
    for _ in range(pairs):
        found["without"].append(stretch())
        checkpoints.count = 0
        found["with"].append(stretch(often))
        found["written"].append(checkpoints.count)
        began = time.perf_counter()
        Checkpoints(folder).restore(gan)
        found["restore"].append(time.perf_counter() - began)
    found["bytes"] = saver.checkpoints.paths[-1].stat().st_size
    return found


def row(preset: str, found: dict) -> str:
    """Return a line of the table."""
    pairs = zip(found["with"], found["without"], found["written"], strict=True)
    costs = [(longer - shorter) / count for longer, shorter, count in pairs]
    shares = [100 * cost / Config.checkpoint_seconds for cost in costs]
    return (
        f"| {preset} | {found['bytes'] / 2**20:.1f} "
        f"| {spread([1000 * cost for cost in costs], 0)} | {spread(shares)} "
        f"| {spread([1000 * s for s in found['restore']], 0)} |"
    )


def main() -> None:
    """Measure, print and publish."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--presets", nargs="+", default=["dcgan", "flagship"])
    parser.add_argument("--steps", type=int, default=200, help="in a stretch")
    parser.add_argument("--every", type=int, default=10, help="steps to a checkpoint")
    parser.add_argument("--pairs", type=int, default=11)
    asked = parser.parse_args()
    results = {}
    for preset in asked.presets:
        with tempfile.TemporaryDirectory() as folder:
            sizes = asked.steps, asked.every, asked.pairs
            results[preset] = measure(preset, *sizes, Path(folder))
            lengths = statistics.median(results[preset]["without"])
            print(f"{preset}: stretches of {lengths:.1f} s", flush=True)
    lines = [
        "| preset | file, MiB | one checkpoint takes from training, ms "
        f"| share at one every {Config.checkpoint_seconds:.0f} s, % | restoring, ms |",
        "| --- | --- | --- | --- | --- |",
        *(row(preset, found) for preset, found in results.items()),
    ]
    publish("checkpoints", "docs/measurements.md", results, "\n".join(lines))


if __name__ == "__main__":
    main()
