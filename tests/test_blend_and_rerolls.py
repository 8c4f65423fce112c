"""Characters written anew, hands between two hands, and walks from one to another."""

import numpy as np
import pytest

import digitgan
from digitgan.errors import InputError

DATE = "12/05/2026"


@pytest.fixture(scope="module")
def model():
    return digitgan.load(threads=1)


def test_a_character_is_written_anew_and_the_others_stay(model):
    text, seed = "7:47 -7", 3
    first = model.write(text, seed=seed)
    for place, label in enumerate(first.labels):
        rerolls = [0] * len(first.labels)
        versions = {first.inks[place].tobytes()}
        for times in (1, 2):
            rerolls[place] = times
            again = model.write(text, seed=seed, rerolls=tuple(rerolls))
            assert again.pen == first.pen and again.labels == first.labels
            for other, (one, two) in enumerate(
                zip(first.inks, again.inks, strict=True)
            ):
                assert other == place or np.array_equal(one, two), label
            versions.add(again.inks[place].tobytes())
        assert len(versions) == 3, label
    once = model.write(text, seed=seed, rerolls=rerolls)
    assert once.image.tobytes() == again.image.tobytes()
    never = model.write(text, seed=seed, rerolls=(0,) * len(rerolls))
    assert never.image.tobytes() == first.image.tobytes()


def test_no_hand_repeats_the_noise_of_another_place(model):
    written = model.write("-" * 6, seed=1, rerolls=(0, 0, 1, 1, 2, 2))
    assert len({ink.tobytes() for ink in written.inks}) == 6


def test_a_blend_leads_from_hand_to_hand(model):
    def between(share, **more):
        return model.write(DATE, seed=7, blend=(8, share), height=40, **more)

    ends = [model.write(DATE, seed=seed, height=40) for seed in (7, 8)]
    for share, end in enumerate(ends):
        assert between(share).image.tobytes() == end.image.tobytes()
        assert between(float(share)).pen == end.pen
    shares = np.linspace(0, 1, 9)
    slants = [between(share).pen.slant for share in shares]
    assert np.allclose(slants, np.linspace(slants[0], slants[-1], 9), atol=1e-3)
    half, third = between(0.5), between(0.3)
    rerolled = between(0.5, rerolls=(1,) + (0,) * 9)
    assert half.image.tobytes() != third.image.tobytes()
    same = [np.array_equal(a, b) for a, b in zip(half.inks, rerolled.inks, strict=True)]
    assert same == [False] + 9 * [True]


def test_a_walk_moves_smoothly_over_equal_pages(model):
    page = {"height": 30, "lines": "ruled", "background": 240}
    steps = model.write_walk(DATE, seed=7, toward=8, frames=12, **page)
    assert len(steps) == 12 and len({step.image.size for step in steps}) == 1
    for step, seed in ((steps[0], 7), (steps[-1], 8)):
        end = model.write(DATE, seed=seed, **page)
        assert np.array_equal(step.boxes, end.boxes)
        assert np.array_equal(
            np.asarray(step.image)[:, : end.image.width], np.asarray(end.image)
        )
    sizes = np.array([step.boxes[:, 2] - step.boxes[:, 0] for step in steps])
    jumps, span = np.abs(np.diff(sizes, axis=0)), np.ptp(sizes, axis=0).max()
    assert jumps.mean() < span / 4
    ink = [sum(ink.sum(dtype=float) for ink in step.inks) for step in steps]
    assert min(ink) > 0.8 * min(ink[0], ink[-1])


@pytest.mark.parametrize(
    ("options", "line"),
    [
        ({"frames": 1}, "frames is 1: allowed is a whole number from 2 to 240"),
        ({"toward": -1}, "toward is -1"),
        ({"noise": 3}, "noise is 3"),
        ({"height": 200, "width": 60_000}, "frames 24 need more than 50,000,000"),
    ],
)
def test_walks_that_cannot_be(model, options, line):
    with pytest.raises(InputError, match=line):
        model.write_walk("1", **{"toward": 2, **options})
