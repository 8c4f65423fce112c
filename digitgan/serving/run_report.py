"""What a run is doing, how far it is, and what can be said of it."""

import math
import time
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from digitgan import limits
from digitgan.errors import InputError
from digitgan.npz import read_arrays
from digitgan.serving.narration import Facts, narrate
from digitgan.serving.runs import MAX_RUNS
from digitgan.serving.training_process import TrainingProcess
from digitgan.training.progress import Progress
from digitgan.training.run import Run
from digitgan.training.variety import variety_of

MAX_POINTS = 400  # of a curve
CURVES = ("epoch", "d_loss", "g_loss", "d_real", "d_fake", "variety")  # of log.csv
FRESH_SECONDS = 45  # since the log was written: somebody else may be at it
RECENT_ROWS = 5  # of the log, which tell the rate

Time = Annotated[float | None, Field(description="Unix time; null if there is none.")]
Epoch = Annotated[float | None, Field(description="How far training was then.")]


class RunSummary(TypedDict):
    """In short what a run is."""

    name: str
    preset: str
    state: str
    epoch: float


@dataclass(frozen=True)
class RunReport:
    """Everything of a run; of one that has no folder yet, what is there."""

    name: str
    state: str
    error: str | None
    last_line: str | None
    narration: dict[str, str]
    epoch: float = 0.0
    sheets: list[int] = field(default_factory=list)
    sheet_at: Time = None
    sheet_epoch: Epoch = None
    discriminator_at: Time = None
    discriminator_epoch: Epoch = None
    curves: dict[str, list[float | None]] = field(default_factory=dict)
    preset: str | None = None
    data: str | None = None
    classes: tuple[str, ...] = ()
    goal: dict[str, float | None] | None = None
    step: int = 0
    seconds: float = 0.0
    seconds_left: float | None = None
    images_per_second: int | None = None
    variety: float | None = None


def summarise(run: Run, process: TrainingProcess | None) -> RunSummary:
    """Say in short what a run is."""
    rows = run.read_log()
    return {
        "name": run.folder.name,
        "preset": run.config.preset,
        "state": state_of(run, rows, process),
        "epoch": rows[-1]["epoch"] if rows else 0.0,
    }


def report(run: Run, process: TrainingProcess | None) -> RunReport:
    """Say everything of a run: settings, state, progress, curves, sheets, sentences."""
    config, rows = run.config, run.read_log()
    state = state_of(run, rows, process)
    last = rows[-1] if rows else {"epoch": 0.0, "step": 0, "seconds": 0.0}
    rate = _steps_per_second(rows)
    learning = state in ("learning", "elsewhere") and rows and rate
    real, epochs = real_variety(run), run.sample_epochs()
    sheet = run.sample_sheet(epochs[-1]) if epochs else None
    facts = Facts(
        state=state,
        epoch=last["epoch"],
        seconds=last["seconds"],
        seconds_left=_seconds_left(run, rows, rate) if learning else None,
        d_real=_finite(last.get("d_real")),
        d_fake=_finite(last.get("d_fake")),
        variety=_finite(last["variety"] / real) if rows and real else None,
        compares=config.settings.objective == "relativistic",
        error=process.error if process else "",
        guard=(run.read_guard_log().splitlines() or [""])[-1],
    )
    sheet_at, asked_at = _modified(sheet), _modified(run.discriminator_path)
    return RunReport(
        name=run.folder.name,
        state=state,
        error=facts.error or None,
        last_line=process.last_line if process else None,
        narration=narrate(facts),
        epoch=facts.epoch,
        sheets=epochs,
        sheet_at=sheet_at,
        sheet_epoch=_epoch_at(run, rows, sheet_at),
        discriminator_at=asked_at,
        discriminator_epoch=_epoch_at(run, rows, asked_at),
        curves=_curves(rows),
        preset=config.preset,
        data=Path(config.data).name,
        classes=config.classes,
        goal={"epochs": config.epochs, "minutes": config.minutes},
        step=int(last["step"]),
        seconds=facts.seconds,
        seconds_left=facts.seconds_left,
        images_per_second=round(rate * config.settings.batch_size) if rate else None,
        variety=facts.variety,
    )


