"""Which of the pixels that are wholly ink are 255 in MNIST, learned from its digits."""

import numpy as np
from scipy.optimize import minimize  # comes with the training extras
from threadpoolctl import threadpool_limits  # and so does this

from digitgan.data.mnist_antialiasing import SIDES, Peaks
from digitgan.data.mnist_preprocessing import DIGIT_LENGTH

PRIOR = 0.01  # precision of all that an order is a sum of
STEPS = 100  # of the search at most
ROWS, COLUMNS = np.divmod(np.arange(DIGIT_LENGTH**2), DIGIT_LENGTH)


def fit_peaks(boxes: np.ndarray, sides: np.ndarray) -> Peaks:
    """Return the order of places for each side of the bitmap.

    Args:
        boxes: Real digits, ``uint8 (N, 20, 20)``.
        sides: Of their bitmaps, ``int (N,)``, 20 to 80.
    """
    with threadpool_limits(1):  # on several, BLAS waits ten times as long as it works
        fitted = [_fit(boxes[sides == side]) for side in SIDES]
    orders, greys = zip(*fitted, strict=True)
    shape = len(SIDES), DIGIT_LENGTH, DIGIT_LENGTH
    return Peaks(
        np.reshape(orders, shape).astype(np.float16),
        np.reshape(greys, shape).astype(np.uint8),
    )


def _fit(boxes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the order of the places for one side, and what the first is, ``(400,)``.

    In each digit one place comes before all others that have full ink, as in a race
    (Plackett 1975, doi 10.2307/2346567). Those that are 255 together are as likely.
    Where nothing is 255, the first is a place that never is.
    """
    flat = boxes.reshape(-1, DIGIT_LENGTH**2)
    full, brightest = flat >= 254, flat == 255
    never = full.any(axis=0) & ~brightest.any(axis=0)
    has_peak = brightest.any(axis=1)
    hidden = full & never & ~has_peak[:, np.newaxis]  # of these one came first
    is_hidden = hidden.any(axis=1)
    hidden = hidden[is_hidden].astype(np.float32)
    raced = full[has_peak | is_hidden].astype(np.float32)
    won = brightest[has_peak]
    wins = np.sum(won / won.sum(axis=1, keepdims=True), axis=0)

    def loss(parts: np.ndarray) -> tuple[float, np.ndarray]:
        """Return the negative log-likelihood with its prior, and its gradient."""
        order = _order(parts)
        odds = np.exp(order - order.max()).astype(np.float32)
        all_odds, hidden_odds = raced @ odds, hidden @ odds
        likelihood = wins @ (order - order.max())
        likelihood += np.log(hidden_odds).sum() - np.log(all_odds).sum()
        slope = wins + odds * (hidden.T @ (1 / hidden_odds) - raced.T @ (1 / all_odds))
        slopes = np.concatenate(
            [np.bincount(ROWS, slope), np.bincount(COLUMNS, slope), slope]
        )
        return PRIOR / 2 * parts @ parts - likelihood, PRIOR * parts - slopes

    start = np.zeros(2 * DIGIT_LENGTH + DIGIT_LENGTH**2)
    found = minimize(
        loss, start, jac=True, method="L-BFGS-B", options={"maxiter": STEPS}
    )
    return _order(found.x), np.where(never, 254, 255)


def _order(parts: np.ndarray) -> np.ndarray:
    """Return the sums of what a row, a column and the place itself add, ``(400,)``.

    Most of the rounding errors are those of one axis or the other.
    """
    rows, columns, places = np.split(parts, [DIGIT_LENGTH, 2 * DIGIT_LENGTH])
    return rows[ROWS] + columns[COLUMNS] + places
