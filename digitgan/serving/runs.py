"""The run folders that the page and the API may see."""

import asyncio
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
from PIL import Image

from digitgan import limits
from digitgan.data.image_grid import images_of_grid
from digitgan.errors import InputError
from digitgan.serving.problems import Problem, wrong
from digitgan.training.run import CONFIG_NAME, Run
from digitgan.untrusted import inside, read_bytes

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}", re.ASCII)
NAMES = "1 to 40 letters a to z, digits, - and _, a letter or digit first"
MAX_RUNS = 200  # in a list, the latest first
PNG_START = b"\x89PNG\r\n\x1a\n"
T = TypeVar("T")


class Runs:
    """A folder of run folders; nothing outside it is read or written."""

    def __init__(self, folder: Path):
        self.folder = folder

    def names(self) -> list[str]:
        """Return the names of its runs, the latest first."""
        times = [
            (path.stat().st_mtime, path.parent.name)
            for path in self.folder.glob(f"*/{CONFIG_NAME}")
            if NAME.fullmatch(path.parent.name)
        ]
        return [name for _, name in sorted(times, reverse=True)[:MAX_RUNS]]

    def path(self, name: str) -> Path:
        """Return where a run is, or would be; a :class:`Problem` (400) for no name."""
        if not NAME.fullmatch(name):
            raise wrong("name", name, NAMES)
        return self.folder / name

    def open(self, name: str) -> Run:
        """Open a run; a :class:`Problem` (400 or 404) if there is none to be read."""
        path = self.path(name)
        try:
            return Run.open(inside("name", self.folder, name))
        except (InputError, OSError) as error:
            line = f"there is no run {path.name!r} that can be read"
            raise unfit(name, line, 404) from error

    def read(self, name: str, what: Callable[[Run], T]) -> T:
        """Return what is read of a run, which anybody may have written.

        The :class:`Problem` is that there is no such run (404), or it is damaged (409).
        """
        run = self.open(name)
        try:
            return what(run)
        except Problem:
            raise
        except Exception as error:  # readers raise anything at bytes they do not expect
            path = error.value if isinstance(error, InputError) else None
            file = path.name if isinstance(path, Path) else "a file"
            raise unfit(name, f"{file} of {name} is damaged") from error

    async def read_aside(self, name: str, what: Callable[[Run], T]) -> T:
        """Do the same in a thread, as a disk may be slow and a file large."""
        return await asyncio.to_thread(self.read, name, what)


def unfit(name: str, line: str, status: int = 409) -> Problem:
    """Return the refusal of a request that a run is not fit for."""
    return Problem(status, line, field="name", value=name)


def read_sheet(run: Run, epoch: int) -> bytes:
    """Return the sample sheet after an epoch as PNG; a :class:`Problem` if none."""
    if epoch not in run.sample_epochs():
        line = f"{run.folder.name} has no sheet of epoch {epoch}"
        raise Problem(404, line, field="sheet", value=epoch)
    content = read_bytes("sheet", run.sample_sheet(epoch), limits.SHEET)
    if not content.startswith(PNG_START):
        raise InputError("sheet", epoch, "a PNG")
    return content


def sheet_digits(run: Run, epoch: int) -> np.ndarray:
    """Return the digits of a sample sheet, ``uint8 (N, 28, 28)``."""
    content = io.BytesIO(read_sheet(run, epoch))
    with Image.open(content, formats=["PNG"]) as picture:
        if picture.width * picture.height > limits.PICTURE_PIXELS:
            raise InputError("sheet", epoch, f"up to {limits.PICTURE_PIXELS:,} pixels")
        return images_of_grid(picture)
