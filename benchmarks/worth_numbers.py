"""Numbers: what a reader of lines learns from ours, and whether machines read them.

    python benchmarks/worth_numbers.py [--seeds N] [--numbers N] [--rapidocr PYTHON]

A small network that reads whole lines (convolutions, then connectionist temporal
classification) learns from digits in a row, real ones or ours, or from our numbers, and
is tested on strings of MNIST's test digits, laid out by a third rule and scanned.
Then two engines that people use read our numbers, and digits in a row, ours and real
ones, of as many hands and laid out alike: Tesseract
(`apt-get install tesseract-ocr`), and RapidOCR by the Python of an environment that has
its wheel (`pip install rapidocr-onnxruntime`). What was measured is kept in runs/worth
and not measured again.
"""

import argparse
import json
import os
from collections.abc import Callable

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
from keras import layers
from PIL import Image, ImageFilter
from record import publish
from worth import PAGE, spread_of
from worth_digits import MANY, WORK, drawn, fingerprint, mnist
from worth_engines import engine_reads, rapidocr, tesseract

import digitgan
from digitgan.data.dataset import Digits
from digitgan.handwriting.options import WriteOptions

LINES, STEPS, BATCH = 4_000, 1_500, 32
HEIGHT, WIDTH = 32, 192  # of a line, in pixels
LENGTHS = (3, 7)  # digits of a number
TESTED = 2_000
LEARNT_FROM = {
    "real": "real digits in a row",
    "ours": "our digits in a row",
    "odder": "our digits in a row, `--variety 1.3`",
    "numbers": "our numbers",
}
KEPT = WORK / "numbers.json"

Page = np.ndarray  # uint8 (H, W), 0 background to 255 ink


def texts(n: int, seed: int, lengths: tuple[int, int] = LENGTHS) -> list[str]:
    """Return n numbers of so many digits."""
    rng = np.random.default_rng(seed)
    sizes = rng.integers(lengths[0], lengths[1] + 1, n)
    return ["".join(map(str, rng.integers(0, 10, size))) for size in sizes]


def written(wanted: list[str], seed: int) -> list[Page]:
    """Return numbers as the shipped model writes them, each in a hand of its own."""
    options = [WriteOptions(seed=seed * 10**6 + n) for n in range(len(wanted))]
    return [255 - one.pixels for one in digitgan.load().write_many(wanted, options)]


def pasted(
    wanted: list[str],
    seed: int,
    digits: Digits,
    gaps: tuple[int, int] = (0, 3),
    jitter: float = 0.0,
    turn: float = 0.0,
) -> list[Page]:
    """Return digits in rows.

    Args:
        wanted: What they say.
        seed: Of the choice of digits and of their places.
        digits: From which they are taken.
        gaps: Least and most pixels between the ink of neighbours.
        jitter: How far each lies above or below the line, in pixels.
        turn: How far each is turned, in degrees.
    """
    rng = np.random.default_rng(seed)
    of_label = [np.flatnonzero(digits.labels == label) for label in range(10)]
    pages = []
    for text in wanted:
        page, right = np.zeros((HEIGHT, WIDTH), np.uint8), 2
        for label in map(int, text):
            digit = Image.fromarray(digits.images[rng.choice(of_label[label])])
            digit = digit.rotate(turn * rng.uniform(-1, 1), Image.Resampling.BILINEAR)
            left, _, end, _ = digit.getbbox() or (0, 0, 1, 1)
            ink = np.asarray(digit)[:, left:end]
            top = int(np.clip(2 + round(jitter * rng.uniform(-1, 1)), 0, 4))
            place = page[top : top + 28, right : right + ink.shape[1]]
            np.maximum(place, ink[:, : place.shape[1]], out=place)
            right += ink.shape[1] + int(rng.integers(gaps[0], gaps[1] + 1))
            right = min(right, WIDTH - 20)
        pages.append(page[:, : min(WIDTH, right + 22)])
    return pages


