"""YOLO: pictures, and beside each a file of classes and boxes as shares of its size."""

from digitgan.datasets.formats.base import Create, EncodedShard, Format, Fragments
from digitgan.datasets.pattern import CHARACTERS
from digitgan.datasets.samples import Sample, Samples
from digitgan.datasets.spec import DatasetSpec, Shard

FILE = "data.yaml"
PART_KEYS = {"train": "train", "validation": "val", "test": "test"}


class Yolo(Format):
    """Pictures, a text file beside each, and one file that names parts and classes."""

    name = "yolo"
    kinds = ("scenes", "numbers")

    def file_names(self, spec: DatasetSpec, shard: Shard) -> list[str]:
        """Return ``images/train/000000042.png``, ``labels/train/000000042.txt``, ..."""
        return [
            f"{folder}/{shard.part}/{name}.{suffix}"
            for name in shard.sample_names
            for folder, suffix in (("images", "png"), ("labels", "txt"))
        ]

    def encode(self, spec: DatasetSpec, shard: Shard, samples: Samples) -> EncodedShard:
        """Return pictures and boxes."""
        names, files = iter(self.file_names(spec, shard)), {}
        for sample in samples:
            files[next(names)] = sample.png()
            files[next(names)] = _boxes(sample).encode()
        return EncodedShard(files)

    def merge_groups(self, spec: DatasetSpec) -> list[tuple[list[str], list[str]]]:
        """Return the file that names parts and classes."""
        return [(list(spec.parts), [FILE])]

    def merge(self, spec: DatasetSpec, fragments: Fragments, create: Create) -> None:
        """Write that file; it needs no fragments."""
        lines = [f"{PART_KEYS[part]}: images/{part}" for part in fragments]
        lines += ["names:", *(f"  {i}: {c!r}" for i, c in enumerate(CHARACTERS))]
        with create(FILE) as path:
            path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _boxes(sample: Sample) -> str:
    """Return a line for each character: class, centre, width and height."""
    height, width = sample.image.shape
    boxes = zip(sample.characters, sample.boxes.tolist(), strict=True)
    return "".join(
        f"{CHARACTERS.index(character)} {(left + right) / 2 / width:.6f} "
        f"{(top + bottom) / 2 / height:.6f} {(right - left) / width:.6f} "
        f"{(bottom - top) / height:.6f}\n"
        for character, (left, top, right, bottom) in boxes
    )
