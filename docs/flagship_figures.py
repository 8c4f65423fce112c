"""Make the pictures of the page on the shipped model.

python docs/flagship_figures.py
"""

from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from PIL import Image

import digitgan
from digitgan.data.image_grid import grid
from digitgan.data.load import load_dataset
from digitgan.handwriting import generate
from digitgan.measure.morphometry import measure
from digitgan.sampling.styles import STYLE_UNITS

IMAGES = Path(__file__).parent / "images"
GAP = 40  # screen pixels between two sheets


def beside(left: Image.Image, right: Image.Image) -> Image.Image:
    """Put two sheets side by side."""
    both = Image.new("L", (left.width + GAP + right.width, left.height), 255)
    both.paste(left, (0, 0))
    both.paste(right, (left.width + GAP, 0))
    return both


def samples(model) -> Image.Image:
    """Ten of every digit, beside the first ten of every real test digit."""
    test = load_dataset("mnist").test
    rows = [np.flatnonzero(test.labels == digit)[:10] for digit in range(10)]
    real = test.images[np.concatenate(rows)]
    drawn = model.sample(np.repeat(np.arange(10), 10), seed=1)
    return beside(grid(drawn), grid(real))


def styles(model) -> Image.Image:
    """One hand in five thicknesses and nine slants; three digits."""
    thickness, slant = np.meshgrid(
        np.linspace(1.6, 4.4, 5), np.linspace(-28, 36, 9), indexing="ij"
    )
    wishes = {"thickness": thickness.ravel(), "slant": slant.ravel()}
    sheets = [
        model.sample(np.full(45, digit), seed=3, one_hand=True, **wishes)
        for digit in (2, 4, 7)
    ]
    rows = np.stack(sheets).reshape(3, 5, 9, 28, 28).swapaxes(0, 1)
    return grid(rows.reshape(-1, 28, 28), columns=27)


def asked_and_measured(model) -> plt.Figure:
    """What was asked for against what was measured, on fresh latents."""
    recipe = model.generator_inputs(model.labels(n=3_000), seed=11)
    measured = measure(model.draw(recipe))
    figure, axes = plt.subplots(1, 2, figsize=(9, 4.2), layout="constrained")
    for axis, (name, unit) in zip(axes, STYLE_UNITS.items(), strict=True):
        asked = recipe.conditions[name]
        explained = 1 - np.mean((measured[name] - asked) ** 2) / np.var(asked)
        axis.plot(asked, measured[name], ".", markersize=2, alpha=0.5)
        ends = [asked.min(), asked.max()]
        axis.plot(ends, ends, "k-", linewidth=0.8)
        axis.set(xlabel=f"{name} asked for, {unit}", ylabel="measured")
        axis.set_title(f"R squared {explained:.3f} (n = {len(asked):,})")
    return figure


def main() -> None:
    """Write every picture."""
    model = digitgan.load()
    samples(model).save(IMAGES / "flagship-samples.png", optimize=True)
    styles(model).save(IMAGES / "flagship-styles.png", optimize=True)
    asked_and_measured(model).savefig(IMAGES / "flagship-asked.png", dpi=110)
    generate.generate("2026", out=IMAGES / "flagship-walk.gif", seed=1)


if __name__ == "__main__":
    main()
