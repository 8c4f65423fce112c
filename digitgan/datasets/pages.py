"""Written numbers, one a picture or some on a page, with a box for each character."""

from dataclasses import dataclass

import numpy as np

from digitgan.datasets.samples import Samples
from digitgan.datasets.spec import Shard, Spec
from digitgan.datasets.texts import draw_text
from digitgan.random_streams import Stream, random_stream
from digitgan.sampling.sampler import Sampler

WIDTH, HEIGHT = 640, 480  # of a page, in pixels
NUMBERS = (3, 8)  # on a page
HEIGHTS = (20, 48)  # of digits on a page, in pixels
SMALLEST = 12  # of digits, where a long number would not fit otherwise
WIDE = 0.95  # of a character, in heights, paper beside it included
APART = 10  # pixels of paper around each number
TRIES = 40  # to find a free place; then the page has a number less


@dataclass(frozen=True, eq=False)
class Page:
    """A picture and all that is known of it.

    Attributes:
        image: ``uint8 (H, W)``, dark ink on white.
        characters: What the boxes hold, one character each.
        boxes: ``int (n, 4)``: left, top, right, bottom, exclusive.
        masks: Of each box, ``bool`` of its size: the ink of its character.
        facts: What JSON can hold of it.
    """

    image: np.ndarray
    characters: str
    boxes: np.ndarray
    masks: list[np.ndarray]
    facts: dict


def draw_pages(model: Sampler, spec: Spec, shard: Shard) -> Samples:
    """Draw the pages of a shard; each depends on the seed and its number alone."""
    draw = _number if spec.kind == "numbers" else _scene
    pages = [draw(model, spec, number) for number in shard.numbers]
    return Samples(
        images=[page.image for page in pages],
        facts={name: [page.facts[name] for page in pages] for name in pages[0].facts},
        characters=[page.characters for page in pages],
        boxes=[page.boxes for page in pages],
        masks=[page.masks for page in pages],
    )


def _number(model: Sampler, spec: Spec, number: int) -> Page:
    """Write one number; text and hand are noted, so that it can be had again."""
    text = draw_text(spec, random_stream(Stream.TEXTS, spec.seed, number))
    seed = _hand(random_stream(Stream.WRITERS, spec.seed, number))
    facts = {"text": text, "seed": seed, "number": number}
    return _written(model, text, facts, seed=seed)


def _scene(model: Sampler, spec: Spec, number: int) -> Page:
    """Put some numbers, each in a hand of its own, where a page is free."""
    rng = random_stream(Stream.WRITERS, spec.seed, number)
    words = random_stream(Stream.TEXTS, spec.seed, number)
    image = np.full((HEIGHT, WIDTH), 255, np.uint8)
    free = np.ones((HEIGHT, WIDTH), bool)
    placed, told = [], []
    for _ in range(rng.integers(NUMBERS[0], NUMBERS[1] + 1)):
        text, seed = draw_text(spec, words), _hand(rng)
        room = int((WIDTH - 2 * APART) / (WIDE * len(text)))
        height = int(rng.integers(HEIGHTS[0], HEIGHTS[1] + 1))
        height = max(SMALLEST, min(height, room))
        part = _written(model, text, {}, seed=seed, height=height)
        corner = _free_place(free, part.image.shape, rng)
        if corner is None:
            continue
        left, top = corner
        bottom, right = top + part.image.shape[0], left + part.image.shape[1]
        image[top:bottom, left:right] = part.image
        free[top:bottom, left:right] = False
        placed.append((part, part.boxes + [left, top, left, top]))
        box = [left, top, right, bottom]
        told.append({"text": text, "box": box, "seed": seed, "height": height})
    boxes = [boxes for _, boxes in placed]
    return Page(
        image,
        "".join(part.characters for part, _ in placed),
        np.concatenate([np.zeros((0, 4), int), *boxes]),
        [mask for part, _ in placed for mask in part.masks],
        {"numbers": told, "seed": spec.seed, "number": number},
    )


def _hand(rng: np.random.Generator) -> int:
    """Return a seed that every reader of JSON holds exactly."""
    return int(rng.integers(2**53))


def _written(model: Sampler, text: str, facts: dict, **style) -> Page:
    """Write a text and keep its masks as small as its boxes."""
    written = model.write(text, **style)
    masks = [ink > 0 for ink in written.inks]
    characters, image = "".join(written.labels), np.asarray(written.image)
    return Page(image, characters, np.asarray(written.boxes), masks, facts)


def _free_place(free: np.ndarray, size: tuple[int, int], rng) -> tuple[int, int] | None:
    """Return a left and top where a picture and some paper around it fit."""
    height, width = size
    if height + 2 * APART > HEIGHT or width + 2 * APART > WIDTH:
        return None
    for _ in range(TRIES):
        left = int(rng.integers(APART, WIDTH - width - APART + 1))
        top = int(rng.integers(APART, HEIGHT - height - APART + 1))
        if free[
            top - APART : top + height + APART, left - APART : left + width + APART
        ].all():
            return left, top
    return None
