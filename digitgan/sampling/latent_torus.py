"""A flat torus through the latents: digits to wander in, without an edge."""

import numpy as np
from numpy.typing import ArrayLike

from digitgan.errors import InputError
from digitgan.random_streams import draw_latents
from digitgan.sampling.generator_inputs import GeneratorInputs
from digitgan.sampling.sampler import Sampler

PERIOD = 12  # after as many, either way, the same digit comes again


def torus_inputs(
    model: Sampler,
    x: ArrayLike,
    y: ArrayLike,
    *,
    digit: int | None = None,
    seed: int = 0,
    thickness: float | None = None,
    slant: float | None = None,
    variety: float = 1.0,
) -> GeneratorInputs:
    """Return the inputs of digits on a torus, ``float (n,)`` steps right and down.

    At 0, 0 lies the latent of the seed's hand. To the right two halves of it turn in
    one circle, and down in another: every step changes the digit as much as any other,
    each latent is as long as a drawn one, and after ``PERIOD`` steps either way
    the same digit comes again. The other arguments are as for :meth:`Sampler.sample`.

    Raises:
        InputError: The model cannot be asked that.
    """
    classes = len(model.classes)
    if classes and (digit is None or not 0 <= digit < classes):
        raise InputError("digit", digit, f"0 to {classes - 1}")
    if not classes and digit is not None:
        raise InputError("digit", digit, problem="is given to a model without labels")
    shared = model.generator_inputs(
        np.arange(classes, dtype=np.int32) if classes else 1,
        seed=seed,
        thickness=thickness,
        slant=slant,
        variety=variety,
        one_hand=True,
    )
    conditions = {
        name: np.repeat(values[digit or 0], np.size(x))
        for name, values in shared.conditions.items()
    }
    latents = np.float32(variety) * _torus_latents(model.latent_dim, seed, x, y)
    return GeneratorInputs(latents, conditions)


def _torus_latents(latent_dim: int, seed: int, x, y) -> np.ndarray:
    """Return the latents of places, ``float32 (n, latent_dim)``.

    The first latent of the seed is (u + v) / sqrt(2); u turns towards a third latent
    with x, v towards a fourth with y. All four are independent, so lengths stay.
    """
    first, second, third, fourth = draw_latents(4, latent_dim, seed)
    u, v = (first + second) / np.sqrt(2), (first - second) / np.sqrt(2)
    step = 2 * np.pi / PERIOD
    a, b = (step * np.asarray(steps, float)[:, np.newaxis] for steps in (x, y))
    turned = np.cos(a) * u + np.sin(a) * third + np.cos(b) * v + np.sin(b) * fourth
    return (turned / np.sqrt(2)).astype(np.float32)
