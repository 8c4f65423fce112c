"""What ``digitgan generate`` does: settle what to write, draw it, keep or show it."""

import json
import shutil
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image

from digitgan.data.image_grid import grid, save_gif, to_block_characters
from digitgan.errors import InputError
from digitgan.files import replacing
from digitgan.handwriting.glyphs import characters
from digitgan.handwriting.model import load
from digitgan.handwriting.punctuation import DIGIT, FRAME
from digitgan.handwriting.write import DIGITS, WrittenText, rows_of
from digitgan.handwriting.writer_style import WriterStyle, sample_writer
from digitgan.sampling.generator_inputs import GeneratorInputs, walk
from digitgan.sampling.sampler import Sampler

ENDINGS = (".png", ".npz", ".gif")
COLUMNS = 10
SCALE = 4  # screen pixels per image pixel
FRAMES = 24


def generate(  # noqa: PLR0913 - each is a flag
    text: str | None = None,
    *,
    out: Path | None = None,
    boxes: Path | None = None,
    page: dict | None = None,
    model: str = "flagship",
    digit: str | None = None,
    count: int | None = None,
    sheet: bool = False,
    seed: int = 0,
    **style,
) -> None:
    """Write digits to a file, or to the terminal where none is named.

    Args:
        text: What to write in one hand.
        out: A ``.png`` picture; a ``.gif`` that leads from this hand to that of the
            next seed; an ``.npz`` with x, y and the style asked for, of a text the
            digits without its signs.
        boxes: A ``.json`` that says where the characters of a ``.png`` are.
        page: For a text's picture or film, what :meth:`Sampler.write` takes.
        model: What :func:`digitgan.load` takes.
        digit: The name of the one class to write ``count`` times instead.
        count: How many; every digit in turn unless ``digit`` is given.
        sheet: Write a row of ten for every digit instead.
        seed: Same seed, same digits.
        **style: thickness, slant, variety for :meth:`Sampler.sample`.

    Raises:
        InputError: The request cannot be met; nothing was written.
    """
    ending = out.suffix.lower() if out else None
    if ending not in (None, *ENDINGS):
        raise InputError(f"-o {str(out)!r}: allowed endings are {', '.join(ENDINGS)}")
    page, style = _given(page or {}), _given(style)
    _check_wishes(text, ending, page, boxes)
    sampler = load(model)
    labels, columns = _settle(sampler, text, digit, count, sheet)
    if text is not None and ending != ".npz":
        _write(sampler, text, out, boxes, page, seed=seed, **style)
        return
    if text is not None and not labels:
        raise InputError(f"text {text!r} has no digit: a .npz holds digits alone")

    def inputs_of(of_seed: int) -> GeneratorInputs:
        if text is not None:
            signs = "".join(rows_of(sampler, text)).replace(" ", "")
            return sample_writer(sampler, signs, WriterStyle(of_seed), **style)[0]
        return sampler.generator_inputs(labels, seed=of_seed, **style)

    first = inputs_of(seed)
    if ending == ".gif":
        steps = walk(first, inputs_of(seed + 1), FRAMES)
        _keep({out: partial(save_gif, _sheets(sampler, steps, columns))})
        return
    images = sampler.draw(first)
    if not out:
        print(to_block_characters(images, shutil.get_terminal_size().columns))
    elif ending == ".png":
        _keep({out: grid(images, columns, SCALE).save})
    else:
        _keep({out: partial(_save_arrays, images, first)})


def _check_wishes(text, ending: str | None, page: dict, boxes) -> None:
    """Refuse what says how a page looks where none is written."""
    allowed = {".png": {*page, "boxes"}, ".gif": set(page)}.get(ending, set())
    wishes = [*page, *["boxes"] * (boxes is not None)]
    lost = [f"--{name}" for name in wishes if text is None or name not in allowed]
    if lost:
        endings = ".png" if lost == ["--boxes"] else ".png or .gif"
        raise InputError(
            f"{' and '.join(lost)} cannot go without TEXT and a {endings} after -o"
        )


