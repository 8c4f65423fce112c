"""What a reader learns from drawn digits, and from how many real ones.

    python benchmarks/worth.py [--seeds N] [--only ROW,...] [--real COUNT,...]

One small network, one number of steps; only what it learns from differs. It is tested
on MNIST's test digits and on writers that MNIST does not hold: scikit-learn's UCI
digits. Where 1,000 real digits are all there is, the generator has learnt from those
alone. Every reader is kept in runs/worth as soon as it is tested, by its row, its real
digits, its seed and its generator, as is what takes long to make; what is there, or
was published, is not trained again: a reader of another ``--robust`` has to be removed
from both.
"""

import argparse
import json
import os
import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from PIL import Image
from record import RESULTS, ROOT, publish
from worth_digits import MANY, WORK, adapted, drawn, fingerprint, generator, mnist, uci
from worth_reader import BATCH, STEPS, right, train_reader

import digitgan
from digitgan.data.dataset import Digits
from digitgan.data.image_grid import grid
from digitgan.datasets.robust import ROBUST_VARIETY, rewrite, vary
from digitgan.measure.morphometry import measure

KEPT = WORK / "readers.json"
PAGE = "docs/what-it-is-worth.md"


# The rows of the table: what is learnt from, and how.


class Row(NamedTuple):
    """What a reader learns from.

    Attributes:
        text: For people.
        real: Whether from the real digits.
        ours: How many of ours for each real one; they are as many as are ever seen, at
            most.
        augmented: Whether digits change a little whenever they are seen.
        variety: Of ours.
        checked: Whether those of ours that the classifier misreads were dropped.
        robust: Whether ours were made with ``--robust``.
        at_least: How many of ours there are, if real ones are few.
    """

    text: str
    real: bool = False
    ours: int = 0
    augmented: bool = False
    variety: float = 1.0
    checked: bool = False
    robust: bool = False
    at_least: int = 0


ROWS = {
    "a": Row("real digits", real=True),
    "b": Row("real digits, augmented", real=True, augmented=True),
    "c": Row("ours, as many", ours=1),
    "c+": Row("ours, as many, augmented", ours=1, augmented=True),
    "d": Row("ours, ten times as many", ours=10),
    "e": Row("real digits and as many of ours", real=True, ours=1),
    "v": Row("ours with `--variety 1.3`, as many", ours=1, variety=1.3),
    "vc": Row(
        "ours with `--variety 1.3 --checked`, as many",
        ours=1,
        variety=1.3,
        checked=True,
    ),
    "vce": Row(
        "real digits and as many of ours with `--variety 1.3 --checked`",
        real=True,
        ours=1,
        variety=1.3,
        checked=True,
    ),
    "e+": Row(
        "real digits and 60,000 of ours, augmented",
        real=True,
        ours=1,
        augmented=True,
        at_least=MANY,
    ),
    "r": Row("ours with `--robust`, as many", ours=1, robust=True),
    "rd": Row("ours with `--robust`, ten times as many", ours=10, robust=True),
    "rcd": Row(
        "ours with `--robust --checked`, ten times as many",
        ours=10,
        checked=True,
        robust=True,
    ),
    "re": Row(
        "real digits and as many of ours with `--robust`",
        real=True,
        ours=1,
        robust=True,
    ),
    "u": Row("ours of the model adapted to the first half of UCI, as many", ours=1),
}
FEW = ("a", "b", "c", "c+", "d", "e", "e+")  # rows where real digits are few
COUNTS = (100, 1_000, MANY)


def learnt_from(row: str, real: int, seed: int) -> list[Digits]:
    """Return the parts that a reader learns from, equally much of each."""
    asked = ROWS[row]
    parts = [mnist(real)] if asked.real else []
    if asked.ours:
        n = min(max(asked.ours * real, asked.at_least), STEPS * BATCH)
        variety = ROBUST_VARIETY if asked.robust else asked.variety
        ours = drawn(model_of(row, real), n, seed, variety, asked.checked)
        if asked.robust:
            ours = Digits(vary(ours.images, seed, np.arange(n)), ours.labels)
        parts.append(ours)
    return parts


def model_of(row: str, real: int) -> Path | str:
    """Return the model that draws for a row."""
    return adapted() if row == "u" else generator(real)


def measured(row: str, real: int, seed: int) -> dict[str, float]:
    """Train and test the reader of one cell."""
    began = time.process_time()
    reader = train_reader(learnt_from(row, real, seed), ROWS[row].augmented, seed)
    others = uci()
    half = len(others) // 2
    return {
        "mnist": right(reader, digitgan.load_dataset("mnist").test),
        "uci": right(reader, others),
        "uci_first_half": right(reader, others[:half]),
        "uci_second_half": right(reader, others[half:]),
        "cpu_seconds": time.process_time() - began,
    }


