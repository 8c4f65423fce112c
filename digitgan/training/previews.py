"""What people look at while a run trains: sample sheets, and the discriminator."""

import time
from collections.abc import Callable, Iterable

import numpy as np

from digitgan.data.image_grid import grid
from digitgan.files import again_if_moved, replacing
from digitgan.model.conditions import Conditions, subsample_per_label
from digitgan.model.keras_sampling import sample_grid
from digitgan.model.onnx_writer import write_discriminator
from digitgan.npz import write_arrays
from digitgan.training.clock import Clock, GANCallback, Logs
from digitgan.training.run import Run

REAL_PER_LABEL = 10  # as many as in the sample sheet
MIN_SECONDS = 10.0  # between two previews within an epoch
MAX_TIME_SHARE = 0.01  # of the training time that they may take


class PreviewCallback(GANCallback):
    """Write a sample sheet and ``discriminator.onnx``: at the start, now and then.

    The sheet of an epoch is drawn before its end already, and drawn anew then. Beside
    the discriminator lie real images with their conditions; those of the n-th are also
    those of the n-th fake of the sample sheets. The sheet's images go to ``on_sheet``.
    """

    def __init__(
        self,
        run: Run,
        clock: Clock,
        images: np.ndarray,
        conditions: Conditions,
        on_sheet: Iterable[Callable[[np.ndarray], None]],
    ):
        super().__init__()
        self.run, self.clock, self.on_sheet = run, clock, on_sheet
        self._images, self._conditions = images, conditions
        self._last, self._pause = time.perf_counter(), MIN_SECONDS

    def on_train_begin(self, logs: Logs = None) -> None:
        """Write some real images, and the untrained discriminator and samples."""
        if not self.run.real_images_path.exists():
            write_arrays(self.run.real_images_path, self._some_real_images())
        self._write(None if self.clock.step else 0)

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Write now and then; an epoch's end has its own."""
        began = time.perf_counter()
        if self.clock.is_epoch_end or began - self._last < self._pause:
            return
        self._write(int(self.clock.epochs) + 1)
        self._last = time.perf_counter()
        self._pause = max(MIN_SECONDS, (self._last - began) / MAX_TIME_SHARE)

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Write what the epoch has led to."""
        self._write(epoch + 1)

    def _some_real_images(self) -> Conditions:
        images = self._images
        if self._conditions:
            every = {**self._conditions, "images": images}
            return subsample_per_label(every, REAL_PER_LABEL)
        n = min(REAL_PER_LABEL**2, len(images))
        return {"images": images[np.linspace(0, len(images) - 1, n).astype(int)]}

    def _write(self, epoch: int | None) -> None:
        """Write the discriminator, and the sheet of an epoch; show its images."""
        images = sample_grid(self.gan, self._conditions, self.run.config.seed)
        self._write_files(images, epoch)
        for show in self.on_sheet:
            show(images)

    @again_if_moved
    def _write_files(self, images: np.ndarray, epoch: int | None) -> None:
        if epoch is not None:
            sheet = grid(images, ink=self.run.config.settings.image.is_ink)
            with replacing(self.run.sample_sheet(epoch)) as temporary:
                sheet.save(temporary)
        with replacing(self.run.discriminator_path) as temporary:
            write_discriminator(temporary, self.gan.discriminator)
