"""The run folders that the page and the API may see."""

import re
from pathlib import Path

import numpy as np
from PIL import Image

from digitgan.data.image_grid import images_of_grid
from digitgan.errors import InputError
from digitgan.serving.problems import Problem, wrong
from digitgan.training.run import CONFIG_NAME, Run

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}", re.ASCII)
NAMES = "1 to 40 letters a to z, digits, - and _, a letter or digit first"
MAX_RUNS = 200  # in a list, the latest first


class Runs:
    """A folder of run folders; nothing outside it is read or written."""

    def __init__(self, folder: Path):
        """Note where they are; the folder need not be there yet."""
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
        try:
            return Run.open(self.path(name))
        except InputError as error:
            line = f"there is no run {name!r} that can be read"
            raise unfit(name, line, 404) from error


def unfit(name: str, line: str, status: int = 409) -> Problem:
    """Return the refusal of a request that a run is not fit for."""
    return Problem(status, line, field="name", value=name)


def read_log(run: Run) -> list[dict[str, float]]:
    """Return the rows of a run's log; a :class:`Problem` (409) if it is damaged."""
    try:
        return run.read_log()
    except (OSError, ValueError, TypeError) as error:
        name = run.folder.name
        raise unfit(name, f"log.csv of {name} is damaged") from error


def sheet_path(run: Run, epoch: int) -> Path:
    """Return the sample sheet after an epoch; a :class:`Problem` (404) for none."""
    if epoch not in run.sample_epochs():
        line = f"{run.folder.name} has no sheet of epoch {epoch}"
        raise Problem(404, line, field="sheet", value=epoch)
    return run.sample_sheet(epoch)


def sheet_digits(run: Run, epoch: int) -> np.ndarray:
    """Return the digits of a sample sheet, ``uint8 (N, 28, 28)``."""
    with Image.open(sheet_path(run, epoch), formats=["PNG"]) as picture:
        return images_of_grid(picture)