def scanned(pages: list[Page], seed: int) -> list[Page]:
    """Return pages as a scanner sees them: blurred, uneven, grainy, paler."""
    rng, seen = np.random.default_rng(seed), []
    for page in pages:
        blur = ImageFilter.GaussianBlur(rng.uniform(0, 1))
        soft = np.asarray(Image.fromarray(page).filter(blur), float)
        light = rng.uniform(0, 60) * np.linspace(0, 1, page.shape[1])
        grain = rng.uniform(0, 20) * rng.standard_normal(page.shape)
        grey = light + soft * rng.uniform(0.6, 1) + grain
        seen.append(np.clip(grey, 0, 255).astype(np.uint8))
    return seen


def as_lines(pages: list[Page]) -> np.ndarray:
    """Return the ink of pages, as tall as lines, ``uint8 (N, HEIGHT, WIDTH, 1)``."""
    lines = np.zeros((len(pages), HEIGHT, WIDTH, 1), np.uint8)
    for line, page in zip(lines, pages, strict=True):
        ink = Image.fromarray(page >= page.max() / 2).getbbox()
        width = max(
            1, min(WIDTH, round((ink[2] - ink[0]) * HEIGHT / (ink[3] - ink[1])))
        )
        picture = Image.fromarray(page).resize((width, HEIGHT), box=ink)
        line[:, :width, 0] = np.asarray(picture)
    return lines


