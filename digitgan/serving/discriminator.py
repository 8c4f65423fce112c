"""The discriminator of a run, asked about real digits, fakes and drawings."""

from functools import lru_cache
from pathlib import Path

import numpy as np
import onnxruntime

from digitgan.data.mnist_preprocessing import preprocess_drawing
from digitgan.files import read_arrays, sha256
from digitgan.measure.morphometry import measure
from digitgan.measure.onnx_session import open_session
from digitgan.sampling.styles import STYLE_UNITS
from digitgan.serving.runs import MAX_ARRAYS, sheet_digits, unfit
from digitgan.training.run import Run

MAX_OPEN = 4  # discriminators in memory


class Discriminator:
    """The latest discriminator of a run, and the real digits it is asked about."""

    def __init__(self, run: Run):
        """Open it; a :class:`Problem` (409) if the run has none yet."""
        self._run, name = run, run.folder.name
        path, arrays = run.real_images_path, ["images", "label", *STYLE_UNITS]
        try:
            modified = run.discriminator_path.stat().st_mtime_ns
            self._session = _open(run.discriminator_path, modified)
            self._conditions = read_arrays("real digits", path, arrays, MAX_ARRAYS)
            self.real = self._conditions.pop("images")
        except Exception as error:  # those of ONNX Runtime have no other base
            raise unfit(name, f"{name} has no discriminator to ask yet") from error
        if self.real.ndim != 3:
            raise unfit(name, f"{name} writes in several channels: allowed is one")

    def of_sheet(self, epoch: int) -> dict[str, list[float]]:
        """Return how ``real`` it finds the real digits, and a sheet's ``fake`` ones."""
        fakes = sheet_digits(self._run, epoch)[: len(self.real)]
        return {
            "real": _rounded(self._probabilities(self.real, self._conditions)),
            "fake": _rounded(self._probabilities(fakes, self._conditions)),
        }

    def of_drawing(self, drawing: np.ndarray) -> dict:
        """Say how real it finds a drawing, ``uint8 (H, W)`` with some ink.

        One that is conditioned on labels is shown it with each; one that is conditioned
        on styles, with those of the drawing.
        """
        digit = preprocess_drawing(drawing)
        labels = self._conditions.get("label")
        count = 1 if labels is None else int(labels.max()) + 1
        conditions = {"label": np.arange(count, dtype=np.int32)}
        if self._conditions.keys() - conditions.keys():
            conditions |= {k: v.astype("f4") for k, v in measure(digit[None]).items()}
        conditions = {k: np.resize(conditions[k], count) for k in self._conditions}
        images = np.repeat(digit[None], count, axis=0)
        probabilities = self._probabilities(images, conditions)
        answer = {"image": digit.tolist(), "probability": _rounded(probabilities.max())}
        if labels is not None:
            label = int(probabilities.argmax())
            answer |= {"label": label, "probabilities": _rounded(probabilities)}
        return answer

    def _probabilities(
        self, images: np.ndarray, conditions: dict[str, np.ndarray]
    ) -> np.ndarray:
        return np.asarray(self._session.run(None, {"digits": images, **conditions})[0])


@lru_cache(maxsize=MAX_OPEN)
def _open(path: Path, _modified: int) -> onnxruntime.InferenceSession:
    return open_session("discriminator", path, sha256(path))


def _rounded(probabilities: np.ndarray):
    return np.round(probabilities.astype(float), 4).tolist()
