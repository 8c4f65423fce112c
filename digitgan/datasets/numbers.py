"""Written numbers, one a picture, with a box and the ink of each character."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from digitgan.datasets.labels import draw_text
from digitgan.datasets.samples import Samples
from digitgan.datasets.spec import DatasetSpec, Shard
from digitgan.handwriting.model import Model
from digitgan.random_streams import Stream, random_stream

MAX_WRITER_SEED = 2**53  # every reader of JSON holds these exactly


@dataclass(frozen=True, eq=False)
class WrittenSample:
    """A picture with writing and all that is known of it.

    Attributes:
        image: ``uint8 (H, W)``, dark ink on white.
        characters: What the boxes hold, one character each.
        boxes: ``int (n, 4)``: left, top, right, bottom, exclusive.
        masks: Of each box, ``bool`` of its size: the ink of its character.
        metadata: What JSON can hold of it.
    """

    image: np.ndarray
    characters: str
    boxes: np.ndarray
    masks: list[np.ndarray]
    metadata: dict


def draw_numbers(model: Model, spec: DatasetSpec, shard: Shard) -> Samples:
    """Write the numbers of a shard; each depends on the seed and its number alone."""
    return gather(shard, lambda number: _draw_number(model, spec, number))


def gather(shard: Shard, draw: Callable[[int], WrittenSample]) -> Samples:
    """Draw the pictures of a shard, each by its number."""
    drawn = [draw(number) for number in shard.sample_numbers]
    names = drawn[0].metadata
    return Samples(
        images=[one.image for one in drawn],
        metadata={name: [one.metadata[name] for one in drawn] for name in names},
        characters=[one.characters for one in drawn],
        boxes=[one.boxes for one in drawn],
        masks=[one.masks for one in drawn],
    )


def _draw_number(model: Model, spec: DatasetSpec, number: int) -> WrittenSample:
    """Write one number; text and seed are noted, so that it can be written again."""
    text = draw_text(spec, random_stream(Stream.TEXTS, spec.seed, number))
    seed = draw_writer_seed(random_stream(Stream.WRITERS, spec.seed, number))
    metadata = {"text": text, "seed": seed, "number": number}
    return write_number(model, text, metadata, seed=seed)


def draw_writer_seed(rng: np.random.Generator) -> int:
    """Return the seed of a writer."""
    return int(rng.integers(MAX_WRITER_SEED))


def write_number(model: Model, text: str, metadata: dict, **style) -> WrittenSample:
    """Write a text and keep its masks as small as its boxes."""
    written = model.write(text, **style)
    return WrittenSample(
        image=np.asarray(written.image),
        characters="".join(written.labels),
        boxes=np.asarray(written.boxes),
        masks=[ink > 0 for ink in written.inks],
        metadata=metadata,
    )
