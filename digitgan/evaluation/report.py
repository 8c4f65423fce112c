"""The scorecard as one HTML file that needs nothing else and can be sent to anyone."""

from collections import Counter
from html import escape
from pathlib import Path

import numpy as np

from digitgan import __version__, files
from digitgan.data.dataset import Dataset
from digitgan.data.load import load_dataset
from digitgan.evaluation.html_figures import grid, histogram, tiles
from digitgan.evaluation.measured_digits import (
    MeasuredDigits,
    check_images,
    check_labels,
    sample,
    see,
)
from digitgan.evaluation.metrics import handwriting
from digitgan.evaluation.rows.base import Row
from digitgan.evaluation.scorecard import Scorecard
from digitgan.evaluation.table import by_digit, numbers
from digitgan.measure import morphometry
from digitgan.measure.classifier import Classifier
from digitgan.measure.classifier_registry import find_classifier
from digitgan.measure.nearest_neighbours import nearest

SHOWN = 2_000
STYLE = """
:root{color-scheme:light dark;--line:#ddd;--dim:#666;--good:#d9f2dc;--near:#fdf1c7;
--bad:#fbdcd8;--fill:#7db3e8}
@media(prefers-color-scheme:dark){:root{--line:#444;--dim:#aaa;--good:#1d4a26;
--near:#57470f;--bad:#612a24;--fill:#2f6ca8}img{filter:invert(1) brightness(.93)}}
body{font:16px/1.5 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem}
h1{line-height:1.2}h2{margin-top:2.5rem}code{overflow-wrap:anywhere}
table{border-collapse:collapse;margin:1rem 0}
th,td{padding:.25rem .7rem;text-align:right;border-bottom:1px solid var(--line);
font-variant-numeric:tabular-nums}
th:first-child,td:first-child{text-align:left}
small{color:var(--dim);display:block;max-width:27rem}
.as-real{background:var(--good)}.close{background:var(--near)}
.far,.memorised{background:var(--bad)}.skipped{color:var(--dim)}
.word{text-align:center;white-space:nowrap}
figure{margin:0}figcaption{font-size:.85rem;color:var(--dim)}
img{max-width:100%;height:auto;border-radius:4px}
.pair,.plots{display:grid;gap:1.5rem;grid-template-columns:repeat(auto-fit,minmax(
min(100%,17rem),1fr))}.tiles{display:flex;flex-wrap:wrap;gap:.3rem}
.tiles figcaption{text-align:center}.tiles img{width:44px}
svg{width:100%;font-size:10px}text{fill:var(--dim)}.these{fill:var(--fill)}
.real{fill:none;stroke:currentColor}
@media(max-width:44rem){th,td{padding:.2rem;font-size:.8rem}
.figures tr:first-child{display:none}
.figures,.figures tbody{display:block}
.figures tr{display:grid;grid-template-columns:repeat(3,1fr);gap:.2rem;padding:.7rem 0;
border-bottom:1px solid var(--line)}.figures td{border:0;text-align:left}
.figures td:first-child{grid-column:1/-1;padding:0}
.figures td[data-is]::before{content:attr(data-is);display:block;font-size:.75rem;
color:var(--dim)}}
"""


def write(
    path: str | Path,
    card: Scorecard,
    images,
    labels=None,
    *,
    data: str | Path | Dataset = "mnist",
    command: str = "",
) -> None:
    """Write the report.

    Args:
        path: The HTML file.
        card: What :func:`digitgan.evaluation.evaluate` made of these digits.
        images: The digits, as they were evaluated.
        labels: Their labels, as they were evaluated.
        data: The real digits, as they were evaluated with.
        command: What was typed to get these figures; shown in the report.

    Raises:
        InputError: Images or labels are wrong.
        OSError: The file cannot be written.
    """
    images = check_images(images)
    labels = check_labels(labels, len(images), len(card.classes))
    if not isinstance(data, Dataset):
        data = load_dataset(data)
    judge = find_classifier(data)
    n = min(SHOWN, len(images), len(data.test))
    seen = see(*sample(images, labels, n, card.seed), judge)
    real = see(*sample(data.test.images, data.test.labels, n, card.seed), judge)
    parts = [
        _head(card, command),
        _looks(seen, real, len(card.classes)),
        _figures(card),
        _by_digit(card),
        _confusion(card),
        _worst_and_best(seen, judge, card.classes),
        _neighbours(seen, data.train.images),
        _handwriting(card, seen, real),
        _told_apart(card),
        _foot(card, data.source, command),
    ]
    page = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>Scorecard of {card.count:,} digits</title><style>{STYLE}</style>"
        f"</head><body>{''.join(parts)}</body></html>\n"
    )
    files.write_text(path, page)


