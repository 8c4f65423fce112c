"""The run folder: where everything that one training leaves has its place."""

import csv
import io
import json
import shutil
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from digitgan import __version__
from digitgan.errors import InputError
from digitgan.files import as_input_errors, from_json, read_json, read_table, write_text
from digitgan.model.presets import PRESETS, Preset, check, find_preset

SPACE_NEEDED = 100 * 2**20  # bytes: three checkpoints, model, pictures, events
LOGGED = ("epoch", "step", "seconds")  # and more that depends on the version


@dataclass(frozen=True)
class Config:
    """What a run was asked to do; stored as ``config.json``.

    Attributes:
        preset: Name of the preset.
        settings: Its settings, with what was asked for in their place.
        data: Name or path of the data.
        data_sha256: Of the training images and labels.
        classes: Names of the labels; empty where there are none.
        epochs: Goal in passes over the data, over all sessions; None for no such goal.
        minutes: Goal in minutes of training, over all sessions; None likewise.
        seed: Of the weights, the latents, the dropout and the order of the data.
        backend: Keras' backend.
        guard: What happens to a run that cannot get better, a name in
            :data:`digitgan.training.collapse_monitor.MODES`.
        checkpoint_seconds: From one checkpoint to the next, at least.
        digitgan: Version that started the run.
    """

    preset: str
    settings: Preset
    data: str
    data_sha256: str
    classes: tuple[str, ...]
    epochs: int | None
    minutes: float | None
    seed: int
    backend: str
    guard: str = "stop"
    checkpoint_seconds: float = 60.0
    digitgan: str = __version__

    @property
    def command(self) -> str:
        """The command that starts the same run anew."""
        usual = asdict(PRESETS[self.preset])
        asked = {"epochs": self.epochs, "minutes": self.minutes, "data": self.data}
        asked |= {k: v for k, v in asdict(self.settings).items() if v != usual[k]}
        asked.pop("precision", None)  # the processor's doing, not a wish
        for name in ("guard", "checkpoint_seconds"):
            if getattr(self, name) != getattr(Config, name):
                asked[name] = getattr(self, name)
        words = [
            f"--{name.replace('_', '-')} {value}"
            for name, value in {**asked, "seed": self.seed}.items()
            if value is not None
        ]
        return " ".join(["digitgan train", self.preset, *words])


@dataclass(frozen=True)
class Run:
    """One run folder and its places."""

    folder: Path
    config: Config

    @classmethod
    def create(cls, folder: Path, config: Config) -> "Run":
        """Make the folder of a new run and write ``config.json``.

        Raises:
            InputError: The folder holds something already, cannot be written to, or
                lies on a disk that is nearly full.
        """
        try:
            folder.mkdir(parents=True, exist_ok=True)
            _refuse_unless_empty(folder)
            free = shutil.disk_usage(folder).free
            if free < SPACE_NEEDED:
                raise InputError(
                    f"--out {folder}: only {free >> 20} MiB are free on that disk, "
                    f"a run needs {SPACE_NEEDED >> 20} MiB"
                )
            run = cls(folder, config)
            run.write_config()
        except OSError as error:
            raise InputError(
                f"--out {folder} cannot be written to ({error.strerror}): "
                "name a folder that is yours"
            ) from error
        return run

    @classmethod
    def open(cls, folder: Path) -> "Run":
        """Open the folder of a run that exists.

        Raises:
            InputError: There is no run in it.
        """
        path = folder / "config.json"
        if not path.is_file():
            raise InputError(
                f"--resume {folder}: there is no run (no config.json in it)"
            )
        stored = read_json("resume", path)
        with as_input_errors("resume", path):
            config = from_json(Config, stored)
            find_preset(config.preset)
            check(config.settings)
            return cls(folder, config)

    def with_config(self, **changes) -> "Run":
        """Return this run with another goal or guard; ``write_config`` makes it last.

        Args:
            **changes: Fields of :class:`Config`.
        """
        return replace(self, config=replace(self.config, **changes))

    def write_config(self) -> None:
        """Write ``config.json``."""
        text = json.dumps(asdict(self.config), indent=2) + "\n"
        write_text(self.folder / "config.json", text)

    def sweep(self) -> None:
        """Remove what a killed session had begun to write."""
        for path in self.folder.rglob(".*-????????.*"):
            path.unlink()

    @property
    def checkpoints(self) -> Path:
        """Folder of the states to resume from."""
        return self.folder / "checkpoint"

    @property
    def samples(self) -> Path:
        """Folder of the grids, one an epoch."""
        return self.folder / "samples"

    def sheet(self, epoch: int) -> Path:
        """The grid after an epoch; 0 is before the first."""
        return self.samples / f"epoch_{epoch:04d}.png"

    @property
    def discriminator(self) -> Path:
        """The discriminator of the latest epoch."""
        return self.folder / "opinion" / "discriminator.onnx"

    @property
    def real_digits(self) -> Path:
        """Real digits to ask the discriminator about."""
        return self.folder / "opinion" / "real.npz"

    @property
    def model(self) -> Path:
        """The model folder that the run ends with."""
        return self.folder / "model"

    @property
    def log(self) -> list[dict[str, float]]:
        """The rows of ``log.csv``, ten an epoch."""
        return read_table("resume", self.folder / "log.csv", LOGGED)

    @property
    def guard_log(self) -> Path:
        """What the guard noted, a line each time; there from the first on."""
        return self.folder / "guard.log"

    def write_log(self, rows: list[dict[str, float]]) -> None:
        """Write ``log.csv`` anew, whole or not at all."""
        text = io.StringIO()
        writer = csv.DictWriter(text, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        write_text(self.folder / "log.csv", text.getvalue())


def free_folder(preset: str, parent: Path = Path("runs")) -> Path:
    """Return the first of ``runs/PRESET``, ``runs/PRESET-2``, ... that is free."""
    folder, number = parent / preset, 1
    while folder.exists():
        number += 1
        folder = parent / f"{preset}-{number}"
    return folder


def _refuse_unless_empty(folder: Path) -> None:
    if (folder / "config.json").exists():
        raise InputError(
            f"--out {folder} holds another run: name a new folder, "
            f"or go on with that run by --resume {folder}"
        )
    if any(folder.iterdir()):
        raise InputError(f"--out {folder} is not empty: name a new or empty folder")
