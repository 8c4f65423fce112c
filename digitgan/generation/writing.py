"""Write a text in one hand: the picture, and where each character left its ink."""

import operator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from digitgan.errors import InputError, unknown_name
from digitgan.generation.characters import characters
from digitgan.generation.hand import Pen, stream
from digitgan.generation.layout import MOST_PIXELS, lay_out, wander
from digitgan.generation.paper import LINES, picture_of, printed, scanned
from digitgan.generation.signs import DIGIT, SIGNS

if TYPE_CHECKING:
    from digitgan.generation.sampler import Sampler

LONGEST = 1_000  # characters
HEIGHTS = (10, 200)
DIGITS = tuple("0123456789")
SPACING = (0.0, 0.15)  # usual paper between neighbours, in heights of a digit
NEAREST, FARTHEST = 0.5, 10.0  # allowed overlap and distance, likewise


@dataclass(frozen=True, eq=False)
class Written:
    """A text in one hand.

    Attributes:
        image: The picture, mode ``L``, dark ink on light paper unless asked otherwise.
        labels: The n characters that leave ink, in reading order.
        boxes: Left, top, right and bottom of the ink of each, right and bottom
            exclusive, ``int (n, 4)``.
        inks: The ink of each inside its box, ``uint8 (height, width)``, 0 to 255.
        pen: Thickness and slant of the hand.
    """

    image: Image.Image
    labels: tuple[str, ...]
    boxes: np.ndarray
    inks: tuple[np.ndarray, ...]
    pen: Pen

    @property
    def masks(self) -> np.ndarray:
        """Say where each character left ink, ``bool (n, height, width)``."""
        masks = np.zeros((len(self.boxes), *self.image.size[::-1]), bool)
        for mask, (left, top, right, bottom), ink in zip(
            masks, self.boxes, self.inks, strict=True
        ):
            mask[top:bottom, left:right] = ink > 0
        return masks


def write(  # noqa: PLR0913 - each decides how the text looks
    model: "Sampler",
    text: str,
    *,
    seed: int = 0,
    slant: float | None = None,
    thickness: float | None = None,
    variety: float = 1.0,
    spacing: tuple[int, int] | None = None,
    height: int = DIGIT,
    width: int | None = None,
    background: int = 255,
    ink: int = 0,
    lines: str | None = None,
    noise: float = 0.0,
) -> Written:
    """Write a text in one hand; same arguments, same picture.

    Args:
        model: Who draws the digits.
        text: Up to 1,000 digits, spaces, line breaks and signs ``- . , : / + ( )``.
        seed: From 0 to 2**64 - 1: another seed, another hand.
        slant: In degrees, positive leaning right; as real hands unless given.
        thickness: Of strokes, in pixels of a 28 x 28 digit; likewise.
        variety: From 0, the most usual hand, to 1, as various as the model can.
        spacing: Least and most pixels between the ink of neighbours, drawn anew for
            each pair; below 0 they overlap. 0 to 0.15 heights unless given.
        height: Of a digit in pixels, 10 to 200; 20 is how large MNIST is.
        width: Of the picture in pixels; as wide as the text unless given. Characters
            move together as far as spacing allows.
        background: Grey level of the paper, 0 black to 255 white.
        ink: Grey level of the ink.
        lines: ``ruled``, ``grid`` or ``boxes``, a form with a cell for each character.
        noise: Of a scanner, from 0 to 1: uneven light, blur, grain.

    Raises:
        InputError: An argument is out of range, the text does not fit, or the model
            cannot be asked for digits or for that style.
    """
    rows = rows_of(model, text)
    _check_page(height, width, background, ink, lines, noise)
    spacing = _checked_spacing(spacing, height, lines)
    hand = {"seed": seed, "slant": slant, "thickness": thickness, "variety": variety}
    labels = tuple("".join(rows).replace(" ", ""))
    frames, pen = characters(model, labels, height, **hand)
    rng = stream(seed, lane=12)
    for frame, below in zip(frames, wander(rows, height, rng), strict=True):
        frame[:] = np.roll(frame, below, axis=0)
    layout = lay_out(rows, frames, pen.slant, height, spacing, width, rng)
    sheet = printed(lines, layout, height)
    inks, boxes = _put_down(frames, layout, sheet)
    picture = picture_of(sheet, background, ink)
    picture = scanned(picture, noise, stream(seed, lane=13))
    seen = [label for label, frame in zip(labels, frames, strict=True) if frame.any()]
    return Written(picture, tuple(seen), boxes, inks, pen)


