"""What ``digitgan generate`` does: write a text or draw digits, to a file or here."""

import json
import shutil
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from digitgan.data import image_grid
from digitgan.data.image_grid import save_gif, to_block_characters
from digitgan.data.images import DIGIT_NAMES
from digitgan.errors import InputError
from digitgan.files import replacing
from digitgan.handwriting.characters import Characters
from digitgan.handwriting.geometry import DIGIT_HEIGHT, GLYPH_SHAPE
from digitgan.handwriting.glyphs import draw_glyphs
from digitgan.handwriting.model import WALK_FRAMES, Model, load
from digitgan.handwriting.options import WriteOptions
from digitgan.handwriting.writer_style import sample_writers
from digitgan.handwriting.written_text import WrittenText
from digitgan.sampling.generator_inputs import GeneratorInputs, interpolation_path

VECTOR = (".svg", ".pdf")
SUFFIXES = (".png", *VECTOR, ".npz", ".gif")
PAGE_OPTIONS = ("height", "width", "spacing", "background", "ink", "lines", "noise")
COLUMNS = 10  # of a sheet of digits
SCALE = 4  # screen pixels per image pixel

Saves = dict[Path, Callable[[Path], None]]  # what writes each file to a path


def generate(  # noqa: PLR0913 - each is a flag
    text: str | None = None,
    *,
    out: Path | None = None,
    boxes: Path | None = None,
    model: str = "flagship",
    digit: str | None = None,
    count: int | None = None,
    grid: bool = False,
    single_line: bool = False,
    **options: Any,
) -> None:
    """Write digits to a file, or to the terminal where none is named.

    Args:
        text: What to write in one hand.
        out: A ``.png`` picture; an ``.svg`` or ``.pdf`` of a text, its strokes as
            curves; a ``.gif`` that leads from this hand to that of the next seed; an
            ``.npz`` with x, y and the style of each digit, of a text the digits
            without its punctuation.
        boxes: A ``.json`` that says where the characters of a ``.png`` are.
        model: What :func:`digitgan.load` takes.
        digit: The name of the one class to draw ``count`` times instead.
        count: How many; every digit in turn unless ``digit`` is given.
        grid: Draw a row of ten for every digit instead.
        single_line: In the ``.svg``, the middle of each stroke, for plotters.
        **options: Those of :meth:`digitgan.handwriting.model.Model.write`; without a
            text seed, thickness, slant and variety. None counts as not given.

    Raises:
        InputError: The request cannot be met; nothing was written.
    """
    options = {name: value for name, value in options.items() if value is not None}
    suffix = out.suffix.lower() if out else ""
    if suffix not in ("", *SUFFIXES):
        raise InputError("out", out, f"a name that ends in {', '.join(SUFFIXES)}")
    _check_content(text, digit, count, grid)
    _check_page(text, suffix, boxes, options)
    if single_line and suffix != ".svg":
        raise InputError("single_line", None, "beside an .svg", "needs curves")
    if text is None:
        saves = _draw_digits(load(model), out, suffix, digit, count, grid, options)
    elif out and suffix != ".npz":
        saves = _write_text(model, text, out, boxes, single_line, options)
    else:
        saves = _draw_characters(model, text, out, WriteOptions(**options))
    path = None
    try:
        with ExitStack() as stack:  # all files or none
            for path, save in saves.items():
                save(stack.enter_context(replacing(path)))
    except OSError as error:
        field = "boxes" if path == boxes else "out"
        problem = f"cannot be written ({error.strerror or error})"
        raise InputError(field, path, problem=problem) from error


def _check_content(
    text: str | None, digit: str | None, count: int | None, grid: bool
) -> None:
    """Refuse what cannot be drawn together."""
    given = {"text": text, "digit": digit, "grid": grid or None, "count": count}
    first, *others = [name for name, v in given.items() if v is not None] or [""]
    if others and (first, others) != ("digit", ["count"]):
        allowed = "a text, a digit with a count, a count, or grid"
        raise InputError(first, None, allowed, f"cannot go with {' and '.join(others)}")


