"""What a format of data sets is: a class of a module of its own in this folder.

Nothing written depends on the clock, so the same samples give the same bytes.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from digitgan.datasets.samples import Samples
from digitgan.datasets.spec import DatasetSpec, Shard

Fragments = dict[str, list[tuple[Shard, Path]]]  # of a part, in order
Create = Callable[[str], AbstractContextManager[Path]]


@dataclass(frozen=True)
class EncodedShard:
    """The bytes of a shard: files by name, and its fragment of merged files."""

    files: dict[str, bytes] = field(default_factory=dict)
    fragment: bytes | None = None


class Format(ABC):
    """A format of data sets.

    A shard puts files of its own into the data set, or leaves a fragment that is merged
    with those of other shards once all are there, or both. Formats that merge nothing
    leave the last three methods as they are.

    Attributes:
        name: What people call it.
        kinds: The kinds of data sets that it holds.
        holds_metadata: It has room for more than images and labels.
        holds_colour: It has room for images of several channels.
        needs: Package that the plain installation lacks, if any.
    """

    name: ClassVar[str]
    kinds: ClassVar[tuple[str, ...]]
    holds_metadata: ClassVar[bool] = True
    holds_colour: ClassVar[bool] = True
    needs: ClassVar[str | None] = None

    def file_names(self, spec: DatasetSpec, shard: Shard) -> list[str]:
        """Return the files that a shard puts into the data set, in order."""
        return []

    @abstractmethod
    def encode(self, spec: DatasetSpec, shard: Shard, samples: Samples) -> EncodedShard:
        """Return those files and the fragment."""

    def merge_groups(self, spec: DatasetSpec) -> list[tuple[list[str], list[str]]]:
        """Return parts whose fragments are merged together, and to which files."""
        return []

    def merge(self, spec: DatasetSpec, fragments: Fragments, create: Create) -> None:
        """Write those files.

        Args:
            spec: Of the data set.
            fragments: By part, of one group, its shards and where their fragments lie.
            create: Opens a file by its name; it will be whole or absent.
        """
        raise NotImplementedError

    def extract_fragments(
        self, spec: DatasetSpec, part: str, folder: Path, sizes: Sequence[int]
    ) -> Iterator[bytes]:
        """Yield the fragments of a part out of merged files, as far as they are whole.

        Args:
            spec: Of the data set.
            part: Whose fragments.
            folder: Of the data set.
            sizes: Of each fragment, in bytes.
        """
        return iter(())
