"""Pictures in folders: one for each class, with a line of metadata each beside them."""

import shutil
from collections.abc import Iterator, Sequence
from itertools import islice

from digitgan.datasets.formats.base import EncodedShard, Format, Fragments, Paths
from digitgan.datasets.labels import draw_labels
from digitgan.datasets.samples import Samples, as_json
from digitgan.datasets.spec import DatasetSpec, Shard


class Png(Format):
    """Pictures in folders."""

    name = "png"
    kinds = ("digits", "numbers", "scenes")
    sample_files = ("{part}/{sample:09}.png",)
    merged_files = ("{part}/metadata.jsonl",)  # which Hugging Face's imagefolder reads

    def file_names(self, spec: DatasetSpec, shard: Shard) -> list[str]:
        """Return the pictures, of digits in a folder for each class."""
        if spec.kind != "digits":
            return super().file_names(spec, shard)
        labels, _ = draw_labels(spec, shard)
        rows = zip(labels, shard.sample_numbers, strict=True)
        folders = [name.replace("/", "-") for name in spec.classes]
        return [
            f"{shard.part}/{folders[label]}/{number:09}.png" for label, number in rows
        ]

    def encode(self, spec: DatasetSpec, shard: Shard, samples: Samples) -> EncodedShard:
        """Return the pictures, and their lines of metadata as the fragment."""
        names = (name.partition("/")[2] for name in self.file_names(spec, shard))
        lines = [
            as_json({"file_name": name, **sample.record()})
            for name, sample in zip(names, samples, strict=True)
        ]
        return EncodedShard([sample.png() for sample in samples], b"".join(lines))

    def merge(self, spec: DatasetSpec, fragments: Fragments, paths: Paths) -> None:
        """Put the lines of all shards into the file of their part."""
        (shards,) = fragments.values()
        with paths[0].open("wb") as file:
            for _, fragment in shards:
                with fragment.open("rb") as lines:
                    shutil.copyfileobj(lines, file)

    def extract_fragments(
        self, spec: DatasetSpec, part: str, paths: Paths, sizes: Sequence[int]
    ) -> Iterator[bytes]:
        """Yield the lines of each shard again."""
        with paths[0].open("rb") as file:
            for shard in spec.shards(part):
                yield b"".join(islice(file, shard.count))