def rows_of(model: "Sampler", text: str) -> list[str]:
    """Return the lines of a text that a model can write.

    Raises:
        InputError: It has none, too many or other characters, or they cannot be asked
            of the model.
    """
    if not isinstance(text, str):
        raise InputError(f"text is {text!r}: allowed is a string")
    if not 1 <= len(text) <= LONGEST:
        raise InputError(
            f"text has {len(text):,} characters: allowed are 1 to {LONGEST:,}"
        )
    digits = "".join(name for name in model.classes if name in DIGITS)
    if not digits:
        raise InputError(
            f"text is {text!r}: this model cannot be asked for a digit; "
            "allowed is one that knows labels"
        )
    text = text.replace("\r\n", "\n")
    for place, character in enumerate(text, 1):
        if character not in f"{digits}{SIGNS} \n":
            raise InputError(
                f"text {text!r} has {character!r} at place {place}: allowed are the "
                f"digits {digits}, spaces, line breaks and {' '.join(SIGNS)}"
            )
    if not text.strip():
        raise InputError(f"text is {text!r}: allowed is one with a digit or a sign")
    return text.split("\n")


def _check_page(height, width, background, ink, lines, noise) -> None:
    """Refuse what no page can be."""
    _check_whole("height", height, *HEIGHTS)
    if width is not None:
        _check_whole("width", width, 1, MOST_PIXELS)
    _check_whole("background", background, 0, 255)
    _check_whole("ink", ink, 0, 255)
    if lines is not None and lines not in LINES:
        raise unknown_name("lines", lines, LINES)
    if not 0 <= noise <= 1:
        raise InputError(f"noise is {noise}: allowed is 0 to 1")


def _check_whole(name: str, value, low: int, high: int) -> None:
    if not (isinstance(value, int | np.integer) and low <= value <= high):
        raise InputError(
            f"{name} is {value!r}: allowed are whole numbers from {low} to {high:,}"
        )


def _checked_spacing(spacing, height: int, lines: str | None):
    """Return least and most paper between neighbours; None for cells."""
    if lines == "boxes":
        if spacing is not None:
            raise InputError("spacing is given: allowed beside lines 'boxes' is none")
        return None
    if spacing is None:
        return tuple(round(share * height) for share in SPACING)
    low, high = -round(NEAREST * height), round(FARTHEST * height)
    try:
        least, most = spacing
        least, most = operator.index(least), operator.index(most)
    except (TypeError, ValueError):
        least, most = high, low
    if not low <= least <= most <= high:
        raise InputError(
            f"spacing is {spacing!r}: allowed are two whole numbers, the least and the "
            f"most, from {low} to {high} at height {height}"
        )
    return least, most


def _put_down(frames, layout, sheet):
    """Ink the sheet; return the ink of each character and where it lies."""
    inks, boxes = [], []
    for frame, left, top in zip(frames, layout.lefts, layout.tops, strict=True):
        if not frame.any():
            continue  # the model drew nothing
        down, right = np.flatnonzero(frame.any(1)), np.flatnonzero(frame.any(0))
        inside = frame[down[0] : down[-1] + 1, right[0] : right[-1] + 1]
        x, y = left + right[0], top + down[0]
        box = (x, y, x + inside.shape[1], y + inside.shape[0])
        part = sheet[box[1] : box[3], box[0] : box[2]]
        np.maximum(part, inside, out=part)
        inks.append(inside)
        boxes.append(box)
    return tuple(inks), np.array(boxes, int).reshape(-1, 4)
