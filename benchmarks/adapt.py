"""Two writers who do not exist fill the form: is it read, and is their hand learned?

    python benchmarks/adapt.py

Some twenty minutes on two cores. Makes the pictures of docs/own-hand.md, too.
"""

import os
import tempfile
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from PIL import Image
from record import ROOT, publish, spread
from synthetic_writer import filled_form, of_one_shape, of_one_style, photograph, split

import digitgan
from digitgan.data.dataset import Digits
from digitgan.data.load import load_dataset
from digitgan.data.sheet import cells
from digitgan.evaluation.metrics import handwriting, memorisation
from digitgan.evaluation.metrics.fidelity import frechet
from digitgan.measure.classifier import Classifier
from digitgan.measure.morphometry import measure
from digitgan.sampling.styles import STYLE_UNITS
from digitgan.training.adapt import adapt

IMAGES = ROOT / "docs" / "images"
DRAWN, TIMES = 2_000, 5
PHOTOS = 10
NUMBER = "24/07/1986 395"
ENOUGH = 120.0  # minutes: the passes end it, so the figures are no matter of speed


def read_back(digits: Digits, folder: Path) -> dict[str, list[float]]:
    """Photograph the filled form and read it, ten times; the first stays."""
    classifier, right, same = Classifier(), [], []
    before = classifier.predict(digits.images).labels
    for seed in range(PHOTOS):
        page, places = filled_form(digits, seed)
        photo = folder / f"photo-{seed}.jpg"
        photo.write_bytes(photograph(page, seed))
        sheet = cells.read_forms([photo])
        assert sheet.filled.sum() == len(digits)
        read = classifier.predict(sheet.cells[places]).labels
        right.append(100 * float(np.mean(read == digits.labels)))
        same.append(100 * float(np.mean(read == before)))
        if seed == 0:
            page.save(folder / "page.png")
            cells.write_folder(sheet, folder / "my-digits")
    return {"cells read as their row, %": right, "read as the original is, %": same}


def figures(draw, rest: Digits, mine: Digits) -> dict[str, list[float]]:
    """Measure what a model draws, five times, beside digits that it has not seen."""
    classifier, real = Classifier(), measure(rest.images)
    reference = classifier.predict(rest.images).features
    rows: dict[str, list[float]] = {}
    for seed in range(TIMES):
        labels = np.random.default_rng(seed).choice(rest.labels, DRAWN)
        images = draw(labels, seed)
        odds, features = classifier.predict(images)
        drawn = measure(images)
        found = {"Frechet distance to the writer": frechet(features, reference)}
        for name in handwriting.NAMES:
            found[name] = handwriting.distance(real[name], drawn[name])
        found["read as asked, %"] = 100 * float(np.mean(odds.argmax(1) == labels))
        near = memorisation.nearest(images, mine.images)[0]
        found["to the nearest on the form, grey levels"] = float(np.median(near))
        for name, value in found.items():
            rows.setdefault(name, []).append(float(value))
    return rows


def with_style(model, mine: Digits):
    """Return a way to draw as thick and slanted as the writer, nothing learned."""
    measured = measure(mine.images)

    def draw(labels: np.ndarray, seed: int) -> np.ndarray:
        rng = np.random.default_rng(seed)
        rows = [rng.choice(np.flatnonzero(mine.labels == one)) for one in labels]
        told = {k: measured[k][rows].clip(*model.limits[k]) for k in STYLE_UNITS}
        return model.sample(labels, seed=seed, **told)

    return draw


def one_writer(writer: Digits, folder: Path) -> dict:
    """Fill, read, adapt and measure."""
    folder.mkdir()
    mine, rest = split(writer)
    result = {"held out": len(rest), "reading": read_back(mine, folder)}
    adapt("flagship", folder / "my-digits", folder / "hand", minutes=ENOUGH)
    shipped, adapted = digitgan.load(), digitgan.load(folder / "hand")
    ways = {
        "before": lambda labels, seed: shipped.sample(labels, seed=seed),
        "thickness and slant asked": with_style(shipped, mine),
        "after": lambda labels, seed: adapted.sample(labels, seed=seed),
    }
    result["drawn"] = {name: figures(way, rest, mine) for name, way in ways.items()}
    near = memorisation.nearest(rest.images, mine.images)[0]
    result["the writer's others to the form"] = float(np.median(near))
    return result


def pictures(folder: Path) -> None:
    """Put what one writer's round left into the documentation."""
    page, photo = (Image.open(folder / name) for name in ("page.png", "photo-0.jpg"))
    both = Image.new("RGB", (1040, 700), "white")
    both.paste(page.convert("RGB").resize((495, 700)), (0, 0))
    both.paste(photo.resize((525, 700)), (515, 0))
    both.save(IMAGES / "own-hand-photo.jpg", quality=80)
    for name in ("my-digits.png", "hand/beside.png"):
        picture = Image.open(folder / name)
        picture.save(IMAGES / f"own-hand-{Path(name).name}", optimize=True)
    models = digitgan.load(), digitgan.load(folder / "hand")
    written = [
        m.write(NUMBER, seed=seed, height=60).image
        for seed in (1, 2, 3)
        for m in models
    ]
    wide, high = (max(image.size[i] for image in written) + 20 for i in range(2))
    sheet = Image.new("L", (2 * wide, len(written) // 2 * high), 255)
    for i, image in enumerate(written):
        sheet.paste(image, (i % 2 * wide, i // 2 * high))
    sheet.save(IMAGES / "own-hand-number.png", optimize=True)


def table(results: dict) -> str:
    """Write all of it as Markdown."""
    lines = []
    for name, result in results.items():
        lines += [
            f"**{name}** ({result['held out']} held-out digits to measure by)",
            "",
        ]
        for row, values in result["reading"].items():
            lines.append(f"- {row}, in {PHOTOS} photographs: {spread(values, 1)}")
        other = result["the writer's others to the form"]
        lines.append(f"- from the writer's other digits to the form: {other:.0f}")
        ways = result["drawn"]
        lines += ["", f"| | {' | '.join(ways)} |", "| --- | --- | --- | --- |"]
        for row in next(iter(ways.values())):
            found = " | ".join(spread(ways[way][row]) for way in ways)
            lines.append(f"| {row} | {found} |")
        lines.append("")
    return "\n".join(lines)


def main() -> None:
    """Let both write; publish."""
    train = load_dataset("mnist").train
    writers = {
        "A writer of fixed shapes": of_one_shape(train, seed=3),
        "A writer of fixed slant and thickness": of_one_style(train, 22.0, 3.0),
    }
    results = {}
    with tempfile.TemporaryDirectory() as place:
        for number, (name, writer) in enumerate(writers.items()):
            folder = Path(place) / str(number)
            results[name] = one_writer(writer, folder)
            if number == 0:
                pictures(folder)
    publish("adapt", "docs/own-hand.md", results, table(results))


if __name__ == "__main__":
    main()
