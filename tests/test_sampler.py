"""The sampler: what is asked for decides what is drawn, and nothing else does."""

import json
import pickle
import re
import shutil
import subprocess
import sys
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from model_folders import make_model

import digitgan
from digitgan.errors import InputError
from digitgan.measure.classifier import Classifier
from digitgan.random_streams import draw_uniforms
from digitgan.sampling.generator_inputs import interpolation_path
from digitgan.sampling.styles import StyleTable

CLASSES = tuple("0123456789")
DRAW = """
import sys, numpy as np, digitgan
model = digitgan.load(threads=1)
page = model.write("12/05", seed=3, height=80).pixels
np.savez(sys.argv[1], digits=model.sample(n=20, seed=1), page=page)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """An untrained model that can be asked for label, thickness and slant."""
    return make_model(tmp_path_factory.mktemp("styled"), "flagship", CLASSES)


@pytest.fixture(scope="module")
def model(folder):
    return digitgan.load(folder)


def nearly_equal(one, other):
    return np.abs(one.astype(int) - other.astype(int)).max() <= 1


def test_digits_do_not_depend_on_how_many_are_drawn_or_by_how_many(model, folder):
    images = model.sample(n=1100, seed=5)
    assert images.dtype == np.uint8 and images.shape == (1100, 28, 28)
    for n in (1, 10, 513):
        assert nearly_equal(model.sample(n=n, seed=5), images[:n])
    for threads in (1, 2):
        assert nearly_equal(
            digitgan.load(folder, threads).sample(n=64, seed=5), images[:64]
        )
    late = model.draw(
        model.generator_inputs(model.labels(n=1100)[1000:], seed=5, start=1000)
    )
    assert nearly_equal(late, images[1000:])
    assert not nearly_equal(model.sample(n=10, seed=6), images[:10])


def test_each_argument_reaches_the_network(model):
    plain = model.sample([3, 8], seed=1)
    assert nearly_equal(model.sample(digit=3, seed=1), plain[:1])
    changes = ({"thickness": 3.5}, {"slant": -20}, {"variety": 0.2}, {"seed": 2})
    for change in changes:
        other = model.sample([3, 8], **{"seed": 1, **change})
        assert not nearly_equal(other, plain), change
    both = model.sample([3, 3], seed=1, thickness=[2.0, 3.5], one_hand=True)
    assert not nearly_equal(both[0], both[1])


def test_one_hand_has_one_latent_and_one_style(model):
    several = model.generator_inputs(
        np.arange(10, dtype="int32"), seed=4, one_hand=True
    )
    assert (several.latents == several.latents[0]).all()
    same = model.sample([7, 7, 7], seed=4, one_hand=True)
    assert nearly_equal(same[0], same[1]) and nearly_equal(same[0], same[2])
    apart = model.sample([7, 7], seed=4)
    assert not nearly_equal(apart[0], apart[1])


def test_drawn_styles_are_like_those_of_the_label():
    thickness = np.repeat([2.0, 4.0], 500)
    thickness += np.random.default_rng(0).normal(0, 0.1, 1000)
    label, slant = np.repeat([0, 1], 500), 10 * (thickness - 3)
    styles = StyleTable({"label": label, "thickness": thickness, "slant": slant}, 2)
    drawn = styles.draw(np.repeat([1, 0], 2000), draw_uniforms(4000, 3, seed=3))
    for part, mean in ((drawn["thickness"][:2000], 4), (drawn["thickness"][2000:], 2)):
        assert abs(part.mean() - mean) < 0.02 and 0.09 < part.std() < 0.13
    together = np.corrcoef(drawn["thickness"][:2000], drawn["slant"][:2000])[0, 1]
    assert together > 0.95
    usual = styles.draw(np.array([1, 1]), draw_uniforms(2, 3, seed=3), variety=0.0)
    assert usual["thickness"] == pytest.approx([4.0, 4.0], abs=0.02)


def test_the_shipped_model_keeps_the_styles_of_all_its_training_digits():
    assert digitgan.load().styles.count.sum() == 60_000


def test_an_interpolation_begins_and_ends_where_it_should(model):
    labels = model.labels([2, 0, 2, 6])
    ends = [model.generator_inputs(labels, seed=seed, one_hand=True) for seed in (1, 2)]
    steps = interpolation_path(*ends, frames=9)
    assert len(steps) == 9
    assert nearly_equal(model.draw(steps[0]), model.draw(ends[0]))
    assert nearly_equal(model.draw(steps[-1]), model.draw(ends[1]))
    norms = [np.linalg.norm(step.latents[0]) for step in steps]
    assert min(norms) > 0.9 * min(norms[0], norms[-1])
    jumps = [
        np.abs(a.latents - b.latents).max()
        for a, b in zip(steps, steps[1:], strict=False)
    ]
    assert max(jumps) < np.abs(ends[0].latents - ends[1].latents).max() / 3


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ({}, "n is None"),
        ({"n": 0}, "n is 0: allowed is 1 to"),
        ({"n": 10**9}, "n is 1000000000: allowed is 1 to"),
        (
            {"labels": [1], "n": 2},
            "labels is given: allowed is no n and no digit",
        ),
        ({"labels": [1.0, 2.0]}, "allowed is integers"),
        ({"labels": []}, "allowed is integers"),
        ({"labels": [1, 10]}, "allowed is integers .* from 0 to 9"),
        ({"digit": -1}, "digit is -1: allowed is 0 to 9"),
        ({"n": 3, "seed": -1}, "seed is -1: allowed is 0 to"),
        ({"n": 3, "variety": 1.6}, "variety is 1.6: allowed is 0 to 1.5"),
        ({"n": 3, "variety": float("nan")}, "variety is nan"),
        ({"n": 3, "thickness": 40}, r"thickness is 40\S*: allowed is .* pixels"),
        ({"n": 3, "slant": float("nan")}, "slant is nan: allowed is .* degrees"),
        (
            {"n": 3, "slant": [1, 2]},
            r"slant \[1, 2\] has shape \(2,\): allowed is one number or \(3,\)",
        ),
    ],
)
def test_what_cannot_be_asked(model, arguments, line):
    with pytest.raises(InputError, match=line):
        model.sample(**arguments)


def test_models_with_fewer_conditions(tmp_path):
    labelled = digitgan.load(make_model(tmp_path / "a", "tiny", CLASSES))
    assert labelled.limits == {} and labelled.sample([4, 2], seed=1).shape[0] == 2
    with pytest.raises(InputError, match="thickness .* model without styles"):
        labelled.sample([4], thickness=2.0)
    plain = digitgan.load(make_model(tmp_path / "b", "textbook", CLASSES))
    assert plain.classes == () and plain.labels(n=3) == 3
    assert plain.sample(n=3).shape == (3, 28, 28)
    with pytest.raises(InputError, match="labels .* model without labels"):
        plain.sample([1, 2])


def test_where_z_chooses_the_label_it_can_be_asked_for(tmp_path):
    model = digitgan.load(make_model(tmp_path / "a", "dcgan", CLASSES))
    assert model.classes == CLASSES and model.limits == {}
    inputs = model.generator_inputs(np.array([7, 0, 7, 3], np.int32), seed=5)
    chosen = model.network_inputs(inputs)
    assert list(chosen) == ["latents"]
    assert model.latent_label.labels_of(chosen["latents"]).tolist() == [7, 0, 7, 3]
    assert np.array_equal(chosen["latents"][:, 1:], inputs.latents[:, 1:])
    drawn = model.session.run(None, chosen)[0]
    assert np.array_equal(model.sample([7, 0, 7, 3], seed=5), drawn)
    assert model.write("70").labels == ("7", "0")


@pytest.mark.parametrize("name", ["generator.onnx", "styles.npz"])
def test_a_changed_file_is_refused(folder, tmp_path, name):
    copy = shutil.copytree(folder, tmp_path / "copy")
    content = bytearray((copy / name).read_bytes())
    content[len(content) // 2] ^= 1
    (copy / name).write_bytes(content)
    with pytest.raises(InputError, match=f"{name}' was changed"):
        digitgan.load(copy)
    (copy / name).unlink()
    with pytest.raises(InputError, match=name):
        digitgan.load(copy)


def test_limits_are_those_of_real_digits(folder):
    stored = json.loads((folder / "model.json").read_text())["conditions"]
    assert stored["label"] == [0, 9]
    low, high = stored["thickness"]
    assert 0.5 < low < 1.5 and 3.5 < high < 4.5


def test_the_ends_of_the_studios_dials_break_no_digit():
    """Each end alone and both dials at their ends together."""
    page = Path(digitgan.__file__).parent / "serving" / "page" / "dials.js"
    text, ends = page.read_text("utf-8"), {}
    for style in ("thickness", "slant"):
        (line,) = re.findall(rf"^  {style}: \[.*\]", text, re.MULTILINE)
        ends[style] = [float(v) for v in re.findall(r" (-?[\d.]+)", line)[-3:-1]]
        assert ends[style][0] < ends[style][1]
    labels, model = np.repeat(np.arange(10), 100), digitgan.load()
    for one in product((None, *ends["thickness"]), (None, *ends["slant"])):
        images = model.sample(labels, seed=3, thickness=one[0], slant=one[1])
        read = Classifier().predict(images).labels
        assert (read == labels).mean() >= 0.95, one


@pytest.mark.process
@pytest.mark.parametrize("processor", ["Nehalem", "Haswell"])
def test_processors_with_fewer_instructions_draw_the_same(processor, qemu, tmp_path):
    """Without AVX, and without AVX-512, VNNI and AMX; pages to one grey level."""
    here, there = tmp_path / "here.npz", tmp_path / "there.npz"
    python = [sys.executable, "-c", DRAW]
    subprocess.run([*python, here], check=True)
    subprocess.run([qemu, "-cpu", processor, *python, there], check=True)
    with np.load(here) as ours, np.load(there) as theirs:
        assert np.array_equal(ours["digits"], theirs["digits"])
        assert nearly_equal(ours["page"], theirs["page"])


def test_a_model_can_be_sent_to_another_process():
    model = digitgan.load()
    again = pickle.loads(pickle.dumps(model))
    assert repr(again) == repr(model)
    assert (again.sample(n=20, seed=3) == model.sample(n=20, seed=3)).all()
