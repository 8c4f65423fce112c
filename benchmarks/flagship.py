"""Every figure of the flagship beside that of real digits.

    python benchmarks/flagship.py [MODEL]

60,000 digits with the labels of the training digits, drawn five times where it says so;
ten minutes on two cores.
"""

import os
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from against_test_digits import SEEDS, AgainstTestDigits
from record import publish, spread

import digitgan
from digitgan.evaluation.evaluate import evaluate
from digitgan.handwriting.outlines import pieces
from digitgan.measure.morphometry import measure

MEASURED = 60_000  # digits whose style is measured
BY_CLASSIFIER = {  # how many decimals
    "distance": ("Frechet distance, 60,000 against test", 4),
    "times real": ("the same, times real", 3),
    "read": ("read as asked, % (real: unseen)", 2),
    "worst": ("read as asked, worst digit, % (real: unseen)", 2),
    "breaks a law": ("breaks a law of MNIST, %", 3),
    "variance": ("variance within digits over training digits (real: unseen)", 3),
    "worst variance": (
        "variance of worst digit over training digits (real: unseen)",
        3,
    ),
    "recall": ("recall, 5,000 digits", 3),
    "coverage": ("coverage, 5,000 digits", 3),
}
TIMED, READINGS = 20_000, 7  # digits of each reading of the speed


def explained(asked: np.ndarray, measured: np.ndarray) -> float:
    """Return R squared: the share of the variance of the wish that is met."""
    return float(1 - np.mean((measured - asked) ** 2) / np.var(asked))


def in_pieces(images: np.ndarray) -> float:
    """Return how many of a hundred digits have ink in more than one piece."""
    return float(100 * np.mean(pieces(images) > 1))


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
    met = {}
    for name, (low, high) in model.limits.items():
        asked = recipe.conditions[name]
        can_be_asked = (asked >= low) & (asked <= high)
        met[f"{name} asked and measured"] = explained(asked, measured[name])
        met[f"the same, {low} to {high}, as can be asked for"] = explained(
            asked[can_be_asked], measured[name][can_be_asked]
        )
    return met


def main() -> None:
    """Draw, measure, publish."""
    model = digitgan.load(*sys.argv[1:])
    against = AgainstTestDigits()
    data = against.data
    drawn = against.draws(model)
    real = against.real()
    images = model.sample(data.train.labels, seed=SEEDS[0])
    speed = digits_a_second(model)
    met = styles_met(model)
    card = evaluate(images, data.train.labels, level="full", data=data)
    told_apart = card["two_sample"].detail
    on_pixels = [name for name in told_apart["these"] if "pixels" in name]
    strongest, real_strongest = (
        max(told_apart[side][name] for name in on_pixels) for side in ("these", "real")
    )
    lines = ["| figure | flagship | real digits |", "| --- | --- | --- |"]
    for key, (title, digits) in BY_CLASSIFIER.items():
        floor = f"{real[key]:.{digits}f}"
        lines.append(f"| {title} | {spread(drawn[key], digits)} | {floor} |")
    pieces_here, pieces_there = in_pieces(images), in_pieces(data.test.images)
    lines += [
        f"| in more than one piece, % | {pieces_here:.2f} | {pieces_there:.2f} |",
        f"| two-sample test, the strongest of the networks on pixels | {strongest:.4f} "
        f"| {real_strongest:.4f} |",
        *(f"| {name}, R squared | {value:.4f} | |" for name, value in met.items()),
        f"| digits a second, median of {READINGS} readings | {speed:,.0f} | |",
    ]
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
        "by_classifier": drawn,
        "by_classifier_of_real": real,
        "in_pieces": {"these": pieces_here, "real": pieces_there},
        "styles": met,
        "digits_a_second": speed,
        "scorecard": card.to_dict(),
    }
    publish("flagship", "docs/flagship.md", result, "\n".join(lines))


if __name__ == "__main__":
    main()
