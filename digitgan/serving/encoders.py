"""Pictures as bytes: PNG, SVG, NPZ, GIF, or a link inside JSON."""

import base64
import io
from xml.sax.saxutils import escape

import numpy as np
from PIL import Image

from digitgan.data.image_grid import grid
from digitgan.serving.responses import json_bytes

MEDIA_TYPES = {  # of what is drawn; the first is for those who do not care
    "png": "image/png",
    "svg": "image/svg+xml",
    "npz": "application/x-npz",
    "json": "application/json",
}
PNG_LEVEL = 1  # of zlib's 9: half the time of its usual 6 for a tenth more bytes


def png(image: Image.Image) -> bytes:
    """Return a picture as PNG."""
    file = io.BytesIO()
    image.save(file, "png", compress_level=PNG_LEVEL)
    return file.getvalue()


def data_url(image: Image.Image) -> str:
    """Return a picture as a URL that holds it."""
    return "data:image/png;base64," + base64.b64encode(png(image)).decode()


def svg(image: Image.Image, title: str) -> bytes:
    """Return an SVG that holds the picture as PNG: the strokes are not traced."""
    size = f'width="{image.width}" height="{image.height}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} '
        f'viewBox="0 0 {image.width} {image.height}" role="img">\n'
        f"<title>{escape(title)}</title>\n"
        "<desc>A PNG picture, embedded: the strokes are pixels.</desc>\n"
        f'<image {size} href="{data_url(image)}"/>\n</svg>\n'
    ).encode()


def npz(**arrays) -> bytes:
    """Return arrays as NPZ."""
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def digit_sheet(
    form: str,
    images: np.ndarray,
    conditions: dict[str, np.ndarray],
    columns: int,
    scale: int,
) -> bytes:
    """Return digits ``(n, 28, 28)`` and their conditions ``(n,)`` in a form."""
    arrays = {"y" if k == "label" else k: v for k, v in conditions.items()}
    sheet = grid(images, columns, scale)
    if form == "png":
        return png(sheet)
    if form == "svg":
        return svg(sheet, f"{len(images)} handwritten digits")
    if form == "npz":
        return npz(x=images, **arrays)
    lists = {name: values.tolist() for name, values in arrays.items()}
    return json_bytes({"x": images.tolist()} | lists)
