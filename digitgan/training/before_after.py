"""One writer's digits beside what a model drew before and after it learned them."""

import json

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from digitgan.data.dataset import Digits
from digitgan.data.image_grid import grid
from digitgan.files import replacing
from digitgan.measure.nearest_neighbours import nearest
from digitgan.model.model_card import write_card
from digitgan.sampling.sampler import Sampler

COLUMNS = 5
GAP, HEAD = 40, 40  # screen pixels between the parts and above them
DRAWN = 1_000
TOO_NEAR = 0.75  # of how far the writer's own digits are apart


def show_beside(mine: Digits, before: Sampler, after: Sampler, seed: int) -> None:
    """Write ``beside.png`` into the new model's folder and say what is in it.

    How far the drawn digits lie from the nearest one of the writer goes into
    ``model.json`` too: a model that had learned the digits by heart would come nearer
    than they come to one another.

    Args:
        mine: The writer's digits, some of each class.
        before: The model that was adapted.
        after: The model that it became.
        seed: Of the digits that are drawn.
    """
    with replacing(after.folder / "beside.png") as temporary:
        _picture(mine, before, after, seed).save(temporary)
    found = apart(mine, before, after, seed)
    card = json.loads((after.folder / "model.json").read_text(encoding="utf-8"))
    write_card(after.folder, card | {"nearest": found})
    print(
        f"From a drawn digit to the nearest of yours: {found['after']:.0f} grey levels "
        f"(before {found['before']:.0f}, from one of yours to the next "
        f"{found['writer']:.0f}): {verdict(found)}"
    )


def apart(mine: Digits, before: Sampler, after: Sampler, seed: int) -> dict[str, float]:
    """Return median distances to the nearest digit of the writer, in grey levels.

    Returns:
        ``before`` and ``after`` of 1,000 digits drawn by each model, and ``writer`` of
        the writer's own digits to one another.
    """
    own, everyone = mine.images, np.arange(len(mine))
    far = {
        name: nearest(model.sample(n=DRAWN, seed=seed), own)[0]
        for name, model in (("before", before), ("after", after))
    }
    far["writer"] = nearest(own, own, skip=everyone)[0]
    return {name: round(float(np.median(values)), 1) for name, values in far.items()}


def verdict(found: dict[str, float]) -> str:
    """Say in words whether the writer's digits were learned by heart."""
    if found["after"] < TOO_NEAR * found["writer"]:
        return "near to copies; give fewer --minutes, or more digits"
    return "new digits, no copies"


def _picture(mine: Digits, before: Sampler, after: Sampler, seed: int) -> Image.Image:
    own = np.zeros((len(after.classes), COLUMNS, 28, 28), np.uint8)
    for label, row in enumerate(own):
        some = mine.images[mine.labels == label][:COLUMNS]
        row[: len(some)] = some
    asked = np.repeat(np.arange(len(own)), COLUMNS)
    parts = {
        "your digits": own.reshape(-1, 28, 28),
        "before": before.sample(asked, seed=seed),
        "after": after.sample(asked, seed=seed),
    }
    sheets = {name: grid(images, COLUMNS) for name, images in parts.items()}
    wide, high = next(iter(sheets.values())).size
    size = (len(sheets) * (wide + GAP) + GAP, high + HEAD + GAP)
    picture = Image.new("L", size, 255)
    draw, font = ImageDraw.Draw(picture), ImageFont.load_default(20)
    for i, (name, sheet) in enumerate(sheets.items()):
        left = GAP + i * (wide + GAP)
        draw.text((left + wide // 2, HEAD // 2), name, 0, font, anchor="mm")
        picture.paste(sheet, (left, HEAD))
    return picture
