"""Writers: characters that one person wrote, alike but never twice the same."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, islice
from typing import NamedTuple

import numpy as np

from digitgan.errors import InputError
from digitgan.handwriting.characters import Characters
from digitgan.handwriting.options import WriteOptions
from digitgan.handwriting.outlines import pieces
from digitgan.handwriting.punctuation import NOISE_PER_STROKE, STROKES
from digitgan.measure.strokes import ink_moments, outline_width
from digitgan.random_streams import Stream, StreamReader
from digitgan.sampling.generator_inputs import GeneratorInputs, linear, slerp
from digitgan.sampling.sampler import Sampler
from digitgan.sampling.styles import STYLE_UNITS, UNIFORMS

LATENT_JITTER = 0.4  # of each latent is the digit's own, the rest the hand's; by eye
STYLE_JITTER = {"thickness": 0.12, "slant": 1.5}  # of a hand, in the units of each
TRIES = 3  # at each digit, until its strokes hold together
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


@dataclass(frozen=True, eq=False)
class WriterStyles:
    """All that the writers of some texts decide.

    Attributes:
        digits: What the generator was to draw, in order.
        images: As it drew them, ``uint8 (m, 28, 28)``.
        pens: Of each text: the hand's mean on every digit.
        punctuation_noise: Of each mark in order, ``float32 (strokes, 8)``.
        below: How far under its line each of the n characters stands, in heights of a
            digit, ``(n,)``.
        gaps: How much of the distance that it may choose each takes, from 0 to 1,
            ``(n,)``.
    """

    digits: GeneratorInputs
    images: np.ndarray
    pens: list[PenStyle]
    punctuation_noise: list[np.ndarray]
    below: np.ndarray
    gaps: np.ndarray


class _SeedDraws(NamedTuple):
    """What the seeds of some texts decide.

    Attributes:
        latents: Of each hand, ``float32 (texts, latent_dim)``.
        styles: Of each hand's labels, ``float32 (styles, texts, labels)``.
        digit_noise: Of each digit, ``float32 (m, latent_dim + 2)``, or, until one is
            chosen, of each try at it, ``(3, m, latent_dim + 2)``.
        punctuation_noise: See :class:`WriterStyles`, as the rest.
        below: See there.
        gaps: See there.
    """

    latents: np.ndarray
    styles: np.ndarray
    digit_noise: np.ndarray
    punctuation_noise: list[np.ndarray]
    below: np.ndarray
    gaps: np.ndarray


def sample_writers(
    model: Sampler, characters: Characters, options: Sequence[WriteOptions]
) -> WriterStyles:
    """Decide how each text is written: the same hand, whatever the text says.

    Each latent is the hand's, mixed with a little of its own so that its length stays
    that of a drawn one; each style is the hand's, a little off. A digit whose strokes
    break is tried anew.

    Args:
        model: What draws the digits.
        characters: Of the texts.
        options: How each is written.

    Raises:
        InputError: The model cannot be asked that.
    """
    for one, count in zip(options, np.diff(characters.starts).tolist(), strict=True):
        if one.rerolls is not None and len(one.rerolls) != count:
            allowed = f"{count} whole numbers, one for each character that is no space"
            raise InputError("rerolls", one.rerolls, allowed)
    names = [sign for sign in characters.signs if sign not in STROKES]
    labels = np.array([model.classes.index(name) for name in names], np.int32)
    text = characters.text[characters.is_digit]

    def draw(seeds: list[int]) -> tuple[_SeedDraws, np.ndarray]:
        tries = _draw_seeds(model, characters, options, seeds)
        return _first_whole(model, tries, labels, text)

    drawn, images = draw([one.seed for one in options])
    blends = [one.blend or (one.seed, 0.0) for one in options]
    shares = np.array([share for _, share in blends])
    if shares.any():
        others, _ = draw([seed for seed, _ in blends])
        drawn = _blend(characters, drawn, others, shares)
    digits = _vary(model, drawn, labels, text)
    return WriterStyles(
        digits,
        model.draw(digits) if shares.any() else images,
        _mean_pens(model, drawn),
        drawn.punctuation_noise,
        drawn.below,
        drawn.gaps,
    )


def _draw_seeds(
    model: Sampler,
    characters: Characters,
    options: Sequence[WriteOptions],
    seeds: Sequence[int],
) -> _SeedDraws:
    """Draw what the seed of each text decides."""
    streams, texts, units = StreamReader(), len(seeds), len(STYLE_UNITS)
    counts = np.diff(characters.starts).tolist()
    latents = np.empty((texts, model.latent_dim), np.float32)
    uniforms = np.empty((texts, UNIFORMS), np.float32)
    count, width = characters.is_digit.sum(), model.latent_dim + units
    digits = np.empty((TRIES, count, width), np.float32)
    marks, steps, gaps, digit = [], [], [], iter(range(count))
    for text, seed in enumerate(seeds):
        rng = streams.start(Stream.LATENTS, seed)
        rng.standard_normal(dtype=np.float32, out=latents[text])
        streams.start(Stream.STYLES, seed).random(dtype=np.float32, out=uniforms[text])
        rng = streams.start(Stream.BASELINE_JITTER, seed)
        for row in characters.rows[text]:
            steps.append(rng.standard_normal(len(row.replace(" ", "")) + 1))
        gaps.append(rng.random(counts[text]))
        signs = characters.signs[slice(*characters.starts[text : text + 2])]
        rerolls = options[text].rerolls or (0,) * len(signs)
        for place, sign in enumerate(signs):
            rng = streams.start(Stream.CHARACTER_NOISE, seed, rerolls[place], place)
            if sign in STROKES:
                shape = (len(STROKES[sign]), NOISE_PER_STROKE)
                marks.append(rng.standard_normal(shape, np.float32))
            else:
                noise = rng.standard_normal((TRIES, width), np.float32)
                digits[:, next(digit)] = noise
    variety = np.array([[one.variety] for one in options], np.float32)
    styles = np.zeros((0, texts, len(model.classes)), np.float32)
    if model.styles:
        hands = model.styles.hands(uniforms, variety)
        styles = np.ascontiguousarray(np.moveaxis(hands, 2, 0))
    for row, name in enumerate(STYLE_UNITS):
        for text, one in enumerate(options):
            if (value := getattr(one, name)) is not None:
                styles[row, text] = model.checked_style(name, value, 1)
    jitter = wander(steps), np.concatenate(gaps)
    return _SeedDraws(variety * latents, styles, digits, marks, *jitter)


def _first_whole(
    model: Sampler, drawn: _SeedDraws, labels: np.ndarray, text: np.ndarray
) -> tuple[_SeedDraws, np.ndarray]:
    """Choose the first try at each digit that is in one piece, or the last.

    Returns:
        The draws with the noise of those, and what they look like.
    """
    noise, *others = drawn.digit_noise
    drawn = drawn._replace(digit_noise=noise)
    images = model.draw(_vary(model, drawn, labels, text))
    broken = np.arange(len(images))
    for other in others:
        broken = broken[pieces(images[broken]) > 1]
        if not len(broken):
            break
        noise[broken] = other[broken]
        again = drawn._replace(digit_noise=other[broken])
        images[broken] = model.draw(_vary(model, again, labels[broken], text[broken]))
    return drawn, images


def _blend(
    characters: Characters, first: _SeedDraws, last: _SeedDraws, shares: np.ndarray
) -> _SeedDraws:
    """Go a share of the way: on the sphere for normal numbers, evenly for the rest."""
    own = shares[characters.text]
    marks = zip(
        first.punctuation_noise,
        last.punctuation_noise,
        own[~characters.is_digit],
        strict=True,
    )
    return _SeedDraws(
        slerp(first.latents, last.latents, shares),
        linear(first.styles, last.styles, shares[:, np.newaxis]),
        slerp(first.digit_noise, last.digit_noise, own[characters.is_digit]),
        [slerp(a, b, np.full(len(a), share)) for a, b, share in marks],
        linear(first.below, last.below, own),
        linear(first.gaps, last.gaps, own),
    )


def wander(steps: list[np.ndarray]) -> np.ndarray:
    """Walk smoothly up and down along each line, an autoregressive process.

    Args:
        steps: Of each line: standard normal, one more than it has characters.

    Returns:
        How far below its line each character stands, in heights of a digit, ``(n,)``,
        at most 0.08.
    """
    walk, innovation = [], math.sqrt(1 - PERSISTENCE**2)
    for line in steps:
        places = accumulate(
            line.tolist(), lambda at, z: PERSISTENCE * at + innovation * z
        )
        walk += islice(places, len(line) - 1)
    return np.clip(BASELINE_STEP * np.array(walk), -MAX_OFFSET, MAX_OFFSET)


def _vary(
    model: Sampler, drawn: _SeedDraws, labels: np.ndarray, text: np.ndarray
) -> GeneratorInputs:
    """Add to the latent and the style of each digit's hand its own."""
    dim = model.latent_dim
    latents = np.float32(np.sqrt(1 - LATENT_JITTER**2)) * drawn.latents[text]
    latents += np.float32(LATENT_JITTER) * drawn.digit_noise[:, :dim]
    conditions = {"label": labels}
    for row, (name, limits) in enumerate(model.limits.items()):
        style = drawn.styles[row, text, labels]
        style = style + STYLE_JITTER[name] * drawn.digit_noise[:, dim + row]
        conditions[name] = np.clip(style, *limits)
    return GeneratorInputs(latents, conditions)


def _mean_pens(model: Sampler, drawn: _SeedDraws) -> list[PenStyle]:
    """Return the mean pen of every digit; a model without styles draws them first."""
    if model.styles:
        means = drawn.styles.mean(axis=2)
    else:
        labels = np.arange(len(model.classes), dtype=np.int32)
        texts = len(drawn.latents)
        latents = np.repeat(drawn.latents, len(labels), axis=0)
        images = model.draw(GeneratorInputs(latents, {"label": np.tile(labels, texts)}))
        measured = outline_width(images), ink_moments(images).slant
        means = [values.reshape(texts, -1).mean(axis=1) for values in measured]
    return [PenStyle(*map(float, pen)) for pen in zip(*means, strict=True)]
