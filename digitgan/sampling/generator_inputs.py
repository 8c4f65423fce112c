"""What decides digits before any is drawn, and the interpolation of two of them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike


@dataclass(frozen=True, eq=False)
class GeneratorInputs:
    """The inputs of the generator for n digits."""

    latents: np.ndarray  # float32 (n, latent_dim)
    # ``label``, ``thickness`` in pixels, ``slant`` in degrees, ``(n,)`` each; only
    # those that the generator takes:
    conditions: dict[str, np.ndarray]


def slerp(first: np.ndarray, last: np.ndarray, share: ArrayLike) -> np.ndarray:
    """Interpolate normal numbers ``float32 (n, d)`` along the sphere (Shoemake 1985).

    So no place between lies nearer to the usual form than both ends (doi
    10.1145/325165.325242). Shares, one or ``(n,)``, go from 0, the first, to 1, the
    last, both exactly.
    """
    share = np.broadcast_to(share, len(first))[:, np.newaxis]
    norms = np.linalg.norm(first, axis=1) * np.linalg.norm(last, axis=1)
    cosine = np.einsum("nd,nd->n", first, last) / np.maximum(norms, 1e-9)
    angle = np.maximum(np.arccos(np.clip(cosine, -1, 1)), 1e-3)[:, np.newaxis]
    rest, share32 = (1 - share).astype(np.float32), share.astype(np.float32)
    parts = np.sin(rest * angle) * first + np.sin(share32 * angle) * last
    between = parts / np.sin(angle)
    return np.where(share == 0, first, np.where(share == 1, last, between))


def linear(first: np.ndarray, last: np.ndarray, share: ArrayLike) -> np.ndarray:
    """Interpolate evenly, in the numbers' own precision."""
    share = np.asarray(share)
    return (1 - share).astype(first.dtype) * first + share.astype(first.dtype) * last


def interpolate(
    first: GeneratorInputs, last: GeneratorInputs, share: float
) -> GeneratorInputs:
    """Interpolate inputs of the same labels: latents by slerp, styles linearly."""
    conditions = dict(first.conditions)
    for name in conditions.keys() - {"label"}:
        conditions[name] = linear(conditions[name], last.conditions[name], share)
    return GeneratorInputs(slerp(first.latents, last.latents, share), conditions)


def interpolation_path(
    first: GeneratorInputs, last: GeneratorInputs, frames: int
) -> list[GeneratorInputs]:
    """Return ``frames`` steps, 2 or more, from one to the other, both included."""
    return [interpolate(first, last, share) for share in np.linspace(0, 1, frames)]
