"""Scenes: pages of some numbers, each by a writer of its own."""

import numpy as np

from digitgan.datasets.labels import draw_text
from digitgan.datasets.numbers import draw_writer_seed, write
from digitgan.datasets.samples import Sample, Samples
from digitgan.datasets.spec import DatasetSpec, Shard
from digitgan.handwriting.model import Model
from digitgan.random_streams import Stream, random_stream

WIDTH, HEIGHT = 640, 480  # of a page, in pixels
NUMBERS = (3, 8)  # on a page
DIGIT_HEIGHTS = (20, 48)  # in pixels
MIN_DIGIT_HEIGHT = 12  # where a long number would not fit otherwise
CHARACTER_WIDTH = 0.95  # in heights, the space beside it included
MARGIN = 10  # pixels of paper around each number
MAX_PLACEMENTS = 40  # tries to find a free place; then the page has a number less


def draw_scenes(model: Model, spec: DatasetSpec, shard: Shard) -> Samples:
    """Draw the pages of a shard; each depends on the seed and its number alone."""
    return [_draw_scene(model, spec, number) for number in shard.sample_numbers]


def _draw_scene(model: Model, spec: DatasetSpec, number: int) -> Sample:
    """Write some numbers where a page is free."""
    rng = random_stream(Stream.WRITERS, spec.seed, number)
    texts = random_stream(Stream.TEXTS, spec.seed, number)
    page = np.full((HEIGHT, WIDTH), 255, np.uint8)
    free = np.ones((HEIGHT, WIDTH), bool)
    placed, boxes, numbers = [], [np.zeros((0, 4), int)], []
    for _ in range(rng.integers(NUMBERS[0], NUMBERS[1] + 1)):
        text, seed = draw_text(spec, texts), draw_writer_seed(rng)
        height = _digit_height(len(text), rng)
        written = write(model, text, {}, seed=seed, height=height)
        corner = _free_place(free, written.image.shape, rng)
        if corner is None:
            continue
        left, top = corner
        bottom, right = top + written.image.shape[0], left + written.image.shape[1]
        page[top:bottom, left:right] = written.image
        free[top:bottom, left:right] = False
        placed.append(written)
        boxes.append(written.boxes + [left, top, left, top])
        box = [left, top, right, bottom]
        numbers.append({"text": text, "box": box, "seed": seed, "height": height})
    return Sample(
        image=page,
        characters="".join(written.characters for written in placed),
        boxes=np.concatenate(boxes),
        masks=[mask for written in placed for mask in written.masks],
        metadata={"numbers": numbers, "seed": spec.seed, "number": number},
    )


def _digit_height(characters: int, rng: np.random.Generator) -> int:
    """Return a height in which so many characters fit between the margins."""
    fitting = int((WIDTH - 2 * MARGIN) / (CHARACTER_WIDTH * characters))
    height = int(rng.integers(DIGIT_HEIGHTS[0], DIGIT_HEIGHTS[1] + 1))
    return max(MIN_DIGIT_HEIGHT, min(height, fitting))


def _free_place(
    free: np.ndarray, shape: tuple[int, ...], rng: np.random.Generator
) -> tuple[int, int] | None:
    """Return a left and top where a picture and the margin around it fit."""
    height, width = shape
    last_left, last_top = WIDTH - width - MARGIN, HEIGHT - height - MARGIN
    if last_left < MARGIN or last_top < MARGIN:
        return None
    for _ in range(MAX_PLACEMENTS):
        left = int(rng.integers(MARGIN, last_left + 1))
        top = int(rng.integers(MARGIN, last_top + 1))
        rows = slice(top - MARGIN, top + height + MARGIN)
        columns = slice(left - MARGIN, left + width + MARGIN)
        if free[rows, columns].all():
            return left, top
    return None
