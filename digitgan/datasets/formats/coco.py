"""COCO: pictures, and a file a part with the box and the ink of every character."""

import json
from collections.abc import Iterator

import numpy as np

from digitgan.datasets.formats import Packed, Pieces, Place, records
from digitgan.datasets.texts import CHARACTERS

TOGETHER = False
BOXES = 10_000  # ids that each picture has for its boxes


def names(spec, shard) -> list[str]:
    """Return ``train/000000042.png`` and so on."""
    return [f"{shard.part}/{records.stem(number)}.png" for number in shard.numbers]


def pack(spec, shard, samples) -> Packed:
    """Return the pictures; the piece holds two lines for each: picture and boxes."""
    found, lines = names(spec, shard), []
    files = {
        name: records.png(image)
        for name, image in zip(found, samples.images, strict=True)
    }
    for place, number in enumerate(shard.numbers):
        height, width = samples.images[place].shape
        picture = {"id": number, "file_name": found[place].partition("/")[2]}
        picture |= {"width": width, "height": height, **samples.fact(place)}
        lines += [picture, _boxes(samples, place, number)]
    return Packed(files, "".join(map(records.line, lines)).encode())


def joined(spec, parts) -> list[str]:
    """Return ``annotations/instances_train.json`` and so on."""
    return [f"annotations/instances_{part}.json" for part in parts]


def join(spec, parts, pieces: Pieces, place: Place) -> None:
    """Write the file of each part, a picture in memory at a time."""
    categories = [{"id": i, "name": c} for i, c in enumerate(CHARACTERS, 1)]
    for part in parts:
        with place(*joined(spec, [part])) as path, path.open("wb") as file:
            file.write(b'{"categories": ' + json.dumps(categories).encode())
            for key, offset in (("images", 0), ("annotations", 1)):
                file.write(f',\n"{key}": ['.encode())
                between = b"\n"
                for line in _lines(pieces(part), offset):
                    if line:
                        file.write(between + line)
                        between = b",\n"
                file.write(b"\n]")
            file.write(b"}\n")


def take_out(spec, part, folder, sizes) -> Iterator[bytes]:
    """Yield nothing: the lines of a shard do not come back out of the joined file."""
    return iter(())


def _lines(pieces, offset: int) -> Iterator[bytes]:
    """Yield the lines of pictures (0) or those of their boxes (1), without brackets."""
    for piece in pieces:
        with piece.open("rb") as file:
            for number, line in enumerate(file):
                if number % 2 == offset:
                    yield line.strip() if offset == 0 else line.strip()[1:-1]


def _boxes(samples, place: int, number: int) -> list[dict]:
    """Return the annotations of a picture."""
    size = samples.images[place].shape
    found = zip(
        samples.characters[place],
        samples.boxes[place].tolist(),
        samples.masks[place],
        strict=True,
    )
    return [
        {
            "id": number * BOXES + i,
            "image_id": number,
            "category_id": CHARACTERS.index(character) + 1,
            "bbox": [left, top, right - left, bottom - top],
            "area": int(mask.sum()),
            "iscrowd": 0,
            "segmentation": _runs(mask, left, top, size),
        }
        for i, (character, (left, top, right, bottom), mask) in enumerate(found, 1)
    ]


def _runs(mask: np.ndarray, left: int, top: int, size: tuple[int, int]) -> dict:
    """Return ink as COCO's run lengths: down the columns, paper first."""
    column, row = np.nonzero(mask.T)
    inked = (left + column) * size[0] + top + row
    first = np.flatnonzero(np.diff(inked, prepend=-2) > 1)
    starts = inked[first]
    ends = inked[np.append(first[1:], len(inked)) - 1] + 1
    edges = np.stack([starts, ends], axis=1).ravel()
    counts = np.diff(edges, prepend=0, append=size[0] * size[1])
    return {"counts": counts.tolist(), "size": list(size)}
