"""Train on several devices and in several processes; write the weights to an NPZ.

Not a test by itself: test_distribution.py runs it.

    python multi_device_script.py FILE DEVICES... | FILE --rank RANK ADDRESS
"""

import sys

import jax
import keras
import numpy as np

from digitgan.model.presets import find_preset
from digitgan.training.batches import Batches
from digitgan.training.build import build_gan
from digitgan.training.distribution import share_batches
from digitgan.training.jax_pipeline import on_device
from digitgan.training.process_group import ProcessGroup, coordinated

SIZE, STEPS = 32, 4
rng = np.random.default_rng(0)
IMAGES = rng.integers(0, 256, (SIZE * STEPS, 28, 28)).astype(np.uint8)
CONDITIONS = {"label": np.arange(len(IMAGES), dtype="int32") % 10}


def trained_weights(max_steps: int = 1, first_step: int = 0) -> np.ndarray:
    """Return all weights after an epoch, as one row."""
    gan = build_gan(find_preset("tiny"), CONDITIONS, seed=0)
    batches = Batches(IMAGES, CONDITIONS, SIZE, 0, first_step)
    gan.fit(on_device(gan, batches, max_steps), shuffle=False, verbose=0)
    return np.concatenate([np.ravel(w) for w in gan.get_weights()])


if __name__ == "__main__":
    file, *words = sys.argv[1:]
    if words[0] == "--rank":
        with coordinated(ProcessGroup(1, words[2], 2, int(words[1]))) as group:
            share_batches(group, SIZE)
            np.savez(file, pair=trained_weights())
    else:
        jax.config.update("jax_num_cpu_devices", max(map(int, words)))
        weights = {"one_step": trained_weights(), "many_steps": trained_weights(STEPS)}
        for devices in map(int, words):
            share_batches(ProcessGroup(devices, processes=1), SIZE)
            weights[f"devices_{devices}"] = trained_weights()
            keras.distribution.set_distribution(None)
        np.savez(file, **weights)
