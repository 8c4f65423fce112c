"""Pictures in folders: one for each class, with a line of metadata each beside them."""

import itertools
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from digitgan.datasets.formats.base import Create, EncodedShard, Format, Fragments
from digitgan.datasets.labels import draw_labels
from digitgan.datasets.samples import Samples, as_json
from digitgan.datasets.spec import DatasetSpec, Shard

METADATA = "metadata.jsonl"  # what Hugging Face's imagefolder looks for


class Png(Format):
    """Pictures in folders."""

    name = "png"
    kinds = ("digits", "numbers", "scenes")

    def file_names(self, spec: DatasetSpec, shard: Shard) -> list[str]:
        """Return ``train/7/000000042.png``, without the class for pages."""
        names = [f"{name}.png" for name in shard.sample_names]
        if spec.kind != "digits":
            return [f"{shard.part}/{name}" for name in names]
        return [
            f"{shard.part}/{spec.classes[label].replace('/', '-')}/{name}"
            for label, name in zip(draw_labels(spec, shard), names, strict=True)
        ]

    def encode(self, spec: DatasetSpec, shard: Shard, samples: Samples) -> EncodedShard:
        """Return the pictures, and their lines of metadata as the fragment."""
        files, lines = {}, []
        for name, sample in zip(self.file_names(spec, shard), samples, strict=True):
            files[name] = sample.png()
            record = {"file_name": name.partition("/")[2], **sample.record()}
            lines.append(as_json(record) + b"\n")
        return EncodedShard(files, b"".join(lines))

    def merge_groups(self, spec: DatasetSpec) -> list[tuple[list[str], list[str]]]:
        """Return the file of metadata of each part."""
        return [([part], [f"{part}/{METADATA}"]) for part in spec.parts]

    def merge(self, spec: DatasetSpec, fragments: Fragments, create: Create) -> None:
        """Put the lines of all shards into the file of their part."""
        ((part, shards),) = fragments.items()
        with create(f"{part}/{METADATA}") as path, path.open("wb") as file:
            for _, fragment in shards:
                with fragment.open("rb") as lines:
                    shutil.copyfileobj(lines, file)

    def extract_fragments(
        self, spec: DatasetSpec, part: str, folder: Path, sizes: Sequence[int]
    ) -> Iterator[bytes]:
        """Yield the lines of each shard again."""
        with (folder / part / METADATA).open("rb") as file:
            for shard in spec.shards(part):
                yield b"".join(itertools.islice(file, shard.count))
