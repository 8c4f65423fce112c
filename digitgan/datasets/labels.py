"""What each sample says: labels and texts, from its seed and number alone."""

import numpy as np

from digitgan.datasets import pattern
from digitgan.datasets.spec import DatasetSpec, Shard
from digitgan.random_streams import ROWS_PER_KEY, Stream, random_stream

BALANCED_LABELS = {
    "train": Stream.TRAIN_LABELS,
    "validation": Stream.VALIDATION_LABELS,
    "test": Stream.TEST_LABELS,
}


def draw_labels(
    spec: DatasetSpec, shard: Shard
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Return the labels of a shard, ``int32 (n,)``, and styles that go with each.

    Where there are examples, each sample has label and styles of one of them; there are
    no styles otherwise. They are drawn evenly; with ``balance`` every run of as many
    samples as there are labels holds each once, in an order of its own.
    """
    examples = spec.like_columns if spec.like else {"label": spec.labels}
    columns = {name: np.array(values) for name, values in examples.items()}
    labels = columns.pop("label").astype(np.int32)
    n = len(labels)
    if not spec.balance:
        table = _uniforms(spec.seed, Stream.LABELS, shard.start, shard.count, 1)
        drawn = (table[:, 0] * n).astype(int)
        return labels[drawn], {name: v[drawn] for name, v in columns.items()}
    first, end = shard.part_start // n, -(-(shard.part_start + shard.count) // n)
    purpose = BALANCED_LABELS[shard.part]
    orders = _uniforms(spec.seed, purpose, first, end - first, n).argsort(axis=1)
    skipped = shard.part_start - first * n
    return labels[orders.ravel()[skipped : skipped + shard.count]], {}


def _uniforms(
    seed: int, purpose: Stream, start: int, count: int, width: int
) -> np.ndarray:
    """Return rows ``start`` to ``start + count`` of an endless table in [0, 1)."""
    size = ROWS_PER_KEY
    first, end = start // size, -(-(start + count) // size)
    streams = (random_stream(purpose, seed, key) for key in range(first, end))
    rows = np.concatenate([stream.random((size, width)) for stream in streams])
    skipped = start - first * size
    return rows[skipped : skipped + count]


def draw_text(spec: DatasetSpec, rng: np.random.Generator) -> str:
    """Return a number: so many digits, a pattern filled in, or one of the texts."""
    if spec.texts is not None:
        place = np.searchsorted(spec.text_shares, rng.random(), side="right")
        return spec.texts[place][0]
    if spec.pattern is not None:
        return pattern.fill(spec.pattern, rng)
    low, high = spec.length or (1, 1)
    digits = rng.choice(spec.labels, size=rng.integers(low, high + 1))
    return "".join(map(str, digits))
