"""The run folder: the one place that knows where everything of a training lies."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from html import escape
from itertools import chain, count
from pathlib import Path
from typing import ClassVar, Self

from digitgan import __version__, files, limits, untrusted
from digitgan.data.html import img
from digitgan.dataclass_json import from_json
from digitgan.errors import InputError
from digitgan.model.presets import PRESETS, Preset, check, find_preset
from digitgan.training.progress import Goal

CONFIG_NAME = "config.json"  # what makes a folder a run folder
MNIST_SIZE = 60_000  # what the presets' epochs are meant for
MIN_FREE_BYTES = 100 * 2**20  # three checkpoints, model, pictures, events
LOG_COLUMNS = ("epoch", "step", "seconds")  # and more that depends on the version
SCORE_COLUMNS = ("epoch", "step", "times_real")


@dataclass(frozen=True)
class Config:
    """What a run was asked to do, with what and by which version: ``config.json``.

    Arguments are as in :func:`digitgan.training.train.train`.
    """

    preset: str
    settings: Preset  # of the preset, with the changes that were asked for
    data: str
    data_sha256: str
    classes: tuple[str, ...]  # empty where there are no labels
    train_size: int
    epochs: int | None
    minutes: float | None
    seed: int
    backend: str
    guard: str = "stop"
    checkpoint_seconds: float = 60.0
    artifacts: bool = True
    clean: bool = False
    digitgan: str = __version__

    @property
    def goal(self) -> Goal:
        """When the run is done."""
        steps_per_epoch = max(1, self.train_size // self.settings.batch_size)
        return Goal(self.epochs, self.minutes, steps_per_epoch)

    @property
    def schedule_steps(self) -> int:
        """The steps over which the learning rate falls."""
        epochs = self.epochs or default_epochs(self.settings, self.train_size)
        return epochs * self.goal.steps_per_epoch

    @property
    def command(self) -> str:
        """The command that starts the same run anew."""
        defaults = asdict(PRESETS[self.preset])
        flags = {"epochs": self.epochs, "minutes": self.minutes, "data": self.data}
        flags |= {k: v for k, v in asdict(self.settings).items() if v != defaults[k]}
        flags.pop("precision", None)  # chosen by the processor
        for name in ("guard", "checkpoint_seconds"):
            if getattr(self, name) != getattr(Config, name):
                flags[name] = getattr(self, name)
        given = {k: v for k, v in {**flags, "seed": self.seed}.items() if v is not None}
        words = [f"--{k.replace('_', '-')} {v}" for k, v in given.items()]
        words += ["--clean"] * self.clean
        return " ".join(["digitgan train", self.preset, *words])


class _PathInRun:
    """An attribute of a run: a path in its folder, which no link leads out of."""

    def __init__(self, *parts: str):
        self.parts = parts

    def __get__(self, run: "Run", _owner: type | None = None) -> Path:
        return untrusted.inside("resume", run.folder, *self.parts)


@dataclass(frozen=True, repr=False)
class Run:
    """One run folder and its places; wherever a path is wanted, it is that folder."""

    folder: Path
    config: Config

    # What was asked for:
    config_path: ClassVar[_PathInRun] = _PathInRun(CONFIG_NAME)
    # Losses and more, ten rows an epoch; distance from real images, now and then;
    # collapses and roll-backs, a line each:
    log_path: ClassVar[_PathInRun] = _PathInRun("log.csv")
    scores_path: ClassVar[_PathInRun] = _PathInRun("scores.csv")
    guard_log_path: ClassVar[_PathInRun] = _PathInRun("guard.log")
    events_folder: ClassVar[_PathInRun] = _PathInRun("events")  # for TensorBoard
    # The sample sheets, one an epoch; the latest; all of them as a film:
    samples_folder: ClassVar[_PathInRun] = _PathInRun("samples")
    samples_path: ClassVar[_PathInRun] = _PathInRun("samples.png")
    film_path: ClassVar[_PathInRun] = _PathInRun("progress.gif")
    curves_path: ClassVar[_PathInRun] = _PathInRun("curves.png")  # log and scores
    # The latest discriminator, and real images to show it, with their conditions:
    discriminator_path: ClassVar[_PathInRun] = _PathInRun(
        "discriminator", "discriminator.onnx"
    )
    real_images_path: ClassVar[_PathInRun] = _PathInRun("discriminator", "real.npz")
    # The states to resume from; the model that the run ends with; how good it is:
    checkpoint_folder: ClassVar[_PathInRun] = _PathInRun("checkpoint")
    model_folder: ClassVar[_PathInRun] = _PathInRun("model")
    scorecard_path: ClassVar[_PathInRun] = _PathInRun("scorecard.json")

    def __fspath__(self) -> str:
        """Return the folder, for ``open()`` and all that takes a path."""
        return os.fspath(self.folder)

    def __repr__(self) -> str:
        """Name the folder and what is learnt in it."""
        return f"Run({str(self.folder)!r}: {self.config.command})"

    def _repr_html_(self) -> str:
        """Show the latest samples and the curves in a notebook."""
        shown = [f"<code>{escape(repr(self))}</code>"]
        shown += [
            img(path.read_bytes(), path.stem)
            for path in (self.samples_path, self.curves_path)
            if path.exists()
        ]
        return "<br>".join(shown)

    @classmethod
    def create(cls, folder: Path, config: Config) -> "Run":
        """Make the folder of a new run and write ``config.json``, or refuse to."""
        run = cls(folder, config)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if any(folder.iterdir()) and not run.config_path.exists():
                raise InputError("out", folder, "a new or empty folder", "is not empty")
            free = shutil.disk_usage(folder).free
            if free < MIN_FREE_BYTES:
                problem = f"lies on a disk with only {free >> 20} MiB free"
                allowed = f"one with {MIN_FREE_BYTES >> 20} MiB"
                raise InputError("out", folder, allowed, problem)
            run._claim()
            run.write_config()
        except OSError as error:
            problem = f"cannot be written to ({error.strerror})"
            raise InputError("out", folder, "a folder of yours", problem) from error
        return run

    @classmethod
    def open(cls, folder: Path) -> "Run":
        """Open the folder of a run, or refuse what is none."""
        path = untrusted.inside("resume", folder, CONFIG_NAME)
        if not path.is_file():
            problem = "holds no run (there is no config.json in it)"
            raise InputError("resume", folder, "a run folder", problem)
        stored = untrusted.read_json("resume", path)
        with untrusted.as_input_errors("resume", path):
            config = from_json(Config, stored)
            find_preset(config.preset)
            check(config.settings)
            return cls(folder, config)

    def _claim(self) -> None:
        """Refuse a folder that holds a run; of two that begin at once, one may.

        ``config.json`` tells others that there is a run, so it comes last and whole.
        """
        try:
            if self.config_path.exists():
                raise FileExistsError
            self.checkpoint_folder.mkdir()
        except FileExistsError:
            allowed = f"a new folder, or --resume {self.folder}"
            problem = "holds another run"
            raise InputError("out", self.folder, allowed, problem) from None

    def write_config(self) -> None:
        """Write ``config.json``."""
        files.write_json(self.config_path, asdict(self.config))

    @contextmanager
    def locked(self) -> Iterator[Self]:
        """Refuse what another process trains, where the system has locks of folders."""
        try:
            import fcntl
        except ImportError:  # Windows
            yield self
            return
        handle = os.open(self.folder, os.O_RDONLY)
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                problem = "is being trained by another process"
                raise InputError("resume", self.folder, problem=problem) from None
            except OSError:  # some network drives have no locks
                pass
            yield self
        finally:
            os.close(handle)  # and so unlock it; as the end of the process does

    def remove_temporary_files(self) -> None:
        """Remove what a killed session had begun to write."""
        for path in self.folder.rglob(".*-????????.*"):
            path.unlink()

    def read_log(self) -> list[dict[str, float]]:
        """Return the rows of ``log.csv``; none where there is none yet."""
        return untrusted.read_table("resume", self.log_path, LOG_COLUMNS)

    def write_log(self, rows: list[dict[str, float]]) -> None:
        """Write ``log.csv`` anew, whole or not at all."""
        files.write_table(self.log_path, rows)

    def read_scores(self) -> list[dict[str, float]]:
        """Return the rows of ``scores.csv``; none where there is none yet."""
        return untrusted.read_table("resume", self.scores_path, SCORE_COLUMNS)

    def write_scores(self, rows: list[dict[str, float]]) -> None:
        """Write ``scores.csv`` anew, whole or not at all."""
        files.write_table(self.scores_path, rows)

    def read_guard_log(self) -> str:
        """Return what ``guard.log`` says; nothing where there is none."""
        if not (path := self.guard_log_path).exists():
            return ""
        return untrusted.read_bytes("resume", path, limits.TABLE).decode(
            errors="replace"
        )

    def append_guard_log(self, line: str) -> None:
        """Add a line to ``guard.log``."""
        files.write_text(self.guard_log_path, f"{self.read_guard_log()}{line}\n")

    def sample_sheet(self, epoch: int) -> Path:
        """The sample sheet after an epoch; 0 is before the first."""
        return untrusted.inside(
            "resume", self.folder, "samples", f"epoch_{epoch:04d}.png"
        )

    def sample_epochs(self) -> list[int]:
        """Return the epochs after which there is a sample sheet, in order."""
        stems = (p.stem.removeprefix("epoch_") for p in self.samples_folder.glob("*"))
        return sorted(int(stem) for stem in stems if stem.isascii() and stem.isdigit())


def free_folder(preset: str, parent: Path = Path("runs")) -> Path:
    """Return the first of ``runs/PRESET``, ``runs/PRESET-2``, ... that is free."""
    names = chain([preset], (f"{preset}-{number}" for number in count(2)))
    return next(parent / name for name in names if not (parent / name).exists())


def default_epochs(settings: Preset, train_size: int) -> int:
    """Return the epochs over so many images that make the preset's number of steps."""
    return settings.epochs * max(1, round(MNIST_SIZE / train_size))
