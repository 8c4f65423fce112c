"""Pictures that live inside an HTML page: grids of digits and histograms."""

import base64
import io

import numpy as np
from PIL import Image

BINS = 40


def grid(images: np.ndarray, columns: int, alt: str, zoom: int = 2) -> str:
    """Return an ``<img>`` of digits in rows, dark ink on light paper.

    Args:
        images: ``uint8 (N, 28, 28)``.
        columns: Digits in one row.
        alt: What the picture shows, for those who cannot see it.
        zoom: Screen pixels per pixel.
    """
    rows = -(-len(images) // columns)
    sheet = np.zeros((rows * columns, 30, 30), dtype=np.uint8)
    sheet[: len(images), 1:-1, 1:-1] = images
    sheet = sheet.reshape(rows, columns, 30, 30).swapaxes(1, 2)
    file = io.BytesIO()
    picture = Image.fromarray(255 - sheet.reshape(rows * 30, columns * 30))
    picture.save(file, format="PNG", optimize=True)
    code = base64.b64encode(file.getvalue()).decode("ascii")
    return (
        f'<img alt="{alt}" width="{columns * 30 * zoom}" height="{rows * 30 * zoom}" '
        f'src="data:image/png;base64,{code}">'
    )


def tiles(pictures: list[np.ndarray], captions: list[str], alt: str) -> str:
    """Return small figures that flow into as many rows as the screen needs.

    Args:
        pictures: Each ``uint8 (K, 28, 28)``, K digits one above the other.
        captions: What stands below each.
        alt: What a picture shows; its caption is added.
    """
    made = (
        f"<figure>{grid(picture, 1, f'{alt} {caption}')}"
        f"<figcaption>{caption}</figcaption></figure>"
        for picture, caption in zip(pictures, captions, strict=True)
    )
    return f'<div class="tiles">{"".join(made)}</div>'


def histogram(these: np.ndarray, real: np.ndarray, caption: str) -> str:
    """Return an ``<svg>`` of two distributions: these filled, real ones as a line.

    Args:
        these: ``float (N,)``.
        real: ``float (M,)``.
        caption: What was measured, and in what.
    """
    low, high = np.quantile(np.concatenate([these, real]), [0.002, 0.998])
    edges = np.linspace(low, max(high, low + 1e-6), BINS + 1)
    shares = [
        np.histogram(np.clip(part, low, high), edges)[0] / len(part)
        for part in (these, real)
    ]
    top = max(share.max() for share in shares)
    x = np.repeat(np.linspace(0, 320, BINS + 1), 2)[1:-1]
    lines = []
    for share in shares:
        y = 100 - np.repeat(share, 2) / top * 95
        lines.append(" ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y, strict=True)))
    return (
        f'<figure><svg viewBox="0 0 320 118" role="img" aria-label="{caption}">'
        f'<polygon class="these" points="0,100 {lines[0]} 320,100"/>'
        f'<polyline class="real" points="{lines[1]}"/>'
        f'<text x="0" y="114">{low:.1f}</text>'
        f'<text x="160" y="114" text-anchor="middle">{(low + high) / 2:.1f}</text>'
        f'<text x="320" y="114" text-anchor="end">{high:.1f}</text></svg>'
        f"<figcaption>{caption}</figcaption></figure>"
    )
