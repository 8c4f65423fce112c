"""Elements of an HTML page, escaped by construction: tables, digits, histograms."""

from collections.abc import Iterable
from xml.etree.ElementTree import Element

import numpy as np

from digitgan.data.html import data_uri, png
from digitgan.data.image_grid import grid

BINS = 40


def element(tag: str, *children: Element | str, **attributes: object) -> Element:
    """Return an element; text among its children is escaped when it is written.

    ``class_`` is written ``class``, ``text_anchor`` ``text-anchor``.
    """
    names = (name.rstrip("_").replace("_", "-") for name in attributes)
    parent = Element(tag, dict(zip(names, map(str, attributes.values()), strict=True)))
    for child in children:
        if isinstance(child, Element):
            parent.append(child)
        elif len(parent):  # ElementTree hangs text behind a child on that child
            parent[-1].tail = (parent[-1].tail or "") + child
        else:
            parent.text = (parent.text or "") + child
    return parent


def table(
    head: Iterable[str], rows: Iterable[Iterable[Element | str]], **attributes: str
) -> Element:
    """Return a table; text becomes cells, elements are cells already."""
    lines = (element("tr", *_wrapped("td", row)) for row in rows)
    head_cells = (element("th", name) for name in head)
    return element("table", element("tr", *head_cells), *lines, **attributes)


def _wrapped(tag: str, children: Iterable[Element | str]) -> list[Element]:
    """Return elements; what is text yet becomes one of the tag."""
    return [c if isinstance(c, Element) else element(tag, c) for c in children]


def section(title: str, *children: Element | str) -> Element:
    """Return a section under a heading; text among its children becomes paragraphs."""
    return element("section", element("h2", title), *_wrapped("p", children))


def figure(picture: Element, caption: str) -> Element:
    """Return a picture over its caption."""
    return element("figure", picture, element("figcaption", caption))


def digit_grid(images: np.ndarray, columns: int, alt: str, zoom: int = 2) -> Element:
    """Return an ``<img>`` of digits in rows, dark ink on a light background."""
    picture = grid(np.pad(images, ((0, 0), (1, 1), (1, 1))), columns, scale=1)
    width, height = picture.width * zoom, picture.height * zoom
    source = data_uri(png(picture))
    return element("img", alt=alt, width=width, height=height, src=source)


def tiles(pictures: list[np.ndarray], captions: list[str], alt: str) -> Element:
    """Return small figures that flow into as many rows as the screen needs.

    Each picture is ``uint8 (K, 28, 28)``, K digits one above the other.
    """
    figures = (
        figure(digit_grid(picture, 1, f"{alt} {caption}"), caption)
        for picture, caption in zip(pictures, captions, strict=True)
    )
    return element("div", *figures, class_="tiles")


def histogram(fake: np.ndarray, real: np.ndarray, caption: str) -> Element:
    """Return an ``<svg>`` of fake values, filled, and of real ones, as a line."""
    low, high = np.quantile(np.concatenate([fake, real]), [0.002, 0.998])
    edges = np.linspace(low, max(high, low + 1e-6), BINS + 1)
    shares = [
        np.histogram(np.clip(values, low, high), edges)[0] / len(values)
        for values in (fake, real)
    ]
    heights = 100 - np.repeat(shares, 2, axis=1) / np.max(shares) * 95
    x = np.repeat(np.linspace(0, 320, BINS + 1), 2)[1:-1]  # each bin is a flat step
    filled, line = (
        " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y, strict=True)) for y in heights
    )
    ticks = (("start", 0, low), ("middle", 160, (low + high) / 2), ("end", 320, high))
    plot = element(
        "svg",
        element("polygon", class_="these", points=f"0,100 {filled} 320,100"),
        element("polyline", class_="real", points=line),
        *(
            element("text", f"{value:.1f}", x=at, y=114, text_anchor=anchor)
            for anchor, at, value in ticks
        ),
        viewBox="0 0 320 118",
        role="img",
        aria_label=caption,
    )
    return figure(plot, caption)
