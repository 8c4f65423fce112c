"""One hand: digits that one person wrote, alike but never twice the same."""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from digitgan.random_streams import Stream, random_stream
from digitgan.sampling.generator_inputs import GeneratorInputs, between, turned
from digitgan.sampling.styles import UNITS

if TYPE_CHECKING:
    from digitgan.sampling.sampler import Sampler

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


class WriterStyle(NamedTuple):
    """Whose hand writes, and which of its characters are written anew.

    Attributes:
        seed: Same seed, same hand.
        rerolls: How many times each character was written anew; empty for never.
        toward: The seed of another hand.
        share: How far on the way to it, from 0 to 1.
    """

    seed: int = 0
    rerolls: tuple[int, ...] = ()
    toward: int = 0
    share: float = 0.0

    def character_noise(self, place: int, size: tuple[int, int]) -> np.ndarray:
        """Return what sets a character apart in its hand.

        Args:
            place: Number of the character among those with ink.
            size: How many there are.

        Returns:
            Standard normal numbers, ``float32``; for a place and a number of rerolls
            always the same.
        """
        take = self.rerolls[place] if self.rerolls else 0

        def draw(seed: int) -> np.ndarray:
            noise = random_stream(Stream.CHARACTER_NOISE, seed, take, place)
            return noise.standard_normal(size, "f4")

        first = draw(self.seed)
        return turned(first, draw(self.toward), self.share) if self.share else first


def sample_writer(
    model: "Sampler", signs: str, hand: WriterStyle, **style
) -> tuple[GeneratorInputs, Pen]:
    """Decide the digits of a text in one hand, the same whatever it is to write.

    Each latent is the hand's, mixed with a little of its own so that its length stays
    that of a drawn one; each style is the hand's, a little off.

    Args:
        model: Who draws.
        signs: Digits and signs, in order; n digits, or none.
        hand: Whose.
        **style: thickness, slant and variety, as for :meth:`Sampler.sample`.

    Returns:
        The recipe of the n digits, and the hand's mean pen on every digit. A model that
        knows no style draws every digit to be measured.

    Raises:
        InputError: The model cannot be asked that.
    """
    every, dim = len(model.classes), model.latent_dim
    digits = [(i, sign) for i, sign in enumerate(signs) if sign in model.classes]
    labels = [model.classes.index(sign) for _, sign in digits]
    both = model.labels([*range(every), *labels])
    shared = model.generator_inputs(both, seed=hand.seed, one_hand=True, **style)
    if hand.share:
        other = model.generator_inputs(both, seed=hand.toward, one_hand=True, **style)
        shared = between(shared, other, hand.share)
    usual, written = _part(shared, slice(every)), _part(shared, slice(every, None))
    if model.styles:
        pen = Pen(*(float(usual.conditions[name].mean()) for name in UNITS))
    else:
        pen = measured(model.draw(usual))
    own = np.zeros((len(digits), dim + len(UNITS)), "f4")
    for row, (place, _) in zip(own, digits, strict=True):
        row[:] = hand.character_noise(place, (1, len(row)))[0]
    mixed = np.float32(np.sqrt(1 - OWN**2)) * written.latents
    told = dict(written.conditions)
    for column, (name, limits) in enumerate(model.limits.items(), dim):
        moved = told[name] + JITTER[name] * own[:, column]
        told[name] = np.clip(moved, *limits).astype(np.float32)
    return GeneratorInputs(mixed + np.float32(OWN) * own[:, :dim], told), pen


def _part(recipe: GeneratorInputs, part: slice) -> GeneratorInputs:
    """Return the recipe of some of its digits."""
    told = {name: value[part] for name, value in recipe.conditions.items()}
    return GeneratorInputs(recipe.latents[part], told)


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
