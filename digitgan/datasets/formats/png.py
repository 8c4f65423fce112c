"""Pictures in folders: one for each class, with a line of metadata each beside them."""

import itertools
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from digitgan.datasets.formats.base import Create, EncodedShard, Format, Fragments
from digitgan.datasets.labels import draw_labels
from digitgan.datasets.samples import Samples
from digitgan.datasets.spec import DatasetSpec, Shard

METADATA = "metadata.jsonl"  # what Hugging Face's imagefolder looks for


class Png(Format):
    """Pictures in folders."""

    name = "png"
    kinds = ("digits", "numbers", "scenes")
    merges = "part"

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
            lines.append(json.dumps(record, ensure_ascii=False) + "\n")
        return EncodedShard(files, "".join(lines).encode())

    def merged_names(self, spec: DatasetSpec, parts: Sequence[str]) -> list[str]:
        """Return the file of metadata of each part."""
        return [f"{part}/{METADATA}" for part in parts]

    def merge(self, spec: DatasetSpec, fragments: Fragments, create: Create) -> None:
        """Put the lines of all shards into one file a part."""
        for part, paths in fragments.items():
            with create(f"{part}/{METADATA}") as path, path.open("wb") as file:
                for _, fragment in paths:
                    file.write(fragment.read_bytes())

    def extract_fragments(
        self, spec: DatasetSpec, part: str, folder: Path, sizes: Sequence[int]
    ) -> Iterator[bytes]:
        """Yield the lines of each shard again."""
        with (folder / part / METADATA).open("rb") as file:
            for shard in spec.shards(part):
                yield b"".join(itertools.islice(file, shard.count))