def report_without_folder(process: TrainingProcess) -> RunReport:
    """Say what is known of a run whose folder is not there yet, or never will be."""
    state = "failed" if process.error else "stopped"
    if process.running:
        state = "stopping" if process.ending else "starting"
    sentence = {
        "starting": "Starting: Keras is loaded. This takes up to a minute.",
        "stopping": "Stopping before it began.",
        "stopped": "Stopped before it began: there is nothing to go on with.",
        "failed": f"The training failed: {process.error}",
    }[state]
    narration = {"now": sentence}
    error, line = process.error or None, process.last_line
    return RunReport(process.name, state, error, line, narration)


def state_of(run: Run, rows: list, process: TrainingProcess | None) -> str:
    """Say what a run is doing, in one of the states that narration knows."""
    done = run.config.goal.is_reached(_progress(rows))
    if process and process.running:
        if process.ending:
            return {"pause": "pausing", "stop": "stopping"}[process.ending]
        step = rows[-1]["step"] if rows else 0
        if step <= process.first_step:  # what is done may be an old goal
            return "starting"
        return "finishing" if done else "learning"
    if process and process.error:
        return "failed"
    if done:
        return "finished"
    if not process and _log_age(run) < FRESH_SECONDS:
        return "elsewhere"  # somebody else's process trains it
    return "paused" if process and process.ending == "pause" else "stopped"


def real_variety(run: Run) -> float:
    """Return how much the real digits of a run vary; 0 where they are not kept."""
    path = run.real_images_path
    try:
        return _variety_of(path, path.stat().st_mtime_ns) if path.exists() else 0.0
    except (InputError, KeyError):
        return 0.0


@lru_cache(maxsize=MAX_RUNS)
def _variety_of(path: Path, _modified: int) -> float:
    return variety_of(
        read_arrays("real digits", path, ["images"], limits.STYLES)["images"]
    )


def _progress(rows: list) -> Progress:
    return Progress(int(rows[-1]["step"]), rows[-1]["seconds"]) if rows else Progress()


def _steps_per_second(rows: list) -> float:
    """Return the rate of late."""
    since = Progress()
    if len(rows) > 1:  # the first row also waited for compilation
        since = _progress(rows[: max(1, len(rows) - RECENT_ROWS)])
    return _progress(rows).steps_per_second(since)


def _seconds_left(run: Run, rows: list, rate: float) -> float:
    """Return the seconds until the goal, counted on since the log was written."""
    left = run.config.goal.seconds_left(_progress(rows), rate)
    return round(max(0.0, left - _log_age(run)), 1)


def _log_age(run: Run) -> float:
    """Return the seconds since the log was written; infinite where there is none."""
    return max(0.0, time.time() - (_modified(run.log_path) or -math.inf))


def _epoch_at(run: Run, rows: list, at: float | None) -> float | None:
    """Return how far training was at a time, by the log."""
    written = _modified(run.log_path)
    if at is None or written is None or not rows:
        return None if at is None else 0.0
    seconds = rows[-1]["seconds"] - (written - at)  # of training
    before = [row["epoch"] for row in rows if row["seconds"] <= seconds]
    return round(before[-1], 2) if before else 0.0


def _curves(rows: list) -> dict[str, list[float | None]]:
    """Return the columns of the log, a few points of each, the last one included."""
    step = -(-len(rows) // MAX_POINTS) or 1
    shown = rows[::-1][::step][::-1]
    return {name: [_finite(row.get(name)) for row in shown] for name in CURVES}


def _modified(path: Path | None) -> float | None:
    return round(path.stat().st_mtime, 3) if path and path.exists() else None


def _finite(value: float | None) -> float | None:
    """Return a number that JSON can say."""
    return round(value, 4) if value is not None and math.isfinite(value) else None
