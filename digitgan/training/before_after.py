"""One writer's digits beside what a model drew before and after it learned them."""

import logging

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from digitgan.data.dataset import Digits
from digitgan.data.image_grid import grid
from digitgan.files import replacing
from digitgan.measure.nearest_neighbours import nearest
from digitgan.model.model_card import write_card
from digitgan.sampling.sampler import Sampler

LOGGER = logging.getLogger("digitgan")
COLUMNS = 5
GAP, HEADING = 40, 40  # screen pixels between the parts and above them
SAMPLES = 1_000
MIN_DISTANCE_RATIO = 0.75  # to the writer's digits, over that among them: else copies


def compare(writer: Digits, before: Sampler, after: Sampler, seed: int) -> None:
    """Write ``beside.png`` into the new model's folder and say what is in it.

    The median distance from samples to the nearest digit of the writer, in grey
    levels, goes into ``model.json`` too: a model that had memorised the digits would
    come nearer than they come to one another.
    """
    with replacing(after.folder / "beside.png") as temporary:
        _picture(writer, before, after, seed).save(temporary)
    own = writer.images  # and how far these are from one another
    apart = {
        "before": nearest(before.sample(n=SAMPLES, seed=seed), own)[0],
        "after": nearest(after.sample(n=SAMPLES, seed=seed), own)[0],
        "writer": nearest(own, own, skip=np.arange(len(own)))[0],
    }
    distances = {name: round(float(np.median(d)), 1) for name, d in apart.items()}
    write_card(after.folder, after.description | {"nearest": distances})
    LOGGER.info(
        f"From a drawn digit to the nearest of yours: {distances['after']:.0f} grey "
        f"levels (before {distances['before']:.0f}, from one of yours to the next "
        f"{distances['writer']:.0f}): {verdict(distances)}"
    )


def verdict(distances: dict[str, float]) -> str:
    """Say in words whether the writer's digits were memorised."""
    if distances["after"] < MIN_DISTANCE_RATIO * distances["writer"]:
        return "near to copies; give fewer --minutes, or more digits"
    return "new digits, no copies"


def _picture(writer: Digits, before: Sampler, after: Sampler, seed: int) -> Image.Image:
    own = np.zeros((len(after.classes), COLUMNS, 28, 28), np.uint8)
    for label, row in enumerate(own):
        first = writer.images[writer.labels == label][:COLUMNS]
        row[: len(first)] = first
    labels = np.repeat(np.arange(len(own)), COLUMNS)
    parts = {
        "your digits": own.reshape(-1, 28, 28),
        "before": before.sample(labels, seed=seed),
        "after": after.sample(labels, seed=seed),
    }
    sheets = {name: grid(images, COLUMNS) for name, images in parts.items()}
    width, height = sheets["after"].size
    size = (len(sheets) * (width + GAP) + GAP, height + HEADING + GAP)
    picture = Image.new("L", size, 255)
    draw, font = ImageDraw.Draw(picture), ImageFont.load_default(20)
    for i, (name, sheet) in enumerate(sheets.items()):
        left = GAP + i * (width + GAP)
        draw.text((left + width // 2, HEADING // 2), name, 0, font, anchor="mm")
        picture.paste(sheet, (left, HEADING))
    return picture
