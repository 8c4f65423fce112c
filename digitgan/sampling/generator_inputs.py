"""What decides digits before any is drawn, and the way from one to another."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class GeneratorInputs:
    """What decides n digits before any is drawn.

    Attributes:
        latents: ``float32 (n, latent_dim)``.
        conditions: What the network is told, by name, ``(n,)`` each: ``label``,
            ``thickness`` in pixels, ``slant`` in degrees; only those that it knows.
    """

    latents: np.ndarray
    conditions: dict[str, np.ndarray]


def turned(first: np.ndarray, last: np.ndarray, share: float) -> np.ndarray:
    """Turn normal numbers towards others on the sphere.

    So no place between lies nearer to the usual form than both ends (Shoemake 1985,
    doi 10.1145/325165.325242).

    Args:
        first: ``float32 (n, d)``.
        last: Likewise.
        share: From 0, the first, to 1, the last, both exactly.
    """
    if share in (0, 1):
        return last if share else first
    norms = np.linalg.norm(first, axis=1) * np.linalg.norm(last, axis=1)
    cosine = np.einsum("nd,nd->n", first, last) / np.maximum(norms, 1e-9)
    angle = np.maximum(np.arccos(np.clip(cosine, -1, 1)), 1e-3)[:, np.newaxis]
    parts = np.sin((1 - share) * angle) * first + np.sin(share * angle) * last
    return (parts / np.sin(angle)).astype(np.float32)


def between(
    first: GeneratorInputs, last: GeneratorInputs, share: float
) -> GeneratorInputs:
    """Go a part of the way from one recipe to another over the same labels.

    Latents turn, styles move evenly.

    Args:
        first: Where to begin.
        last: Where to end.
        share: From 0, the first, to 1, the last.
    """
    told = dict(first.conditions)
    for name in told.keys() - {"label"}:
        moved = (1 - share) * told[name] + share * last.conditions[name]
        told[name] = moved.astype(np.float32)
    return GeneratorInputs(turned(first.latents, last.latents, share), told)


def walk(
    first: GeneratorInputs, last: GeneratorInputs, frames: int
) -> list[GeneratorInputs]:
    """Lead from one recipe to another over the same labels.

    Args:
        first: Where to begin.
        last: Where to end.
        frames: How many steps, both ends included; 2 or more.
    """
    return [between(first, last, share) for share in np.linspace(0, 1, frames)]
