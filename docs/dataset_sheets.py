"""Draw what each kind of data set holds, read back from its files.

    python docs/dataset_sheets.py

A minute on one core.
"""

import json
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from PIL import Image, ImageDraw

import digitgan
from digitgan.data.pictures import grid
from digitgan.data.readers import read

IMAGES = Path(__file__).parent / "images"
GAP = 8  # pixels between pictures
RED = (214, 39, 40)


def digits(folder: Path) -> Image.Image:
    """Show digits of an IDX file, a row for each."""
    digitgan.make_dataset(folder, count=200, balance=True, split=(200, 0, 0))
    data = read(folder).train
    return grid(data.images[np.argsort(data.labels, kind="stable")], 20, 2)


def numbers(folder: Path) -> Image.Image:
    """Show dates and times of a folder of pictures, below one another."""
    wish = {"kind": "numbers", "format": "png", "count": 24, "split": (24, 0, 0)}
    digitgan.make_dataset(folder, pattern="dd/mm/yyyy, hh:mm", **wish)
    pictures = [Image.open(path) for path in sorted(folder.glob("train/*.png"))]
    width, height = (max(p.size[axis] for p in pictures) + GAP for axis in (0, 1))
    sheet = Image.new("L", (3 * width + GAP, 8 * height + GAP), "white")
    for place, picture in enumerate(pictures):
        row, column = divmod(place, 3)
        sheet.paste(picture, (GAP + column * width, GAP + row * height))
    return sheet


def scenes(folder: Path) -> Image.Image:
    """Show a page with the boxes of its COCO file, and the page without."""
    wish = {"kind": "scenes", "format": "coco", "count": 2, "split": (2, 0, 0)}
    digitgan.make_dataset(folder, seed=2, **wish)
    notes = json.loads((folder / "annotations" / "instances_train.json").read_text())
    pages = []
    for picture in notes["images"]:
        page = Image.open(folder / "train" / picture["file_name"]).convert("RGB")
        for note in notes["annotations"]:
            left, top, width, height = note["bbox"]
            if note["image_id"] == picture["id"] and not pages:
                box = (left - 1, top - 1, left + width, top + height)
                ImageDraw.Draw(page).rectangle(box, outline=RED)
        pages.append(np.pad(np.asarray(page), ((1, 1), (1, 1), (0, 0))))
    return Image.fromarray(np.concatenate(pages, axis=1))


def main() -> None:
    """Write a picture for each kind."""
    for draw in (digits, numbers, scenes):
        with TemporaryDirectory() as folder:
            sheet = draw(Path(folder))
        sheet.save(IMAGES / f"datasets-{draw.__name__}.png", optimize=True)


if __name__ == "__main__":
    main()
