"""The scorecard as one HTML file that needs nothing else and can be sent to anyone."""

from pathlib import Path
from xml.etree.ElementTree import Element, tostring

import numpy as np

from digitgan import __version__, files
from digitgan.data.dataset import Dataset, Digits
from digitgan.data.image_grid import examples
from digitgan.errors import InputError
from digitgan.evaluation.checks import check_images, check_labels
from digitgan.evaluation.comparison import (
    DIGIT_SHAPE,
    MeasuredImages,
    draw_sample,
    measured,
)
from digitgan.evaluation.html_elements import (
    digit_grid,
    element,
    figure,
    histogram,
    section,
    table,
    tiles,
)
from digitgan.evaluation.load_samples import Samples
from digitgan.evaluation.metrics import handwriting
from digitgan.evaluation.scorecard import Row, Scorecard
from digitgan.evaluation.table import class_columns
from digitgan.measure import morphometry
from digitgan.measure.classifier import find_classifier, with_classifier_labels
from digitgan.measure.nearest_neighbours import nearest

MAX_SHOWN = 2_000  # digits that the pictures and histograms are made of
NEIGHBOURS = 1_000  # digits whose nearest training digit is looked for
TILES = 20
STYLE = Path(__file__).with_name("report.css")
COLUMNS = ("figure", "these", "spread", "real digits", "ratio", "these are", "n")


def can_show(samples: Samples, data: Dataset) -> bool:
    """Return whether a report can be made of them: of single digits in grey."""
    return samples.kind != "triplets" and data.image.shape == DIGIT_SHAPE


def write(
    path: str | Path, card: Scorecard, samples: Samples, data: Dataset, command: str
) -> None:
    """Write the report of a scorecard to an HTML file, with the command, if any."""
    images = check_images(samples.images)
    labels = check_labels(samples.labels, len(images), len(card.classes))
    if data.test is None:
        raise InputError("data", data.name or data.source, problem="has no test digits")
    n, classifier = min(MAX_SHOWN, len(images), len(data.test)), find_classifier(data)
    test = with_classifier_labels(data).test
    assert test is not None
    fake, real = (
        measured(draw_sample(digits, n, card.seed), classifier)
        for digits in (Digits(images, labels), test)
    )
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width,initial-scale=1"),
        element("title", f"Scorecard of {card.count:,} digits"),
        element("style", STYLE.read_text(encoding="utf-8")),
    )
    sections = [
        _outcome(card, command),
        _looks(fake, real, len(card.classes)),
        _figures(card),
        _by_class(card),
        _confusion(card),
        _worst_and_best(fake, card.classes),
        _neighbours(fake, data.train.images),
        _handwriting(card, fake, real),
        _two_sample(card),
        _foot(card, data.source, command),
    ]
    body = element("body", *(part for part in sections if part is not None))
    page = tostring(element("html", head, body, lang="en"), "unicode", method="html")
    files.write_text(path, f"<!doctype html>{page}\n")


def _outcome(card: Scorecard, command: str) -> Element:
    typed = (": ", element("code", command)) if command else ()
    text = (
        f"Of {len(card.rows)} figures: {card.outcome}. Each stands beside the same "
        "figure of real digits, made by the same code in the same run"
    )
    title = element("h1", f"How good are these {card.count:,} digits?")
    return element("header", title, element("p", text, *typed))


def _looks(fake: MeasuredImages, real: MeasuredImages, classes: int) -> Element:
    sheets = (
        figure(digit_grid(examples(x.images, x.classes, classes, 10), 10, name), name)
        for x, name in ((fake, "these digits"), (real, "real test digits"))
    )
    return section("What they look like", element("div", *sheets, class_="pair"))


def _figures(card: Scorecard) -> Element:
    text = (
        "As real: worse than real digits by a small margin or by three spreads (over "
        "resamples) at most. Where the figure of real digits is lost in the spread "
        "there is no ratio but a difference, with its sign."
    )
    rows = map(_figure, card.rows)
    return section("The figures", text, table(COLUMNS, rows, class_="figures"))


def _figure(row: Row) -> list[Element]:
    name = element("td", row.name, element("small", row.definition))
    values = [
        element("td", number, data_is=column) if number else element("td")
        for column, number in zip(COLUMNS[1:], row.numbers(), strict=False)
    ]
    css = f"verdict {row.verdict.replace(' ', '-')}"
    verdict = element("td", row.verdict, data_is=COLUMNS[5], class_=css)
    return [name, *values, verdict, element("td", f"{row.n:,}", data_is="n")]


