"""A written text: the picture, and where each character left its ink."""

import io
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from PIL import Image

from digitgan.data.html import img, png
from digitgan.data.image_grid import save_gif
from digitgan.handwriting.centre_lines import centre_lines
from digitgan.handwriting.colours import page_colours
from digitgan.handwriting.geometry import DIGIT_HEIGHT
from digitgan.handwriting.layout import Shapes
from digitgan.handwriting.options import WriteOptions
from digitgan.handwriting.outlines import placed, scaled, trace
from digitgan.handwriting.vector_graphics import (
    LINE_INK,
    VectorPage,
    to_pdf,
    to_single_line_svg,
    to_svg,
)
from digitgan.handwriting.writer_style import PenStyle


@dataclass(frozen=True, eq=False, repr=False)
class WrittenText:
    """A text in one hand.

    Attributes:
        text: What was written.
        options: How it was written.
        pixels: The picture, ``uint8 (height, width)``, dark ink on light paper unless
            asked otherwise; in colour with 3 channels at the end, on transparent paper
            with 4.
        labels: The n characters that leave ink, in reading order.
        places: Of each among the characters of the text that are no space, from 0.
        boxes: Left, top, right and bottom of the ink of each, right and bottom
            exclusive, ``int (n, 4)``.
        inks: The ink of each inside its box, ``uint8 (height, width)``, 0 to 255.
        lines: Left, top, right and bottom of what is printed on the paper.
        shapes: What the outlines are traced from.
        pen: Thickness and slant of the hand.
    """

    text: str
    options: WriteOptions
    pixels: np.ndarray
    labels: tuple[str, ...]
    places: tuple[int, ...]
    boxes: np.ndarray
    inks: tuple[np.ndarray, ...]
    lines: list[tuple[int, int, int, int]]
    shapes: Shapes
    pen: PenStyle

    @property
    def seed(self) -> int:
        """Whose hand."""
        return self.options.seed

    @cached_property
    def image(self) -> Image.Image:
        """The picture, mode ``L``, ``RGB`` or ``RGBA``."""
        return Image.fromarray(self.pixels)

    @property
    def masks(self) -> np.ndarray:
        """Where each character left ink, ``bool (n, height, width)``."""
        masks = np.zeros((len(self.boxes), *self.pixels.shape[:2]), bool)
        for mask, (left, top, right, bottom), ink in zip(
            masks, self.boxes, self.inks, strict=True
        ):
            mask[top:bottom, left:right] = ink > 0
        return masks

    def __repr__(self) -> str:
        """Say what was written, and how large."""
        height, width = self.pixels.shape[:2]
        return f"WrittenText({self.text!r}, seed={self.seed}, {width} x {height})"

    def _repr_png_(self) -> bytes:
        """Show the picture in a notebook."""
        return png(self.image)

    @cached_property
    def outlines(self) -> list[list[np.ndarray]]:
        """The strokes of each character as closed curves, in pixels of the picture.

        See :class:`digitgan.handwriting.outlines.Outlines`.
        """
        drawn, stretches, corners = self.shapes
        outlines = scaled(trace(drawn), self.options.height, stretches, corners)
        return outlines.of_each(len(drawn))

    def svg(self, single_line: bool = False) -> str:
        """Return the page as SVG, its strokes as paths that hold at any size.

        A character's path has it as its title. Of a scanner's noise, which pixels
        have, nothing is in it.

        Args:
            single_line: The middle of each stroke instead of its outline, as plotters
                and engravers want it; drawn as wide as the hand's pen.
        """
        page, height = self._vector_page(), self.options.height
        if not single_line:
            return to_svg(page, self.text, self.labels)
        lines = [
            [placed(line, height, stretch, corner) for line in centre_lines(drawn)]
            for drawn, stretch, corner in zip(*self.shapes, strict=True)
        ]
        pen = self.pen.thickness * height / DIGIT_HEIGHT
        return to_single_line_svg(page, self.text, self.labels, lines, pen)

    def pdf(self) -> bytes:
        """Return the page as PDF, a pixel 1/96 inch, likewise."""
        return to_pdf(self._vector_page())

    def _vector_page(self) -> VectorPage:
        height, width = self.pixels.shape[:2]
        options = self.options
        colours = page_colours(options.background, options.ink, LINE_INK)
        return VectorPage(width, height, colours, self.lines, self.outlines)

    def to_dict(self) -> dict[str, Any]:
        """Return all but the pixels, as JSON can hold it."""
        return {
            "text": self.text,
            "seed": self.seed,
            "style": {name: round(v, 3) for name, v in self.pen._asdict().items()},
            "width": self.pixels.shape[1],
            "height": self.pixels.shape[0],
            "labels": list(self.labels),
            "places": list(self.places),
            "boxes": self.boxes.tolist(),
        }


class Walk(list[WrittenText]):
    """A text in the hands from one to another: the frames of a film."""

    def save(self, file: Path | BinaryIO) -> None:
        """Write the film that leads there and back, as a GIF."""
        save_gif([frame.image for frame in self], file)

    def _repr_html_(self) -> str:
        """Show the film in a notebook."""
        file = io.BytesIO()
        self.save(file)
        return img(file.getvalue(), self[0].text, "gif")
