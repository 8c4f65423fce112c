"""COCO: pictures, and a file a part with the box and the ink of every character."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

import numpy as np

from digitgan.datasets.formats.base import EncodedShard, Format, Fragments, Paths
from digitgan.datasets.pattern import CHARACTERS
from digitgan.datasets.samples import Sample, Samples, as_json
from digitgan.datasets.spec import DatasetSpec, Shard

IDS_PER_IMAGE = 10_000  # for the boxes of each
CATEGORIES = [{"id": i, "name": c} for i, c in enumerate(CHARACTERS, 1)]


class Coco(Format):
    """Pictures and one file of annotations a part."""

    name = "coco"
    kinds = ("scenes", "numbers")
    sample_files = ("{part}/{sample:09}.png",)
    merged_files = ("annotations/instances_{part}.json",)

    def encode(self, spec: DatasetSpec, shard: Shard, samples: Samples) -> EncodedShard:
        """Return the pictures; the fragment has two lines for each: image and boxes."""
        lines = []
        for number, sample in zip(shard.sample_numbers, samples, strict=True):
            height, width = sample.image.shape[:2]
            image = {"id": number, "file_name": f"{number:09}.png"}
            image |= {"width": width, "height": height, **sample.metadata}
            lines += [as_json(image), as_json(_annotations(sample, number))]
        return EncodedShard([sample.png() for sample in samples], b"".join(lines))

    def merge(self, spec: DatasetSpec, fragments: Fragments, paths: Paths) -> None:
        """Write the file of a part, a picture in memory at a time."""
        (shards,) = fragments.values()
        with paths[0].open("wb") as file:
            info = {"description": f"digitgan, seed {spec.seed}"}
            file.write(b'{"info": ' + json.dumps(info).encode())
            file.write(b',\n"categories": ' + json.dumps(CATEGORIES).encode())
            file.write(b',\n"images": [')
            _write_list(file, (image for image, _ in _lines(shards)))
            file.write(b',\n"annotations": [')
            _write_list(file, (boxes[1:-1] for _, boxes in _lines(shards)))
            file.write(b"}\n")


def _lines(shards: Iterable[tuple[Shard, Path]]) -> Iterator[tuple[bytes, bytes]]:
    for _, fragment in shards:
        with fragment.open("rb") as file:
            for image in file:
                yield image.strip(), next(file).strip()


def _write_list(file: IO[bytes], items: Iterable[bytes]) -> None:
    """Write what is not empty, with commas between, and close the list."""
    separator = b"\n"
    for item in filter(None, items):
        file.write(separator + item)
        separator = b",\n"
    file.write(b"\n]")


def _annotations(sample: Sample, number: int) -> list[dict]:
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
            "segmentation": _run_lengths(mask, left, top, *sample.image.shape[:2]),
        }
        for place, (character, (left, top, right, bottom), mask) in enumerate(drawn, 1)
    ]


def _run_lengths(
    mask: np.ndarray, left: int, top: int, height: int, width: int
) -> dict:
    """Return ink as COCO's run lengths: down the columns, background first."""
    rows, columns = mask.shape
    # Down the columns, with paper between them where the ink's box leaves some.
    step = min(rows + 1, height)
    flat = np.zeros(columns * step + 2, bool)
    flat[1:-1].reshape(columns, step)[:, :rows] = mask.T
    column, row = np.divmod((flat[1:] != flat[:-1]).nonzero()[0], step)
    ends = np.zeros(len(column) + 2, int)
    ends[1:-1] = (left + column) * height + top + row
    ends[-1] = height * width
    counts = (ends[1:] - ends[:-1]).tolist()
    return {"counts": counts, "size": [height, width]}
