"""Pictures of another size and in colour: learnt, sampled, scored, made a data set.

Only this file says how large they are.
"""

import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

import digitgan
from digitgan.data.images import ImageSpec
from digitgan.data.load import load_dataset
from digitgan.errors import InputError
from digitgan.model.presets import PRESETS

pytestmark = pytest.mark.learns
SPEC = ImageSpec(32, 32, 3, kind="pictures")
CLASSES = ("0", "1", "2")


def toys(n, seed):
    """Return bars: where and in which colour, the label says; how long, chance."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, len(CLASSES), n).astype("int32")
    images = np.zeros((n, *SPEC.shape), np.uint8)
    for image, label in zip(images, labels, strict=True):
        row = 4 + 10 * label
        image[row : row + 4, : rng.integers(8, 32), label] = rng.integers(180, 256)
    return images, labels


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    path = tmp_path_factory.mktemp("toys") / "toys.npz"
    (x, y), (x_test, y_test) = toys(2000, 0), toys(390, 1)
    np.savez(path, x_train=x, y_train=y, x_test=x_test, y_test=y_test)
    return path


@pytest.fixture(scope="module")
def run(data, tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(PRESETS, "toys", replace(PRESETS["tiny"], image=SPEC))
        out = tmp_path_factory.mktemp("runs") / "toys"
        yield digitgan.train("toys", data, epochs=1, out=out)


def test_a_data_set_says_what_its_images_are(data):
    assert load_dataset(data).image == SPEC


def test_a_run_leaves_everything(run):
    described = json.loads((run.model_folder / "model.json").read_text())
    assert ImageSpec(**described["image"]) == SPEC
    assert "32, 32, 3" in (run.model_folder / "README.md").read_text()
    with Image.open(run.folder / "samples.png") as sheet:
        assert sheet.mode == "RGB"


def test_a_model_samples_them(run, tmp_path):
    model = digitgan.load(run.folder)
    assert model.image == SPEC
    images = model.sample([0, 1, 2], seed=1)
    assert images.shape == (3, *SPEC.shape) and images.dtype == np.uint8
    from digitgan.handwriting.generate import generate

    generate(out=tmp_path / "a.png", model=str(run.folder), count=4)
    with Image.open(tmp_path / "a.png") as sheet:
        assert sheet.mode == "RGB"


def test_what_applies_is_scored_and_the_rest_says_why(run, data):
    card = digitgan.evaluate(run.folder, data=data)
    skipped = [row for row in card.rows if row.value is None]
    assert any(row.value is not None for row in card.rows)
    assert skipped and all(row.definition for row in skipped)


@pytest.mark.parametrize("layout", ["npz", "png"])
def test_they_become_a_data_set(run, tmp_path, layout):
    out = tmp_path / layout
    digitgan.make_dataset(out, model=run.folder, count=60, format=layout, seed=3)
    if layout == "npz":
        made = load_dataset(out / "mnist.npz")
        assert made.image == SPEC and len(made.train) == 48
    else:
        with Image.open(next((out / "train").rglob("*.png"))) as picture:
            assert picture.mode == "RGB" and picture.size == (SPEC.width, SPEC.height)


def test_what_does_not_suit_them_is_refused(run, data, tmp_path):
    with pytest.raises(InputError, match=r"holds images of 32 x 32 x 3 \(pictures\)"):
        digitgan.train("tiny", data, out=tmp_path / "a")
    with pytest.raises(InputError, match="idx"):
        digitgan.make_dataset(tmp_path / "b", model=run.folder, count=9, format="idx")
    with pytest.raises(InputError, match="one of 28 x 28"):
        digitgan.load(run.folder).write("12")
    with pytest.raises(InputError, match="multiple of 4"):
        ImageSpec(30, 32, 3, kind="pictures")
