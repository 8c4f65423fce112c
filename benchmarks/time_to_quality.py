"""Quality against minutes: what each choice in the flagship is worth.

    python benchmarks/time_to_quality.py [--minutes 1] [--seeds 2] [--only NAME ...]
    python benchmarks/time_to_quality.py --final --minutes 1 2 4 --seeds 1 \\
        --only flagship tutorial

Every variant trains for the same minutes from the same seeds. Then 10,000 of its digits
are compared with the 5,000 training digits that the classifier has not learned from:
choices are made here, so the test digits are not looked at. ``--final`` makes none: it
compares 60,000 digits with the test digits.
"""

import argparse
import os
import tempfile
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from peers import play, tutorial_dcgan
from record import publish, spread

import digitgan
from digitgan.data.dataset import held_out
from digitgan.data.load import load_dataset
from digitgan.evaluation.metrics.distances import frechet
from digitgan.measure.classifier import Classifier

VARIANTS = {  # a preset and what is changed in it
    "flagship": ("flagship", {}),
    "cross-entropy": ("flagship", {"objective": "cross_entropy"}),
    "no penalty": ("flagship", {"penalty": 0.0}),
    "dropout 0.3": ("flagship", {"dropout": 0.3}),
    "plain tanh": ("flagship", {"overshoot": 1.0}),
    "no residual convolution": ("flagship", {"residual": False}),
    "float32": ("flagship", {"precision": "float32"}),
    "conditional": ("conditional", {}),
    "dcgan": ("dcgan", {}),
    "tutorial": None,
}


def draw(name: str, seed: int, minutes: float, digits, n: int):
    """Train one variant; return its digits, what was asked for and its epochs."""
    if VARIANTS[name] is None:
        return play(tutorial_dcgan, minutes, digits, n)
    preset, settings = VARIANTS[name]
    settings = {
        "final_lr_fraction": 1.0,
        **settings,
    }  # minutes are too few to slow down in
    with tempfile.TemporaryDirectory() as folder:
        run = digitgan.train(
            preset, minutes=minutes, seed=seed, out=Path(folder) / "run", **settings
        )
        model = digitgan.load(run.folder)
        labels = model.labels(n=n) if model.classes else None
        return model.sample(n=n, seed=1), labels, run.read_log()[-1]["epoch"]


def main() -> None:
    """Train everybody, measure everybody, publish."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, nargs="+", default=[1.0])
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--only", nargs="+", choices=VARIANTS, default=list(VARIANTS))
    parser.add_argument("--final", action="store_true")
    asked = parser.parse_args()
    data, classifier = load_dataset("mnist"), Classifier()
    others, unseen = held_out(data.train)
    real, reference, n = others[:10_000], unseen, 10_000
    if asked.final:
        real, reference, n = data.train, data.test, 60_000
    reference = classifier.predict(reference.images).features
    floor = frechet(classifier.predict(real.images).features, reference)
    lines = [
        "| | minutes | epochs | times real | read as asked, % |",
        "| --- | --- | --- | --- | --- |",
    ]
    result = {"floor": floor, "digits": n}
    for name in asked.only:
        for minutes in asked.minutes:
            found = {"times": [], "read": [], "epochs": []}
            for seed in range(asked.seeds):
                images, labels, epochs = draw(name, seed, minutes, data.train, n)
                odds, features = classifier.predict(images)
                found["times"].append(frechet(features, reference) / floor)
                found["epochs"].append(epochs)
                if labels is not None:
                    right = (odds.argmax(1) == labels).mean()
                    found["read"].append(100 * float(right))
            result[f"{name}, {minutes:g} min"] = found
            epochs = sum(found["epochs"]) / asked.seeds
            times, read = (spread(v) if v else "-" for v in list(found.values())[:2])
            lines.append(f"| {name} | {minutes:g} | {epochs:.1f} | {times} | {read} |")
    title = "time_to_quality" + "_final" * asked.final
    publish(title, "docs/measurements.md", result, "\n".join(lines))


if __name__ == "__main__":
    main()
