"""The discriminator of a run, asked about real digits, fakes and drawings."""

from functools import lru_cache
from pathlib import Path

import numpy as np
import onnxruntime
from PIL import Image

from digitgan.data.mnist_preprocessing import FAINT, preprocess_drawing
from digitgan.files import read_arrays, sha256
from digitgan.measure.morphometry import measure
from digitgan.measure.onnx_session import open_session
from digitgan.sampling.styles import UNITS
from digitgan.serving.problems import Problem, wrong
from digitgan.serving.runs import REAL, sheets
from digitgan.training.run import Run

SIDES = (28, 56)  # pixels of a drawing: more would not fit a request
DRAWINGS = (
    f"a square of {SIDES[0]} to {SIDES[1]} rows of grey values, 0 paper to 255 ink"
)
COLUMNS, SCALE = 10, 2  # of the sample sheets
KEPT = 4  # discriminators in memory


class Discriminator:
    """The latest discriminator of a run, and the real digits it is asked about."""

    def __init__(self, run: Run):
        """Open it.

        Raises:
            Problem: 409, the run has kept none yet, or it is damaged.
        """
        self._run = run
        try:
            self._session = _open(run.discriminator, _age(run.discriminator))
            names = ["images", "label", *UNITS]
            self._told = read_arrays("real digits", run.real_digits, names, REAL)
            self.real = self._told.pop("images")
        except Exception as error:  # those of ONNX Runtime have no other base
            line = f"{run.folder.name} has no discriminator to ask yet"
            raise Problem(409, line, field="name", value=run.folder.name) from error
        if self.real.ndim != 3:
            line = f"{run.folder.name} writes in several channels: allowed is one"
            raise Problem(409, line, field="name", value=run.folder.name)

    def of_sheet(self, epoch: int) -> dict:
        """Say how real it finds real digits, and the fakes of a sample sheet.

        Args:
            epoch: Of the sheet.

        Returns:
            ``real`` and ``fake``, probabilities in the order of the sheet.

        Raises:
            Problem: 404, there is no such sheet.
        """
        fakes = read_sheet(sheet_of(self._run, epoch), len(self.real))
        return {
            "real": _rounded(self._judge(self.real, self._told)),
            "fake": _rounded(self._judge(fakes, self._told)),
        }

    def of_drawing(self, drawing: np.ndarray) -> dict:
        """Say how real it finds a drawing.

        A discriminator that is told labels is asked with each; one that is told styles
        hears those of the drawing.

        Args:
            drawing: ``uint8 (H, W)`` with some ink.

        Returns:
            ``image``, what it sees, ``(28, 28)``; ``probability``, and for a label each
            ``probabilities`` and ``label``, the index of the highest.
        """
        digit = preprocess_drawing(drawing)
        told = {"image": digit.tolist()}
        labels = self._told.get("label")
        count = 1 if labels is None else int(labels.max()) + 1
        asked = {"label": np.arange(count, dtype=np.int32)}
        if self._told.keys() - asked.keys():
            asked |= _styles(digit)
        asked = {k: np.resize(asked[k], count) for k in self._told}
        chances = self._judge(np.repeat(digit[None], count, axis=0), asked)
        told["probability"] = _rounded(chances.max())
        if labels is not None:
            told |= {"label": int(chances.argmax()), "probabilities": _rounded(chances)}
        return told

    def _judge(self, images: np.ndarray, told: dict) -> np.ndarray:
        return self._session.run(None, {"digits": images, **told})[0]


def _styles(digit: np.ndarray) -> dict[str, np.ndarray]:
    return {k: v.astype(np.float32) for k, v in measure(digit[None]).items()}


def sheet_of(run: Run, epoch: int) -> Path:
    """Return the sample sheet after an epoch.

    Raises:
        Problem: 404, there is none.
    """
    if epoch not in sheets(run):
        line = f"{run.folder.name} has no sheet of epoch {epoch}"
        raise Problem(404, line, field="sheet", value=epoch)
    return run.sheet(epoch)


def read_sheet(path: Path, n: int) -> np.ndarray:
    """Return the first n digits of a sample sheet, ``uint8 (n, 28, 28)``."""
    with Image.open(path, formats=["PNG"]) as picture:
        pixels = 255 - np.asarray(picture.convert("L"))[::SCALE, ::SCALE]
    rows = pixels.shape[0] // 28
    digits = pixels.reshape(rows, 28, COLUMNS, 28).swapaxes(1, 2)
    return np.ascontiguousarray(digits.reshape(-1, 28, 28)[:n])


def check_drawing(value: object) -> np.ndarray:
    """Return a drawing as ``uint8 (H, W)``.

    Args:
        value: What JSON gave.

    Raises:
        Problem: 400, it is no square of grey values, or has no ink.
    """
    low, high = SIDES
    good = isinstance(value, list) and low <= len(value) <= high
    good = good and all(isinstance(r, list) and len(r) == len(value) for r in value)
    good = good and all(type(v) is int and 0 <= v <= 255 for row in value for v in row)
    if not good:
        raise wrong("drawing", "something else", DRAWINGS)
    drawing = np.array(value, np.uint8)
    if drawing.max() <= FAINT:
        raise wrong("drawing", "empty", "one with some ink")
    return drawing


def _age(path: Path) -> int:
    return path.stat().st_mtime_ns


@lru_cache(maxsize=KEPT)
def _open(path: Path, _: int) -> onnxruntime.InferenceSession:
    return open_session("discriminator", path, sha256(path))


def _rounded(chances: np.ndarray) -> list | float:
    return np.round(chances.astype(float), 4).tolist()
