"""Answers as bytes: PNG, SVG, NPZ or JSON, by ending or by the Accept header."""

import base64
import io
import json
from collections.abc import Callable
from xml.sax.saxutils import escape

import numpy as np
from PIL import Image

from digitgan.data.image_grid import grid, save_gif
from digitgan.handwriting.write import WrittenText
from digitgan.sampling.sampler import Sampler
from digitgan.serving.problems import Problem

MEDIA_TYPES = {  # the first is for those who do not care
    "png": "image/png",
    "svg": "image/svg+xml",
    "npz": "application/x-npz",
    "json": "application/json",
}
ENDINGS = tuple(MEDIA_TYPES)
FILM = "image/gif"
PACKED = 1  # of zlib's 9: half the time of its usual 6 for a tenth more bytes
COLUMNS, SCALE = 10, 4  # of a sheet of digits


def form_of(ending: str | None, accept: str | None) -> str:
    """Return in which form to answer: an ending of ``MEDIA_TYPES``.

    Args:
        ending: That of the path, which decides if there is one.
        accept: The Accept header, with or without weights.

    Raises:
        Problem: 404 for another ending, 406 for other media types alone.
    """
    offered = ", ".join(MEDIA_TYPES)
    if ending:
        if ending not in MEDIA_TYPES:
            raise Problem(
                404,
                f"the ending {ending[:20]!r} is unknown: allowed are {offered}",
                field="ending",
                value=ending[:20],
                allowed=offered,
            )
        return ending
    weights = dict(_weights(accept or "*/*"))

    def weight(kind: str) -> float:
        media = MEDIA_TYPES[kind]
        spans = (media, media.split("/")[0] + "/*", "*/*")
        return next((weights[span] for span in spans if span in weights), 0.0)

    best = max(MEDIA_TYPES, key=weight)
    if not weight(best):
        allowed = ", ".join(MEDIA_TYPES.values())
        line = f"Accept is {accept[:100]!r}: allowed are {allowed}"
        raise Problem(406, line, field="Accept", value=accept[:100], allowed=allowed)
    return best


def _weights(accept: str):
    """Yield the media ranges of an Accept header and what each is worth."""
    for part in accept.split(","):
        media, *extras = (word.strip().lower() for word in part.split(";"))
        worth = next((word[2:] for word in extras if word.startswith("q=")), "1")
        try:
            yield media, min(1.0, max(0.0, float(worth)))
        except ValueError:
            yield media, 0.0


def numbers(model: Sampler, form: str, asked: dict) -> bytes:
    """Write a text and return it in a form.

    Args:
        model: Who writes.
        form: An ending of ``MEDIA_TYPES``.
        asked: What :meth:`Sampler.write` takes.

    Raises:
        InputError: The text cannot be written so.
    """
    written = model.write(**asked)
    makers: dict[str, Callable[[], bytes]] = {
        "png": lambda: _png(written.image),
        "svg": lambda: _svg(written.image, asked["text"]),
        "npz": lambda: _npz(
            image=np.asarray(written.image),
            labels=np.array(written.labels, "U1"),
            boxes=written.boxes,
            thickness=written.pen.thickness,
            slant=written.pen.slant,
        ),
        "json": lambda: _json(_told(written, asked)),
    }
    return makers[form]()


def _told(written: WrittenText, asked: dict) -> dict:
    """Say what a picture shows, where and in which hand, beside the picture itself."""
    return {
        "text": asked["text"],
        "seed": asked.get("seed", 0),
        "style": {name: round(v, 3) for name, v in written.pen._asdict().items()},
        "width": written.image.width,
        "height": written.image.height,
        "labels": written.labels,
        "places": written.places,
        "boxes": written.boxes.tolist(),
        "image": link(written.image),
    }


def walk(model: Sampler, _: str, asked: dict) -> bytes:
    """Write a text in the hands between two and return it as a GIF.

    Args:
        model: Who writes.
        asked: What :meth:`Sampler.write_walk` takes.

    Raises:
        InputError: The text cannot be written so.
    """
    file = io.BytesIO()
    save_gif([step.image for step in model.write_walk(**asked)], file)
    return file.getvalue()


def digits(model: Sampler, form: str, asked: dict) -> bytes:
    """Draw digits and return them in a form.

    Args:
        model: Who draws.
        form: An ending of ``MEDIA_TYPES``.
        asked: What :meth:`Sampler.sample` takes.

    Raises:
        InputError: They cannot be drawn so.
    """
    rest = dict(asked)
    which = [rest.pop(name, None) for name in ("labels", "n", "digit")]
    labels = model.labels(*which)
    recipe = model.generator_inputs(
        asked.get("n", 1) if labels is None else labels, **rest
    )
    images = model.draw(recipe)
    columns = min(len(images), COLUMNS)
    return sheet(form, images, recipe.conditions, columns, SCALE)


def sheet(form: str, images, conditions: dict, columns: int, scale: int) -> bytes:
    """Return digits, and what was asked of each, in a form.

    Args:
        form: An ending of ``MEDIA_TYPES``.
        images: ``uint8 (n, 28, 28)``, 0 paper to 255 ink.
        conditions: As of a :class:`digitgan.sampling.sampler.GeneratorInputs`.
        columns: Digits in a row of a picture.
        scale: Pixels of a picture for each of a digit.
    """
    laid = grid(images, columns, scale)
    told = {"y" if k == "label" else k: v for k, v in conditions.items()}
    makers: dict[str, Callable[[], bytes]] = {
        "png": lambda: _png(laid),
        "svg": lambda: _svg(laid, f"{len(images)} handwritten digits"),
        "npz": lambda: _npz(x=images, **told),
        "json": lambda: _json(
            {"x": images.tolist()} | {k: v.tolist() for k, v in told.items()}
        ),
    }
    return makers[form]()


def link(image: Image.Image) -> str:
    """Return a picture as a URL that holds it."""
    return "data:image/png;base64," + base64.b64encode(_png(image)).decode()


def _png(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "png", compress_level=PACKED)
    return file.getvalue()


def _svg(image: Image.Image, title: str) -> bytes:
    """Return an SVG that holds the picture as PNG: the strokes are not traced."""
    size = f'width="{image.width}" height="{image.height}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} '
        f'viewBox="0 0 {image.width} {image.height}" role="img">\n'
        f"<title>{escape(title)}</title>\n"
        "<desc>A PNG picture, embedded: the strokes are pixels.</desc>\n"
        f'<image {size} href="{link(image)}"/>\n</svg>\n'
    ).encode()


def _npz(**arrays) -> bytes:
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def _json(told: dict) -> bytes:
    return (json.dumps(told, separators=(",", ":")) + "\n").encode()
