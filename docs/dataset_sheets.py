"""Draw what data sets of each format hold, as readers of that format find it.

    pip install datasets idx2numpy lmdb pycocotools pyarrow webdataset
    python docs/dataset_sheets.py

Each label, box and colour is what a file says. A minute on one core.
"""

import gzip
import io
import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw, ImageFont, ImageOps

import digitgan
from digitgan.datasets.formats import FORMATS

os.environ.setdefault("HF_HUB_OFFLINE", "1")  # local files are all that is read
IMAGES = Path(__file__).parent / "images"
PATTERNS = {
    "parquet": "dd/mm/yyyy",
    "webdataset": "hh:mm",
    "lmdb": "#,###.##",
    "coco": "(0##) ###-##",
    "yolo": "+## ### ##",
}
WIDTH, GAP, WORDS = 888, 8, 12  # of a sheet, between pictures, of letters; in pixels
COUNTS = {"digits": 28, "numbers": 12, "scenes": 2}  # digits are 14 in a row
PAGE = 432 / 640  # how large a page is shown
INKS = ((200, 30, 40), (30, 110, 200), (20, 140, 60), (190, 110, 0))


class Sample(NamedTuple):
    """What a reader finds.

    Attributes:
        image: ``uint8 (height, width)``.
        label: Of a digit.
        characters: Of the boxes.
        boxes: Left, top, right, bottom, exclusive.
        masks: Ink of each character, ``bool (height, width)``.
    """

    image: np.ndarray
    label: str = ""
    characters: str = ""
    boxes: Sequence = ()
    masks: Sequence = ()


def sample_of(image, record: dict) -> Sample:
    """Return a sample of the record that png, parquet, webdataset and lmdb carry."""
    label = str(record.get("label", ""))
    boxes = record.get("boxes", ())
    return Sample(np.asarray(image), label, record.get("characters", ""), boxes)


def read_idx(folder: Path) -> Iterator[Sample]:
    """Read by idx2numpy."""
    import idx2numpy

    with (
        gzip.open(folder / "train-images-idx3-ubyte.gz") as images,
        gzip.open(folder / "train-labels-idx1-ubyte.gz") as labels,
    ):
        files = map(idx2numpy.convert_from_file, (images, labels))
        for image, label in zip(*files, strict=True):
            yield Sample(image, str(label))


def read_npz(folder: Path) -> Iterator[Sample]:
    """Read by NumPy."""
    with np.load(folder / "mnist.npz") as stored:
        for image, label in zip(stored["x_train"], stored["y_train"], strict=True):
            yield Sample(image, str(label))


def read_png(folder: Path) -> Iterator[Sample]:
    """Read pictures and lines of metadata."""
    for line in (folder / "train" / "metadata.jsonl").read_text().splitlines():
        record = json.loads(line)
        yield sample_of(Image.open(folder / "train" / record["file_name"]), record)


def read_parquet(folder: Path) -> Iterator[Sample]:
    """Read by Hugging Face datasets."""
    import datasets

    cache = str(folder / "cache")
    for row in datasets.load_dataset(str(folder), split="train", cache_dir=cache):
        yield sample_of(row["image"], row)


def read_webdataset(folder: Path) -> Iterator[Sample]:
    """Read by webdataset."""
    import webdataset

    shards = str(folder / "train-000000.tar")
    data = webdataset.WebDataset(shards, shardshuffle=False).decode("l8")
    for image, record in data.to_tuple("png", "json"):
        yield sample_of(image, record)


def read_lmdb(folder: Path) -> Iterator[Sample]:
    """Read by lmdb, keys as trainers of text readers ask for them."""
    import lmdb

    path = str(folder / "train" / "00000-of-00001")
    with lmdb.open(path, readonly=True, lock=False) as database:
        find = database.begin().get
        for i in range(1, int(find(b"num-samples")) + 1):
            image = Image.open(io.BytesIO(find(b"image-%09d" % i)))
            yield sample_of(image, json.loads(find(b"json-%09d" % i)))


def read_coco(folder: Path) -> Iterator[Sample]:
    """Read by pycocotools, which unpacks the ink, too."""
    from pycocotools.coco import COCO

    coco = COCO(str(folder / "annotations" / "instances_train.json"))
    for picture in coco.loadImgs(coco.getImgIds()):
        annotations = coco.loadAnns(coco.getAnnIds(picture["id"]))
        classes = coco.loadCats([one["category_id"] for one in annotations])
        corners = [one["bbox"] for one in annotations]
        yield Sample(
            np.asarray(Image.open(folder / "train" / picture["file_name"])),
            characters="".join(one["name"] for one in classes),
            boxes=[(x, y, x + width, y + height) for x, y, width, height in corners],
            masks=[coco.annToMask(one) > 0 for one in annotations],
        )


