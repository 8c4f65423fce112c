"""What a format of data sets is: a class of a module of its own in this folder.

Nothing written depends on the clock, so the same samples give the same bytes.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import ClassVar, NamedTuple

from digitgan.datasets.samples import Samples
from digitgan.datasets.spec import DatasetSpec, Shard

Fragments = dict[str, list[tuple[Shard, Path]]]  # by part, with where they lie
Paths = Sequence[Path]


class EncodedShard(NamedTuple):
    """The bytes of a shard: of each of its files, and its fragment of merged files."""

    files: Sequence[bytes] = ()
    fragment: bytes | None = None


class MergeGroup(NamedTuple):
    """Parts whose fragments are merged together, and the files that they become."""

    parts: list[str]
    files: list[str]


class Format(ABC):
    """A format of data sets.

    A shard puts files of its own into the data set, or leaves a fragment that is merged
    with those of other shards once all are there, or both. Names of files are templates
    of ``part`` and, of a shard's own, of the numbers ``shard``, ``shards``, ``sample``.
    """

    name: ClassVar[str]  # what people call it
    kinds: ClassVar[tuple[str, ...]]  # the kinds of data sets that it holds
    shard_file: ClassVar[str] = ""  # the one file of a shard, if it has one
    # the files of each sample, if it has some
    sample_files: ClassVar[tuple[str, ...]] = ()
    # the files that fragments are merged to: of a part, if their names have it,
    # otherwise of the data set
    merged_files: ClassVar[tuple[str, ...]] = ()
    # what parts are called in these, where it is something else
    part_names: ClassVar[dict[str, str]] = {}
    holds_metadata: ClassVar[bool] = True  # it has room for more than images and labels
    holds_colour: ClassVar[bool] = True  # it has room for images of several channels
    # package that the plain installation lacks, if any
    needs: ClassVar[str | None] = None

    def file_names(self, spec: DatasetSpec, shard: Shard) -> list[str]:
        """Return the files that a shard puts into the data set, in order."""
        part, templates = shard.part, self.sample_files
        if templates:
            numbers = shard.sample_numbers
            return [t.format(part=part, sample=i) for i in numbers for t in templates]
        place = {"shard": shard.part_index, "shards": shard.part_shards}
        return [self.shard_file.format(part=part, **place)] if self.shard_file else []

    def merge_groups(self, spec: DatasetSpec) -> list[MergeGroup]:
        """Return what is merged, group by group."""
        parts, templates = list(spec.parts), self.merged_files
        by_part = any("{part}" in template for template in templates)
        groups = [[part] for part in parts] if by_part else [parts]
        names = [self.part_names.get(group[0], group[0]) for group in groups]
        return [
            MergeGroup(group, [template.format(part=name) for template in templates])
            for group, name in zip(groups, names, strict=True)
            if templates
        ]

    @abstractmethod
    def encode(self, spec: DatasetSpec, shard: Shard, samples: Samples) -> EncodedShard:
        """Return the content of a shard's files, and its fragment."""

    def merge(self, spec: DatasetSpec, fragments: Fragments, paths: Paths) -> None:
        """Write the merged files of a group; they are whole when all are.

        Args:
            spec: Of the data set.
            fragments: Of the parts of the group.
            paths: Where to write each file.
        """
        raise NotImplementedError

    def extract_fragments(
        self, spec: DatasetSpec, part: str, paths: Paths, sizes: Sequence[int]
    ) -> Iterator[bytes]:
        """Yield the fragments of a part out of merged files, as far as they are whole.

        Args:
            spec: Of the data set.
            part: Whose fragments.
            paths: The files.
            sizes: Of each fragment, in bytes.
        """
        return iter(())
