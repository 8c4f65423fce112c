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
from digitgan.errors import InputError
from digitgan.files import replacing
from digitgan.handwriting.geometry import DIGIT_HEIGHT, GLYPH_SHAPE
from digitgan.handwriting.glyphs import draw_glyphs
from digitgan.handwriting.model import WALK_FRAMES, Model, load
from digitgan.handwriting.options import DIGITS, WriteOptions, text_rows
from digitgan.handwriting.writer_style import sample_writer
from digitgan.handwriting.written_text import WrittenText
from digitgan.sampling.generator_inputs import GeneratorInputs, interpolation_path

SUFFIXES = (".png", ".npz", ".gif")
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
    **options: Any,
) -> None:
    """Write digits to a file, or to the terminal where none is named.

    Args:
        text: What to write in one hand.
        out: A ``.png`` picture; a ``.gif`` that leads from this hand to that of the
            next seed; an ``.npz`` with x, y and the style of each digit, of a text the
            digits without its punctuation.
        boxes: A ``.json`` that says where the characters of a ``.png`` are.
        model: What :func:`digitgan.load` takes.
        digit: The name of the one class to draw ``count`` times instead.
        count: How many; every digit in turn unless ``digit`` is given.
        grid: Draw a row of ten for every digit instead.
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
    if text is None:
        _draw_digits(load(model), out, suffix, digit, count, grid, options)
    elif not out:
        print(_text_in_blocks(load(model), text, WriteOptions(**options)))
    elif suffix == ".npz":
        _save_digits_of(load(model), text, out, WriteOptions(**options))
    elif suffix == ".gif":
        options = {"seed": 0, "height": SCALE * DIGIT_HEIGHT} | options
        toward = options["seed"] + 1
        walk = load(model).write_walk(
            text, toward=toward, frames=WALK_FRAMES, **options
        )
        _save({out: partial(save_gif, [step.image for step in walk])})
    else:
        options = {"height": SCALE * DIGIT_HEIGHT} | options
        written = load(model).write(text, **options)
        saves: Saves = {out: written.image.save}
        if boxes:
            saves[boxes] = partial(_save_boxes, written)
        _save(saves)


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
    if boxes is not None and not (written and suffix == ".png"):
        raise InputError("boxes", None, "beside a text and a .png", "has no picture")
    given = [name for name in PAGE_OPTIONS if name in options]
    if given and not (written and suffix in (".png", ".gif")):
        allowed = "beside a text and a .png or .gif"
        raise InputError(given[0], None, allowed, "has no page")


def _draw_digits(
    model: Model,
    out: Path | None,
    suffix: str,
    digit: str | None,
    count: int | None,
    all_digits: bool,
    options: dict[str, Any],
) -> None:
    """Draw digits apart from each other: an array, a sheet, a film of it, or blocks."""
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
        _save({out: partial(save_gif, sheets)})
        return
    images = model.draw(first)
    if not out:
        print(to_block_characters(images, shutil.get_terminal_size().columns))
    elif suffix == ".png":
        _save({out: grid(images).save})
    else:
        _save({out: partial(_save_arrays, images, first)})


def _save_digits_of(model: Model, text: str, out: Path, options: WriteOptions) -> None:
    """Write the digits of a text, as the generator draws them, as an NPZ."""
    rows = text_rows(text, model.classes)
    if not set(text) & set(DIGITS):
        raise InputError("text", text, "one with digits for a .npz", "has no digit")
    inputs = sample_writer(model, rows, options).digits
    _save({out: partial(_save_arrays, model.draw(inputs), inputs)})


def _text_in_blocks(model: Model, text: str, options: WriteOptions) -> str:
    """Draw a text in block characters, as much in a line as the terminal holds."""
    rows = text_rows(text, model.classes)
    writer, characters = sample_writer(model, rows, options), "".join(rows)
    images = model.draw(writer.digits)
    characters = characters.replace(" ", "")
    glyphs = iter(draw_glyphs(images, characters, writer, DIGIT_HEIGHT))
    blank, width = np.zeros(GLYPH_SHAPE, np.uint8), shutil.get_terminal_size().columns
    lines = [[blank if c == " " else next(glyphs) for c in row] for row in rows]
    return "\n\n".join(to_block_characters(np.stack(x), width) for x in lines if x)


def _save(saves: Saves) -> None:
    """Write files, all or none; each is given as what writes it to a path."""
    path = None
    try:
        with ExitStack() as stack:
            for path, save in saves.items():
                save(stack.enter_context(replacing(path)))
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(
            "out", path, problem=f"cannot be written ({reason})"
        ) from error


def _save_boxes(written: WrittenText, path: Path) -> None:
    """Write as JSON what a text's picture shows, where, and in which hand."""
    path.write_text(json.dumps(written.to_dict()) + "\n", encoding="utf-8")


def _save_arrays(images: np.ndarray, inputs: GeneratorInputs, path: Path) -> None:
    """Write digits with their labels and styles as an NPZ."""
    arrays: dict[str, Any] = {
        "y" if k == "label" else k: v for k, v in inputs.conditions.items()
    }
    np.savez_compressed(path, x=images, **arrays)
