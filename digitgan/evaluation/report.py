"""The scorecard as one HTML file that needs nothing else and can be sent to anyone."""

from html import escape
from pathlib import Path

import numpy as np

from digitgan import data as real_digits
from digitgan import files
from digitgan.evaluation import morphometry
from digitgan.evaluation.figures.base import Row
from digitgan.evaluation.judge import Judge
from digitgan.evaluation.metrics import handwriting, memorisation
from digitgan.evaluation.pictures import grid, histogram
from digitgan.evaluation.scorecard import Scorecard
from digitgan.evaluation.subject import Seen, check_images, check_labels, sample, see

SHOWN = 2_000
STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;margin:1rem 0}
th,td{padding:.2rem .7rem;text-align:right;border-bottom:1px solid #ddd}
th:first-child,td:first-child{text-align:left}
small{color:#666;display:block;max-width:26rem}
.as-real{background:#d9f2dc}.close{background:#fdf1c7}.far,.memorised{background:#fbdcd8}
.skipped{color:#777}figure{display:inline-block;width:18rem;margin:.5rem}
svg{width:100%;font-size:10px}.these{fill:#7db3e8}.real{fill:none;stroke:#222}
img{image-rendering:pixelated;max-width:100%;height:auto}code{overflow-wrap:anywhere}
"""


def write(
    path: str | Path,
    card: Scorecard,
    images,
    labels=None,
    *,
    data: str | Path | real_digits.Dataset = "mnist",
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
    labels = check_labels(labels, len(images))
    if not isinstance(data, real_digits.Dataset):
        data = real_digits.load(data)
    judge = Judge()
    n = min(SHOWN, len(images), len(data.test))
    seen = see(*sample(images, labels, n, card.seed), judge)
    real = see(*sample(data.test.images, data.test.labels, n, card.seed), judge)
    parts = [
        _head(card, data.source, command),
        _figures(card),
        "<h2>What they look like</h2>",
        grid(_sorted(seen)[:200], 20, "a sample of the digits"),
        _best_and_worst(seen, judge),
        _neighbours(seen, data.train.images),
        _confusion(card),
        _handwriting(seen, real),
    ]
    page = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>Scorecard of {card.count:,} digits</title><style>{STYLE}</style>"
        f"</head><body>{''.join(parts)}</body></html>\n"
    )
    files.write_text(path, page)


def _head(card: Scorecard, source: str, command: str) -> str:
    """Return what was measured, with what and by which command."""
    made = f"<p>Made by <code>{escape(command)}</code></p>" if command else ""
    return (
        f"<h1>How good are these {card.count:,} digits?</h1>"
        f"<p>Each figure stands beside the same figure of real digits "
        f"({escape(source)}), made by the same code in the same run: {card.level}, "
        f"seed {card.seed}, judge <code>{card.judge[:12]}</code>, "
        f"{card.seconds:.0f} seconds.</p>{made}"
    )


def _figures(card: Scorecard) -> str:
    """Return the table of all rows."""
    head = "<tr><th>figure<th>these<th>spread<th>real digits<th>ratio<th><th>n</tr>"
    return f"<table>{head}{''.join(_figure(row) for row in card.rows)}</table>"


def _figure(row: Row) -> str:
    """Return one row of the table."""
    name = f"<td>{escape(row.name)}<small>{escape(row.definition)}</small>"
    if row.value is None:
        return f'<tr class="skipped">{name}<td><td><td><td><td>skipped<td>{row.n}</tr>'
    ratio = f"{row.difference:+.4f}" if row.ratio is None else f"{row.ratio:.2f}"
    return (
        f"<tr>{name}<td>{row.value:.4f}<td>{row.spread:.4f}<td>{row.real:.4f}<td>{ratio}"
        f'<td class="{row.word.replace(" ", "-")}">{row.word}<td>{row.n}</tr>'
    )


def _sorted(seen: Seen) -> np.ndarray:
    """Return twenty of each digit, digit by digit."""
    rows = [np.flatnonzero(seen.digit == digit)[:20] for digit in range(10)]
    return seen.images[np.concatenate(rows)]


def _best_and_worst(seen: Seen, judge: Judge) -> str:
    """Return the digits that the judge is surest of, and least sure of."""
    sure = judge.read(seen.images)[0][np.arange(len(seen)), seen.digit]
    order = np.argsort(sure, kind="stable")
    return (
        "<h2>Read worst</h2>"
        + grid(seen.images[order[:20]], 20, "digits read worst")
        + "<h2>Read best</h2>"
        + grid(seen.images[order[::-1][:20]], 20, "digits read best")
    )


def _neighbours(seen: Seen, train: np.ndarray) -> str:
    """Return some digits above the training digits nearest to them."""
    some = seen.images[:20]
    near = train[memorisation.nearest(some, train)[1]]
    return (
        "<h2>Nearest training digits</h2><p>Above one of these, below the training "
        "digit nearest to it: copies would look the same.</p>"
        + grid(np.concatenate([some, near]), 20, "digits and nearest training digits")
    )


def _confusion(card: Scorecard) -> str:
    """Return the table of asked and read digits, if there are labels."""
    table = card["agreement"].detail.get("confusion")
    if table is None:
        return ""
    head = "".join(f"<th>{digit}" for digit in range(10))
    rows = "".join(
        f"<tr><th>{asked}"
        + "".join(
            f'<td class="{"" if n == 0 or asked == read else "far"}">{n or ""}'
            for read, n in enumerate(row)
        )
        for asked, row in enumerate(table)
    )
    return f"<h2>Asked (row) and read (column)</h2><table><tr><th>{head}{rows}</table>"


def _handwriting(seen: Seen, real: Seen) -> str:
    """Return the distributions of the handwriting."""
    figures = []
    for name in handwriting.NAMES:
        column = morphometry.MEASURES.index(name)
        unit = "degrees" if name == "slant" else "pixels"
        figures.append(
            histogram(seen.style[:, column], real.style[:, column], name, unit)
        )
    return (
        "<h2>Handwriting</h2><p>Filled: these. Line: real test digits.</p>"
        + "".join(figures)
    )
