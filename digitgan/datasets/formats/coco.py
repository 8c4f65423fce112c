"""COCO: pictures, and a file a part with the box and the ink of every character."""

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np

from digitgan.datasets.formats.base import Create, EncodedShard, Format, Fragments
from digitgan.datasets.pattern import CHARACTERS
from digitgan.datasets.samples import Sample, Samples
from digitgan.datasets.spec import DatasetSpec, Shard

IDS_PER_IMAGE = 10_000  # for the boxes of each
IMAGE_LINE, BOXES_LINE = 0, 1  # of the two lines of a sample in a fragment


class Coco(Format):
    """Pictures and one file of annotations a part."""

    name = "coco"
    kinds = ("scenes", "numbers")
    merges = "part"

    def file_names(self, spec: DatasetSpec, shard: Shard) -> list[str]:
        """Return ``train/000000042.png`` and so on."""
        return [f"{shard.part}/{name}.png" for name in shard.sample_names]

    def encode(self, spec: DatasetSpec, shard: Shard, samples: Samples) -> EncodedShard:
        """Return the pictures; the fragment has two lines for each: image and boxes."""
        files, lines = {}, []
        names = self.file_names(spec, shard)
        rows = zip(shard.sample_numbers, names, samples, strict=True)
        for number, name, sample in rows:
            files[name] = sample.png()
            height, width = sample.image.shape
            image = {"id": number, "file_name": name.partition("/")[2]}
            image |= {"width": width, "height": height, **sample.metadata}
            for content in (image, _annotations(sample, number)):
                lines.append(json.dumps(content, ensure_ascii=False) + "\n")
        return EncodedShard(files, "".join(lines).encode())

    def merged_names(self, spec: DatasetSpec, parts: Sequence[str]) -> list[str]:
        """Return ``annotations/instances_train.json`` and so on."""
        return [f"annotations/instances_{part}.json" for part in parts]

    def merge(self, spec: DatasetSpec, fragments: Fragments, create: Create) -> None:
        """Write the file of each part, a picture in memory at a time."""
        categories = [{"id": i, "name": c} for i, c in enumerate(CHARACTERS, 1)]
        for part, paths in fragments.items():
            (name,) = self.merged_names(spec, [part])
            with create(name) as path, path.open("wb") as file:
                file.write(b'{"categories": ' + json.dumps(categories).encode())
                for key, which in (("images", IMAGE_LINE), ("annotations", BOXES_LINE)):
                    file.write(f',\n"{key}": ['.encode())
                    separator = b"\n"
                    for line in filter(None, _lines(paths, which)):
                        file.write(separator + line)
                        separator = b",\n"
                    file.write(b"\n]")
                file.write(b"}\n")


def _lines(fragments: Iterable[tuple[Shard, Path]], which: int) -> Iterator[bytes]:
    """Yield the images, or the boxes of each without the brackets of their list."""
    for _, fragment in fragments:
        with fragment.open("rb") as file:
            for number, line in enumerate(file):
                if number % 2 == which:
                    content = line.strip()
                    yield content if which == IMAGE_LINE else content[1:-1]


def _annotations(sample: Sample, number: int) -> list[dict]:
    """Return the annotations of a picture."""
    boxes = sample.boxes.tolist()
    drawn = zip(sample.characters, boxes, sample.masks, strict=True)
    return [
        {
            "id": number * IDS_PER_IMAGE + place,
            "image_id": number,
            "category_id": CHARACTERS.index(character) + 1,
            "bbox": [left, top, right - left, bottom - top],
            "area": int(mask.sum()),
            "iscrowd": 0,
            "segmentation": _run_lengths(mask, left, top, sample.image.shape),
        }
        for place, (character, (left, top, right, bottom), mask) in enumerate(drawn, 1)
    ]


def _run_lengths(mask: np.ndarray, left: int, top: int, shape: tuple[int, ...]) -> dict:
    """Return ink as COCO's run lengths: down the columns, background first."""
    height, width = shape
    column, row = np.nonzero(mask.T)
    inked = (left + column) * height + top + row
    first = np.flatnonzero(np.diff(inked, prepend=-2) > 1)
    starts = inked[first]
    ends = inked[np.append(first[1:], len(inked)) - 1] + 1
    edges = np.stack([starts, ends], axis=1).ravel()
    counts = np.diff(edges, prepend=0, append=height * width)
    return {"counts": counts.tolist(), "size": [height, width]}
