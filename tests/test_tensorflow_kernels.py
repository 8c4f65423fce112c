"""The fused kernels compute what Keras computes."""

import keras
import numpy as np
import pytest

from digitgan.model.presets import Preset
from digitgan.training.batches import Batches
from digitgan.training.build import build_gan

if keras.backend.backend() != "tensorflow":
    pytest.skip("TensorFlow's kernels", allow_module_level=True)

SMALL = Preset("small", generator_widths=(8, 4), discriminator_widths=(4, 8), dropout=0)


def test_a_few_steps_end_where_those_of_keras_end(monkeypatch):
    """Weights, moving statistics and moments agree up to rounding."""
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (64, 28, 28), np.uint8)

    def train() -> list[np.ndarray]:
        gan = build_gan(SMALL, {}, seed=0)
        for i in range(3):
            gan.train_on_batch(Batches(images, {}, 16, 0)[i][0])
        return [np.array(v) for v in (*gan.variables, *gan.optimizer.variables)]

    fused = train()
    module = "digitgan.training.tensorflow_kernels.use_fused_kernels"
    monkeypatch.setattr(module, lambda gan: None)
    for ours, theirs in zip(fused, train(), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-2, atol=2e-4)
