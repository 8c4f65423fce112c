"""Latents that depend on the seed and the digit's number alone."""

import numpy as np

BLOCK = 1024


def draw_latents(n: int, latent_dim: int, seed: int = 0, start: int = 0) -> np.ndarray:
    """Draw the latents of digits ``start`` to ``start + n`` of a seed.

    Digit number i of a seed has the same latent whatever the batch size, the number
    of workers or the backend: every block of 1,024 digits has a Philox stream of its
    own, keyed by (seed, block).

    Args:
        n: How many.
        latent_dim: Length of each.
        seed: Any integer from 0 to 2**64 - 1.
        start: Number of the first digit.

    Returns:
        ``float32 (n, latent_dim)``, standard normal.
    """
    first, last = start // BLOCK, -(-(start + n) // BLOCK)
    blocks = [_draw_block(seed, block, latent_dim) for block in range(first, last)]
    offset = start - first * BLOCK
    empty = np.empty((0, latent_dim), np.float32)
    return np.concatenate([empty, *blocks])[offset : offset + n]


def _draw_block(seed: int, block: int, latent_dim: int) -> np.ndarray:
    stream = np.random.Generator(np.random.Philox(key=np.array([seed, block], "u8")))
    return stream.standard_normal((BLOCK, latent_dim), dtype=np.float32)
