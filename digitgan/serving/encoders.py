"""Pictures as bytes: PNG, SVG, PDF, NPZ, or a link inside JSON."""

import io
from typing import Any

import numpy as np
from PIL import Image

from digitgan.data.html import data_uri
from digitgan.data.image_grid import grid
from digitgan.data.png import encode_png
from digitgan.handwriting.outlines import trace
from digitgan.handwriting.vector_graphics import VectorPage, to_pdf, to_svg
from digitgan.handwriting.written_text import WrittenText
from digitgan.serving.responses import json_bytes

MEDIA_TYPES = {  # of what is drawn; the first is for those who do not care
    "png": "image/png",
    "svg": "image/svg+xml",
    "npz": "application/x-npz",
    "json": "application/json",
    "pdf": "application/pdf",
}
VECTOR_FORMS = ("svg", "pdf")
BLACK_ON_WHITE = ("#ffffff", "#000000", "#000000")


def png(image: Image.Image) -> bytes:
    """Return a picture as PNG."""
    return encode_png(np.asarray(image))


def npz(**arrays: Any) -> bytes:
    """Return arrays as NPZ."""
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def encode_text(written: WrittenText, form: str) -> bytes:
    """Return a written text in a form."""
    if form == "png":
        return encode_png(written.pixels)
    if form == "svg":
        return written.svg().encode()
    if form == "pdf":
        return written.pdf()
    if form == "json":
        pictures = {"image": data_uri(png(written.image)), "svg": written.svg()}
        return json_bytes(written.to_dict() | pictures)
    return npz(
        image=written.pixels,
        labels=np.array(written.labels, "U1"),
        boxes=written.boxes,
        thickness=written.pen.thickness,
        slant=written.pen.slant,
    )


def digit_sheet(
    form: str,
    images: np.ndarray,
    conditions: dict[str, np.ndarray],
    columns: int,
    scale: int,
) -> bytes:
    """Return digits ``(n, 28, 28)`` and their conditions ``(n,)`` in a form."""
    arrays = {"y" if k == "label" else k: v for k, v in conditions.items()}
    if form == "png":
        return png(grid(images, columns, scale))
    if form == "svg":
        names = [f"{number}" for number in arrays.get("y", range(len(images)))]
        page = _vector_sheet(images, columns, scale)
        return to_svg(page, f"{len(images)} handwritten digits", names).encode()
    if form == "pdf":
        return to_pdf(_vector_sheet(images, columns, scale))
    if form == "npz":
        return npz(x=images, **arrays)
    lists = {name: values.tolist() for name, values in arrays.items()}
    return json_bytes({"x": images.tolist()} | lists)


def _vector_sheet(images: np.ndarray, columns: int, scale: int) -> VectorPage:
    """Return digits as they stand in a grid, as curves."""
    side = images.shape[1]
    padded = np.pad(images, ((0, 0), (1, 1), (1, 1)))  # no ink touches the edge
    outlines = [
        [
            (outline + side * np.array([number % columns, number // columns]) - 1)
            * scale
            for outline in one
        ]
        for number, one in enumerate(trace(padded).of_each(len(padded)))
    ]
    width, height = columns * side, -(-len(images) // columns) * side
    return VectorPage(width * scale, height * scale, BLACK_ON_WHITE, [], outlines)
