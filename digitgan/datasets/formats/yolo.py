"""YOLO: pictures, and beside each a file of classes and boxes as shares of its size."""

from digitgan.datasets.formats import Packed, Pieces, Place, records
from digitgan.datasets.texts import CHARACTERS

TOGETHER = True
FILE = "data.yaml"


def names(spec, shard) -> list[str]:
    """Return ``images/train/000000042.png``, ``labels/train/000000042.txt``, ..."""
    return [
        f"{folder}/{shard.part}/{records.stem(number)}.{ending}"
        for number in shard.numbers
        for folder, ending in (("images", "png"), ("labels", "txt"))
    ]


def pack(spec, shard, samples) -> Packed:
    """Return pictures and boxes."""
    found, files = iter(names(spec, shard)), {}
    for place, image in enumerate(samples.images):
        files[next(found)] = records.png(image)
        files[next(found)] = _boxes(samples, place).encode()
    return Packed(files)


def joined(spec, parts) -> list[str]:
    """Return the file that names parts and classes."""
    return [FILE]


def join(spec, parts, pieces: Pieces, place: Place) -> None:
    """Write that file; YOLO calls validation val."""
    known = {"validation": "val"}
    lines = [f"{known.get(part, part)}: images/{part}" for part in parts]
    lines += ["names:", *(f"  {i}: {c!r}" for i, c in enumerate(CHARACTERS))]
    with place(FILE) as path:
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _boxes(samples, place: int) -> str:
    height, width = samples.images[place].shape
    found = zip(samples.characters[place], samples.boxes[place].tolist(), strict=True)
    return "".join(
        f"{CHARACTERS.index(character)} {(left + right) / 2 / width:.6f} "
        f"{(top + bottom) / 2 / height:.6f} {(right - left) / width:.6f} "
        f"{(bottom - top) / height:.6f}\n"
        for character, (left, top, right, bottom) in found
    )