def cells(seeds: int, rows: list[str], counts: list[int]) -> Iterator[tuple]:
    """Yield row, real digits, seed and key of each reader; all of a seed first."""
    for seed in range(seeds):
        for real in sorted(counts, reverse=True):
            for row in rows:
                if real == MANY or row in FEW:
                    yield row, real, seed


def key_of(row: str, real: int, seed: int) -> str:
    """Return the name under which a reader is kept."""
    drawn_by = (fingerprint(model_of(row, real)),) if ROWS[row].ours else ()
    return " ".join(map(str, (row, real, seed, *drawn_by)))


# What is published.


def table(kept: dict[str, dict[str, float]]) -> str:
    """Return the readers that are there as Markdown: mean, deviation and number."""
    found = {}
    for key, cell in kept.items():
        row, real, _, *drawn_by = key.split()
        if not drawn_by or drawn_by[0] == fingerprint(model_of(row, int(real))):
            found.setdefault((int(real), row), []).append(cell)
    lines = [
        "| real digits | learnt from | MNIST's test digits | UCI | its second half |",
        "| --- | --- | --- | --- | --- |",
    ]
    for real, row in sorted(found, key=lambda k: (-k[0], list(ROWS).index(k[1]))):
        some = found[real, row]
        columns = [spread_of(some, c) for c in ("mnist", "uci", "uci_second_half")]
        if row == "u":  # the first half was learnt from
            columns[1] = ""
        lines.append(f"| {real:,} | {ROWS[row].text} | {' | '.join(columns)} |")
    return "\n".join(lines)


def spread_of(some: list[dict[str, float]], column: str) -> str:
    """Return mean, standard deviation and number of the readers of a cell."""
    values = [one[column] for one in some]
    deviation = f" ± {statistics.stdev(values):.1f}" if len(values) > 1 else ""
    return f"{statistics.mean(values):.1f}{deviation} (n = {len(values)})"


def ranges() -> str:
    """Return how thick, slanted and large digits are: real, drawn and ``robust``."""
    some = drawn("flagship", 5_000)
    odder = drawn("flagship", 5_000, variety=ROBUST_VARIETY)
    rng = np.random.default_rng(0)
    inks = [np.asarray(rewrite(image, rng)) for image in odder.images]
    sets = {
        "MNIST": mnist(5_000).images,
        "ours": some.images,
        "ours with `--variety 1.3`": odder.images,
        "ours with `--robust`": np.stack(inks),
        "UCI": uci().images,
    }
    lines = ["| digits | thickness | slant | width | height |", "| --- " * 5 + "|"]
    for name, images in sets.items():
        figures = measure(images)
        ends = (
            "{:.1f} to {:.1f}".format(*np.percentile(figures[figure], (2.5, 97.5)))
            for figure in ("thickness", "slant", "width", "height")
        )
        lines.append(f"| {name} | {' | '.join(ends)} |")
    return "\n".join(lines)


def draw_robust() -> None:
    """Write a picture: ten of every digit as they are, and with ``--robust``."""
    some = drawn("flagship", 100)
    odder = drawn("flagship", 100, variety=ROBUST_VARIETY)
    varied = vary(odder.images, 0, np.arange(len(odder)))
    sheets = [np.asarray(grid(images)) for images in (some.images, varied)]
    picture = Image.fromarray(np.hstack(sheets))
    picture.save(ROOT / "docs" / "images" / "robust.png", optimize=True)


def main() -> None:
    """Train what is missing, then publish all that is there."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--only", default=",".join(ROWS), help="rows, by their letters")
    parser.add_argument("--real", default=",".join(map(str, COUNTS)))
    given = parser.parse_args()
    WORK.mkdir(parents=True, exist_ok=True)
    published = RESULTS / "worth.json"
    kept = json.loads(published.read_text())["readers"] if published.exists() else {}
    kept |= json.loads(KEPT.read_text()) if KEPT.exists() else {}
    counts = [int(count) for count in given.real.split(",")]
    for row, real, seed in cells(given.seeds, given.only.split(","), counts):
        key = key_of(row, real, seed)
        if key not in kept:
            kept[key] = measured(row, real, seed)
            KEPT.write_text(json.dumps(kept, indent=2))
            print(key, {k: round(v, 1) for k, v in kept[key].items()}, flush=True)
    draw_robust()
    pictures = "How far digits reach, the middle 95 % of them, in pixels and degrees:"
    page = f"{table(kept)}\n\n{pictures}\n\n{ranges()}"
    publish("worth", PAGE, {"readers": kept}, page)


if __name__ == "__main__":
    main()
