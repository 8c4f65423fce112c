"""What decides digits before any is drawn, and the interpolation of two of them."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class GeneratorInputs:
    """The inputs of the generator for n digits.

    Attributes:
        latents: ``float32 (n, latent_dim)``.
        conditions: By name, ``(n,)`` each: ``label``, ``thickness`` in pixels,
            ``slant`` in degrees; only those that the generator takes.
    """

    latents: np.ndarray
    conditions: dict[str, np.ndarray]


def slerp(first: np.ndarray, last: np.ndarray, share: float) -> np.ndarray:
    """Interpolate normal numbers along the sphere (Shoemake 1985).

    So no place between lies nearer to the usual form than both ends (doi
    10.1145/325165.325242).

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


def interpolate(
    first: GeneratorInputs, last: GeneratorInputs, share: float
) -> GeneratorInputs:
    """Interpolate inputs of the same labels: latents by slerp, styles linearly.

    Args:
        first: Where to begin.
        last: Where to end.
        share: From 0, the first, to 1, the last.
    """
    conditions = dict(first.conditions)
    for name in conditions.keys() - {"label"}:
        mixed = (1 - share) * conditions[name] + share * last.conditions[name]
        conditions[name] = mixed.astype(np.float32)
    return GeneratorInputs(slerp(first.latents, last.latents, share), conditions)


def interpolation_path(
    first: GeneratorInputs, last: GeneratorInputs, frames: int
) -> list[GeneratorInputs]:
    """Return ``frames`` steps, 2 or more, from one to the other, both included."""
    return [interpolate(first, last, share) for share in np.linspace(0, 1, frames)]
