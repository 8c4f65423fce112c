"""The objectives, as functions of the discriminator's logits, and the gradient penalty.

All take logits ``(N, 1)`` and return a scalar. They work on any Keras backend.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import keras

ops: Any = keras.ops  # untyped: each backend has tensors of its own
PENALTY_STEP = 0.05  # length of the finite difference, in pixel values of [-1, 1]


class Objective(NamedTuple):
    """What the discriminator and what the generator minimise.

    Both members are functions of (logits of real images, logits of fakes).
    """

    discriminator: Callable
    generator: Callable


def bce_discriminator_loss(real_logits: Any, fake_logits: Any) -> Any:
    """Binary cross-entropy: real images are class 1, fakes class 0."""
    return ops.mean(ops.softplus(-real_logits)) + ops.mean(ops.softplus(fake_logits))


def nonsaturating_generator_loss(real_logits: Any, fake_logits: Any) -> Any:
    """Binary cross-entropy of fakes as class 1."""
    return ops.mean(ops.softplus(-fake_logits))


def relativistic_discriminator_loss(real_logits: Any, fake_logits: Any) -> Any:
    """Each real image is to have the greater logit of its pair."""
    return ops.mean(ops.softplus(fake_logits - real_logits))


def relativistic_generator_loss(real_logits: Any, fake_logits: Any) -> Any:
    """Each fake is to have the greater logit of its pair."""
    return ops.mean(ops.softplus(real_logits - fake_logits))


OBJECTIVES = {
    # Goodfellow et al. 2014, arXiv 1406.2661; written on the logits of the sigmoid.
    "cross_entropy": Objective(bce_discriminator_loss, nonsaturating_generator_loss),
    # Relativistic pairing: Jolicoeur-Martineau 2018, arXiv 1807.00734; with R1 and R2
    # Huang et al. 2025 (R3GAN), arXiv 2501.05441.
    "relativistic": Objective(
        relativistic_discriminator_loss, relativistic_generator_loss
    ),
}


def gradient_penalty(logits: Any, shifted_logits: Any) -> Any:
    """Estimate the mean squared gradient of the discriminator at some images.

    For a standard normal n, the mean over n of ``((D(x + e n) - D(x)) / e)**2`` tends
    to ``||grad D(x)||**2`` as e shrinks. On real images this is R1, on fakes R2
    (Mescheder et al. 2018, arXiv 1801.04406), here without a second backward pass: the
    logits are ``D(x)`` and ``D(x + PENALTY_STEP * n)``, through the same dropout masks.
    """
    return ops.mean(ops.square((shifted_logits - logits) / PENALTY_STEP))
