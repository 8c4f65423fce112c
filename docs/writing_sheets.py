"""Make the contact sheets of docs/writing.md with the model that comes along.

    python docs/writing_sheets.py

Seconds on one core.
"""

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

import digitgan
from digitgan.handwriting.centre_lines import centre_lines
from digitgan.handwriting.outlines import placed
from digitgan.handwriting.written_text import WrittenText

IMAGES = Path(__file__).parent / "images"
TEXTS = (
    "12/05/2026",
    "(030) 555-0199",
    "1,024.50",
    "23:59:07",
    "+49 30 901820",
    "-273.15",
    "7777 2222",
    "3.14159265",
)
BACKGROUND, GAP = 236, 8
INKS = ((200, 30, 40), (30, 110, 200), (20, 140, 60), (190, 110, 0))


def sheet(pictures: list[Image.Image], columns: int) -> Image.Image:
    """Lay pictures out in columns, each as wide as its widest picture."""
    rows = [pictures[i : i + columns] for i in range(0, len(pictures), columns)]
    high = [max(picture.height for picture in row) + GAP for row in rows]
    wide = [max(p.width for p in pictures[i::columns]) + GAP for i in range(columns)]
    size = (sum(wide) + GAP, sum(high) + GAP)
    page = Image.new("L", size, BACKGROUND).convert(pictures[0].mode)
    for i, picture in enumerate(pictures):
        row, column = divmod(i, columns)
        page.paste(picture, (GAP + sum(wide[:column]), GAP + sum(high[:row])))
    return page


def coloured(written: WrittenText) -> Image.Image:
    """Show masks in turning colours, and boxes around them."""
    pixels = np.full((*written.image.size[::-1], 3), 255, np.uint8)
    for i, mask in enumerate(written.masks):
        pixels[mask] = np.minimum(pixels[mask], INKS[i % len(INKS)])
    picture = Image.fromarray(pixels)
    draw = ImageDraw.Draw(picture)
    for left, top, right, bottom in written.boxes.tolist():
        draw.rectangle((left - 1, top - 1, right, bottom), outline=(170, 170, 170))
    return picture


def rerolled(write, text: str, seed: int) -> list[Image.Image]:
    """Write a text, then each of its characters three times anew, that one in red."""
    pictures = []
    for place in range(len(text)):
        for times in range(4):
            rerolls = [times * (i == place) for i in range(len(text))]
            written = write(text, seed=seed, height=36, rerolls=rerolls)
            pixels = np.asarray(written.image.convert("RGB")).copy()
            if times:
                red = pixels[..., 0]
                red[written.masks[place]] = red[written.masks[place]].clip(INKS[0][0])
            pictures.append(Image.fromarray(pixels))
    return pictures


def single_line(write, text: str, seed: int) -> Image.Image:
    """Show what a plotter draws: every stroke in a colour, its start as a dot."""
    written = write(text, seed=seed, height=90)
    picture = Image.fromarray(np.dstack(3 * [written.pixels // 6 + 212]))
    draw, number = ImageDraw.Draw(picture), 0
    for drawn, stretch, corner in zip(*written.shapes, strict=True):
        for line in centre_lines(drawn):
            line = placed(line, 90, stretch, corner)
            ink, (x, y) = INKS[number % len(INKS)], line[0]
            draw.line([tuple(point) for point in points_of(line)], ink, 3)
            draw.ellipse((x - 5, y - 5, x + 5, y + 5), ink)
            number += 1
    return picture


def points_of(line: np.ndarray) -> np.ndarray:
    """Return points on an open line of cubic curves."""
    t = np.linspace(0, 1, 8)[:, np.newaxis]
    pieces = [line[:1]]
    for i in range(0, len(line) - 1, 3):
        start, first, second, end = line[i : i + 4]
        near = (1 - t) ** 3 * start + 3 * (1 - t) ** 2 * t * first
        pieces.append(near + 3 * (1 - t) * t**2 * second + t**3 * end)
    return np.concatenate(pieces)


def main() -> None:
    """Make every sheet."""
    model = digitgan.load()
    write = model.write
    sheets = {
        "hands": ([write("20.01.2026", seed=i, height=36).image for i in range(24)], 4),
        "texts": (
            [write(t, seed=i, height=36).image for t in TEXTS for i in (1, 3, 4)],
            3,
        ),
        "styles": (
            [
                write("0123456789", seed=9, thickness=t, slant=s, height=30).image
                for t in (1.6, 2.4, 3.2, 4.2)
                for s in (-20, 5, 30)
            ],
            3,
        ),
        "variety": (
            [
                write("2026-11-24", seed=seed, variety=variety, height=30).image
                for variety in (0.0, 0.5, 1.0)
                for seed in range(4)
            ],
            4,
        ),
        "paper": (
            [
                write("412.75\n1,038.20\n96.05", height=32, seed=11, **options).image
                for options in (
                    {},
                    {"lines": "ruled"},
                    {"lines": "grid"},
                    {"lines": "boxes"},
                    {"background": 222, "ink": 70, "noise": 0.3},
                    {"lines": "ruled", "background": 235, "ink": 50, "noise": 0.6},
                    {"lines": "grid", "noise": 1.0},
                    {"background": 30, "ink": 235},
                )
            ],
            4,
        ),
        "spacing": (
            [
                write("30517 264", seed=2, height=36, spacing=spacing).image
                for spacing in ((-8, -4), (-2, 2), (4, 8), (0, 24))
            ],
            2,
        ),
        "large": (
            [
                write("(2,5)", seed=seed, height=height).image
                for height in (30, 90, 180)
                for seed in (3, 7, 2)
            ],
            3,
        ),
        "rerolls": (rerolled(write, "27/4", seed=12), 8),
        "walk": (
            [
                step.image
                for ends in ((7, 8), (3, 11))
                for step in model.write_walk(
                    "31.10.2026", seed=ends[0], toward=ends[1], frames=6, height=36
                )
            ],
            3,
        ),
        "single-line": (
            [
                write("12/05/2026 34", seed=4, height=90).image.convert("RGB"),
                single_line(write, "12/05/2026 34", seed=4),
            ],
            1,
        ),
        "boxes": (
            [
                coloured(write(text, seed=seed, height=44, spacing=(-4, 3)))
                for text in TEXTS[:3]
                for seed in (5, 9)
            ],
            2,
        ),
    }
    for name, (pictures, columns) in sheets.items():
        path = IMAGES / f"writing-{name}.png"
        sheet(pictures, columns).save(path, optimize=True)
        print(path, path.stat().st_size)


if __name__ == "__main__":
    main()