def train_line_reader(pages: list[Page], wanted: list[str], seed: int) -> keras.Model:
    """Train the network; lines get lower, move and get grain while it learns."""
    keras.utils.set_random_seed(seed)
    reader = keras.Sequential(
        [
            keras.Input((HEIGHT, WIDTH, 1)),
            layers.Rescaling(1 / 255),
            layers.RandomZoom((0.0, 0.5), (0.0, 0.1), fill_mode="constant"),
            layers.RandomTranslation(0.15, 0.02, fill_mode="constant"),
            layers.GaussianNoise(0.05),
            layers.Conv2D(24, 3, 2, "same", activation="relu"),
            layers.Conv2D(48, 3, 2, "same", activation="relu"),
            layers.Conv2D(48, 3, (2, 1), "same", activation="relu"),
            layers.Permute((2, 1, 3)),
            layers.Reshape((WIDTH // 4, HEIGHT // 8 * 48)),
            layers.Dropout(0.3),
            layers.Conv1D(128, 5, padding="same", activation="relu"),
            layers.Dense(11),
        ]
    )
    rate = keras.optimizers.schedules.CosineDecay(2e-3, STEPS)
    optimizer = keras.optimizers.Adam(rate, clipnorm=1.0)
    reader.compile(optimizer, keras.losses.CTC())
    lines, labels = as_lines(pages), np.zeros((len(wanted), LENGTHS[1]), np.int32)
    for row, text in zip(labels, wanted, strict=True):
        row[: len(text)] = [int(digit) + 1 for digit in text]  # 0 pads, and is blank
    order = np.random.default_rng(seed).integers(0, len(lines), STEPS * BATCH)
    reader.fit(lines[order], labels[order], BATCH, verbose="0")
    return reader


def read_lines(reader: keras.Model, pages: list[Page]) -> list[str]:
    """Return what the network reads: the best class of each place, then as CTC says."""
    best = reader.predict(as_lines(pages), verbose="0").argmax(axis=2)
    fresh = np.diff(best, axis=1, prepend=0) != 0
    pairs = zip(best, fresh & (best > 0), strict=True)
    return ["".join(str(digit - 1) for digit in row[new]) for row, new in pairs]


def percent_right(read: list[str], wanted: list[str]) -> float:
    """Return the percentage of numbers that are read whole."""
    return 100 * float(np.mean([a == b for a, b in zip(read, wanted, strict=True)]))


def measured_line_reader(learns_from: str, seed: int) -> dict[str, float]:
    """Train a line reader and test it on strings of test digits by a third rule."""
    wanted = texts(LINES, seed)
    if learns_from == "numbers":
        pages = written(wanted, seed)
    elif learns_from == "real":
        pages = pasted(wanted, seed, mnist(MANY))
    else:
        variety = 1.3 if learns_from == "odder" else 1.0
        pages = pasted(wanted, seed, drawn("flagship", MANY, seed, variety))
    reader = train_line_reader(pages, wanted, seed)
    asked = texts(TESTED, seed=1_000)
    test = digitgan.load_dataset("mnist").test
    rows = pasted(asked, 1_000, test, gaps=(-3, 8), jitter=3, turn=8)
    return {
        "clean": percent_right(read_lines(reader, rows), asked),
        "scanned": percent_right(read_lines(reader, scanned(rows, 0)), asked),
    }


def measured_engines(n: int, rapidocr_python: str | None) -> dict[str, float]:
    """Return the percentage of numbers of five digits that each engine reads whole."""
    asked = texts(n, 2_000, (5, 5))
    test = digitgan.load_dataset("mnist").test
    kinds = {
        "numbers": written(asked, 2_000),
        "ours": pasted(asked, 2_000, drawn("flagship", len(test))),
        "real": pasted(asked, 2_000, test),
    }
    engines: dict[str, Callable] = {"Tesseract": tesseract}
    if rapidocr_python:
        engines["RapidOCR"] = lambda paths: rapidocr(rapidocr_python, paths)
    return {
        f"{name}, {kind}": percent_right(engine_reads(pages, read), asked)
        for name, read in engines.items()
        for kind, pages in kinds.items()
    }


def table(readers: dict[str, dict], engines: dict[str, float], n: int) -> str:
    """Return what was measured as Markdown."""
    lines = [
        f"| {n:,} of five digits, read whole | our numbers | our digits in a row "
        "| real test digits in a row |",
        "| --- | --- | --- | --- |",
    ]
    for engine in dict.fromkeys(key.partition(",")[0] for key in engines):
        read = (engines[f"{engine}, {kind}"] for kind in ("numbers", "ours", "real"))
        lines.append(f"| {engine} | {' | '.join(f'{one:.1f} %' for one in read)} |")
    if readers:
        lines += [
            "",
            "| a line reader that learnt from | strings of test digits | scanned |",
            "| --- | --- | --- |",
        ]
    for kind, name in LEARNT_FROM.items():
        some = [cell for key, cell in readers.items() if key.split()[0] == kind]
        if some:
            figures = (spread_of(some, column) for column in ("clean", "scanned"))
            lines.append(f"| {name} | {' | '.join(figures)} |")
    return "\n".join(lines)


def main() -> None:
    """Measure what is missing, then publish."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--numbers", type=int, default=1_000)
    parser.add_argument("--rapidocr", metavar="PYTHON")
    given = parser.parse_args()
    WORK.mkdir(parents=True, exist_ok=True)
    kept = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    model = fingerprint("flagship")
    key = f"engines {given.numbers} {model}"
    if key not in kept:
        kept[key] = measured_engines(given.numbers, given.rapidocr)
        KEPT.write_text(json.dumps(kept, indent=2))
    readers = {}
    for seed in range(given.seeds):
        for kind in LEARNT_FROM:
            name = f"{kind} {seed}" + (f" {model}" if kind != "real" else "")
            if name not in kept:
                kept[name] = measured_line_reader(kind, seed)
                KEPT.write_text(json.dumps(kept, indent=2))
            readers[name] = kept[name]
            print(name, kept[name], flush=True)
    result = {"readers": readers, "engines": kept[key]}
    page = table(readers, kept[key], given.numbers)
    publish("worth_numbers", PAGE, result, page)


if __name__ == "__main__":
    main()
