"""The runs of a folder, as the page and the API see them."""

import math
import re
import time
from functools import lru_cache
from pathlib import Path

from digitgan.data.images import to_float
from digitgan.errors import InputError
from digitgan.files import read_arrays
from digitgan.serving.narration import Facts, tell
from digitgan.serving.problems import Problem, wrong
from digitgan.serving.training_process import Session
from digitgan.training.run import Run

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}", re.ASCII)
NAMES = "1 to 40 letters a to z, digits, - and _, a letter or digit first"
SHOWN = 200  # runs in a list, the latest first
POINTS = 400  # of a curve
CURVES = ("epoch", "d_loss", "g_loss", "d_real", "d_fake", "variety")  # of log.csv
FRESH = 45  # seconds since the log was written: somebody else may be at it
REAL = 2**24  # bytes of the real digits that a run keeps
RECENT = 5  # rows of the log that tell the rate


class Runs:
    """A folder of run folders; nothing outside it is read or written.

    Attributes:
        folder: Where they are.
    """

    def __init__(self, folder: Path):
        """Look into a folder, which need not be there yet."""
        self.folder = folder

    def names(self) -> list[str]:
        """Return the names of its runs, the latest first."""
        if not self.folder.is_dir():
            return []
        found = [
            (path.stat().st_mtime, path.parent.name)
            for path in self.folder.glob("*/config.json")
            if NAME.fullmatch(path.parent.name)
        ]
        return [name for _, name in sorted(found, reverse=True)[:SHOWN]]

    def place(self, name: str) -> Path:
        """Return where a run of this name is, or would be.

        Raises:
            Problem: 400, no run can be called that.
        """
        if not NAME.fullmatch(name):
            raise wrong("name", name, NAMES)
        return self.folder / name

    def open(self, name: str) -> Run:
        """Open a run.

        Raises:
            Problem: 400 or 404, there is none of this name, or it is damaged.
        """
        try:
            return Run.open(self.place(name))
        except InputError as error:
            line = f"there is no run {name!r} that can be read"
            raise Problem(404, line, field="name", value=name) from error


def summary(run: Run, session: Session | None) -> dict:
    """Say in short what a run is: name, preset, state and how far it is."""
    rows = _rows(run)
    return {
        "name": run.folder.name,
        "preset": run.config.preset,
        "state": state_of(run, rows, session),
        "epoch": rows[-1]["epoch"] if rows else 0.0,
    }


def report(run: Run, session: Session | None) -> dict:
    """Say everything of a run: settings, state, progress, curves, sheets, sentences."""
    config, rows = run.config, _rows(run)
    state = state_of(run, rows, session)
    last = rows[-1] if rows else {"epoch": 0.0, "step": 0, "seconds": 0.0}
    rate = _rate(rows)
    learns = state in ("learning", "elsewhere")
    left = _seconds_left(run, rows, rate) if learns else None
    real, drawn = real_variety(run), sheets(run)
    error = session.error if session else ""
    facts = Facts(
        state=state,
        epoch=last["epoch"],
        seconds=last["seconds"],
        seconds_left=left,
        d_real=_finite(last.get("d_real")),
        d_fake=_finite(last.get("d_fake")),
        variety=_finite(last["variety"] / real) if rows and real else None,
        compares=config.settings.objective == "relativistic",
        error=error,
        guard=_last_line(run.guard_log),
    )
    return {
        "name": run.folder.name,
        "preset": config.preset,
        "data": Path(config.data).name,
        "classes": list(config.classes),
        "goal": {"epochs": config.epochs, "minutes": config.minutes},
        "state": state,
        "error": error or None,
        "says": session.lines[-1] if session and session.lines else None,
        "epoch": last["epoch"],
        "step": int(last["step"]),
        "seconds": last["seconds"],
        "seconds_left": left,
        "images_per_second": rate and round(rate * config.settings.batch_size),
        "variety": facts.variety,
        "sheets": drawn,
        "drawn_at": _written(run.sheet(drawn[-1])) if drawn else None,
        "judges_since": _written(run.discriminator),
        "curves": _curves(rows),
        "story": tell(facts),
    }


