"""Write a text in one hand: the picture, and where each character left its ink."""

import operator
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from PIL import Image

from digitgan.errors import InputError
from digitgan.handwriting.glyphs import characters
from digitgan.handwriting.layout import MOST_PIXELS, Layout, lay_out, sway
from digitgan.handwriting.page import Paper, check_whole, picture_of, printed, scanned
from digitgan.handwriting.punctuation import DIGIT, SIGNS
from digitgan.handwriting.writer_style import Pen, WriterStyle
from digitgan.random_streams import Stream, random_stream

if TYPE_CHECKING:
    from digitgan.sampling.sampler import Sampler

LONGEST = 1_000  # characters
DIGITS = tuple("0123456789")
REROLLS = 999_999  # of a character
FRAMES = (2, 240)  # of a walk


@dataclass(frozen=True, eq=False)
class WrittenText:
    """A text in one hand.

    Attributes:
        image: The picture, mode ``L``, dark ink on light paper unless asked otherwise.
        labels: The n characters that leave ink, in reading order.
        places: Of each among the characters of the text that are no space, from 0.
        boxes: Left, top, right and bottom of the ink of each, right and bottom
            exclusive, ``int (n, 4)``.
        inks: The ink of each inside its box, ``uint8 (height, width)``, 0 to 255.
        pen: Thickness and slant of the hand.
    """

    image: Image.Image
    labels: tuple[str, ...]
    places: tuple[int, ...]
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
    rerolls: tuple[int, ...] | None = None,
    blend: tuple[int, float] | None = None,
) -> WrittenText:
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
        rerolls: For each of the n characters that are no space, how many times it was
            written anew; the ink of the others stays as it is.
        blend: Another seed and how far on the way to its hand, from 0, not at all, to
            1, all the way.

    Raises:
        InputError: An argument is out of range, the text does not fit, or the model
            cannot be asked for digits or for that style.
    """
    rows = rows_of(model, text)
    paper = Paper(height, width, spacing, background, ink, lines, noise)
    style = {"slant": slant, "thickness": thickness, "variety": variety}
    hand = WriterStyle(seed, _checked_rerolls(rerolls, rows), *_checked_blend(blend))
    draft = _draft(model, rows, paper, hand, style)
    return _finished(draft, draft.layout.size[0], paper, seed)


def write_walk(  # noqa: PLR0913 - each decides how the text looks
    model: "Sampler",
    text: str,
    *,
    toward: int,
    frames: int = 24,
    seed: int = 0,
    slant: float | None = None,
    thickness: float | None = None,
    variety: float = 1.0,
    rerolls: tuple[int, ...] | None = None,
    **page,
) -> list[WrittenText]:
    """Write a text in the hands on the way from one to another, on equal pages.

    Args:
        model: Who draws the digits.
        text: As for :meth:`Sampler.write`.
        toward: The seed of the last hand.
        frames: How many, both ends included; 2 to 240.
        seed: Of the first hand.
        slant: As the rest, see there.
        thickness: See there.
        variety: See there.
        rerolls: See there.
        **page: height, width, spacing, background, ink, lines and noise.

    Raises:
        InputError: As there, or the frames have too many pixels in all.
    """
    check_whole("frames", frames, *FRAMES)
    check_whole("toward", toward, 0, 2**64 - 1)
    rows, paper = rows_of(model, text), Paper(**page)
    style = {"slant": slant, "thickness": thickness, "variety": variety}
    first = WriterStyle(seed, _checked_rerolls(rerolls, rows))
    drafts, pixels = [], 0
    for share in np.linspace(0, 1, frames).tolist():
        hand = first._replace(toward=toward, share=share)
        drafts.append(_draft(model, rows, paper, hand, style))
        pixels += drafts[-1].layout.size[0] * drafts[-1].layout.size[1]
        if pixels > MOST_PIXELS:
            raise InputError(
                f"{frames} frames need more than {MOST_PIXELS:,} pixels: allowed are "
                "these in all"
            )
    width = max(draft.layout.size[0] for draft in drafts)
    return [_finished(draft, width, paper, seed) for draft in drafts]


class _Draft(NamedTuple):
    """What each character leaves on a page, and where, before there is one."""

    labels: tuple[str, ...]
    places: tuple[int, ...]
    inks: tuple[np.ndarray, ...]
    boxes: np.ndarray
    layout: Layout
    pen: Pen


def _draft(
    model, rows: list[str], paper: Paper, hand: WriterStyle, style: dict
) -> _Draft:
    """Write every character and give it its place."""
    labels = "".join(rows).replace(" ", "")
    frames, pen = characters(model, labels, hand, paper.height, **style)
    swayed = sway(rows, hand)
    below = np.rint(paper.height * swayed.below).astype(int)
    for frame, down in zip(frames, below, strict=True):
        frame[:] = np.roll(frame, down, axis=0)
    page = paper.height, paper.between, paper.width
    layout = lay_out(rows, frames, pen.slant, *page, swayed.shares)
    places, inks, boxes = [], [], []
    laid = zip(frames, layout.lefts, layout.tops, strict=True)
    for place, (frame, left, top) in enumerate(laid):
        if not frame.any():
            continue  # the model drew nothing
        down, right = np.flatnonzero(frame.any(1)), np.flatnonzero(frame.any(0))
        inside = frame[down[0] : down[-1] + 1, right[0] : right[-1] + 1].copy()
        x, y = left + right[0], top + down[0]
        boxes.append((x, y, x + inside.shape[1], y + inside.shape[0]))
        inks.append(inside)
        places.append(place)
    boxes = np.array(boxes, int).reshape(-1, 4)
    seen = tuple(labels[place] for place in places)
    return _Draft(seen, tuple(places), tuple(inks), boxes, layout, pen)


def _finished(draft: _Draft, width: int, paper: Paper, seed: int) -> WrittenText:
    """Ink a page of a width."""
    layout = draft.layout._replace(size=(width, draft.layout.size[1]))
    sheet = printed(paper.lines, layout, paper.height)
    for (left, top, right, bottom), ink in zip(draft.boxes, draft.inks, strict=True):
        part = sheet[top:bottom, left:right]
        np.maximum(part, ink, out=part)
    picture = picture_of(sheet, paper.background, paper.ink)
    noise = random_stream(Stream.SCANNER_NOISE, seed)
    picture = scanned(picture, paper.noise, noise)
    return WrittenText(picture, *draft[:2], draft.boxes, draft.inks, draft.pen)


def _knows(model: "Sampler") -> str:
    some = ", ".join(model.classes[:3])
    return f"writes {some}, ..." if some else "cannot be asked for a digit"


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
            f"text is {text!r}: this model {_knows(model)}; "
            "allowed is one that knows the labels 0 to 9"
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


def _checked_rerolls(rerolls, rows: list[str]) -> tuple[int, ...]:
    """Return how many times each character was written anew; empty for never."""
    if rerolls is None:
        return ()
    count = len("".join(rows).replace(" ", ""))
    try:
        told = tuple(map(operator.index, rerolls))
    except TypeError:
        told = ()
    if len(told) != count or not all(0 <= times <= REROLLS for times in told):
        raise InputError(
            f"rerolls are {rerolls!r}: allowed are {count} whole numbers from 0 to "
            f"{REROLLS:,}, one for each character of the text"
        )
    return told


def _checked_blend(blend) -> tuple[int, float]:
    """Return the seed of the other hand and the share of it."""
    if blend is None:
        return 0, 0.0
    try:
        toward, share = operator.index(blend[0]), float(blend[1])
        good = len(blend) == 2 and 0 <= toward < 2**64 and 0 <= share <= 1
    except (TypeError, ValueError, IndexError, KeyError):
        good = False
    if not good:
        raise InputError(
            f"blend is {blend!r}: allowed are a seed from 0 to 2**64 - 1 and a share "
            "from 0 to 1"
        )
    return toward, share
