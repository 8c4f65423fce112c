"""The sampler: what is asked for decides what is drawn, and nothing else does."""

import json
import shutil

import numpy as np
import pytest
from model_folders import make_model

import digitgan
from digitgan.errors import InputError
from digitgan.sampling.generator_inputs import walk

NAMES = tuple("0123456789")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """An untrained model that can be asked for label, thickness and slant."""
    return make_model(tmp_path_factory.mktemp("styled"), "flagship", NAMES)


@pytest.fixture(scope="module")
def model(folder):
    return digitgan.load(folder)


def near(one, other):
    return np.abs(one.astype(int) - other.astype(int)).max() <= 1


def test_digits_do_not_depend_on_how_many_are_drawn_or_by_how_many(model, folder):
    images = model.sample(n=1100, seed=5)
    assert images.dtype == np.uint8 and images.shape == (1100, 28, 28)
    for n in (1, 10, 513):
        assert near(model.sample(n=n, seed=5), images[:n])
    for threads in (1, 2):
        assert near(digitgan.load(folder, threads).sample(n=64, seed=5), images[:64])
    late = model.draw(
        model.generator_inputs(model.labels(n=1100)[1000:], seed=5, start=1000)
    )
    assert near(late, images[1000:])
    assert not near(model.sample(n=10, seed=6), images[:10])


def test_each_wish_reaches_the_network(model):
    plain = model.sample([3, 8], seed=1)
    assert near(model.sample(digit=3, seed=1), plain[:1])
    for wish in ({"thickness": 3.5}, {"slant": -20}, {"variety": 0.2}, {"seed": 2}):
        assert not near(model.sample([3, 8], **{"seed": 1, **wish}), plain), wish
    both = model.sample([3, 3], seed=1, thickness=[2.0, 3.5], one_hand=True)
    assert not near(both[0], both[1])


def test_one_hand_has_one_latent_and_one_style(model):
    several = model.generator_inputs(
        np.arange(10, dtype="int32"), seed=4, one_hand=True
    )
    assert (several.latents == several.latents[0]).all()
    same = model.sample([7, 7, 7], seed=4, one_hand=True)
    assert near(same[0], same[1]) and near(same[0], same[2])
    apart = model.sample([7, 7], seed=4)
    assert not near(apart[0], apart[1])


def test_drawn_styles_are_like_those_of_the_label(tmp_path):
    styles = make_model(tmp_path, "flagship", NAMES) / "styles.npz"
    known = {"label": np.repeat([0, 1], 500), "thickness": np.repeat([2.0, 4.0], 500)}
    known["thickness"] += np.random.default_rng(0).normal(0, 0.1, 1000)
    np.savez(styles, **known, slant=10 * (known["thickness"] - 3))
    from digitgan.sampling.styles import Styles

    drawn = Styles(styles, 2).draw(np.repeat([1, 0], 2000), seed=3)
    for part, mean in ((drawn["thickness"][:2000], 4), (drawn["thickness"][2000:], 2)):
        assert abs(part.mean() - mean) < 0.02 and 0.09 < part.std() < 0.13
    together = np.corrcoef(drawn["thickness"][:2000], drawn["slant"][:2000])[0, 1]
    assert together > 0.95
    usual = Styles(styles, 2).draw(np.array([1, 1]), seed=3, variety=0.0)
    assert usual["thickness"] == pytest.approx([4.0, 4.0], abs=0.02)


def test_a_walk_begins_and_ends_where_it_should(model):
    labels = model.labels([2, 0, 2, 6])
    ends = [model.generator_inputs(labels, seed=seed, one_hand=True) for seed in (1, 2)]
    steps = walk(*ends, frames=9)
    assert len(steps) == 9
    assert near(model.draw(steps[0]), model.draw(ends[0]))
    assert near(model.draw(steps[-1]), model.draw(ends[1]))
    sizes = [np.linalg.norm(step.latents[0]) for step in steps]
    assert min(sizes) > 0.9 * min(sizes[0], sizes[-1])
    jumps = [
        np.abs(a.latents - b.latents).max()
        for a, b in zip(steps, steps[1:], strict=False)
    ]
    assert max(jumps) < np.abs(ends[0].latents - ends[1].latents).max() / 3


@pytest.mark.parametrize(
    ("wishes", "line"),
    [
        ({}, "n is None"),
        ({"n": 0}, "n is 0: allowed is 1 to"),
        ({"n": 10**9}, "n is 1000000000: allowed is 1 to"),
        ({"labels": [1], "n": 2}, "allowed beside them is no n or digit"),
        ({"labels": [1.0, 2.0]}, "allowed are integers"),
        ({"labels": []}, "allowed are integers"),
        ({"labels": [1, 10]}, "allowed is 0 to 9"),
        ({"digit": -1}, "allowed is 0 to 9"),
        ({"n": 3, "seed": -1}, "seed is -1: allowed is 0 to"),
        ({"n": 3, "variety": 1.5}, "variety is 1.5: allowed is 0 to 1"),
        ({"n": 3, "variety": float("nan")}, "variety is nan"),
        ({"n": 3, "thickness": 40}, r"thickness is 40\S*: allowed is .* pixels"),
        ({"n": 3, "slant": float("nan")}, "slant is nan: allowed is .* degrees"),
        (
            {"n": 3, "slant": [1, 2]},
            r"slant has shape \(2,\): allowed is one or \(3,\)",
        ),
    ],
)
def test_what_cannot_be_asked(model, wishes, line):
    with pytest.raises(InputError, match=line):
        model.sample(**wishes)


def test_models_that_know_less(tmp_path):
    labelled = digitgan.load(make_model(tmp_path / "a", "tiny", NAMES))
    assert labelled.limits == {} and labelled.sample([4, 2], seed=1).shape[0] == 2
    with pytest.raises(InputError, match="cannot be asked for it"):
        labelled.sample([4], thickness=2.0)
    plain = digitgan.load(make_model(tmp_path / "b", "dcgan", NAMES))
    assert plain.classes == () and plain.labels(n=3) is None
    assert plain.sample(n=3).shape == (3, 28, 28)
    with pytest.raises(InputError, match="cannot be asked for a digit"):
        plain.sample([1, 2])


@pytest.mark.parametrize("name", ["generator.onnx", "styles.npz"])
def test_a_changed_file_is_refused(folder, tmp_path, name):
    copy = shutil.copytree(folder, tmp_path / "copy")
    content = bytearray((copy / name).read_bytes())
    content[len(content) // 2] ^= 1
    (copy / name).write_bytes(content)
    with pytest.raises(InputError, match=f"{name}' is not the file"):
        digitgan.load(copy)
    (copy / name).unlink()
    with pytest.raises(InputError, match=name):
        digitgan.load(copy)


def test_limits_are_those_of_real_digits(folder):
    stored = json.loads((folder / "model.json").read_text())["conditions"]
    assert stored["label"] == [0, 9]
    low, high = stored["thickness"]
    assert 0.5 < low < 1.5 and 3.5 < high < 4.5
