"""YOLO: pictures, and beside each a file of classes and boxes as shares of its size."""

from digitgan.datasets.formats.base import EncodedShard, Format, Fragments, Paths
from digitgan.datasets.pattern import CHARACTERS
from digitgan.datasets.samples import Sample, Samples
from digitgan.datasets.spec import DatasetSpec, Shard

PART_KEYS = {"train": "train", "validation": "val", "test": "test"}


class Yolo(Format):
    """Pictures, a text file beside each, and one file that names parts and classes."""

    name = "yolo"
    kinds = ("scenes", "numbers")
    sample_files = (
        "images/{part}/{sample:09}.png",
        "labels/{part}/{sample:09}.txt",
    )
    merged_files = ("data.yaml",)

    def encode(self, spec: DatasetSpec, shard: Shard, samples: Samples) -> EncodedShard:
        """Return pictures and boxes."""
        files = [(sample.png(), _boxes(sample).encode()) for sample in samples]
        return EncodedShard([content for pair in files for content in pair])

    def merge(self, spec: DatasetSpec, fragments: Fragments, paths: Paths) -> None:
        """Write the file that names parts and classes; it needs no fragments."""
        lines = [f"{PART_KEYS[part]}: images/{part}" for part in fragments]
        if "validation" not in fragments:  # trainers refuse a file without it
            lines.append(f"val: images/{next(iter(fragments))}")
        lines += [
            f"nc: {len(CHARACTERS)}",
            "names:",
            *(f"  {i}: {c!r}" for i, c in enumerate(CHARACTERS)),
        ]
        paths[0].write_text("\n".join(lines) + "\n", encoding="utf-8")


def _boxes(sample: Sample) -> str:
    height, width = sample.image.shape[:2]
    boxes = zip(sample.characters, sample.boxes.tolist(), strict=True)
    return "".join(
        f"{CHARACTERS.index(character)} {(left + right) / 2 / width:.6f} "
        f"{(top + bottom) / 2 / height:.6f} {(right - left) / width:.6f} "
        f"{(bottom - top) / height:.6f}\n"
        for character, (left, top, right, bottom) in boxes
    )
