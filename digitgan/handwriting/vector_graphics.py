"""Pages of strokes as SVG and as PDF: the same curves, at any size."""

import zlib
from collections.abc import Sequence
from html import escape
from typing import NamedTuple

import numpy as np

LINE_INK = 90  # of printed lines, of 255
POINTS = 0.75  # of PDF, of which an inch has 72, for each pixel, of which it has 96
# A page of PDF 1.4 (ISO 32000): what is drawn, and what leads there.
PDF_OBJECTS = (
    "<< /Type /Catalog /Pages 2 0 R >>",
    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {} {}] /Contents 4 0 R "
    "/Resources << >> >>",
)


class VectorPage(NamedTuple):
    """What is on a page, in pixels.

    Attributes:
        width: Of the page.
        height: Of the page.
        colours: Of paper, where there is any, of ink and of printed lines: #rrggbb.
        lines: Left, top, right and bottom of printed lines.
        outlines: Of each character, as :meth:`Outlines.of_each` returns them.
    """

    width: int
    height: int
    colours: tuple[str | None, str, str]
    lines: list[tuple[int, int, int, int]]
    outlines: list[list[np.ndarray]]


def to_svg(page: VectorPage, title: str, names: Sequence[str]) -> str:
    """Return a page as SVG, a path for each character with its name as its title."""
    width, height, (paper, ink, light), lines, outlines = page
    sheet = (
        f'<rect width="{width}" height="{height}" fill="{paper}"/>\n' if paper else ""
    )
    printed = "".join(
        f"M{left} {top}H{right}V{bottom}H{left}Z" for left, top, right, bottom in lines
    )
    ruling = f'<path fill="{light}" d="{printed}"/>\n' if lines else ""
    paths = [
        "".join(f"{_path(outline[-1, 2], outline)}z" for outline in one)
        for one in outlines
    ]
    body = sheet + ruling + _titled(paths, names)
    return _svg(page, title, f'fill="{ink}"', body)


def to_single_line_svg(
    page: VectorPage,
    title: str,
    names: Sequence[str],
    centre_lines: Sequence[list[np.ndarray]],
    pen: float,
) -> str:
    """Return a page as SVG for a pen so many pixels wide, which draws lines.

    See :func:`digitgan.handwriting.centre_lines.centre_lines`. A printed line is a
    single one, too; paper, which plotters might take for a frame, is left out.
    """
    _, ink, light = page.colours
    printed = "".join(
        f"M{left} {(top + bottom) / 2:g}H{right}"
        if right - left > bottom - top
        else f"M{(left + right) / 2:g} {top}V{bottom}"
        for left, top, right, bottom in page.lines
    )
    ruling = f'<path stroke="{light}" stroke-width="1" d="{printed}"/>\n'
    paths = [
        "".join(_path(line[0], line[1:].reshape(-1, 3, 2)) for line in one)
        for one in centre_lines
    ]
    look = (
        f'fill="none" stroke="{ink}" stroke-width="{pen:.2f}" '
        'stroke-linecap="round" stroke-linejoin="round"'
    )
    body = (ruling if printed else "") + _titled(paths, names)
    return _svg(page, title, look, body)


def _svg(page: VectorPage, title: str, look: str, body: str) -> str:
    width, height = page.width, page.height
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" role="img" {look}>\n'
        f"<title>{escape(title)}</title>\n"
        f"{body}</svg>\n"
    )


def _titled(paths: list[str], names: Sequence[str]) -> str:
    """Return the path of each character, its name as its title."""
    return "".join(
        f'<path d="{path}"><title>{escape(name)}</title></path>\n'
        for name, path in zip(names, paths, strict=True)
    )


def to_pdf(page: VectorPage) -> bytes:
    """Return a page as PDF."""
    width, height, (paper, ink, light), lines, outlines = page
    # PDF counts from the bottom left, in points.
    drawn = [f"{POINTS} 0 0 {-POINTS} 0 {POINTS * height} cm"]
    if paper:
        drawn.append(f"{_pdf_colour(paper)} 0 0 {width} {height} re f")
    drawn.append(_pdf_colour(light))
    drawn += [f"{x} {y} {right - x} {low - y} re f" for x, y, right, low in lines]
    drawn.append(_pdf_colour(ink))
    for one in outlines:
        for outline in one:
            (x, y), curves = outline[-1, 2], outline.reshape(-1, 6).tolist()
            drawn.append(f"{x:.2f} {y:.2f} m")
            drawn += [" ".join(f"{v:.2f}" for v in curve) + " c" for curve in curves]
        drawn.append("f")
    stream = zlib.compress("\n".join(drawn).encode())
    size = f"{POINTS * width:g} {POINTS * height:g}".split()
    bodies = [one.format(*size).encode() for one in PDF_OBJECTS]
    head = f"<< /Length {len(stream)} /Filter /FlateDecode >>".encode()
    bodies.append(head + b"\nstream\n" + stream + b"\nendstream")
    file, places = b"%PDF-1.4\n", []
    for number, body in enumerate(bodies, 1):
        places.append(len(file))
        file += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    count = len(bodies) + 1
    return (
        file
        + (
            f"xref\n0 {count}\n0000000000 65535 f \n{table}"
            f"trailer\n<< /Size {count} /Root 1 0 R >>\nstartxref\n{len(file)}\n%%EOF\n"
        ).encode()
    )


def _path(start: np.ndarray, curves: np.ndarray) -> str:
    """Return curves ``(m, 3, 2)`` as SVG's path data, to a hundredth of a pixel."""
    start, hundredths = (np.rint(100 * one).astype(int) for one in (start, curves))
    last, data = start, f"M{_number(start[0])} {_number(start[1])}c"
    numbers = []
    for curve in hundredths:
        numbers += (curve - last).ravel().tolist()
        last = curve[2]
    joined = "".join(
        text if text[0] == "-" else f" {text}" for text in map(_number, numbers)
    )
    return f"{data}{joined.lstrip()}"


def _number(hundredths: int) -> str:
    """Return a number of hundredths, as short as SVG allows."""
    text = f"{hundredths / 100:.2f}".rstrip("0").rstrip(".")
    return text.replace("0.", ".", 1) if text.lstrip("-").startswith("0.") else text


def _pdf_colour(colour: str) -> str:
    """Return what fills with ``#rrggbb``."""
    return " ".join(f"{level / 255:.3f}" for level in bytes.fromhex(colour[1:])) + " rg"
