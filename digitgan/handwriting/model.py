"""A trained model: it samples digits and writes texts; ``load()`` opens one."""

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Unpack

import numpy as np

from digitgan.data.images import DIGITS
from digitgan.errors import InputError
from digitgan.handwriting.characters import Characters
from digitgan.handwriting.geometry import MAX_PIXELS
from digitgan.handwriting.glyphs import draw_glyphs
from digitgan.handwriting.layout import Layout, lay_out
from digitgan.handwriting.options import (
    WalkKeywords,
    WriteKeywords,
    WriteOptions,
    check_seed,
    check_whole,
    text_rows,
)
from digitgan.handwriting.page import printed_lines, render_page
from digitgan.handwriting.writer_style import PenStyle, sample_writers
from digitgan.handwriting.written_text import Walk, WrittenText
from digitgan.hub import PREFIX, download
from digitgan.random_streams import given_or_random
from digitgan.sampling.model_loader import SHIPPED, open_model
from digitgan.sampling.sampler import Sampler

HUB_NAME = re.compile(r"[\w-][\w.-]*/[\w-][\w.-]*")  # user/name
WALK_FRAMES = 24  # unless given
FRAMES = (2, 240)  # of a walk
BATCH_PIXELS = 2**21  # of the frames of glyphs that are laid out together


class Model(Sampler):
    """A trained generator that also writes."""

    @classmethod
    def from_pretrained(cls, name: str) -> "Model":
        """Open a model of the hub: :func:`load` of ``hf://user/name``."""
        return load(name if name.startswith(PREFIX) else PREFIX + name)

    def write(self, text: str, **options: Unpack[WriteKeywords]) -> WrittenText:
        """Write a text in one hand; same arguments, same picture.

        Args:
            text: Up to 1,000 digits, spaces, line breaks and ``- . , : / + ( )``.
            **options: The fields of
                :class:`digitgan.handwriting.options.WriteOptions`: seed, slant,
                thickness, variety, spacing, height, width, background, ink, lines,
                noise, rerolls and blend; a seed of None is a random one, which the text
                keeps.

        Raises:
            InputError: An argument is out of range, the text does not fit, or the
                model cannot be asked for digits or for that style.
        """
        return self.write_many([text], [WriteOptions(**_with_seed(options))])[0]

    def write_many(
        self, texts: Sequence[str], options: Sequence[WriteOptions]
    ) -> list[WrittenText]:
        """Write many texts in less time than one after the other; same pictures.

        Args:
            texts: As for :meth:`write`.
            options: How each is written; texts of one height are written together.

        Raises:
            InputError: One of them cannot be written so.
        """
        written: dict[int, WrittenText] = {}
        for number, layout, pen in self._lay_out(texts, options):
            text, one, width = texts[number], options[number], layout.size[0]
            written[number] = _rendered(text, one, layout, pen, width)
        return [written[number] for number in range(len(texts))]

    def write_walk(
        self,
        text: str,
        *,
        toward: int,
        frames: int = WALK_FRAMES,
        **options: Unpack[WalkKeywords],
    ) -> Walk:
        """Write a text in the hands on the way from one to another, on equal pages.

        Args:
            text: As for :meth:`write`.
            toward: The seed of the last hand.
            frames: How many, both ends included; 2 to 240.
            **options: As for :meth:`write`, without blend.

        Raises:
            InputError: As there, or the frames have too many pixels in all.
        """
        check_whole("frames", frames, *FRAMES)
        check_seed("toward", toward)
        given = _with_seed(options)
        steps = [
            WriteOptions(**given, blend=(toward, share))
            for share in np.linspace(0, 1, frames).tolist()
        ]
        drafts, pixels = [], 0
        for number, layout, pen in self._lay_out([text] * frames, steps):
            drafts.append((steps[number], layout, pen))
            pixels += layout.size[0] * layout.size[1]
            if pixels > MAX_PIXELS:
                problem = f"need more than {MAX_PIXELS:,} pixels in all"
                raise InputError("frames", frames, "fewer or smaller", problem)
        width = max(layout.size[0] for _, layout, _ in drafts)
        return Walk(
            _rendered(text, one, layout, pen, width) for one, layout, pen in drafts
        )

    def _lay_out(
        self, texts: Sequence[str], options: Sequence[WriteOptions]
    ) -> Iterator[tuple[int, Layout, PenStyle]]:
        """Yield number, layout and pen of each text, those of one height in order."""
        if self.image.kind != "digits":
            problem = f"draws images of {self.image}"
            raise InputError("model", self.name, f"one of {DIGITS}", problem)
        rows = [text_rows(text, self.classes) for text in texts]
        for numbers in _batches(texts, options):
            characters = Characters.of([rows[number] for number in numbers])
            chosen = [options[number] for number in numbers]
            counts = np.diff(characters.starts).tolist()
            for one, count in zip(chosen, counts, strict=True):
                one.check_rerolls(count)
            writers = sample_writers(self, characters, chosen)
            images = self.draw(writers.digits)
            glyphs = draw_glyphs(images, characters, writers, chosen[0].height)
            layouts = lay_out(characters, glyphs, writers, chosen)
            yield from zip(numbers, layouts, writers.pens, strict=True)


def _with_seed(options: WalkKeywords) -> dict[str, Any]:
    """Return options with a random seed where it is None."""
    return {**options, "seed": given_or_random(options.get("seed", 0))}


def _batches(
    texts: Sequence[str], options: Sequence[WriteOptions]
) -> Iterator[list[int]]:
    """Yield the numbers of texts that are laid out together."""
    groups: dict[tuple[int, bool], list[int]] = {}
    for number, one in enumerate(options):
        alike = groups.setdefault((one.height, one.lines == "boxes"), [])
        alike.append(number)
    for (height, _), numbers in groups.items():
        frames = np.array([len(texts[number]) for number in numbers]) * 5 * height**2
        batch = np.cumsum(frames) // BATCH_PIXELS
        ends = np.flatnonzero(np.diff(batch)) + 1
        yield from (part.tolist() for part in np.split(np.array(numbers), ends))


def _rendered(
    text: str, options: WriteOptions, layout: Layout, pen: PenStyle, width: int
) -> WrittenText:
    """Return a text on a page of a width."""
    characters = "".join(text.split())
    return WrittenText(
        text,
        options,
        render_page(layout, width, options),
        tuple(characters[place] for place in layout.places),
        layout.places,
        layout.boxes,
        layout.inks,
        printed_lines(layout, width, options),
        layout.shapes,
        pen,
    )


def load(model: str | os.PathLike[str] = "flagship", threads: int = 0) -> Model:
    """Open a trained generator.

    Args:
        model: ``flagship``, which comes with the package; or a run, or the folder of
            one, or a model folder; or ``hf://user/name``, which is brought from the
            Hugging Face hub; ``hf://user/name@revision`` is a branch, tag or commit.
        threads: Processor threads to draw with; 0 for one a core.

    Raises:
        InputError: There is no model, or its files are not those described.
        OSError: The hub cannot be reached.
    """
    name = os.fspath(model)
    if name.startswith(PREFIX):
        model = download("model", name)
    elif HUB_NAME.fullmatch(name) and not Path(name).exists():
        raise InputError("model", name, f"a folder, or {PREFIX}{name}", "is not here")
    opened = open_model(SHIPPED if name == "flagship" else model)
    return Model(**vars(opened), name=name, threads=threads)