def _check_page(
    text: str | None, suffix: str, boxes: Path | None, options: dict[str, Any]
) -> None:
    """Refuse what says how a page looks where none is written."""
    written = text is not None
    still = (".png", *VECTOR)
    if boxes is not None and not (written and suffix in still):
        allowed = f"beside a text and a {' or '.join(still)}"
        raise InputError("boxes", None, allowed, "has no picture")
    given = [name for name in PAGE_OPTIONS if name in options]
    if given and not (written and suffix in (*still, ".gif")):
        allowed = f"beside a text and a {' or '.join((*still, '.gif'))}"
        raise InputError(given[0], None, allowed, "has no page")
    if suffix in VECTOR and not written:
        raise InputError("out", None, "a .png for digits", f"a {suffix} holds a text")
    if suffix in VECTOR and options.get("noise"):
        allowed = "a scanner's, in a .png or .gif"
        raise InputError("noise", options["noise"], allowed, "is not of curves")


def _write_text(
    model: str,
    text: str,
    out: Path,
    boxes: Path | None,
    single_line: bool,
    options: dict[str, Any],
) -> Saves:
    """Write a text: a picture and where its characters are, or a walk to a hand."""
    options = {"height": SCALE * DIGIT_HEIGHT} | options
    checked = WriteOptions(**options)
    if out.suffix.lower() == ".gif":
        walk = load(model).write_walk(text, toward=checked.seed + 1, **options)
        return {out: walk.save}
    (written,) = load(model).write_many([text], [checked])
    save = {
        ".svg": lambda path: path.write_text(
            written.svg(single_line), encoding="utf-8"
        ),
        ".pdf": lambda path: path.write_bytes(written.pdf()),
    }
    saves: Saves = {out: save.get(out.suffix.lower(), written.image.save)}
    if boxes:
        saves[boxes] = partial(_save_boxes, written)
    return saves


def _draw_characters(
    name: str, text: str, out: Path | None, options: WriteOptions
) -> Saves:
    """Draw a text without a page: here in blocks, or its digits in an array."""
    if out and not set(text) & set(DIGIT_NAMES):
        raise InputError("text", text, "one with digits for a .npz", "has no digit")
    model = load(name)
    characters = Characters.of([text], model.classes)
    writers = sample_writers(model, characters, [options])
    if out:
        return {out: partial(_save_arrays, writers.images, writers.digits)}
    glyphs = iter(draw_glyphs(characters, writers, DIGIT_HEIGHT).frames)
    blank, width = np.zeros(GLYPH_SHAPE, np.uint8), shutil.get_terminal_size().columns
    lines = [
        [blank if c == " " else next(glyphs) for c in row] for row in characters.rows[0]
    ]
    blocks = [to_block_characters(np.stack(line), width) for line in lines if line]
    print("\n\n".join(blocks))
    return {}


def _draw_digits(
    model: Model,
    out: Path | None,
    suffix: str,
    digit: str | None,
    count: int | None,
    all_digits: bool,
    options: dict[str, Any],
) -> Saves:
    """Draw digits apart from each other: an array, a sheet, a walk of it, or blocks."""
    if all_digits:
        rows = np.repeat(np.arange(len(model.classes)), COLUMNS)
        labels, columns = model.labels(rows) if len(rows) else COLUMNS**2, COLUMNS
    else:
        count = count if count is not None else (1 if digit is not None else COLUMNS)
        labels, columns = model.labels(n=count, digit=digit), min(count, COLUMNS)
    first = model.generator_inputs(labels, **options)
    grid = partial(
        image_grid.grid, columns=columns, scale=SCALE, ink=model.image.is_ink
    )
    if out and suffix == ".gif":
        options["seed"] = options.get("seed", 0) + 1
        last = model.generator_inputs(labels, **options)
        path = interpolation_path(first, last, WALK_FRAMES)
        sheets = [grid(model.draw(step)) for step in path]
        return {out: partial(save_gif, sheets)}
    images = model.draw(first)
    if not out:
        print(to_block_characters(images, shutil.get_terminal_size().columns))
        return {}
    if suffix == ".png":
        return {out: grid(images).save}
    return {out: partial(_save_arrays, images, first)}


def _save_boxes(written: WrittenText, path: Path) -> None:
    """Write as JSON what a text's picture shows, where, and in which hand."""
    path.write_text(json.dumps(written.to_dict()) + "\n", encoding="utf-8")


def _save_arrays(images: np.ndarray, inputs: GeneratorInputs, path: Path) -> None:
    """Write digits with their labels and styles as an NPZ."""
    arrays: dict[str, Any] = {
        "y" if k == "label" else k: v for k, v in inputs.conditions.items()
    }
    np.savez_compressed(path, x=images, **arrays)
