"""Strokes as curves against enlarged pixels: their ink, what is read, how they look.

    python benchmarks/outlines.py

Writes a table and a picture for docs/writing.md; half a minute on one core.
"""

import time
from pathlib import Path

import numpy as np
from PIL import Image
from record import publish, spread

import digitgan
from digitgan.handwriting import glyphs
from digitgan.handwriting.geometry import BASELINE, GLYPH_SHAPE
from digitgan.handwriting.outlines import flatten, scaled, trace
from digitgan.handwriting.rasterization import coverage
from digitgan.measure.classifier import Classifier

COUNT = 2_000  # digits
BOX = np.s_[:, BASELINE - 24 : BASELINE + 4, 10:38]  # the 28 x 28 around a digit
HEIGHTS = (28, 60, 200, 800)  # of the picture
PICTURE = Path(__file__).parent.parent / "docs" / "images" / "writing-outlines.png"
ROUNDS = 5
TIMED = 40  # digits


def enlarged(drawn: np.ndarray, height: int) -> np.ndarray:
    """Return glyphs as they were enlarged from their pixels."""
    frames = np.zeros((len(drawn), 2 * height, round(2.4 * height)), np.uint8)
    glyphs._resample(drawn, frames, np.arange(len(drawn)), height, 1.0)
    return frames


def outlined(drawn: np.ndarray, height: int) -> np.ndarray:
    """Return glyphs as they are drawn from their outlines."""
    usual, corners = np.ones(len(drawn)), np.zeros((len(drawn), 2))
    edges = flatten(scaled(trace(drawn), height, usual, corners))
    return coverage(edges, (len(drawn), 2 * height, round(2.4 * height)))


def picture(model: digitgan.Model) -> Image.Image:
    """Return one digit at every height, before in the upper row, after in the lower."""
    drawn = glyphs._on_baseline(model.sample([2], seed=7))[0]
    rows = []
    for draw in (enlarged, outlined):
        digits = [cropped(draw(drawn, height)[0]) for height in HEIGHTS]
        room = HEIGHTS[-1] * 11 // 10
        columns = [np.pad(one, ((room - len(one), 20), (30, 30))) for one in digits]
        rows.append(np.concatenate(columns, axis=1))
    widest = max(row.shape[1] for row in rows)
    rows = [np.pad(row, ((0, 0), (0, widest - row.shape[1]))) for row in rows]
    return Image.fromarray(255 - np.concatenate(rows))


def cropped(frame: np.ndarray) -> np.ndarray:
    """Return the part with ink."""
    rows, columns = (np.flatnonzero(frame.any(axis=axis)) for axis in (1, 0))
    return frame[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def milliseconds(draw, drawn: np.ndarray, height: int) -> float:
    """Return the processor time of a digit."""
    start = time.process_time()
    draw(drawn[:TIMED], height)
    return 1000 * (time.process_time() - start) / TIMED


def main() -> None:
    """Compare, and write down."""
    model = digitgan.load()
    labels = np.arange(COUNT) % 10
    drawn = glyphs._on_baseline(model.sample(labels, seed=1))[0]
    again = coverage(flatten(trace(drawn)), (COUNT, *GLYPH_SHAPE))
    error = np.abs(again.sum((1, 2), float) / drawn.sum((1, 2), float) - 1)
    before, after = (Classifier().predict(one[BOX]).labels for one in (drawn, again))
    result = {
        "ink_error_mean": float(error.mean()),
        "ink_error_max": float(error.max()),
        "read_alike": float((before == after).mean()),
        "read_right_before": float((before == labels).mean()),
        "read_right_after": float((after == labels).mean()),
    }
    lines = [
        f"| {COUNT:,} digits, their outlines drawn at 28 x 28 again | |",
        "| --- | --- |",
        f"| ink differs by, mean and most | {error.mean():.2%}, {error.max():.2%} |",
        f"| read as before | {result['read_alike']:.2%} |",
        f"| read as asked, before and after | {result['read_right_before']:.2%}, "
        f"{result['read_right_after']:.2%} |",
    ]
    for height in (80, 120, 200):
        times: dict[str, list[float]] = {"pixels": [], "curves": []}
        for _ in range(ROUNDS):
            times["pixels"].append(milliseconds(enlarged, drawn, height))
            times["curves"].append(milliseconds(outlined, drawn, height))
        result[f"ms_{height}"] = times
        shown = ", ".join(f"{name} {spread(one)}" for name, one in times.items())
        lines.append(
            f"| processor time of a digit {height} pixels high, ms | {shown} |"
        )
    picture(model).save(PICTURE, optimize=True)
    publish("outlines", "docs/writing.md", result, "\n".join(lines))


if __name__ == "__main__":
    main()
