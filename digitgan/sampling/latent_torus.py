"""A plane through the latents: a digit to wander in, without an edge."""

from typing import TYPE_CHECKING

import numpy as np

from digitgan.errors import InputError
from digitgan.random_streams import draw_latents
from digitgan.sampling.generator_inputs import GeneratorInputs

if TYPE_CHECKING:
    from digitgan.sampling.sampler import Sampler

TURN = 12  # steps after which the plane comes round


def plane(
    model: "Sampler",
    x,
    y,
    *,
    digit: int | None = None,
    seed: int = 0,
    **style,
) -> GeneratorInputs:
    """Return the recipe of digits on a plane; draw it with :meth:`Sampler.draw`.

    At 0, 0 lies the latent of the seed's hand. To the right two halves of it turn in
    one circle, and down in another (a flat torus): every step changes the digit as much
    as any other, each latent is as long as a drawn one, and after ``TURN`` steps
    either way the same digit comes again.

    Args:
        model: Who draws.
        x: Steps to the right, ``float (n,)``.
        y: Steps down, ``float (n,)``.
        digit: The label, for a model that knows labels.
        seed: Same seed, same plane.
        **style: thickness, slant and variety, as for :meth:`Sampler.sample`; the hand's
            own unless given.

    Raises:
        InputError: The model cannot be asked that.
    """
    classes = len(model.classes)
    if classes and (digit is None or not 0 <= digit < classes):
        raise InputError(f"digit is {digit}: allowed is 0 to {classes - 1}")
    if not classes and digit is not None:
        raise InputError("digit is given: this model cannot be asked for one")
    labels = np.arange(classes, dtype=np.int32) if classes else 1
    hand = model.generator_inputs(labels, seed=seed, one_hand=True, **style)
    told = {
        name: np.repeat(value[digit or 0], len(x))
        for name, value in hand.conditions.items()
    }
    latents = np.float32(style.get("variety", 1)) * _turned(model, seed, x, y)
    return GeneratorInputs(latents, told)


def _turned(model: "Sampler", seed: int, x, y) -> np.ndarray:
    """Return the latents of places, ``float32 (n, latent_dim)``."""
    hand, other, right, down = draw_latents(4, model.latent_dim, seed)
    across, along = (hand + other) / np.sqrt(2), (hand - other) / np.sqrt(2)
    a, b = (2 * np.pi / TURN * np.asarray(way, float)[:, np.newaxis] for way in (x, y))
    turned = np.cos(a) * across + np.sin(a) * right + np.cos(b) * along
    return ((turned + np.sin(b) * down) / np.sqrt(2)).astype(np.float32)
