"""Written numbers, one a picture, with a box and the ink of each character."""

import numpy as np

from digitgan.datasets.labels import draw_text
from digitgan.datasets.samples import Sample, Samples
from digitgan.datasets.spec import DatasetSpec, Shard
from digitgan.handwriting.model import Model
from digitgan.handwriting.options import WriteOptions
from digitgan.random_streams import Stream, StreamReader

MAX_WRITER_SEED = 2**53  # every reader of JSON holds these exactly


def draw_numbers(model: Model, spec: DatasetSpec, shard: Shard) -> Samples:
    """Write the numbers of a shard; each depends on the seed and its number alone.

    Text and seed are noted, so that a number can be written again.
    """
    streams, texts, seeds = StreamReader(), [], []
    for number in shard.sample_numbers:
        texts.append(draw_text(spec, streams.start(Stream.TEXTS, spec.seed, number)))
        rng = streams.start(Stream.WRITERS, spec.seed, number)
        seeds.append(draw_writer_seed(rng))
    options = [WriteOptions(seed=seed, **spec.style) for seed in seeds]
    written = model.write_many(texts, options)
    return [
        Sample(
            image=one.pixels,
            metadata={"text": one.text, "seed": one.seed, "number": number},
            characters="".join(one.labels),
            boxes=one.boxes,
            masks=[ink > 0 for ink in one.inks],
        )
        for number, one in zip(shard.sample_numbers, written, strict=True)
    ]


def draw_writer_seed(rng: np.random.Generator) -> int:
    """Return the seed of a writer."""
    return int(rng.integers(MAX_WRITER_SEED))
