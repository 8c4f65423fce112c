"""Quality against minutes: what each choice in the flagship is worth.

    python benchmarks/time_to_quality.py [--minutes 2] [--seeds 2]

Every variant trains for the same minutes from the same seeds, then 10,000 of its digits
are compared with the 5,000 training digits that the judge has not learned from; the
test digits are not looked at, because choices are made here.
"""

import argparse
import os
import tempfile
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from peers import play, tutorial_dcgan
from record import publish, spread

import digitgan
from digitgan.data import held_out, load
from digitgan.evaluation.judge import Judge
from digitgan.evaluation.metrics.distances import frechet

N = 10_000
VARIANTS = {  # a preset and what is changed in it
    "`flagship`": ("flagship", {}),
    "cross-entropy": ("flagship", {"objective": "cross_entropy"}),
    "no penalty": ("flagship", {"penalty": 0.0}),
    "penalty 0.4": ("flagship", {"penalty": 0.4}),
    "dropout 0.3": ("flagship", {"dropout": 0.3}),
    "plain tanh": ("flagship", {"overshoot": 1.0}),
    "half the learning rate": ("flagship", {"learning_rate": 1e-3}),
    "batches of 128": ("flagship", {"batch_size": 128}),
    "labels alone": ("flagship", {"conditions": ("label",)}),
    "`conditional`": ("conditional", {}),
    "`dcgan`": ("dcgan", {}),
}


def draw(name: str, seed: int, minutes: float, digits):
    """Train one variant; return its digits, what was asked for and its epochs."""
    if name not in VARIANTS:
        return play(tutorial_dcgan, minutes, digits)
    preset, settings = VARIANTS[name]
    settings = {"last_rate": 1.0, **settings}  # minutes are too few to slow down in
    with tempfile.TemporaryDirectory() as folder:
        run = digitgan.train(
            preset, minutes=minutes, seed=seed, out=Path(folder) / "run", **settings
        )
        model = digitgan.load(run.folder)
        return model.sample(n=N, seed=1), model.labels(n=N), run.log[-1]["epoch"]


def main() -> None:
    """Train everybody, judge everybody, publish."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=2.0)
    parser.add_argument("--seeds", type=int, default=2)
    asked = parser.parse_args()
    digits, judge = load("mnist").train, Judge()
    others, unseen = held_out(digits)
    reference = judge.read(unseen.images)[1]
    floor = frechet(judge.read(others.images[:N])[1], reference)
    head = f"after {asked.minutes:g} minutes | epochs | times real | read as asked, %"
    lines, result = [f"| {head} |", "| --- | --- | --- | --- |"], {}
    for name in (*VARIANTS, "TensorFlow's tutorial"):
        found = {"times": [], "read": [], "epochs": []}
        for seed in range(asked.seeds):
            images, labels, epochs = draw(name, seed, asked.minutes, digits)
            odds, features = judge.read(images)
            found["times"].append(frechet(features, reference) / floor)
            found["epochs"].append(epochs)
            if labels is not None:
                found["read"].append(100 * float((odds.argmax(1) == labels).mean()))
        cells = [spread(found[key]) if found[key] else "-" for key in ("times", "read")]
        result[name] = found
        epochs = sum(found["epochs"]) / asked.seeds
        lines.append(f"| {name} | {epochs:.1f} | {' | '.join(cells)} |")
    result |= {"minutes": asked.minutes, "floor": floor}
    publish("time_to_quality", "docs/measurements.md", result, "\n".join(lines))


if __name__ == "__main__":
    main()
