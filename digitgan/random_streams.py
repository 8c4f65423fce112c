"""Random numbers that depend on the seed and the digit's number alone."""

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

    def rows(stream, count):
        return stream.standard_normal((count, latent_dim), dtype=np.float32)

    return _gather(rows, (latent_dim,), n, seed, start, lane=0)


def draw_uniforms(n: int, width: int, seed: int = 0, start: int = 0) -> np.ndarray:
    """Draw numbers in [0, 1) for digits ``start`` to ``start + n`` of a seed.

    As :func:`draw_latents`, from streams that those latents do not touch.

    Returns:
        ``float32 (n, width)``.
    """

    def rows(stream, count):
        return stream.random((count, width), dtype=np.float32)

    return _gather(rows, (width,), n, seed, start, lane=1)


def _gather(draw, shape, n: int, seed: int, start: int, lane: int) -> np.ndarray:
    """Join the parts of the blocks that digits ``start`` to ``start + n`` lie in.

    A block is drawn as far as it is needed: its first rows do not depend on the rest.
    """
    end, parts = start + n, [np.empty((0, *shape), np.float32)]
    for first in range(start - start % BLOCK, end, BLOCK):
        key = np.array([seed, first // BLOCK], "u8")
        philox = np.random.Philox(key=key, counter=[0, 0, 0, lane])
        rows = draw(np.random.Generator(philox), min(BLOCK, end - first))
        parts.append(rows[max(0, start - first) :])
    return np.concatenate(parts)
