"""Rows on the digits: the right ones, all of them, in many ways, fit to learn from."""

from collections.abc import Iterator

import numpy as np

from digitgan.evaluation.measured_digits import sample
from digitgan.evaluation.metrics import labels, variety
from digitgan.evaluation.rows.base import (
    Comparison,
    Row,
    halves,
    mean_spread,
    skipped,
    word,
)


def agreement_rows(bench: Comparison) -> Iterator[Row]:
    """Does the judge read what was asked for?"""
    fake, floor = bench.fake, bench.floor
    name = "label agreement"
    if fake.labels is None:
        yield skipped("agreement", name, len(fake), "it needs labels: there are none")
        return
    right = labels.agreement(fake.labels, fake.read)
    value = float(right.mean())
    real = float(labels.agreement(floor.labels, floor.read).mean())
    digits = {d: right[fake.labels == d] for d in range(len(bench.classes))}
    detail = {
        "per digit": [float(v.mean()) if len(v) else None for v in digits.values()],
        "confusion": labels.confusion(
            fake.labels, fake.read, len(bench.classes)
        ).tolist(),
    }
    spread = mean_spread(right)
    yield Row(
        key="agreement",
        name=name,
        value=value,
        real=real,
        word=word(real - value, 0.005, 0.03, spread),
        n=len(right),
        spread=spread,
        definition="share that the judge reads as the digit that was asked for",
        detail=detail,
    )


def variety_rows(bench: Comparison) -> Iterator[Row]:
    """Is every digit there, and written in many ways?"""
    yield _shares_row(bench)
    fake, test = bench.fake, bench.test
    these, real = (
        variety.by_digit(
            test.features,
            test.labels,
            side.features,
            side.digit,
            kinds=len(bench.classes),
        )
        for side in (fake, bench.floor)
    )
    yield from _vendi_rows(bench, _kept(these), _kept(real))
    yield _coverage_row(bench, these["coverage"], real["coverage"])


def _vendi_rows(
    bench: Comparison, kept: np.ndarray, floor: np.ndarray
) -> Iterator[Row]:
    """The part of the variety of each digit that these and real ones keep."""
    fake = bench.fake
    worst = int(np.argmin(kept))
    spread, worst_spread = _variety_spread(bench, worst)
    gap = abs(np.log(max(kept.mean(), 1e-9) / floor.mean()))
    yield Row(
        key="variety",
        name="variety within digits",
        value=float(kept.mean()),
        real=float(floor.mean()),
        word=word(gap, 0.08, 0.25, spread),
        n=len(fake),
        spread=spread,
        definition="Vendi score of each digit over that of test digits, their mean",
        detail={"these": kept.tolist(), "real": floor.tolist()},
    )
    yield Row(
        key="variety_worst",
        name=f"variety of worst digit, {bench.classes[worst]}",
        value=float(kept[worst]),
        real=float(floor.min()),
        word=word(floor.min() - kept[worst], 0.1, 0.4, worst_spread),
        n=int(np.sum(fake.digit == worst)),
        spread=worst_spread,
        definition="the same of the digit with the least; 0 where a digit is missing",
        detail={"digit": worst},
    )


def _coverage_row(bench: Comparison, these: np.ndarray, real: np.ndarray) -> Row:
    """The digit whose ways of writing are reached least."""
    worst = int(np.argmin(these))
    share, n = float(these[worst]), int(np.sum(bench.fake.digit == worst))
    spread = float(np.sqrt(share * (1 - share) / max(n, 1)))
    return Row(
        key="coverage_worst",
        name=f"coverage of worst digit, {bench.classes[worst]}",
        value=share,
        real=float(real.min()),
        word=word(real.min() - share, 0.06, 0.25, spread),
        n=n,
        spread=spread,
        definition="share of test digits of one kind that have one of these near",
        detail={"these": these.tolist(), "real": real.tolist(), "digit": worst},
    )


def _shares_row(bench: Comparison) -> Row:
    """How far the shares of the ten digits are from those of real ones."""
    goal, found, floor = (
        variety.shares(labels, len(bench.classes))
        for labels in (bench.test.labels, bench.fake.read, bench.floor.read)
    )
    value = float(np.abs(found - goal).sum() / 2)
    real = float(np.abs(floor - goal).sum() / 2)
    n = len(bench.fake)
    draws = np.random.default_rng(bench.seed).multinomial(n, found, size=100) / n
    spread = float(np.std(np.abs(draws - goal).sum(axis=1) / 2))
    rarest = int(np.argmin(found / goal))
    missing = found[rarest] < goal[rarest] / 4
    return Row(
        key="shares",
        name=f"shares of digits, rarest {bench.classes[rarest]}",
        value=value,
        real=real,
        word="far" if missing else word(value - real, 0.03, 0.07),
        n=n,
        spread=spread,
        definition="half the sum of the differences of the shares, as the judge reads",
        detail={"these": found.tolist(), "real": goal.tolist(), "rarest": rarest},
    )


def _kept(side: dict[str, np.ndarray]) -> np.ndarray:
    """Return the part of the real variety that is there, digit by digit."""
    return side["vendi"] / np.maximum(side["real_vendi"], 1e-9)


def _variety_spread(bench: Comparison, digit: int) -> tuple[float, float]:
    """Return the spread over halves of the mean variety and of one digit's."""
    test, fake = bench.test, bench.fake
    kept = [
        _kept(
            variety.by_digit(
                test.features,
                test.labels,
                fake.features[rows],
                fake.digit[rows],
                kinds=len(bench.classes),
            )
        )
        for rows in halves(len(fake), bench.seed)
    ]
    return float(np.std(np.mean(kept, axis=1))), float(np.std(kept, axis=0)[digit])


def learning_rows(bench: Comparison) -> Iterator[Row]:
    """Can a network learn to read real digits from these alone?"""
    key, name, n = "cas", "classification accuracy score", len(bench.pool)
    if bench.pool_labels is None:
        yield skipped(key, name, n, "it needs labels: there are none")
        return
    n = min(n, len(bench.train))
    value, real = (
        labels.classification_accuracy(
            *sample(*side, n, bench.seed), bench.test.images, bench.test.labels
        )
        for side in (
            (bench.pool, bench.pool_labels),
            (bench.train, bench.train_labels),
        )
    )
    spread = float(value.std(ddof=1))
    yield Row(
        key=key,
        name=name,
        value=float(value.mean()),
        real=float(real.mean()),
        word=word(real.mean() - value.mean(), 0.003, 0.02, spread),
        n=n,
        spread=spread,
        definition="test accuracy of networks trained on these; spread over seeds",
        detail={"these": value.tolist(), "real": real.tolist()},
    )