def _head(card: Scorecard, command: str) -> str:
    """Return the outcome in a sentence, and how it was come by."""
    words = Counter(row.word for row in card.rows)
    outcome = ", ".join(f"{n} {word}" for word, n in words.most_common())
    made = f": <code>{escape(command)}</code>" if command else ""
    return (
        f"<h1>How good are these {card.count:,} digits?</h1>"
        f"<p>Of {len(card.rows)} figures: {outcome}. Each stands beside the same "
        f"figure of real digits, made by the same code in the same run{made}</p>"
    )


def _looks(seen: MeasuredDigits, real: MeasuredDigits, kinds: int) -> str:
    """Return a sheet of these beside a sheet of real ones, a row for each digit."""
    sheets = (
        f"<figure>{grid(_ten_of_each(side, kinds), 10, name)}"
        f"<figcaption>{name}</figcaption></figure>"
        for side, name in ((seen, "these digits"), (real, "real test digits"))
    )
    return f'<h2>What they look like</h2><div class="pair">{"".join(sheets)}</div>'


def _ten_of_each(seen: MeasuredDigits, kinds: int) -> np.ndarray:
    """Return rows of ten places; those of digits that are missing stay empty."""
    sheet = np.zeros((kinds, 10, 28, 28), np.uint8)
    for digit, row in enumerate(sheet):
        found = seen.images[seen.digit == digit][:10]
        row[: len(found)] = found
    return sheet.reshape(-1, 28, 28)


def _figures(card: Scorecard) -> str:
    """Return the table of all rows."""
    head = "<tr><th>figure<th>these<th>spread<th>real digits<th>ratio<th>these are<th>n"
    return (
        "<h2>The figures</h2><p>As real: worse than real digits by a small margin or "
        "by three spreads (over resamples) at most. Where the figure of real digits is "
        "lost in the spread there is no ratio but a difference, with its sign.</p>"
        f'<table class="figures">{head}</tr>{"".join(map(_figure, card.rows))}</table>'
    )


def _figure(row: Row) -> str:
    """Return one row of the table."""
    name = f"<td>{escape(row.name)}<small>{escape(row.definition)}</small>"
    if row.value is None:
        return (
            f'<tr class="skipped">{name}<td><td><td><td><td class="word">skipped'
            f'<td data-is="n">{row.n:,}</tr>'
        )
    names = ("these", "spread", "real digits", "ratio")
    cells = "".join(
        f'<td data-is="{name}">{number}'
        for name, number in zip(names, numbers(row), strict=True)
    )
    word = f'<td data-is="these are" class="word {row.word.replace(" ", "-")}">'
    return f'<tr>{name}{cells}{word}{row.word}<td data-is="n">{row.n:,}</tr>'


def _by_digit(card: Scorecard) -> str:
    """Return the table of the figures that there are for each digit."""
    columns = by_digit(card)
    if not columns:
        return ""
    rows = (
        f"<tr><th>{escape(name)}"
        + "".join(f"<td>{column[digit]}" for column in columns.values())
        for digit, name in enumerate(card.classes)
    )
    head = "".join(f"<th>{name}" for name in columns)
    return f"<h2>Digit by digit</h2><table><tr><th>digit{head}{''.join(rows)}</table>"


def _confusion(card: Scorecard) -> str:
    """Return the table of asked and read digits, if there are labels."""
    table = card["agreement"].detail.get("confusion")
    if table is None:
        return ""
    head = "".join(f"<th>{escape(name)}" for name in card.classes)
    rows = "".join(
        f"<tr><th>{escape(card.classes[asked])}"
        + "".join(_cell(n, sum(row), asked == read) for read, n in enumerate(row))
        for asked, row in enumerate(table)
    )
    return (
        "<h2>Asked and read</h2><p>A row for each digit that was asked for, a column "
        "for each that the judge reads; mistakes are shaded by their share.</p>"
        f"<table><tr><th>{head}{rows}</table>"
    )


