"""How soon ours is as near to real digits as the TensorFlow tutorial's recipe.

    python benchmarks/tutorial.py --minutes 30
    python benchmarks/tutorial.py --steps 3000 --rate 450

The recipe (its networks, Adam at 1e-4, batches of 256, no labels) trains for so many
minutes, or for as many steps as take so long at a rate of images per second that was
measured before. Ours are the runs that ``time_to_quality.py`` has left, scored during
training in the same way: 2,000 digits against the 5,000 that are held out.
"""

import argparse
import math

from peers import play, tutorial_dcgan
from record import publish, spread
from time_to_quality import RUNS

from digitgan.data.dataset import held_out
from digitgan.data.load import load_dataset
from digitgan.evaluation.metrics.fidelity import frechet
from digitgan.measure.classifier import Classifier
from digitgan.training.run import Run
from digitgan.training.validation import FRECHET_SAMPLES

BATCH = 256


def seconds_to(times_real: float, run: Run) -> float:
    """Return when a run was first so near to real digits; infinite if never."""
    log = {row["step"]: row["seconds"] for row in run.read_log()}
    near = [s["step"] for s in run.read_scores() if s["times_real"] <= times_real]
    return log[near[0]] if near else math.inf


def main() -> None:
    """Train the recipe, compare, publish."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=math.inf)
    parser.add_argument("--steps", type=float, default=math.inf)
    parser.add_argument("--rate", type=float, help="images/s, with --steps")
    asked = parser.parse_args()
    digits, classifier = load_dataset("mnist").train, Classifier()
    others, unseen = held_out(digits)
    reference = classifier.predict(unseen.images).features

    def distance(images) -> float:
        return frechet(classifier.predict(images).features, reference)

    images, _, steps, seconds = play(
        tutorial_dcgan, digits, asked.minutes, asked.steps, FRECHET_SAMPLES
    )
    if asked.rate:
        seconds = steps * BATCH / asked.rate
    every = len(others) // FRECHET_SAMPLES
    times_real = distance(images) / distance(others.images[::every][:FRECHET_SAMPLES])
    runs = [Run.open(path.parent) for path in sorted(RUNS.glob("dcgan-*/scores.csv"))]
    soon = [seconds_to(times_real, run) for run in runs]
    table = f"""
| | seconds | steps | times real |
| --- | --- | --- | --- |
| the tutorial's recipe | {seconds:,.0f} | {steps:,} | {times_real:,.1f} |
| `python3 main.py`, as near or nearer | {spread(soon, 0)} | | |
| their time over ours | {spread([seconds / s for s in soon], 0)} | | |
"""
    result = {"steps": steps, "seconds": seconds, "times_real": times_real}
    publish("tutorial", "docs/measurements.md", result | {"ours": soon}, table)


if __name__ == "__main__":
    main()
