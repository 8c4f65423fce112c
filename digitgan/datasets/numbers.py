"""Written numbers, one a picture, with a box and the ink of each character."""

import numpy as np

from digitgan.datasets.labels import draw_text
from digitgan.datasets.samples import Sample, Samples
from digitgan.datasets.spec import DatasetSpec, Shard
from digitgan.handwriting.model import Model
from digitgan.random_streams import Stream, random_stream

MAX_WRITER_SEED = 2**53  # every reader of JSON holds these exactly


def draw_numbers(model: Model, spec: DatasetSpec, shard: Shard) -> Samples:
    """Write the numbers of a shard; each depends on the seed and its number alone."""
    return [_draw_number(model, spec, number) for number in shard.sample_numbers]


def _draw_number(model: Model, spec: DatasetSpec, number: int) -> Sample:
    """Write one number; text and seed are noted, so that it can be written again."""
    text = draw_text(spec, random_stream(Stream.TEXTS, spec.seed, number))
    seed = draw_writer_seed(random_stream(Stream.WRITERS, spec.seed, number))
    return write(model, text, {"text": text, "seed": seed, "number": number}, seed=seed)


def draw_writer_seed(rng: np.random.Generator) -> int:
    """Return the seed of a writer."""
    return int(rng.integers(MAX_WRITER_SEED))


def write(model: Model, text: str, metadata: dict, **style) -> Sample:
    """Write a text and keep its masks as small as its boxes."""
    written = model.write(text, **style)
    return Sample(
        image=np.asarray(written.image),
        metadata=metadata,
        characters="".join(written.labels),
        boxes=np.asarray(written.boxes),
        masks=[ink > 0 for ink in written.inks],
    )
