"""The discriminator, kept after every epoch so that it can be asked without Keras."""

import keras
import numpy as np

from digitgan.data import Digits
from digitgan.files import replacing
from digitgan.model.folder import some_of_each
from digitgan.model.onnx_file import write_discriminator
from digitgan.training.run import Run

EACH = 10  # real digits of a label, as in the sample sheet


class Opinion(keras.callbacks.Callback):
    """Write ``opinion/discriminator.onnx``, and once ``opinion/real.npz``.

    The latter holds real digits, ``images``, ``uint8 (N, 28, 28)``, and what is told
    about each, ``(N,)`` by name. What is told about the n-th is also told about the
    n-th fake of the sample sheets.
    """

    def __init__(self, run: Run, digits: Digits, conditions: dict[str, np.ndarray]):
        """Know where to write.

        Args:
            run: The run.
            digits: The training digits.
            conditions: What is told about each of them, ``(N,)`` by name.
        """
        super().__init__()
        self.run, self.digits, self.conditions = run, digits, conditions

    def on_train_begin(self, logs=None):
        """Keep some real digits; the first opinion knows nothing."""
        if not self.run.real_digits.exists():
            with replacing(self.run.real_digits) as temporary:
                np.savez_compressed(temporary, **self._some())
        self._write()

    def on_epoch_end(self, epoch, logs=None):
        """Keep the opinion of now."""
        self._write()

    def _some(self) -> dict[str, np.ndarray]:
        images = self.digits.images
        if self.conditions:
            return dict(some_of_each({**self.conditions, "images": images}, EACH))
        some = np.linspace(0, len(images) - 1, min(EACH**2, len(images))).astype(int)
        return {"images": images[some]}

    def _write(self) -> None:
        with replacing(self.run.discriminator) as temporary:
            write_discriminator(temporary, self.model.discriminator)
