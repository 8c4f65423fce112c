"""The judge: a frozen digit reader that turns images into labels and features."""

from pathlib import Path

import numpy as np

from digitgan import files
from digitgan.errors import InputError
from digitgan.measure.onnx_session import open_session

FILE = Path(__file__).parent / "weights" / "classifier.onnx"


class Classifier:
    """A small classifier of handwritten digits, run by ONNX Runtime.

    Args:
        path: The network; the card ``classifier.json`` beside it, when there is one,
            must carry its SHA-256.
        threads: Processor threads to read with; 0 for one a core.

    Raises:
        InputError: The file is missing, or is not the one that the card describes.
    """

    def __init__(self, path: str | Path = FILE, threads: int = 0):
        """Load the network and check it against its card."""
        self.path = Path(path)
        if not self.path.is_file():
            raise InputError(f"judge {str(path)!r} is not a file")
        card = self.path.with_suffix(".json")
        self.card = files.read_json("judge", card) if card.is_file() else {}
        self.sha256 = files.sha256(self.path)
        with files.reading("judge", card):
            expected = self.card.get("sha256", self.sha256)
        self._session = open_session("judge", self.path, expected, threads)
        with files.reading("judge", self.path):
            self._input = self._session.get_inputs()[0].name

    def read(
        self, images: np.ndarray, block: int = 500
    ) -> tuple[np.ndarray, np.ndarray]:
        """Read digits, a block at a time; the result does not depend on the block.

        Args:
            images: ``uint8 (N, 28, 28)``, 0 paper to 255 ink.
            block: How many images the network sees at once.

        Returns:
            ``float32 (N, 10)`` probabilities of the digits 0 to 9, or of the
            classes that it has learned, and
            ``float32 (N, 64)`` features (about zero mean and unit variance over
            the training digits).
        """
        parts = [
            self._session.run(None, {self._input: images[start : start + block]})
            for start in range(0, len(images), block)
        ]
        probabilities, features = zip(*parts, strict=True)
        return np.concatenate(probabilities), np.concatenate(features)
