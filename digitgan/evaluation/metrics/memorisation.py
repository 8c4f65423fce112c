"""Are the fakes new digits, or training digits over again?"""

import numpy as np

from digitgan.measure.nearest_neighbours import nearest


def copied(fake: np.ndarray, train: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return how near fakes come to the training digits, and which of them are new.

    Compare the distances with those of test digits: a ratio of the medians below 1
    means that the fakes are nearer to the training digits than other people's
    handwriting is; copies have 0. Authenticity (Alaa et al. 2022, arXiv 2102.08921): a
    fake is new when its nearest training digit has another training digit nearer to
    itself.

    Returns:
        ``float (N,)`` distances in grey levels, and ``float (N,)``: 1 for new, else 0.
    """
    distance, position = nearest(fake, train)
    owners, inverse = np.unique(position, return_inverse=True)
    between, _ = nearest(train[owners], train, skip=owners)
    return distance, (distance > between[inverse]).astype(float)
