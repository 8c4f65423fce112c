"""Random numbers that depend on the seed and on what they are for alone.

Every purpose has a Philox stream of its own (Salmon et al. 2011, "Parallel random
numbers: as easy as 1, 2, 3"), so whatever is drawn by number (digit 7 of a seed, text
12 of a data set) is the same in any batch, process or order. This is the one place
where such streams are made.
"""

import logging
import secrets
from enum import IntEnum

import numpy as np

LOGGER = logging.getLogger("digitgan")
ROWS_PER_KEY = 1024  # digits that share a key: their rows follow each other


class Stream(IntEnum):
    """What random numbers are for; the number is the last word of Philox' counter."""

    LATENTS = 0
    STYLES = 1
    LABELS = 2
    TEXTS = 3
    WRITERS = 4
    TRAIN_LABELS = 5  # these three: the order of balanced labels
    VALIDATION_LABELS = 6
    TEST_LABELS = 7
    CHARACTER_NOISE = 10
    BASELINE_JITTER = 12
    SCANNER_NOISE = 13
    ROBUST = 14
    # These share the latents' number, and with equal seeds their bits. Nothing is drawn
    # from two of them that could be compared; their bytes are those of shipped models.
    TRAINING_ORDER = 0
    HELD_OUT = 0
    TRIPLETS = 0


def random_seed(bits: int = 64) -> int:
    """Return a seed of so many random bits, and say in the log which."""
    seed = secrets.randbits(bits)
    LOGGER.info("seed=%d, at random", seed)
    return seed


def random_stream(
    purpose: Stream, seed: int, number: int = 0, place: int = 0
) -> np.random.Generator:
    """Return the random numbers of one purpose.

    The number is that of the sample, the epoch, the reroll ...; the place is within a
    text.
    """
    return np.random.Generator(_philox(purpose, seed, number, place))


class StreamReader:
    """One generator that goes to the start of any stream: quick for short draws."""

    def __init__(self):
        self._rng = np.random.Generator(np.random.Philox(key=0))
        self._state: dict = dict(self._rng.bit_generator.state)

    def start(
        self, purpose: Stream, seed: int, number: int = 0, place: int = 0
    ) -> np.random.Generator:
        """Return it at the start of what :func:`random_stream` returns.

        The next call takes it elsewhere.
        """
        key, counter = _words(purpose, seed, number, place)
        self._state["state"] = {"key": key, "counter": counter}
        self._rng.bit_generator.state = self._state
        return self._rng


def random_integers(purpose: Stream, seed: int, shape: int | tuple) -> np.ndarray:
    """Return raw ``uint64`` of a stream, the same in every version of NumPy."""
    return _philox(purpose, seed, 0, 0).random_raw(shape)


def _philox(purpose: Stream, seed: int, number: int, place: int) -> np.random.Philox:
    key, counter = _words(purpose, seed, number, place)
    return np.random.Philox(key=key, counter=counter)


def _words(
    purpose: Stream, seed: int, number: int, place: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return key and counter of Philox."""
    return np.array([seed, number], "u8"), np.array([0, 0, place, purpose], "u8")


def draw_latents(n: int, latent_dim: int, seed: int = 0, start: int = 0) -> np.ndarray:
    """Draw the latents of digits ``start`` to ``start + n`` of a seed.

    Returns:
        ``float32 (n, latent_dim)``, standard normal.
    """
    draw = np.random.Generator.standard_normal
    return _gather(Stream.LATENTS, draw, latent_dim, n, seed, start)


def draw_uniforms(n: int, width: int, seed: int = 0, start: int = 0) -> np.ndarray:
    """Draw what the styles of such digits are chosen by, ``float32 (n, width)``.

    They lie in [0, 1).
    """
    return _gather(Stream.STYLES, np.random.Generator.random, width, n, seed, start)


def _gather(purpose: Stream, draw, width: int, n: int, seed: int, start: int):
    """Join the rows of digits ``start`` to ``start + n``, wherever their keys change.

    A key's rows are drawn as far as they are needed: the first do not depend on the
    rest.
    """
    end, parts = start + n, [np.empty((0, width), np.float32)]
    for first in range(start - start % ROWS_PER_KEY, end, ROWS_PER_KEY):
        stream = random_stream(purpose, seed, first // ROWS_PER_KEY)
        shape = min(ROWS_PER_KEY, end - first), width
        rows = draw(stream, shape, dtype=np.float32)
        parts.append(rows[max(0, start - first) :])
    return np.concatenate(parts)
