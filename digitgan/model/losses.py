"""What each player wants, as functions of the discriminator's logits.

All take logits ``(N, 1)`` and return a scalar. They work on any Keras backend.
"""

from collections.abc import Callable
from typing import NamedTuple

from keras import ops

PENALTY_STEP = 0.05  # length of the finite difference, in pixel values of [-1, 1]


class Objective(NamedTuple):
    """One game: what the discriminator and what the generator try to make small.

    Both members are functions of (logits of real digits, logits of fakes).
    """

    discriminator: Callable
    generator: Callable


def _call_real_real_and_fake_fake(real, fake):
    return ops.mean(ops.softplus(-real)) + ops.mean(ops.softplus(fake))


def _have_fakes_called_real(real, fake):
    return ops.mean(ops.softplus(-fake))


def _rate_real_above_fake(real, fake):
    return ops.mean(ops.softplus(fake - real))


def _rate_fake_above_real(real, fake):
    return ops.mean(ops.softplus(real - fake))


OBJECTIVES = {
    # Binary cross-entropy on the sigmoid neuron, written on its logits; the generator
    # plays the non-saturating form. Goodfellow et al. 2014, arXiv 1406.2661.
    "cross_entropy": Objective(_call_real_real_and_fake_fake, _have_fakes_called_real),
    # Relativistic pairing: Jolicoeur-Martineau 2018, arXiv 1807.00734; with R1 and R2
    # Huang et al. 2025 (R3GAN), arXiv 2501.05441.
    "relativistic": Objective(_rate_real_above_fake, _rate_fake_above_real),
}


def gradient_penalty(logits, shifted_logits):
    """Estimate the mean squared gradient of the discriminator at some images.

    For a standard normal n, the mean over n of ``((D(x + e n) - D(x)) / e)**2`` tends
    to ``||grad D(x)||**2`` as e shrinks. On real digits this is R1, on fakes R2
    (Mescheder et al. 2018, arXiv 1801.04406), here without a second backward pass.

    Args:
        logits: ``D(x)``, shape ``(N, 1)``.
        shifted_logits: ``D(x + PENALTY_STEP * n)`` through the same dropout masks.
    """
    return ops.mean(ops.square((shifted_logits - logits) / PENALTY_STEP))
