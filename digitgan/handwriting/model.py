"""A trained model: it samples digits and writes texts; ``load()`` opens one."""

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Unpack

import numpy as np

from digitgan.data.images import DIGITS
from digitgan.errors import InputError, check_range, check_seed
from digitgan.handwriting.characters import Characters
from digitgan.handwriting.geometry import MAX_PIXELS
from digitgan.handwriting.glyphs import draw_glyphs
from digitgan.handwriting.layout import Layout, lay_out
from digitgan.handwriting.options import (
    WalkKeywords,
    WriteKeywords,
    WriteOptions,
)
from digitgan.handwriting.page import render_page
from digitgan.handwriting.writer_style import PenStyle, sample_writers
from digitgan.handwriting.written_text import Walk, WrittenText
from digitgan.hub import PREFIX, download
from digitgan.random_streams import random_seed
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
        for numbers in self._batches(texts, options):
            chosen = [(texts[number], options[number]) for number in numbers]
            drafts = self._lay_out(*zip(*chosen, strict=True))
            for number, pair, draft in zip(numbers, chosen, drafts, strict=True):
                written[number] = render_page(*pair, *draft)
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
        check_range("frames", frames, *FRAMES)
        check_seed(toward, field="toward")
        given = _with_seed(options)
        steps = [
            WriteOptions(**given, blend=(toward, share))
            for share in np.linspace(0, 1, frames).tolist()
        ]
        drafts: list[tuple[Layout, PenStyle]] = []
        for numbers in self._batches([text] * frames, steps):  # in order: one height
            same = [text] * len(numbers)
            drafts += self._lay_out(same, [steps[number] for number in numbers])
            if sum(layout.pixels for layout, _ in drafts) > MAX_PIXELS:
                problem = f"need more than {MAX_PIXELS:,} pixels in all"
                raise InputError("frames", frames, "fewer or smaller", problem)
        width = max(layout.size[0] for layout, _ in drafts)
        pairs = zip(steps, drafts, strict=True)
        return Walk(render_page(text, one, *draft, width) for one, draft in pairs)

    def _batches(
        self, texts: Sequence[str], options: Sequence[WriteOptions]
    ) -> list[list[int]]:
        """Return the numbers of texts that are laid out together."""
        if self.image.kind != "digits":
            problem = f"draws images of {self.image}"
            raise InputError("model", self.name, f"one of {DIGITS}", problem)
        groups: dict[tuple[int, bool], list[int]] = {}
        for number, one in enumerate(options):
            alike = groups.setdefault((one.height, one.lines == "boxes"), [])
            alike.append(number)
        batches = []
        for (height, _), numbers in groups.items():
            lengths = np.array([len(str(texts[number])) for number in numbers])
            batch = np.cumsum(lengths * 5 * height**2) // BATCH_PIXELS
            ends = np.flatnonzero(np.diff(batch)) + 1
            batches += np.split(np.array(numbers), ends)
        return [batch.tolist() for batch in batches]

    def _lay_out(
        self, texts: Sequence[str], options: Sequence[WriteOptions]
    ) -> Iterator[tuple[Layout, PenStyle]]:
        """Return layout and pen of each text of a batch."""
        characters = Characters.of(texts, self.classes)
        writers = sample_writers(self, characters, options)
        glyphs = draw_glyphs(characters, writers, options[0].height)
        layouts = lay_out(characters, glyphs, writers, options)
        return zip(layouts, writers.pens, strict=True)


def _with_seed(options: WalkKeywords) -> dict[str, Any]:
    """Return options with a random seed where it is None."""
    given: dict[str, Any] = {**options}
    if given.get("seed", 0) is None:
        given["seed"] = random_seed()
    return given


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
