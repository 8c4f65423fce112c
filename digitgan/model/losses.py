"""The objectives, as functions of the discriminator's logits, and the gradient penalty.

All take logits ``(N, 1)`` and return a scalar. They work on any Keras backend.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import keras

ops: Any = keras.ops  # untyped: each backend has tensors of its own


class Objective(NamedTuple):
    """What both minimise, of (logits of real images, logits of fakes)."""

    discriminator: Callable[[Any, Any], Any]
    generator: Callable[[Any, Any], Any]


def _mean_softplus(logits: Any) -> Any:
    return ops.mean(ops.softplus(logits))


OBJECTIVES = {
    # Real images are class 1, fakes class 0; the generator's loss is non-saturating
    # (Goodfellow et al. 2014, arXiv 1406.2661), on the logits of the sigmoid.
    "cross_entropy": Objective(
        discriminator=lambda real, fake: _mean_softplus(-real) + _mean_softplus(fake),
        generator=lambda real, fake: _mean_softplus(-fake),
    ),
    # Relativistic pairing: whose logit of the pair is greater (Jolicoeur-Martineau
    # 2018, arXiv 1807.00734; with R1 and R2 Huang et al. 2025, arXiv 2501.05441).
    "relativistic": Objective(
        discriminator=lambda real, fake: _mean_softplus(fake - real),
        generator=lambda real, fake: _mean_softplus(real - fake),
    ),
}


def gradient_penalty(logits: Any, shifted_logits: Any, step: float) -> Any:
    """Estimate the mean squared gradient of the discriminator at some images.

    For a standard normal n, the mean over n of ``((D(x + e n) - D(x)) / e)**2`` tends
    to ``||grad D(x)||**2`` as e shrinks. On real images this is R1, on fakes R2
    (Mescheder et al. 2018, arXiv 1801.04406), here without a second backward pass: the
    logits are ``D(x)`` and ``D(x + step * n)``, through the same dropout masks.
    """
    return ops.mean(ops.square((shifted_logits - logits) / step))