def read_yolo(folder: Path) -> Iterator[Sample]:
    """Read as YOLO trainers do: data.yaml, then a file of boxes for each picture."""
    import yaml

    data = yaml.safe_load((folder / "data.yaml").read_text())
    for path in sorted((folder / data["train"]).glob("*.png")):
        image = np.asarray(Image.open(path))
        lines = folder / "labels" / "train" / f"{path.stem}.txt"
        rows = np.loadtxt(lines, ndmin=2)
        size = np.array(image.shape[::-1])
        middle, half = rows[:, 1:3] * size, rows[:, 3:] * size / 2
        boxes = np.rint(np.hstack([middle - half, middle + half])).astype(int)
        names = "".join(data["names"][int(row)] for row in rows[:, 0])
        yield Sample(image, characters=names, boxes=boxes.tolist())


READERS = {
    "idx": read_idx,
    "npz": read_npz,
    "png": read_png,
    "parquet": read_parquet,
    "webdataset": read_webdataset,
    "lmdb": read_lmdb,
    "coco": read_coco,
    "yolo": read_yolo,
}


def labelled(sample: Sample) -> Image.Image:
    """Show a digit twice as large, its label below."""
    image = np.pad(255 - sample.image, ((0, 7), (0, 0)), constant_values=255)
    picture = Image.fromarray(image).convert("RGB")
    picture = picture.resize((56, 70), Image.Resampling.NEAREST)
    write(picture, 28, 69, sample.label, INKS[1])
    return picture


def marked(sample: Sample, scale: float) -> Image.Image:
    """Show ink and boxes in turning colours, above each box what it holds."""
    pixels = np.stack([sample.image] * 3, axis=2)
    for i, mask in enumerate(sample.masks):
        pixels[mask] = np.maximum(pixels[mask], INKS[i % len(INKS)])
    pixels = np.pad(pixels, ((WORDS, 0), (0, 0), (0, 0)), constant_values=255)
    how = Image.Resampling.NEAREST if scale > 1 else Image.Resampling.LANCZOS
    picture = Image.fromarray(pixels)
    size = round(picture.width * scale), round(picture.height * scale)
    picture = picture.resize(size, how)
    draw = ImageDraw.Draw(picture)
    for i, box in enumerate(sample.boxes):
        left, top, right, bottom = np.rint(np.multiply(box, scale)).tolist()
        top, bottom = top + WORDS * scale, bottom + WORDS * scale
        ink = INKS[i % len(INKS)]
        draw.rectangle((left - 1, top - 1, right, bottom), outline=ink)
        write(picture, (left + right) / 2, top - 2, sample.characters[i], ink)
    return picture


def trimmed(picture: Image.Image) -> Image.Image:
    """Leave out empty lines above and below."""
    _, top, _, bottom = ImageOps.invert(picture).getbbox()
    return picture.crop((0, top, picture.width, bottom))


def framed(picture: Image.Image) -> Image.Image:
    """Draw the edge of a page."""
    return ImageOps.expand(picture, 1, "lightgrey")


def write(picture: Image.Image, middle: float, bottom: float, words, ink) -> None:
    """Write words above a place of a picture."""
    font = ImageFont.load_default(WORDS)
    draw = ImageDraw.Draw(picture)
    draw.text((middle, bottom), words, ink, font, anchor="mb")


def flow(pictures: list[Image.Image]) -> Image.Image:
    """Lay pictures side by side, line by line, as a text runs."""
    places, left, top, high = [], 0, GAP, 0
    for picture in pictures:
        if left + picture.width > WIDTH:
            left, top, high = 0, top + high + GAP, 0
        places.append((left, top))
        left, high = left + picture.width + GAP, max(high, picture.height)
    sheet = Image.new("RGB", (WIDTH, top + high + GAP), "white")
    for picture, place in zip(pictures, places, strict=True):
        sheet.paste(picture, place)
    return sheet


def shown(format: str, kind: str) -> list[Image.Image]:
    """Make a data set, read it and show it."""
    count = COUNTS[kind] * (1 if len(FORMATS[format].kinds) > 1 else 3)
    with TemporaryDirectory() as folder:
        digitgan.make_dataset(
            folder,
            kind=kind,
            format=format,
            count=count,
            split=(count, 0, 0),
            seed=list(READERS).index(format),
            balance=kind == "digits",
            pattern=None if kind == "digits" else PATTERNS.get(format),
        )
        samples = list(READERS[format](Path(folder)))
    assert len(samples) == count
    if kind == "digits":
        return [labelled(sample) for sample in samples]
    if kind == "numbers":
        return [trimmed(marked(sample, 2)) for sample in samples]
    return [framed(marked(sample, PAGE)) for sample in samples]


def main() -> None:
    """Write a picture for each format, with all kinds that it takes."""
    for format in READERS:
        kinds = sorted(FORMATS[format].kinds)
        parts = [np.asarray(flow(shown(format, kind))) for kind in kinds]
        sheet = Image.fromarray(np.concatenate(parts)).quantize(32, dither=0)
        path = IMAGES / f"datasets-{format}.png"
        sheet.save(path, optimize=True)
        print(path, path.stat().st_size)


if __name__ == "__main__":
    main()
