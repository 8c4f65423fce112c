"""Scenes: pages of some numbers, each by a writer of its own."""

from itertools import islice
from typing import NamedTuple

import numpy as np

from digitgan.datasets.labels import draw_text
from digitgan.datasets.numbers import draw_writer_seed
from digitgan.datasets.samples import Sample, Samples
from digitgan.datasets.spec import DatasetSpec, Shard
from digitgan.handwriting.colours import ink_colours
from digitgan.handwriting.model import Model
from digitgan.handwriting.options import WriteOptions
from digitgan.handwriting.written_text import WrittenText
from digitgan.random_streams import Stream, random_stream

WIDTH, HEIGHT = 640, 480  # of a page, in pixels
NUMBERS = (3, 8)  # on a page
DIGIT_HEIGHTS = (20, 48)  # in pixels
MIN_DIGIT_HEIGHT = 12  # where a long number would not fit otherwise
CHARACTER_WIDTH = 0.95  # in heights, the space beside it included
MARGIN = 10  # pixels of paper around each number


class _Draft(NamedTuple):
    """What a page shall hold, and what decides where."""

    number: int
    texts: list[str]
    options: list[WriteOptions]
    places: np.random.Generator


def draw_scenes(model: Model, spec: DatasetSpec, shard: Shard) -> Samples:
    """Draw the pages of a shard; each depends on the seed and its number alone."""
    drafts = [_draft(spec, number) for number in shard.sample_numbers]
    texts = [text for draft in drafts for text in draft.texts]
    options = [one for draft in drafts for one in draft.options]
    written = iter(model.write_many(texts, options))
    return [
        _compose(spec, draft, list(islice(written, len(draft.texts))))
        for draft in drafts
    ]


def _draft(spec: DatasetSpec, number: int) -> _Draft:
    rng = random_stream(Stream.WRITERS, spec.seed, number)
    text_rng = random_stream(Stream.TEXTS, spec.seed, number)
    count = rng.integers(NUMBERS[0], NUMBERS[1] + 1)
    texts = [draw_text(spec, text_rng) for _ in range(count)]
    options = [
        WriteOptions(
            seed=draw_writer_seed(rng),
            height=_digit_height(len(text), rng),
            **spec.style,
        )
        for text in texts
    ]
    return _Draft(number, texts, options, rng)


def _compose(spec: DatasetSpec, draft: _Draft, written: list[WrittenText]) -> Sample:
    """Put numbers where a page is free; one for which no place is left is not on it."""
    options = draft.options[0]
    paper = ink_colours(options.background, options.ink)[0]
    page = np.full((HEIGHT, WIDTH, *paper.shape), paper)
    taken, placed, numbers = np.zeros((0, 4), int), [], []
    for one, options in zip(written, draft.options, strict=True):
        height, width = one.pixels.shape[:2]
        corner = _free_place(taken, width, height, draft.places)
        if corner is None:
            continue
        left, top = corner
        box = [left, top, left + width, top + height]
        page[top : box[3], left : box[2]] = one.pixels
        taken = np.vstack([taken, box])
        placed.append(one)
        style = {"seed": options.seed, "height": options.height}
        numbers.append({"text": one.text, "box": box, **style})
    corners = np.repeat(taken[:, :2], [len(one.boxes) for one in placed], axis=0)
    return Sample(
        image=page,
        characters="".join(label for one in placed for label in one.labels),
        boxes=np.concatenate([one.boxes for one in placed]) + np.tile(corners, 2),
        masks=[ink > 0 for one in placed for ink in one.inks],
        metadata={"numbers": numbers, "seed": spec.seed, "number": draft.number},
    )


def _digit_height(characters: int, rng: np.random.Generator) -> int:
    """Return a height in which so many characters fit between the margins."""
    fitting = int((WIDTH - 2 * MARGIN) / (CHARACTER_WIDTH * characters))
    height = int(rng.integers(DIGIT_HEIGHTS[0], DIGIT_HEIGHTS[1] + 1))
    return max(MIN_DIGIT_HEIGHT, min(height, fitting))


def _free_place(
    taken: np.ndarray, width: int, height: int, rng: np.random.Generator
) -> tuple[int, int] | None:
    """Return a left and top where a picture and the margin around it fit.

    Every such place is equally likely: the sides of what is taken cut the page into a
    few cells, in each of which all places are free or none.
    """
    columns, column_sizes, in_columns = _cells(taken[:, ::2], width, WIDTH)
    rows, row_sizes, in_rows = _cells(taken[:, 1::2], height, HEIGHT)
    blocked = (in_rows[:, :, np.newaxis] & in_columns[:, np.newaxis]).any(axis=0)
    places = np.cumsum(np.where(blocked, 0, np.outer(row_sizes, column_sizes)))
    if not len(places) or not places[-1]:
        return None
    chosen = int(rng.integers(places[-1]))
    cell = int(np.searchsorted(places, chosen, side="right"))
    row, column = divmod(cell, len(columns))
    down, right = divmod(int(places[cell]) - 1 - chosen, int(column_sizes[column]))
    return int(columns[column]) + right, int(rows[row]) + down


def _cells(
    taken: np.ndarray, size: int, page: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Cut the places along one side of the page where what is taken begins or ends.

    Returns the first place and the size of each of m cells, ``int (m,)``, and in which
    of them each of what is taken is too near, ``bool (n, m)``.
    """
    near = taken + [1 - MARGIN - size, MARGIN]
    end = max(MARGIN, page - MARGIN - size + 1)
    between = {edge for edge in near.ravel().tolist() if MARGIN < edge < end}
    edges = np.array(sorted({MARGIN, end} | between))
    starts = edges[:-1]
    inside = (near[:, :1] <= starts) & (starts < near[:, 1:])
    return starts, edges[1:] - starts, inside
