"""Train on the backend that KERAS_BACKEND names; write what it did to an NPZ.

Not a test by itself: test_backends.py runs it once for each backend and compares.
"""

import sys
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import onnxruntime
from keras import ops

import digitgan
from digitgan.data.dataset import Dataset, Digits
from digitgan.model.conditions import Categorical, subsample_per_label
from digitgan.model.export_parity import whole_products
from digitgan.model.gan import GAN
from digitgan.model.keras_sampling import sample_grid
from digitgan.model.losses import OBJECTIVES, Objective
from digitgan.model.networks import build_discriminator, build_generator
from digitgan.model.presets import PRESETS
from digitgan.random_streams import draw_latents
from digitgan.training import train as training
from digitgan.training.build import build_gan
from digitgan.training.checkpoint import Checkpoints
from digitgan.training.condition_values import condition_values

N, LATENT, LABEL = 16, 8, (Categorical("label", 10),)
SMALL = replace(
    PRESETS["tiny"], latent_dim=LATENT, residual=True, overshoot=1.1, dropout=0.0
)
rng = np.random.default_rng(0)
IMAGES = rng.uniform(-1, 1, (N, 28, 28, 1)).astype("f4")
LABELS = rng.integers(0, 10, N).astype("int32")
TABLES = {
    2: rng.standard_normal((N, LATENT)).astype("f4"),
    4: rng.standard_normal((2 * N, 28, 28, 1)).astype("f4"),
}


def fixed_normal(shape, seed=None):
    """Stand in for the backend's own random numbers."""
    return ops.convert_to_tensor(TABLES[len(shape)])[: shape[0]]


def take_one_step(objective: str, penalty: float, penalty_every: int):
    """Return the losses and the weights before and after one step of rate 1."""
    gan = GAN(
        build_generator(SMALL, LABEL),
        build_discriminator(SMALL, LABEL),
        objective=objective,
        penalty=penalty,
        penalty_every=penalty_every,
    )
    weights = np.random.default_rng(1)
    for variable in (*gan.generator.weights, *gan.discriminator.weights):
        scale = 0.1 * weights.standard_normal(variable.shape)
        variable.assign(1 + scale if "variance" in variable.path else scale)
    gan.ema_generator.set_weights(gan.generator.get_weights())
    gan.compile(optimizer=keras.optimizers.SGD(1.0))
    before = read(gan)
    history = gan.fit((IMAGES, LABELS), batch_size=N, shuffle=False, verbose=0)
    return {k: v[0] for k, v in history.history.items()}, before, read(gan)


def read(gan):
    """Return the trainable weights of both players and of the EMA, one row each."""
    players = {"g": gan.generator, "d": gan.discriminator}
    rows = {
        name: np.concatenate(
            [ops.convert_to_numpy(v).ravel() for v in player.trainable_variables]
        )
        for name, player in players.items()
    }
    rows["ema"] = np.concatenate([w.ravel() for w in gan.ema_generator.get_weights()])
    return rows


def mechanics() -> dict:
    """Train both players, and each of them alone."""
    nothing = lambda real, fake: 0.0 * ops.mean(real)  # noqa: E731
    full = OBJECTIVES["cross_entropy"]
    OBJECTIVES["d_alone"] = Objective(full.discriminator, nothing)
    OBJECTIVES["g_alone"] = Objective(nothing, full.generator)
    results = {}
    for name, *penalty in (
        ("cross_entropy", 0.1, 1),
        ("relativistic", 0.1, 2),
        ("d_alone", 0.1, 1),
        ("g_alone", 0.0, 1),
    ):
        logs, before, after = take_one_step(name, *penalty)
        results[f"{name}/losses"] = np.array([logs["d_loss"], logs["g_loss"]])
        for player in ("g", "d", "ema"):
            results[f"{name}/{player}"] = after[player] - before[player]
    return results


def training_and_resume(folder: Path) -> dict:
    """Train in one go and in two; export; say what differs."""
    images = rng.integers(0, 256, (320, 28, 28)).astype(np.uint8)
    digits = Digits(images, np.arange(320, dtype="int32") % 10)
    dataset = Dataset(digits, None, tuple("0123456789"), "noise")
    training.load_dataset = lambda name, clean: dataset
    styled = {"conditions": ("label", "thickness", "slant"), "residual": True}
    styled |= {"artifacts": False}
    whole = digitgan.train("tiny", epochs=2, out=folder / "whole", **styled)
    digitgan.train("tiny", epochs=1, out=folder / "parts", **styled)
    parts = digitgan.resume(folder / "parts", epochs=2)
    last = [Checkpoints(run.checkpoint_folder).paths[-1] for run in (whole, parts)]
    with np.load(last[0]) as one, np.load(last[1]) as other:
        names = [n for n in one.files if n not in ("seconds", "sha256")]
        unequal = [n for n in names if not np.array_equal(one[n], other[n])]
    conditions = condition_values(dataset, whole.config.settings.conditions)
    gan = build_gan(whole.config.settings, conditions, 0)
    Checkpoints(whole.checkpoint_folder).restore(gan)
    session = onnxruntime.InferenceSession(whole.model_folder / "generator.onnx")
    inputs = {"latents": draw_latents(100, gan.latent_dim, 0)}
    (exported,) = session.run(None, inputs | subsample_per_label(conditions, 10))
    expected = sample_grid(gan, conditions, 0)
    return {
        "unequal": np.array(unequal, dtype=str),
        "grey_levels": np.abs(exported.astype(int) - expected.astype(int)).mean(),
    }


def precision_of_products() -> dict:
    """Return in which precision JAX multiplies while an export is compared."""
    if keras.backend.backend() != "jax":
        return {}
    import jax

    with whole_products():
        return {"precision": np.array(jax.config.jax_default_matmul_precision)}


if __name__ == "__main__":
    target = Path(sys.argv[1])
    resumed = training_and_resume(target.parent)
    keras.random.normal = fixed_normal
    np.savez(target, **mechanics(), **resumed, **precision_of_products())
