"""What decides the bytes of a data set, and the shards that it falls into."""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any

import numpy as np

from digitgan.datasets.like import STYLES, Examples
from digitgan.datasets.request import DatasetRequest
from digitgan.datasets.texts import Texts
from digitgan.handwriting.colours import Colour

PARTS = ("train", "validation", "test")


@dataclass(frozen=True)
class ModelFacts:
    """What of a model a data set depends on."""

    classes: tuple[str, ...]  # names of its labels
    sha256: dict[str, str]  # of each file that decides a digit, by name
    # of a digit: height, width and, of several channels, their number
    image_shape: tuple[int, ...]


@dataclass(frozen=True)
class Shard:
    """A run of samples that is made, stored and verified together."""

    index: int  # its number in the data set
    part: str  # ``train``, ``validation`` or ``test``
    part_index: int  # its number in its part, from 0
    part_shards: int  # how many shards its part has
    start: int  # number of its first sample in the data set
    part_start: int  # number of its first sample in its part
    count: int  # how many samples

    @property
    def sample_numbers(self) -> range:
        """The numbers of its samples."""
        return range(self.start, self.start + self.count)


@dataclass(frozen=True)
class DatasetSpec:
    """A request with every default filled in, and the model that it is made with."""

    kind: str
    format: str
    count: int
    seed: int
    split: tuple[int, int, int]  # samples in train, validation and test
    labels: tuple[int, ...]  # those that may occur
    balance: bool
    checked: bool
    measure: bool
    # fewest and most digits of a number; None where pattern or texts decide
    length: tuple[int, int] | None
    pattern: str | None
    shard_size: int  # samples in a shard; the last one of a part may hold fewer
    classes: tuple[str, ...]  # names of the model's labels
    image_shape: tuple[int, ...]  # of a digit
    model_sha256: dict[str, str]  # of each file that the samples depend on
    # where the model was found; another place with the same sums will do
    model: str = field(compare=False)
    texts: Texts | None = None  # what may be written, and how often in proportion
    ink: Colour | None = None  # of numbers; black unless given
    background: Colour | None = None  # of their paper; white unless given
    # whether digits are varied, by :mod:`digitgan.datasets.robust`
    robust: bool = False
    variety: float = 1.0  # of forms, as real digits have it
    like: Examples | None = None  # labels and styles of digits to draw others like

    @property
    def request(self) -> DatasetRequest:
        """A request that leads to this spec."""
        names = (option.name for option in fields(DatasetRequest))
        options = {name: getattr(self, name) for name in names}
        # What decides the digits alone:
        if not (self.pattern is None and self.texts is None and self.like is None):
            options["labels"] = None
        return DatasetRequest(**options)

    @property
    def style(self) -> dict[str, Any]:
        """How texts are written: their options, where they are given."""
        colours = {"ink": self.ink, "background": self.background}
        given = {name: value for name, value in colours.items() if value is not None}
        return {"variety": self.variety, **given}

    @cached_property
    def text_shares(self) -> np.ndarray:
        """Up to and with each text, the share of all weights: ``float (n,)``."""
        total = np.cumsum([weight for _, weight in self.texts or ()])
        return total / total[-1]

    @cached_property
    def like_columns(self) -> dict[str, np.ndarray]:
        """The examples by column: ``label`` and the styles, each ``(n,)``."""
        columns = map(np.array, zip(*self.like or (), strict=True))
        return dict(zip(("label", *STYLES), columns, strict=True))

    @property
    def model_facts(self) -> ModelFacts:
        """What it depends on of its model."""
        return ModelFacts(self.classes, self.model_sha256, self.image_shape)

    @cached_property
    def parts(self) -> dict[str, int]:
        """Samples by part; only parts that hold some."""
        return {p: n for p, n in zip(PARTS, self.split, strict=True) if n}

    @property
    def shard_count(self) -> int:
        """How many shards it falls into."""
        return sum(map(self._shards_of, self.parts.values()))

    def shards(self, part: str | None = None) -> Iterator[Shard]:
        """Yield every shard of the data set, or of a part, in order."""
        shards = map(self.shard, range(self.shard_count))
        return (shard for shard in shards if part in (None, shard.part))

    def shard(self, index: int) -> Shard:
        """Return one shard by its index, from 0."""
        part_index, start = index, 0
        for part, total in self.parts.items():
            part_shards = self._shards_of(total)
            if part_index < part_shards:
                part_start = part_index * self.shard_size
                return Shard(
                    index=index,
                    part=part,
                    part_index=part_index,
                    part_shards=part_shards,
                    start=start + part_start,
                    part_start=part_start,
                    count=min(self.shard_size, total - part_start),
                )
            part_index, start = part_index - part_shards, start + total
        raise IndexError(index)

    def _shards_of(self, samples: int) -> int:
        return -(-samples // self.shard_size)
