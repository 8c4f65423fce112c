"""For who watches: the discriminator without Keras, and digits within an epoch."""

import time

import keras
import numpy as np

from digitgan.data.dataset import Digits
from digitgan.data.image_grid import grid
from digitgan.files import replacing
from digitgan.model.conditions import subsample_per_label
from digitgan.model.onnx_writer import write_discriminator
from digitgan.training.run_logger import RunLogger

EACH = 10  # real digits of a label, as in the sample sheet
SECONDS = 10.0  # between two looks within an epoch, at least
SHARE = 0.01  # of the training time that they may take


class DiscriminatorExport(keras.callbacks.Callback):
    """Write ``opinion/discriminator.onnx``, and once ``opinion/real.npz``.

    The latter holds real digits, ``images``, ``uint8 (N, 28, 28)``, and what is told
    about each, ``(N,)`` by name. What is told about the n-th is also told about the
    n-th fake of the sample sheets. The sheet of an epoch is drawn before its end
    already, and drawn anew then.
    """

    def __init__(self, recorder: RunLogger, digits: Digits):
        """Know what to look at.

        Args:
            recorder: Who draws the sheets, and knows what is told about each digit.
            digits: The training digits.
        """
        super().__init__()
        self.run, self.clock, self.recorder = recorder.run, recorder.clock, recorder
        self.digits = digits
        self._last, self._pause = time.perf_counter(), SECONDS

    def on_train_begin(self, logs=None):
        """Keep some real digits; the first opinion knows nothing."""
        if not self.run.real_digits.exists():
            with replacing(self.run.real_digits) as temporary:
                np.savez_compressed(temporary, **self._some())
        self._write()

    def on_train_batch_end(self, batch, logs=None):
        """Look now and then; an epoch's end has its own sheet."""
        began = time.perf_counter()
        if self.clock.at_epoch_end or began - self._last < self._pause:
            return
        if hasattr(self.model, "jax_state_sync"):  # on JAX, fit keeps the values
            self.model.jax_state_sync()
        epoch = self.clock.step // self.clock.steps_per_epoch + 1
        with replacing(self.run.sheet(epoch)) as temporary:
            grid(self.recorder.draw_sheet(self.model)).save(temporary)
        self._write()
        self._last = time.perf_counter()
        self._pause = max(SECONDS, (self._last - began) / SHARE)

    def on_epoch_end(self, epoch, logs=None):
        """Keep the opinion of now."""
        self._write()

    def _some(self) -> dict[str, np.ndarray]:
        images, conditions = self.digits.images, self.recorder.conditions
        if conditions:
            return dict(subsample_per_label({**conditions, "images": images}, EACH))
        some = np.linspace(0, len(images) - 1, min(EACH**2, len(images))).astype(int)
        return {"images": images[some]}

    def _write(self) -> None:
        with replacing(self.run.discriminator) as temporary:
            write_discriminator(temporary, self.model.discriminator)