def _write(sampler, text, out, boxes, page: dict, seed: int, **style) -> None:
    """Write a text: a picture and where its characters are, a film, or blocks."""
    page = {"height": SCALE * DIGIT} | page
    if not out:
        print(_text_in_blocks(sampler, text, seed, **style))
    elif out.suffix.lower() == ".gif":
        hands = {"seed": seed, "toward": seed + 1, "frames": FRAMES}
        steps = sampler.write_walk(text, **hands, **style, **page)
        _keep({out: partial(save_gif, [written.image for written in steps])})
    else:
        written = sampler.write(text, seed=seed, **style, **page)
        files = {out: written.image.save}
        if boxes:
            files[boxes] = partial(_save_boxes, written, text, seed)
        _keep(files)


def _text_in_blocks(sampler: Sampler, text: str, seed: int, **style) -> str:
    """Draw a text in block characters, as much in a line as the terminal holds."""
    rows = rows_of(sampler, text)
    signs = "".join(rows).replace(" ", "")
    frames = iter(characters(sampler, signs, WriterStyle(seed), **style)[0])
    blank = np.zeros(FRAME, np.uint8)
    wide = shutil.get_terminal_size().columns
    drawn = [[blank if sign == " " else next(frames) for sign in row] for row in rows]
    return "\n\n".join(to_block_characters(np.stack(row), wide) for row in drawn if row)


def _settle(sampler: Sampler, text, digit, count, sheet: bool):
    """Return the labels to write, or how many digits of any kind, and the columns."""
    asked = {"TEXT": text, "--digit": digit, "--grid": sheet or None}
    asked = [name for name, value in asked.items() if value is not None]
    if len(asked) > 1 or (count is not None and asked not in ([], ["--digit"])):
        raise InputError(
            f"{' and '.join(asked)}{' and --count' * (count is not None)} "
            "cannot go together: allowed is TEXT, --digit with --count, or --grid"
        )
    if text is not None:
        signs = "".join(rows_of(sampler, text))
        labels = [sampler.classes.index(sign) for sign in signs if sign in DIGITS]
        return labels, len(labels)
    if sheet:
        rows = np.repeat(np.arange(len(sampler.classes)), COLUMNS)
        return (sampler.labels(rows) if len(rows) else COLUMNS**2), COLUMNS
    if count is None:
        count = 1 if digit is not None else COLUMNS
    labels = sampler.labels(n=count, digit=digit)
    return count if labels is None else labels, min(count, COLUMNS)


def _given(wishes: dict) -> dict:
    """Return what was asked for."""
    return {name: value for name, value in wishes.items() if value is not None}


def _keep(files: dict[Path, Callable[[Path], None]]) -> None:
    """Write files, all or none; each is given as what writes it to a path."""
    try:
        with ExitStack() as stack:
            for path, save in files.items():
                save(stack.enter_context(replacing(path)))
    except OSError as error:
        raise InputError(
            f"{str(path)!r} cannot be written ({error.strerror or error})"
        ) from error


def _save_boxes(written: WrittenText, text: str, seed: int, path: Path) -> None:
    """Write as JSON what a text's picture shows, where, and in which hand."""
    told = {"text": text, "seed": seed, "style": written.pen._asdict()}
    told |= {"width": written.image.width, "height": written.image.height}
    told |= {"labels": written.labels, "boxes": written.boxes.tolist()}
    path.write_text(json.dumps(told) + "\n", encoding="utf-8")


def _save_arrays(images: np.ndarray, recipe: GeneratorInputs, path: Path) -> None:
    """Write digits with what was asked for, as an NPZ."""
    told = {"y" if k == "label" else k: v for k, v in recipe.conditions.items()}
    np.savez_compressed(path, x=images, **told)


def _sheets(
    sampler: Sampler, steps: list[GeneratorInputs], columns: int
) -> list[Image.Image]:
    """Draw digits on the way from one hand to another, a sheet for each step."""
    return [grid(sampler.draw(step), columns, SCALE) for step in steps]
