"""One hand: digits that one person wrote, alike but never twice the same."""

import dataclasses
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from digitgan.generation.styles import UNITS
from digitgan.model.latents import draw_latents

if TYPE_CHECKING:
    from digitgan.generation.sampler import Recipe, Sampler

OWN = 0.4  # of each latent is the digit's own, the rest the hand's; chosen by eye
JITTER = {"thickness": 0.12, "slant": 1.5}  # of a hand, in the units of each
EDGE = 1.15  # pixels in which ink turns to paper; measured on MNIST's strokes


class Pen(NamedTuple):
    """How a hand writes.

    Attributes:
        thickness: Mean stroke width, in pixels of a 28 x 28 digit.
        slant: In degrees, positive leaning right.
    """

    thickness: float
    slant: float


def stream(seed: int, lane: int) -> np.random.Generator:
    """Return random numbers of a seed that no other lane has."""
    key = np.array([seed, 0], "u8")
    return np.random.Generator(np.random.Philox(key=key, counter=[0, 0, 0, lane]))


def take_pen(
    model: "Sampler", labels: list[int], seed: int = 0, **style
) -> tuple["Recipe", Pen]:
    """Decide digits in one hand: that of the seed, whatever it is to write.

    Each latent is the hand's, mixed with a little of its own so that its length stays
    that of a drawn one; each style is the hand's, a little off.

    Args:
        model: Who draws.
        labels: The n digits; there may be none.
        seed: Same seed, same hand.
        **style: thickness, slant and variety, as for :meth:`Sampler.sample`.

    Returns:
        The recipe of the n digits, and the hand's mean pen on every digit. A model that
        knows no style draws every digit to be measured.

    Raises:
        InputError: The model cannot be asked that.
    """
    every = len(model.classes)
    both = model.labels([*range(every), *labels])
    shared = model.recipe(both, seed=seed, one_hand=True, **style)
    usual, written = _part(shared, slice(every)), _part(shared, slice(every, None))
    if model.styles:
        pen = Pen(*(float(usual.conditions[name].mean()) for name in UNITS))
    else:
        pen = measured(model.draw(usual))
    own = draw_latents(len(labels), model.latent_dim, seed, start=1)
    mixed = np.float32(np.sqrt(1 - OWN**2)) * written.latents + np.float32(OWN) * own
    unsteady = stream(seed, lane=10).standard_normal((len(labels), len(UNITS)), "f4")
    told = dict(written.conditions)
    for column, (name, limits) in enumerate(model.limits.items()):
        moved = told[name] + JITTER[name] * unsteady[:, column]
        told[name] = np.clip(moved, *limits).astype(np.float32)
    return dataclasses.replace(shared, latents=mixed, conditions=told), pen


def _part(recipe: "Recipe", part: slice) -> "Recipe":
    """Return the recipe of some of its digits."""
    told = {name: value[part] for name, value in recipe.conditions.items()}
    return dataclasses.replace(recipe, latents=recipe.latents[part], conditions=told)


def measured(images: np.ndarray) -> Pen:
    """Measure the mean pen of drawn strokes without their skeletons.

    A stroke has two sides: twice its area over the length of its outline, which is
    the total variation of the ink, is its width (0.15 pixels from that along the
    skeleton, for a digit). Slant is the shear between the second moments of the ink.

    Args:
        images: ``uint8 (n, height, width)`` with ink in each.
    """
    ink = np.pad(images / np.float32(255), ((0, 0), (1, 1), (1, 1)))
    down, right = np.diff(ink, axis=1), np.diff(ink, axis=2)
    down, right = down[:, :, 1:] + down[:, :, :-1], right[:, 1:] + right[:, :-1]
    area = ink.sum(axis=(1, 2))
    outline = np.hypot(down, right).sum(axis=(1, 2)) / 2
    y, x = (np.arange(size) for size in ink.shape[1:])
    y = y - (ink.sum(axis=2) @ y / area)[:, np.newaxis]
    x = x - (ink.sum(axis=1) @ x / area)[:, np.newaxis]
    together = np.einsum("nyx,ny,nx->n", ink, y, x, optimize=True)
    shear = together / np.einsum("nyx,ny->n", ink, y**2, optimize=True)
    slants = np.rad2deg(np.arctan(-shear))
    return Pen(float((2 * area / outline).mean()), float(slants.mean()))