def _by_class(card: Scorecard) -> Element | None:
    columns = class_columns(card)
    if not columns:
        return None
    rows = (
        [element("th", name), *cells]
        for name, *cells in zip(card.classes, *columns.values(), strict=True)
    )
    return section("Digit by digit", table(["digit", *columns], rows))


def _confusion(card: Scorecard) -> Element | None:
    confusion = card["agreement"].detail.get("confusion")
    if confusion is None:
        return None
    rows = (
        [element("th", card.classes[i])]
        + [_confusion_cell(n, sum(row), i == j) for j, n in enumerate(row)]
        for i, row in enumerate(confusion)
    )
    text = (
        "A row for each digit that was asked for, a column for each that the "
        "classifier reads; mistakes are shaded by their share."
    )
    return section("Asked and read", text, table(["", *card.classes], rows))


def _confusion_cell(n: int, row_sum: int, right: bool) -> Element:
    if right:
        return element("td", element("b", str(n)))
    if not n:
        return element("td")
    share = round(100 * min(1, 3 * n / row_sum))
    shade = f"background:color-mix(in srgb,var(--bad) {share}%,transparent)"
    return element("td", str(n), style=shade)


def _worst_and_best(fake: MeasuredImages, classes: tuple[str, ...]) -> Element:
    certainty = fake.predictions.probabilities[np.arange(len(fake)), fake.classes]
    order = np.argsort(certainty, kind="stable")
    surest = order[::-1]
    every = range(len(classes))
    best = np.concatenate([surest[fake.classes[surest] == c][:2] for c in every])
    captions, below = [classes[label] for label in fake.predictions.labels], "read"
    if fake.labels is not None:
        pairs = zip(fake.labels, captions, strict=True)
        captions = [f"{classes[label]} → {name}" for label, name in pairs]
        below = "asked for → read"

    def show(rows: np.ndarray, alt: str) -> Element:
        pictures = [fake.images[[row]] for row in rows]
        return tiles(pictures, [captions[row] for row in rows], alt)

    count = min(TILES, len(order))
    return section(
        "Worst and best",
        f"The {count} that the classifier is least sure of; below each, the digit "
        f"{below}.",
        show(order[:TILES], "worst"),
        "The two of each digit that it is surest of.",
        show(best, "best"),
    )


def _neighbours(fake: MeasuredImages, train: np.ndarray) -> Element:
    distance, position = nearest(fake.images[:NEIGHBOURS], train)

    def show(rows: np.ndarray) -> Element:
        pairs = [np.stack([fake.images[row], train[position[row]]]) for row in rows]
        captions = [f"{distance[row]:.0f}" for row in rows]
        return tiles(pairs, captions, "nearest training digit at distance")

    return section(
        "Nearest training digits",
        "Above one of these, below it the training digit nearest to it, with their "
        "distance: copies would look the same and have 0. Some at random:",
        show(np.arange(min(TILES, len(fake)))),
        f"The nearest of {len(distance):,}:",
        show(np.argsort(distance, kind="stable")[:TILES]),
    )


def _handwriting(
    card: Scorecard, fake: MeasuredImages, real: MeasuredImages
) -> Element:
    plots = []
    for name in handwriting.NAMES:
        column = morphometry.MEASURES.index(name)
        (these, mean), (spread, deviation) = card[name].detail.values()
        caption = (
            f"{name} in {'degrees' if name == 'slant' else 'pixels'}: "
            f"{these:.1f} ± {spread:.1f}, real {mean:.1f} ± {deviation:.1f}"
        )
        plots.append(histogram(fake.style[:, column], real.style[:, column], caption))
    text = "Filled: these. Line: real test digits. Mean and standard deviation below."
    return section("Handwriting", text, element("div", *plots, class_="plots"))


def _two_sample(card: Scorecard) -> Element | None:
    detail = card["two_sample"].detail
    if not detail:
        return None
    rows = (
        [name, f"{value:.4f}", f"{detail['real'][name]:.4f}"]
        for name, value in detail["these"].items()
    )
    return section(
        "Who tells them from real ones",
        "Held-out accuracy of each classifier of the two-sample test; 0.5 is guessing.",
        table(["classifier", "these", "real digits"], rows),
    )


def _foot(card: Scorecard, source: str, command: str) -> Element:
    typed = element("p", "Every number on this page: ", element("code", command))
    facts = element(
        "p",
        f"digitgan {__version__}, {card.level}, seed {card.seed}, classifier ",
        element("code", card.classifier_sha256[:12]),
        f", {card.seconds:.0f} seconds. Real digits: {source}.",
    )
    return section("Once more", *([typed] if command else []), facts)
