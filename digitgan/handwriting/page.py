"""What a text is written on, and what a scanner makes of it."""

import operator
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageFilter

from digitgan.errors import InputError, unknown_name
from digitgan.handwriting.layout import MOST_PIXELS, SQUARE, Layout
from digitgan.handwriting.punctuation import DIGIT

HEIGHTS = (10, 200)
SPACING = (0.0, 0.15)  # usual paper between neighbours, in heights of a digit
NEAREST, FARTHEST = 0.5, 10.0  # allowed overlap and distance, likewise
LINES = ("ruled", "grid", "boxes")
PRINTED = 90  # ink of printed lines, of 255
ABOVE, BELOW = 1.25, 0.25  # how far a form cell reaches from the baseline, in heights
SHADE = 0.2  # how much darker the darkest place is at full noise
BLUR, GRAIN = 0.7, 9.0  # at full noise: pixels, grey levels


@dataclass(frozen=True)
class Paper:
    """How a text stands on its page; each as :meth:`Sampler.write` says.

    Raises:
        InputError: No page can be that.
    """

    height: int = DIGIT
    width: int | None = None
    spacing: tuple[int, int] | None = None
    background: int = 255
    ink: int = 0
    lines: str | None = None
    noise: float = 0.0

    def __post_init__(self):
        """Refuse what no page can be."""
        check_whole("height", self.height, *HEIGHTS)
        if self.width is not None:
            check_whole("width", self.width, 1, MOST_PIXELS)
        check_whole("background", self.background, 0, 255)
        check_whole("ink", self.ink, 0, 255)
        if self.lines is not None and self.lines not in LINES:
            raise unknown_name("lines", self.lines, LINES)
        if not 0 <= self.noise <= 1:
            raise InputError(f"noise is {self.noise}: allowed is 0 to 1")
        if self.spacing is not None:
            self._check_spacing()

    @property
    def between(self) -> tuple[int, int] | None:
        """Least and most paper between neighbours; None for cells."""
        if self.lines == "boxes":
            return None
        if self.spacing is None:
            return tuple(round(share * self.height) for share in SPACING)
        return self.spacing

    def _check_spacing(self) -> None:
        if self.lines == "boxes":
            raise InputError("spacing is given: allowed beside lines 'boxes' is none")
        low, high = -round(NEAREST * self.height), round(FARTHEST * self.height)
        try:
            least, most = map(operator.index, self.spacing)
        except (TypeError, ValueError):
            least, most = high, low
        if not low <= least <= most <= high:
            raise InputError(
                f"spacing is {self.spacing!r}: allowed are two whole numbers, the "
                f"least and the most, from {low} to {high} at height {self.height}"
            )


def check_whole(name: str, value, low: int, high: int) -> None:
    """Refuse what is no whole number within limits.

    Raises:
        InputError: It is not.
    """
    if not (isinstance(value, int | np.integer) and low <= value <= high):
        raise InputError(
            f"{name} is {value!r}: allowed are whole numbers from {low} to {high:,}"
        )


def printed(kind: str | None, layout: Layout, height: int) -> np.ndarray:
    """Draw ruled lines, squares or the cells of a form.

    Args:
        kind: ``ruled``, ``grid``, ``boxes`` or None.
        layout: Where the text stands.
        height: Of a digit, in pixels.

    Returns:
        ``uint8``, as large as the picture, 0 paper to 255 ink.
    """
    sheet = np.zeros(layout.size[::-1], np.uint8)
    for line in range(max(1, round(height / 30))):
        if kind == "ruled":
            sheet[layout.baselines + line] = PRINTED
        if kind == "grid":
            square = round(SQUARE * height)
            sheet[layout.baselines[0] % square + line :: square] = PRINTED
            sheet[:, square // 2 + line :: square] = PRINTED
        for left, right, baseline in layout.cells:
            top = baseline - round(ABOVE * height)
            bottom = baseline + round(BELOW * height)
            sheet[[top + line, bottom - line], left : right + 1] = PRINTED
            sheet[top : bottom + 1, [left + line, right - line]] = PRINTED
    return sheet


def picture_of(ink: np.ndarray, background: int, dark: int) -> Image.Image:
    """Return ink on paper as people see it.

    Args:
        ink: ``uint8 (height, width)``, 0 paper to 255 ink.
        background: Grey level of the paper, 0 black to 255 white.
        dark: Grey level of the ink.
    """
    levels = background + np.arange(256) * (dark - background) / 255
    return Image.fromarray(np.rint(levels).astype(np.uint8)[ink])


def scanned(
    picture: Image.Image, noise: float, rng: np.random.Generator
) -> Image.Image:
    """Look at a picture through a scanner: uneven light, blur, grain; nothing moves.

    Args:
        picture: In grey levels.
        noise: From 0, as it is, to 1, a poor scan.
        rng: What decides the light and the grain.
    """
    if not noise:
        return picture
    size = picture.size
    shade = Image.fromarray(rng.random((3, 4), np.float32))
    shade = np.asarray(shade.resize(size, Image.Resampling.BICUBIC))
    soft = np.asarray(picture.filter(ImageFilter.GaussianBlur(BLUR * noise)))
    lit = soft * (1 - SHADE * noise * np.clip(shade, 0, 1))
    grey = lit + GRAIN * noise * rng.standard_normal(lit.shape, np.float32)
    return Image.fromarray(np.rint(np.clip(grey, 0, 255)).astype(np.uint8))
