"""Pictures in folders: one for each class, with a line of facts each beside them."""

import itertools
from collections.abc import Iterator
from pathlib import Path

from digitgan.datasets.formats import Packed, Pieces, Place, records
from digitgan.datasets.texts import draw_labels

TOGETHER = False
LINES = "metadata.jsonl"  # what Hugging Face's imagefolder looks for


def names(spec, shard) -> list[str]:
    """Return ``train/7/000000042.png``, without the class for pages."""
    stems = [f"{records.stem(number)}.png" for number in shard.numbers]
    if spec.kind != "digits":
        return [f"{shard.part}/{stem}" for stem in stems]
    labels = draw_labels(spec, shard)
    return [
        f"{shard.part}/{spec.classes[label].replace('/', '-')}/{stem}"
        for label, stem in zip(labels, stems, strict=True)
    ]


def pack(spec, shard, samples) -> Packed:
    """Return the pictures, and their lines as the piece."""
    found = names(spec, shard)
    files = {
        name: records.png(image)
        for name, image in zip(found, samples.images, strict=True)
    }
    lines = [
        records.line(
            {"file_name": name.partition("/")[2], **records.facts(samples, place)}
        )
        for place, name in enumerate(found)
    ]
    return Packed(files, "".join(lines).encode())


def joined(spec, parts) -> list[str]:
    """Return the file of facts of each part."""
    return [f"{part}/{LINES}" for part in parts]


def join(spec, parts, pieces: Pieces, place: Place) -> None:
    """Put the lines of all shards into one file a part."""
    for part in parts:
        with place(f"{part}/{LINES}") as path, path.open("wb") as file:
            for piece in pieces(part):
                file.write(piece.read_bytes())


def take_out(spec, part: str, folder: Path, sizes: list[int]) -> Iterator[bytes]:
    """Yield the lines of each shard again."""
    with (folder / part / LINES).open("rb") as file:
        for shard in spec.shards():
            if shard.part == part:
                yield b"".join(itertools.islice(file, shard.count))
