"""How a text may look: every option, its default and its check."""

import operator
from dataclasses import dataclass
from typing import Any, TypedDict

import numpy as np
from PIL import ImageColor

from digitgan.errors import InputError, check_number, check_range, check_seed
from digitgan.handwriting.colours import TRANSPARENT, Colour
from digitgan.handwriting.geometry import DIGIT_HEIGHT, MAX_PIXELS
from digitgan.sampling.styles import MAX_VARIETY

HEIGHTS = (10, 2_000)  # of a digit, in pixels
MIN_SPACING, MAX_SPACING = -0.5, 10.0  # in heights of a digit
LINES = ("ruled", "grid", "boxes")
MAX_REROLLS = 999_999  # of a character

Blend = tuple[int, float]  # a seed and a share


@dataclass(frozen=True)
class WriteOptions:
    """How a text is written; the one place of the defaults.

    Attributes:
        seed: From 0 to 2**64 - 1: another seed, another hand.
        slant: In degrees, positive leaning right; as real hands unless given.
        thickness: Of strokes, in pixels of a 28 x 28 digit; likewise.
        variety: From 0, the most usual hand, to 1, as various as real ones, and up to
            1.5, odder than those.
        spacing: Least and most pixels between the ink of neighbours, drawn anew for
            each pair; below 0 they overlap. 0 to 0.15 heights unless given.
        height: Of a digit in pixels, 10 to 2,000; 20 is how large MNIST is.
        width: Of the picture in pixels; as wide as the text unless given. Characters
            move together as far as spacing allows.
        background: Of the paper: a grey, 0 black to 255 white; a colour, by its name
            in CSS or as ``#rrggbb``; or ``transparent``.
        ink: A grey or a colour.
        lines: ``ruled``, ``grid`` or ``boxes``, a form with a cell for each character.
        noise: Of a scanner, from 0 to 1: uneven light, blur, grain.
        rerolls: For each of the n characters that are no space, how many times it was
            written anew; the ink of the others stays as it is.
        blend: Another seed and how far on the way to its hand, from 0, not at all, to
            1, all the way.

    Raises:
        InputError: No text can be written so.
    """

    seed: int = 0
    slant: float | None = None
    thickness: float | None = None
    variety: float = 1.0
    spacing: tuple[int, int] | None = None
    height: int = DIGIT_HEIGHT
    width: int | None = None
    background: Colour = 255
    ink: Colour = 0
    lines: str | None = None
    noise: float = 0.0
    rerolls: tuple[int, ...] | None = None
    blend: Blend | None = None

    def __post_init__(self) -> None:
        """Refuse what no text can be; thickness and slant are up to the model."""
        for name in ("background", "ink"):
            object.__setattr__(self, name, check_colour(name, getattr(self, name)))
        if self.lines is not None and self.lines not in LINES:
            raise InputError.unknown("lines", self.lines, LINES)
        if self.noise and self.background == TRANSPARENT:
            problem = "cannot go with transparent paper, which no scanner sees"
            raise InputError("noise", self.noise, "0", problem)
        check_number("variety", self.variety, 0, MAX_VARIETY)
        check_number("noise", self.noise, 0, 1)
        check_seed(self.seed)
        check_range("height", self.height, *HEIGHTS)
        if self.width is not None:
            check_range("width", self.width, 1, MAX_PIXELS)
        # What came as lists is kept as tuples, so that options can be compared.
        if self.spacing is not None:
            object.__setattr__(self, "spacing", self._checked_spacing())
        if self.rerolls is not None:
            object.__setattr__(self, "rerolls", self._checked_rerolls())
        if self.blend is not None:
            object.__setattr__(self, "blend", self._checked_blend())

    def _checked_spacing(self) -> tuple[int, int]:
        if self.lines == "boxes":
            problem = "cannot go with lines 'boxes'"
            raise InputError("spacing", self.spacing, "none", problem)
        lowest = round(MIN_SPACING * self.height)
        highest = round(MAX_SPACING * self.height)
        numbers = _whole_numbers(self.spacing)
        if len(numbers) != 2 or not lowest <= numbers[0] <= numbers[1] <= highest:
            allowed = "two whole numbers, the least and the most, from "
            allowed += f"{lowest} to {highest} at height {self.height}"
            raise InputError("spacing", self.spacing, allowed)
        return numbers[0], numbers[1]

    def _checked_rerolls(self) -> tuple[int, ...]:
        numbers = _whole_numbers(self.rerolls)
        if not numbers or not 0 <= min(numbers) <= max(numbers) <= MAX_REROLLS:
            allowed = f"whole numbers from 0 to {MAX_REROLLS:,}, one for each "
            allowed += "character that is no space"
            raise InputError("rerolls", self.rerolls, allowed)
        return numbers

    def _checked_blend(self) -> Blend:
        try:
            seed, share = self.blend  # type: ignore[misc] - it may be anything
            check_seed(seed, field="blend")
            check_number("blend", share, 0, 1)
        except (TypeError, ValueError):  # InputError is one
            allowed = "a seed from 0 to 2**64 - 1 and a share from 0 to 1"
            raise InputError("blend", self.blend, allowed) from None
        return operator.index(seed), float(share)


class WalkKeywords(TypedDict, total=False):
    """The fields of :class:`WriteOptions` but blend, as keywords for editors.

    A seed of None is a random one, which the written text keeps.
    """

    seed: int | None
    slant: float | None
    thickness: float | None
    variety: float
    spacing: tuple[int, int] | None
    height: int
    width: int | None
    background: Colour
    ink: Colour
    lines: str | None
    noise: float
    rerolls: tuple[int, ...] | None


class WriteKeywords(WalkKeywords, total=False):
    """All fields of :class:`WriteOptions`, as keywords for editors."""

    blend: Blend | None


def check_colour(field: str, value: Colour) -> Colour:
    """Return a colour: greys as integers, names as they are.

    Raises:
        InputError: It is none, or ink that could not be seen.
    """
    allowed = "a grey from 0 to 255, or a colour such as navy or #1a237e"
    if field == "background":
        allowed = f"{allowed}, or {TRANSPARENT}"
        if value == TRANSPARENT:
            return value
    if isinstance(value, str) and value.isascii() and value.isdecimal():
        value = int(value[:4])  # as it is typed, or stands in a URL
    try:
        if isinstance(value, str) and len(ImageColor.getrgb(value)) == 3:
            return value
        if isinstance(value, int | np.integer) and 0 <= value <= 255:
            return int(value)
    except ValueError:
        pass
    raise InputError(field, value, allowed)


def _whole_numbers(values: Any) -> tuple[int, ...]:
    """Return a sequence of integers as such; empty for anything else."""
    try:
        return tuple(map(operator.index, values))
    except TypeError:
        return ()
