"""The mean of each class's latents, chosen when training is over.

A trained generator draws the rarer forms of a class a little too seldom, so the mean of
its images lies off that of real ones, which is most of their Frechet distance. Where it
should lie is seen in the discriminator's features (feature matching: Salimans et al.
2016, https://arxiv.org/abs/1606.03498). What moves it becomes part of the weights, so
whoever draws goes on with standard normal latents.
"""

import keras
import numpy as np

from digitgan.data.images import to_float
from digitgan.model.conditions import Conditions
from digitgan.model.gan import GAN
from digitgan.model.keras_sampling import BATCH_SIZE, predict, sample_inputs
from digitgan.training.latent_scale import latents_layer
from digitgan.training.validation import evenly

MAX_SAMPLES = 60_000
FAKES_PER_REAL = 4  # so that the fakes' means are surer than the real ones'
PRIOR = 0.04  # deviation of what a latent's mean is expected to move by
CONDITION = 1e-4  # of the features' covariance, so that few images have one


def match_class_means(gan: GAN, images: np.ndarray, conditions: Conditions) -> None:
    """Move the latents of each class so that features have the mean of real images.

    The rows of the generator's first layer that stand for the classes are changed.

    Args:
        gan: The generator is the one that is kept; its first condition is the label.
        images: What the discriminator learned from, ``uint8 (N, height, width)``.
        conditions: Theirs, ``(N,)`` by name.
    """
    n = min(len(images), MAX_SAMPLES)
    conditions = {name: evenly(values, n) for name, values in conditions.items()}
    features = keras.Model(
        gan.discriminator.inputs[:1], gan.discriminator.get_layer("neuron").input
    )
    layer, free = latents_layer(gan)
    kernel, *rest = layer.get_weights()
    real = predict(features, {"image": to_float(evenly(images, n))})
    fakes, latents = [], []
    for seed in range(FAKES_PER_REAL):
        inputs = sample_inputs(gan, n, conditions, seed)
        # Keras compiles this; called batch by batch the network takes twice as long.
        drawn = gan.ema_generator.predict(
            list(inputs.values()),
            BATCH_SIZE,
            verbose=0,  # type: ignore[arg-type]  # Keras takes numbers, too
        )
        fakes.append(predict(features, {"image": drawn}))
        latents.append(inputs["latents"][:, free])
    fake, free_latents = np.concatenate(fakes), np.concatenate(latents)
    for label in np.unique(conditions["label"]):
        of = conditions["label"] == label
        of_fakes = np.tile(of, FAKES_PER_REAL)
        shift = mean_shift(real[of], fake[of_fakes], free_latents[of_fakes])
        kernel[gan.latent_dim + label] += shift @ kernel[free]
    layer.set_weights([kernel, *rest])


def mean_shift(real: np.ndarray, fake: np.ndarray, latents: np.ndarray) -> np.ndarray:
    """Return how far latents have to move for ``fake`` to have the mean of ``real``.

    The most probable shift, if features follow the latents in straight lines and each
    latent's is normal with deviation :data:`PRIOR` (ridge regression).

    Args:
        real: Features of real images, ``(N, F)``.
        fake: Of images of these latents, likewise.
        latents: Standard normal, ``(N, L)``.
    """
    gap = real.mean(axis=0) - fake.mean(axis=0)
    centred = fake - fake.mean(axis=0)
    # How the features' mean follows the latents', by Stein's lemma.
    slopes = centred.T @ latents / len(fake)
    covariance = centred.T @ centred / len(fake)
    covariance += CONDITION * np.trace(covariance) * np.eye(len(covariance))
    # Weighted by what the means are sure of; an only image has no covariance.
    weighted = np.linalg.lstsq(covariance, slopes, rcond=None)[0].T
    noise = 1 / len(real) + 1 / len(fake)
    precision = weighted @ slopes + noise / PRIOR**2 * np.eye(latents.shape[1])
    return np.linalg.solve(precision, weighted @ gap)