def _cell(n: int, asked: int, right: bool) -> str:
    """Return one cell of the confusion, mistakes the redder the more there are."""
    if right:
        return f"<td><b>{n}</b>"
    share = round(100 * min(1, 3 * n / max(asked, 1)))
    shade = f"background:color-mix(in srgb,var(--bad) {share}%,transparent)"
    return f'<td style="{shade}">{n}' if n else "<td>"


def _worst_and_best(
    seen: MeasuredDigits, judge: Classifier, classes: tuple[str, ...]
) -> str:
    """Return the digits that the judge is least sure of, and surest of."""
    sure = judge.predict(seen.images)[0][np.arange(len(seen)), seen.digit]
    order = np.argsort(sure, kind="stable")
    best = order[::-1]
    every = range(len(classes))
    best = np.concatenate([best[seen.digit[best] == digit][:2] for digit in every])
    names = [escape(name) for name in classes]

    def show(rows: np.ndarray, alt: str) -> str:
        captions = [names[seen.read[row]] for row in rows]
        if seen.labels is not None:
            asked = [names[seen.labels[row]] for row in rows]
            captions = [f"{a} → {b}" for a, b in zip(asked, captions, strict=True)]
        return tiles([seen.images[[row]] for row in rows], captions, alt)

    below = "read" if seen.labels is None else "asked for → read"
    return (
        f"<h2>Worst and best</h2><p>The {min(20, len(order))} that the judge is least "
        f"sure of; below each, the digit {below}.</p>{show(order[:20], 'worst')}"
        "<p>The two of each digit that it is surest of.</p>" + show(best, "best")
    )


def _neighbours(seen: MeasuredDigits, train: np.ndarray) -> str:
    """Return digits above the training digits nearest to them."""
    distance, position = nearest(seen.images[:1000], train)
    closest = np.argsort(distance, kind="stable")[:20]

    def show(rows) -> str:
        pairs = [np.stack([seen.images[row], train[position[row]]]) for row in rows]
        captions = [f"{distance[row]:.0f}" for row in rows]
        return tiles(pairs, captions, "nearest training digit at distance")

    return (
        "<h2>Nearest training digits</h2><p>Above one of these, below it the training "
        "digit nearest to it, with their distance: copies would look the same and have "
        f"0. Some at random:</p>{show(range(min(20, len(seen))))}"
        f"<p>The nearest of {len(distance):,}:</p>{show(closest)}"
    )


def _handwriting(card: Scorecard, seen: MeasuredDigits, real: MeasuredDigits) -> str:
    """Return the distributions of the handwriting."""
    figures = []
    for name in handwriting.NAMES:
        column = morphometry.MEASURES.index(name)
        (these, mean), (spread, deviation) = card[name].detail.values()
        caption = (
            f"{name} in {'degrees' if name == 'slant' else 'pixels'}: "
            f"{these:.1f} ± {spread:.1f}, real {mean:.1f} ± {deviation:.1f}"
        )
        figures.append(histogram(seen.style[:, column], real.style[:, column], caption))
    return (
        "<h2>Handwriting</h2><p>Filled: these. Line: real test digits. Mean and "
        f'standard deviation below.</p><div class="plots">{"".join(figures)}</div>'
    )


def _told_apart(card: Scorecard) -> str:
    """Return how well each classifier of the two-sample test does."""
    detail = card["two_sample"].detail
    rows = "".join(
        f"<tr><td>{name}<td>{value:.4f}<td>{detail['real'][name]:.4f}"
        for name, value in detail.get("these", {}).items()
    )
    return rows and (
        "<h2>Who tells them from real ones</h2><p>Held-out accuracy of each classifier "
        "of the two-sample test; 0.5 is guessing.</p><table><tr><th>classifier"
        f"<th>these<th>real digits{rows}</table>"
    )


def _foot(card: Scorecard, source: str, command: str) -> str:
    """Return what it takes to get the same numbers again."""
    made = f"<p>Every number on this page: <code>{escape(command)}</code></p>"
    return (
        f"<h2>Once more</h2>{made if command else ''}<p>digitgan {__version__}, "
        f"{card.level}, seed {card.seed}, judge <code>{card.judge[:12]}</code>, "
        f"{card.seconds:.0f} seconds. Real digits: {escape(source)}.</p>"
    )
