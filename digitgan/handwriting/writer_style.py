"""One writer: characters that one person wrote, alike but never twice the same."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from digitgan.handwriting.options import WriteOptions
from digitgan.handwriting.punctuation import NOISE_PER_STROKE, STROKES
from digitgan.measure.strokes import ink_moments, outline_width
from digitgan.random_streams import Stream, random_stream
from digitgan.sampling.generator_inputs import GeneratorInputs, interpolate, slerp
from digitgan.sampling.sampler import Sampler
from digitgan.sampling.styles import STYLE_UNITS

LATENT_JITTER = 0.4  # of each latent is the digit's own, the rest the hand's; by eye
STYLE_JITTER = {"thickness": 0.12, "slant": 1.5}  # of a hand, in the units of each
BASELINE_STEP, MAX_OFFSET = 0.03, 0.08  # heights: usual and greatest way off the line
PERSISTENCE = 0.7  # how much of that a character hands on to the next


class PenStyle(NamedTuple):
    """How a hand writes.

    Attributes:
        thickness: Mean stroke width, in pixels of a 28 x 28 digit.
        slant: In degrees, positive leaning right.
    """

    thickness: float
    slant: float


class BaselineJitter(NamedTuple):
    """How a hand strays from an even text of n characters.

    Attributes:
        below: How far under its line each stands, in heights of a digit, ``(n,)``.
        gaps: How much of the distance that it may choose each takes, from 0 to 1,
            ``(n,)``.
    """

    below: np.ndarray
    gaps: np.ndarray


@dataclass(frozen=True, eq=False)
class WriterStyle:
    """All that a writer decides about a text before any of it is drawn.

    Attributes:
        digits: What the generator is to draw, in order.
        pen: The hand's mean on every digit.
        punctuation_noise: Of each mark in order, ``float32 (strokes, 8)``.
        jitter: Of the baseline and the gaps.
    """

    digits: GeneratorInputs
    pen: PenStyle
    punctuation_noise: list[np.ndarray]
    jitter: BaselineJitter


class _SeedDraw(NamedTuple):
    """What one seed decides: inputs of labels, noise of characters, jitter."""

    inputs: GeneratorInputs
    noise: list[np.ndarray]
    jitter: BaselineJitter


def sample_writer(
    model: Sampler, rows: list[str], options: WriteOptions
) -> WriterStyle:
    """Decide how one writer writes a text: the same hand, whatever the text says.

    Each latent is the hand's, mixed with a little of its own so that its length stays
    that of a drawn one; each style is the hand's, a little off.

    Args:
        model: What draws the digits.
        rows: The lines of the text, see :func:`digitgan.handwriting.options.text_rows`.
        options: How it is written.

    Raises:
        InputError: The model cannot be asked that.
    """
    characters = "".join(rows).replace(" ", "")
    every = len(model.classes)  # one of each comes first, for the mean pen
    digits = [model.classes.index(c) for c in characters if c not in STROKES]
    labels = np.array([*range(every), *digits], np.int32)
    other, share = options.blend or (0, 0.0)
    drawn = _draw_seed(model, labels, rows, options, options.seed)
    if share:
        drawn = _blend(drawn, _draw_seed(model, labels, rows, options, other), share)
    usual = GeneratorInputs(
        drawn.inputs.latents[:every],
        {name: values[:every] for name, values in drawn.inputs.conditions.items()},
    )
    width = model.latent_dim + len(STYLE_UNITS)
    own = [n for c, n in zip(characters, drawn.noise, strict=True) if c not in STROKES]
    return WriterStyle(
        _vary(model, drawn.inputs, every, np.reshape(own, (len(digits), width))),
        _mean_pen(model, usual),
        [n for c, n in zip(characters, drawn.noise, strict=True) if c in STROKES],
        drawn.jitter,
    )


def _draw_seed(
    model: Sampler,
    labels: np.ndarray,
    rows: list[str],
    options: WriteOptions,
    seed: int,
) -> _SeedDraw:
    """Draw what one seed decides, for labels in its hand and the text's characters."""
    inputs = model.generator_inputs(
        labels,
        seed=seed,
        thickness=options.thickness,
        slant=options.slant,
        variety=options.variety,
        one_hand=True,
    )
    characters = "".join(rows).replace(" ", "")
    rerolls, noise = options.rerolls or (0,) * len(characters), []
    for place, character in enumerate(characters):
        shape = (1, model.latent_dim + len(STYLE_UNITS))
        if character in STROKES:
            shape = (len(STROKES[character]), NOISE_PER_STROKE)
        rng = random_stream(Stream.CHARACTER_NOISE, seed, rerolls[place], place)
        noise.append(rng.standard_normal(shape, "f4"))
    rng = random_stream(Stream.BASELINE_JITTER, seed)
    below = wander(rows, rng)
    return _SeedDraw(inputs, noise, BaselineJitter(below, rng.random(len(below))))


def _blend(first: _SeedDraw, last: _SeedDraw, share: float) -> _SeedDraw:
    """Go a share of the way: on the sphere for normal numbers, evenly for the rest."""
    below, gaps = (
        (1 - share) * a + share * b
        for a, b in zip(first.jitter, last.jitter, strict=True)
    )
    return _SeedDraw(
        interpolate(first.inputs, last.inputs, share),
        [slerp(*pair, share) for pair in zip(first.noise, last.noise, strict=True)],
        BaselineJitter(below, gaps),
    )


def wander(rows: list[str], rng: np.random.Generator) -> np.ndarray:
    """Walk smoothly up and down along each line, an autoregressive process.

    Args:
        rows: The lines of a text.
        rng: What decides the walk.

    Returns:
        How far below its line each character stands, in heights of a digit, ``(n,)``,
        at most 0.08.
    """
    walk = []
    for row in rows:
        place = rng.standard_normal()
        for _ in row.replace(" ", ""):
            walk.append(BASELINE_STEP * place)
            step = np.sqrt(1 - PERSISTENCE**2) * rng.standard_normal()
            place = PERSISTENCE * place + step
    return np.clip(walk, -MAX_OFFSET, MAX_OFFSET)


def _vary(
    model: Sampler, shared: GeneratorInputs, start: int, own: np.ndarray
) -> GeneratorInputs:
    """Add to the shared latent and style of digits from ``start`` on each one's own.

    Args:
        model: What draws them.
        shared: Inputs of one hand.
        start: The first digit to vary.
        own: Standard normal, ``float32 (n, latent_dim + 2)``.
    """
    dim = model.latent_dim
    latents = np.float32(np.sqrt(1 - LATENT_JITTER**2)) * shared.latents[start:]
    latents = latents + np.float32(LATENT_JITTER) * own[:, :dim]
    conditions = {name: values[start:] for name, values in shared.conditions.items()}
    for column, (name, limits) in enumerate(model.limits.items(), dim):
        style = conditions[name] + STYLE_JITTER[name] * own[:, column]
        conditions[name] = np.clip(style, *limits).astype(np.float32)
    return GeneratorInputs(latents, conditions)


def _mean_pen(model: Sampler, usual: GeneratorInputs) -> PenStyle:
    """Return the mean pen of every digit; a model without styles draws them first."""
    if model.styles:
        return PenStyle(*(float(usual.conditions[name].mean()) for name in STYLE_UNITS))
    images = model.draw(usual)
    slant = ink_moments(images).slant
    return PenStyle(float(outline_width(images).mean()), float(slant.mean()))
