"""Colours of ink and paper: a grey, a name, #rrggbb; paper may be transparent."""

from functools import lru_cache

import numpy as np
from PIL import ImageColor

from digitgan.errors import InputError

Colour = int | str
TRANSPARENT = "transparent"


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


@lru_cache(maxsize=256)
def ink_colours(background: Colour, ink: Colour) -> np.ndarray:
    """Return the colour of each amount of ink, 0 to 255.

    Returns:
        ``uint8 (256,)`` where both are greys, ``(256, 3)`` in colour, ``(256, 4)`` on
        transparent paper.
    """
    amount, last = np.arange(256)[:, np.newaxis], np.array(_rgb(ink))
    if background == TRANSPARENT:
        colours = np.concatenate([np.tile(last, (256, 1)), amount], axis=1)
        return colours.astype(np.uint8)
    first = np.array(_rgb(background))
    colours = np.rint(first + amount * (last - first) / 255).astype(np.uint8)
    is_grey = (colours == colours[:, :1]).all()
    return colours[:, 0] if is_grey else colours


def page_colours(
    background: Colour, ink: Colour, amount: int
) -> tuple[str | None, str, str]:
    """Return paper, ink and so much ink, of 255, as ``#rrggbb``; None is no paper.

    Where there is none, the third is as on white.
    """
    shown = 255 if background == TRANSPARENT else background
    first, last = np.array(_rgb(shown)), np.array(_rgb(ink))
    mixed = np.rint(first + amount * (last - first) / 255).astype(int)
    paper, dark, light = (
        "#" + "".join(f"{level:02x}" for level in rgb) for rgb in (first, last, mixed)
    )
    return None if background == TRANSPARENT else paper, dark, light


def _rgb(colour: Colour) -> tuple[int, ...]:
    return (colour,) * 3 if isinstance(colour, int) else ImageColor.getrgb(colour)
