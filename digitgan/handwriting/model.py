"""A trained model: it samples digits and writes texts; ``load()`` opens one."""

from collections.abc import Sequence
from pathlib import Path
from typing import Unpack

import numpy as np

from digitgan.data.images import DIGITS
from digitgan.errors import InputError
from digitgan.handwriting.geometry import MAX_PIXELS
from digitgan.handwriting.glyphs import draw_glyphs
from digitgan.handwriting.layout import lay_out
from digitgan.handwriting.options import (
    Blend,
    WalkKeywords,
    WriteKeywords,
    WriteOptions,
    check_seed,
    check_whole,
    text_rows,
)
from digitgan.handwriting.page import render_page
from digitgan.handwriting.writer_style import sample_writer
from digitgan.handwriting.written_text import WrittenText
from digitgan.sampling.hub import HUB_PREFIX, download
from digitgan.sampling.model_loader import open_model
from digitgan.sampling.sampler import Sampler

SHIPPED = Path(__file__).parent.parent / "pretrained"
WALK_FRAMES = 24  # unless given
FRAMES = (2, 240)  # of a walk


class Model(Sampler):
    """A trained generator that also writes."""

    def write(self, text: str, **options: Unpack[WriteKeywords]) -> WrittenText:
        """Write a text in one hand; same arguments, same picture.

        Args:
            text: Up to 1,000 digits, spaces, line breaks and ``- . , : / + ( )``.
            **options: The fields of
                :class:`digitgan.handwriting.options.WriteOptions`: seed, slant,
                thickness, variety, spacing, height, width, background, ink, lines,
                noise, rerolls and blend.

        Raises:
            InputError: An argument is out of range, the text does not fit, or the
                model cannot be asked for digits or for that style.
        """
        blend = options.pop("blend", None)
        return self._write_pages(text, [blend], options)[0]

    def write_walk(
        self,
        text: str,
        *,
        toward: int,
        frames: int = WALK_FRAMES,
        **options: Unpack[WalkKeywords],
    ) -> list[WrittenText]:
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
        shares = np.linspace(0, 1, frames).tolist()
        return self._write_pages(text, [(toward, share) for share in shares], options)

    def _write_pages(
        self, text: str, blends: Sequence[Blend | None], options: WalkKeywords
    ) -> list[WrittenText]:
        """Write a text in the hand of each blend, on pages of one width."""
        if self.image.kind != "digits":
            problem = f"draws images of {self.image}"
            raise InputError("model", self.name, f"one of {DIGITS}", problem)
        rows = text_rows(text, self.classes)
        characters = "".join(rows).replace(" ", "")
        drafts, pixels = [], 0
        for page in [WriteOptions(**options, blend=blend) for blend in blends]:
            page.check_rerolls(len(characters))
            writer = sample_writer(self, rows, page)
            images = self.draw(writer.digits)
            glyphs = draw_glyphs(images, characters, writer, page.height)
            layout = lay_out(rows, glyphs, writer, page)
            drafts.append((page, writer.pen, layout))
            pixels += layout.size[0] * layout.size[1]
            if pixels > MAX_PIXELS:
                problem = f"need more than {MAX_PIXELS:,} pixels in all"
                raise InputError("frames", len(blends), "fewer or smaller", problem)
        width = max(layout.size[0] for _, _, layout in drafts)
        return [
            WrittenText(
                text,
                page.seed,
                render_page(layout, width, page),
                tuple(characters[place] for place in layout.places),
                layout.places,
                layout.boxes,
                layout.inks,
                pen,
            )
            for page, pen, layout in drafts
        ]


def load(model: str | Path = "flagship", threads: int = 0) -> Model:
    """Open a trained generator.

    Args:
        model: ``flagship``, which comes with the package; or a model folder, or a run
            folder that holds one; or ``hf://user/name``, which is brought from the
            Hugging Face hub.
        threads: Processor threads to draw with; 0 for one a core.

    Raises:
        InputError: There is no model, or its files are not those described.
        OSError: The hub cannot be reached.
    """
    name = str(model)
    if name.startswith(HUB_PREFIX):
        model = download(name)
    opened = open_model(SHIPPED if name == "flagship" else model)
    return Model(**vars(opened), name=name, threads=threads)