def sheets(run: Run) -> list[int]:
    """Return the epochs after which there is a sample sheet."""
    found = (path.stem.removeprefix("epoch_") for path in run.samples.glob("epoch_*"))
    return sorted(int(n) for n in found if n.isascii() and n.isdigit())


def state_of(run: Run, rows: list, session: Session | None) -> str:
    """Say what a run is doing; see :class:`digitgan.serving.narration.Facts`."""
    done = _is_done(run, rows)
    if session and session.alive:
        if session.asked:
            return {"pause": "pausing", "stop": "stopping"}[session.asked]
        if done:
            return "finishing"
        step = rows[-1]["step"] if rows else 0
        return "learning" if step > session.first_step else "starting"
    if session and session.error:
        return "failed"
    if done:
        return "finished"
    if not session and _age(run) < FRESH:
        return "elsewhere"
    return "paused" if session and session.asked == "pause" else "stopped"


def real_variety(run: Run) -> float:
    """Return how much the real digits of a run vary; 0 where they are not kept."""
    path = run.real_digits
    try:
        return _variety_of(path, path.stat().st_mtime_ns) if path.exists() else 0.0
    except (InputError, KeyError):
        return 0.0


@lru_cache(maxsize=SHOWN)
def _variety_of(path: Path, _: int) -> float:
    kept = read_arrays("real digits", path, ["images"], REAL)
    return float(to_float(kept["images"]).std(axis=0).mean())


def _rows(run: Run) -> list[dict[str, float]]:
    try:
        return run.log
    except (OSError, ValueError, TypeError) as error:
        line = f"log.csv of {run.folder.name} is damaged"
        raise Problem(409, line, field="name", value=run.folder.name) from error


def _is_done(run: Run, rows: list) -> bool:
    if not rows:
        return False
    epochs, minutes, last = run.config.epochs, run.config.minutes, rows[-1]
    enough = epochs is not None and last["epoch"] >= epochs
    return enough or (minutes is not None and last["seconds"] >= 60 * minutes)


def _rate(rows: list) -> float | None:
    """Return steps a second, lately."""
    none = {"step": 0, "seconds": 0.0}  # the first row also waited for compilation
    first = rows[-min(len(rows), RECENT + 1)] if len(rows) > 1 else none
    spent = rows[-1]["seconds"] - first["seconds"] if rows else 0.0
    return (rows[-1]["step"] - first["step"]) / spent if spent > 0 else None


def _seconds_left(run: Run, rows: list, rate: float | None) -> float | None:
    """Return the seconds until the goal, counted on since the log was written."""
    if not rows or not rate:
        return None
    last, left = rows[-1], [math.inf]
    if run.config.minutes is not None:
        left.append(60 * run.config.minutes - last["seconds"])
    if run.config.epochs is not None:
        steps_per_epoch = last["step"] / last["epoch"]
        left.append((run.config.epochs - last["epoch"]) * steps_per_epoch / rate)
    return round(max(0.0, min(left) - _age(run)), 1)


def _age(run: Run) -> float:
    """Return the seconds since the log was written; infinite where there is none."""
    path = run.folder / "log.csv"
    return max(0.0, time.time() - path.stat().st_mtime) if path.exists() else math.inf


def _curves(rows: list) -> dict[str, list[float | None]]:
    """Return the columns of the log, at most POINTS of each."""
    step = -(-len(rows) // POINTS) or 1
    some = rows[::-1][::step][::-1]
    return {name: [_finite(row.get(name)) for row in some] for name in CURVES}


def _written(path: Path) -> float | None:
    """Return when a file was written, in seconds since the epoch; None if it is not."""
    return round(path.stat().st_mtime, 3) if path.exists() else None


def _last_line(path: Path) -> str:
    text = path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
    return (text.splitlines() or [""])[-1]


def _finite(value: float | None) -> float | None:
    """Return a number that JSON can say."""
    return round(value, 4) if value is not None and math.isfinite(value) else None
