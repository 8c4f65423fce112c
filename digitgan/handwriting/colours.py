"""Colours of ink and paper: a grey, a name, #rrggbb; paper may be transparent."""

from functools import lru_cache

import numpy as np
from PIL import ImageColor

Colour = int | str
TRANSPARENT = "transparent"


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
