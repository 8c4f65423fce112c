"""What ``digitgan generate`` does: settle what to write, draw it, keep or show it."""

import shutil
from pathlib import Path

import numpy as np

from digitgan.data.pictures import grid, in_blocks
from digitgan.errors import InputError
from digitgan.files import replacing
from digitgan.generation.sampler import Recipe, Sampler, load, walk

ENDINGS = (".png", ".npz", ".gif")
LONGEST = 1_000  # characters
COLUMNS = 10
SCALE = 4  # screen pixels per image pixel
FRAMES, FRAME_MS = 24, 60


def generate(  # noqa: PLR0913 - each is a flag
    text: str | None = None,
    *,
    out: Path | None = None,
    model: str = "flagship",
    digit: int | None = None,
    count: int | None = None,
    sheet: bool = False,
    seed: int = 0,
    **style,
) -> None:
    """Write digits to a file, or to the terminal where none is named.

    Args:
        text: Digits to write in one hand.
        out: A ``.png`` picture; an ``.npz`` with x, y and the style asked for; a
            ``.gif`` that leads from the hand of this seed to that of the next.
        model: What :func:`digitgan.generation.sampler.load` takes.
        digit: The one digit to write ``count`` times instead.
        count: How many; every digit in turn unless ``digit`` is given.
        sheet: Write a row of ten for every digit instead.
        seed: Same seed, same digits.
        **style: thickness, slant, variety for :meth:`Sampler.sample`.

    Raises:
        InputError: The request cannot be met; nothing was written.
    """
    if out and out.suffix.lower() not in ENDINGS:
        raise InputError(f"-o {str(out)!r}: allowed endings are {', '.join(ENDINGS)}")
    sampler = load(model)
    labels, columns = _settle(sampler, text, digit, count, sheet)
    style = {"one_hand": text is not None, **style}
    style = {name: value for name, value in style.items() if value is not None}

    def recipe(of_seed: int) -> Recipe:
        return sampler.recipe(labels, seed=of_seed, **style)

    first = recipe(seed)
    images = sampler.draw(first)
    if not out:
        print(in_blocks(images, shutil.get_terminal_size().columns))
        return
    try:
        with replacing(out) as temporary:
            if out.suffix.lower() == ".npz":
                told = {
                    "y" if k == "label" else k: v for k, v in first.conditions.items()
                }
                np.savez_compressed(temporary, x=images, **told)
            elif out.suffix.lower() == ".png":
                grid(images, columns, SCALE).save(temporary)
            else:
                _save_film(temporary, sampler, first, recipe(seed + 1), columns)
    except OSError as error:
        raise InputError(
            f"-o {str(out)!r} cannot be written ({error.strerror or error})"
        ) from error


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
        labels = _digits_of(text)
        return sampler.labels(labels), len(labels)
    if sheet:
        rows = np.repeat(np.arange(len(sampler.classes)), COLUMNS)
        return (sampler.labels(rows) if len(rows) else COLUMNS**2), COLUMNS
    if count is None:
        count = 1 if digit is not None else COLUMNS
    labels = sampler.labels(n=count, digit=digit)
    return count if labels is None else labels, min(count, COLUMNS)


def _digits_of(text: str) -> list[int]:
    """Return the digits of a text."""
    if not 1 <= len(text) <= LONGEST:
        raise InputError(f"TEXT has {len(text)} characters: allowed is 1 to {LONGEST}")
    for place, character in enumerate(text, 1):
        if character not in "0123456789":
            raise InputError(
                f"TEXT {text!r} has {character!r} at place {place}: "
                "allowed are the digits 0 to 9"
            )
    return [int(character) for character in text]


def _save_film(path: Path, sampler, first: Recipe, last: Recipe, columns: int) -> None:
    """Write a film that leads to the other hand and back, for ever."""
    steps = walk(first, last, FRAMES)
    frames = [grid(sampler.draw(step), columns, SCALE) for step in steps]
    frames += frames[-2:0:-1]
    frames[0].save(
        path, save_all=True, append_images=frames[1:], duration=FRAME_MS, loop=0
    )
