"""What ``digitgan generate`` does: settle what to write, draw it, keep or show it."""

import json
import shutil
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import numpy as np

from digitgan.data.pictures import grid, in_blocks
from digitgan.errors import InputError
from digitgan.files import replacing
from digitgan.generation.characters import characters
from digitgan.generation.hand import take_pen
from digitgan.generation.sampler import Recipe, Sampler, load, walk
from digitgan.generation.signs import DIGIT, FRAME
from digitgan.generation.writing import DIGITS, Written, rows_of

ENDINGS = (".png", ".npz", ".gif")
COLUMNS = 10
SCALE = 4  # screen pixels per image pixel
FRAMES, FRAME_MS = 24, 60


def generate(  # noqa: PLR0913 - each is a flag
    text: str | None = None,
    *,
    out: Path | None = None,
    boxes: Path | None = None,
    page: dict | None = None,
    model: str = "flagship",
    digit: int | None = None,
    count: int | None = None,
    sheet: bool = False,
    seed: int = 0,
    **style,
) -> None:
    """Write digits to a file, or to the terminal where none is named.

    Args:
        text: What to write in one hand.
        out: A ``.png`` picture; an ``.npz`` with x, y and the style asked for; a
            ``.gif`` that leads from this hand to that of the next seed. These two hold
            the digits of a text without its signs.
        boxes: A ``.json`` that says where the characters of the picture are.
        page: For a text's picture, what :meth:`Sampler.write` takes.
        model: What :func:`digitgan.generation.sampler.load` takes.
        digit: The one digit to write ``count`` times instead.
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
    wishes = [f"--{name}" for name in [*page, *["boxes"] * (boxes is not None)]]
    if wishes and (text is None or ending != ".png"):
        raise InputError(
            f"{' and '.join(wishes)} cannot go without TEXT and a .png after -o"
        )
    sampler = load(model)
    labels, columns = _settle(sampler, text, digit, count, sheet)

    def recipe(of_seed: int) -> Recipe:
        if text is not None:
            return take_pen(sampler, labels, of_seed, **style)[0]
        return sampler.recipe(labels, seed=of_seed, **style)

    if text is not None and ending in (None, ".png"):
        _write(sampler, text, out, boxes, page, seed=seed, **style)
    elif text is not None and not labels:
        raise InputError(f"text {text!r} has no digit: a {ending} holds digits alone")
    elif ending == ".gif":
        ends = recipe(seed), recipe(seed + 1)
        _keep({out: partial(_save_film, sampler, *ends, columns)})
    else:
        first = recipe(seed)
        images = sampler.draw(first)
        if not out:
            print(in_blocks(images, shutil.get_terminal_size().columns))
        elif ending == ".png":
            _keep({out: grid(images, columns, SCALE).save})
        else:
            _keep({out: partial(_save_arrays, images, first)})


def _write(sampler, text, out, boxes, page: dict, **hand) -> None:
    """Write a text: a picture and where its characters are, or block characters."""
    if not out:
        print(_text_in_blocks(sampler, text, **hand))
        return
    written = sampler.write(text, **hand, **({"height": SCALE * DIGIT} | page))
    files = {out: written.image.save}
    if boxes:
        files[boxes] = partial(_save_boxes, written, text, hand["seed"])
    _keep(files)


def _text_in_blocks(sampler: Sampler, text: str, **hand) -> str:
    """Draw a text in block characters, as much in a line as the terminal holds."""
    rows = rows_of(sampler, text)
    frames = iter(characters(sampler, "".join(rows).replace(" ", ""), **hand)[0])
    blank = np.zeros(FRAME, np.uint8)
    wide = shutil.get_terminal_size().columns
    drawn = [[blank if sign == " " else next(frames) for sign in row] for row in rows]
    return "\n\n".join(in_blocks(np.stack(row), wide) for row in drawn if row)


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


def _save_boxes(written: Written, text: str, seed: int, path: Path) -> None:
    """Write as JSON what a text's picture shows, where, and in which hand."""
    told = {"text": text, "seed": seed, "style": written.pen._asdict()}
    told |= {"width": written.image.width, "height": written.image.height}
    told |= {"labels": written.labels, "boxes": written.boxes.tolist()}
    path.write_text(json.dumps(told) + "\n", encoding="utf-8")


def _save_arrays(images: np.ndarray, recipe: Recipe, path: Path) -> None:
    """Write digits with what was asked for, as an NPZ."""
    told = {"y" if k == "label" else k: v for k, v in recipe.conditions.items()}
    np.savez_compressed(path, x=images, **told)


def _save_film(sampler, first: Recipe, last: Recipe, columns: int, path: Path) -> None:
    """Write a film that leads to the other hand and back, for ever."""
    steps = walk(first, last, FRAMES)
    frames = [grid(sampler.draw(step), columns, SCALE) for step in steps]
    frames += frames[-2:0:-1]
    frames[0].save(
        path, save_all=True, append_images=frames[1:], duration=FRAME_MS, loop=0
    )
