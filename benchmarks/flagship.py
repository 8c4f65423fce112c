"""Every figure of the flagship beside that of real digits.

    python benchmarks/flagship.py [MODEL]

60,000 digits with the labels of the training digits; five minutes on two cores.
"""

import os
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from record import publish

import digitgan
from digitgan.data.load import load_dataset
from digitgan.evaluation.evaluate import evaluate
from digitgan.evaluation.metrics.fidelity import frechet
from digitgan.evaluation.metrics.pixel_statistics import breaks_law
from digitgan.evaluation.metrics.variety import within_class_variance
from digitgan.measure.classifier import Classifier
from digitgan.measure.morphometry import measure

MEASURED = 5_000  # digits whose style is measured
TIMED, READINGS = 20_000, 7  # digits of each reading of the speed


def explained(asked: np.ndarray, measured: np.ndarray) -> float:
    """Return R squared: the share of the variance of the wish that is met."""
    return float(1 - np.mean((measured - asked) ** 2) / np.var(asked))


def digits_a_second(model) -> float:
    """Return the median of several readings of a model that has drawn before."""
    readings = []
    for seed in range(READINGS):
        start = time.perf_counter()
        model.sample(n=TIMED, seed=seed)
        readings.append(TIMED / (time.perf_counter() - start))
    return float(np.median(readings))


def styles_met(model) -> dict[str, float]:
    """Ask for styles on fresh latents and measure what was drawn."""
    recipe = model.generator_inputs(model.labels(n=MEASURED), seed=11)
    measured = measure(model.draw(recipe))
    return {
        name: explained(recipe.conditions[name], measured[name])
        for name in model.limits
    }


def main() -> None:
    """Draw, measure, publish."""
    model = digitgan.load(*sys.argv[1:])
    real, classifier = load_dataset("mnist"), Classifier()
    labels = real.train.labels
    images = model.sample(labels, seed=10)
    speed = digits_a_second(model)
    odds, features = classifier.predict(images)
    test = classifier.predict(real.test.images).features
    broken, real_broken = (
        100 * breaks_law(x).mean() for x in (images, real.train.images)
    )
    train_odds, train = classifier.predict(real.train.images)
    distances = frechet(features, test), frechet(train, test)
    right, real_right = (o.argmax(1) == labels for o in (odds, train_odds))
    worst, real_worst = (
        min(part[labels == d].mean() for d in range(10)) for part in (right, real_right)
    )
    goal = within_class_variance(train, labels)
    wide = within_class_variance(features, labels) / goal
    real_wide = within_class_variance(test, real.test.labels) / goal
    met = styles_met(model)
    card = evaluate(images, labels, level="full", data=real)
    told_apart = card["two_sample"].detail
    on_pixels = [name for name in told_apart["these"] if "pixels" in name]
    ours = {
        "Frechet distance, 60,000 against test": distances,
        "the same, times real": (distances[0] / distances[1], 1.0),
        "read as asked, %": (100 * right.mean(), 100 * real_right.mean()),
        "read as asked, worst digit, %": (100 * worst, 100 * real_worst),
        "breaks a law of MNIST, %": (broken, real_broken),
        "variance within digits over training digits": (wide.mean(), real_wide.mean()),
        "variance of worst digit over training digits": (wide.min(), real_wide.min()),
        "two-sample test, the strongest of the networks on pixels": [
            max(told_apart[side][name] for name in on_pixels)
            for side in ("these", "real")
        ],
        "thickness asked and measured, R squared": (met["thickness"], None),
        "slant asked and measured, R squared": (met["slant"], None),
        f"digits a second, median of {READINGS} readings": (speed, None),
    }
    lines = ["| figure | flagship | real digits |", "| --- | --- | --- |"]
    for name, (value, floor) in ours.items():
        lines.append(
            f"| {name} | {value:.4g} | {'' if floor is None else f'{floor:.4g}'} |"
        )
    for row in card.rows:
        if row.value is not None:
            lines.append(
                f"| {row.name} (n = {row.n:,}) | {row.value:.4g} +- {row.spread:.2g} "
                f"| {row.real:.4g} |"
            )
    for name, value in told_apart["these"].items():
        lines.append(
            f"| told apart by: {name} | {value:.3g} | {told_apart['real'][name]:.3g} |"
        )
    result = {
        "figures": {k: list(v) for k, v in ours.items()},
        "scorecard": card.to_dict(),
    }
    publish("flagship", "docs/flagship.md", result, "\n".join(lines))


if __name__ == "__main__":
    main()
