"""A model learns one writer's hand."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from model_folders import make_model
from PIL import Image
from test_cli import refused

keras = pytest.importorskip("keras")
sys.path.insert(0, str(Path(__file__).parent.parent / "benchmarks"))

import digitgan  # noqa: E402
from digitgan.data.augmentation import augment  # noqa: E402
from digitgan.data.dataset import Digits, held_out  # noqa: E402
from digitgan.measure.classifier import Classifier  # noqa: E402
from digitgan.training import adapt as adapting  # noqa: E402
from digitgan.training import before_after  # noqa: E402

DIGITS = "0123456789"


@pytest.fixture(scope="module")
def mine(mnist):
    """Return three held-out digits of each class."""
    digits = held_out(mnist.train)[1]
    rows = [np.flatnonzero(digits.labels == label)[:3] for label in range(10)]
    return digits[np.concatenate(rows)]


@pytest.fixture(scope="module")
def data(mine, tmp_path_factory):
    return in_folders(mine, tmp_path_factory.mktemp("own") / "my-digits")


def in_folders(digits, folder):
    for i, (image, label) in enumerate(zip(digits.images, digits.labels, strict=True)):
        (folder / str(label)).mkdir(parents=True, exist_ok=True)
        Image.fromarray(image).save(folder / str(label) / f"{i}.png")
    return folder


@pytest.fixture
def quick(monkeypatch):
    for name, value in {
        "OWN_PER_CLASS": 8,
        "SIMILAR_PER_CLASS": 24,
        "EPOCHS": 2,
        "BATCH_SIZE": 32,
    }.items():
        monkeypatch.setattr(adapting, name, value)


def test_varied_digits_are_the_same_digits(mine):
    varied = augment(mine.images, 8, seed=1)
    assert np.array_equal(varied, augment(mine.images, 8, seed=1))
    read = Classifier().predict(mine.images).labels
    again = Classifier().predict(varied).labels.reshape(8, -1)
    assert np.mean(again == read) > 0.97
    changed = np.abs(varied[:30].astype(float) - mine.images).mean(axis=(1, 2))
    assert (changed > 1).all()
    mass = varied.sum(axis=(1, 2), dtype=float)
    across = varied.sum(axis=1, dtype=float) @ np.arange(28) / mass
    assert np.abs(across - 14).max() <= 1


def test_training_digits_are_balanced_and_similar(mnist, mine, quick):
    others = held_out(mnist.train)[0][:4000]
    own, similar = adapting.training_digits(mine, others, seed=0)
    assert (np.bincount(own.labels) == adapting.OWN_PER_CLASS).all()
    counts = np.bincount(similar.labels)
    assert (
        counts == np.minimum(adapting.SIMILAR_PER_CLASS, np.bincount(others.labels))
    ).all()
    zeros = others.images[others.labels == 0]
    few = adapting._nearest(mine.images[:3], zeros, adapting.SIMILAR_PER_CLASS)
    assert len(np.unique(few)) == len(few)
    apart = [
        np.abs(zeros[part].astype(float) - image).mean()
        for part, image in ((few[0], mine.images[0]), (few[-1], mine.images[0]))
    ]
    assert apart[0] < apart[1]


@pytest.mark.learns
def test_the_result_is_a_model_folder(tmp_path, data, quick):
    base = make_model(tmp_path / "base", "tiny", DIGITS)
    made = adapting.adapt(base, data, tmp_path / "own", minutes=5, seed=3)
    before, after = digitgan.load(base), digitgan.load(made)
    assert not np.array_equal(before.sample(n=20), after.sample(n=20))
    assert after.classes == tuple(DIGITS)
    card = json.loads((made / "model.json").read_text())
    assert card["epochs"] == 2
    assert card["adapted_from"] == before.description["sha256"]["generator.onnx"]
    assert card["nearest"].keys() == {"before", "after", "writer"}
    assert "30 digits of one writer" in (made / "README.md").read_text()
    with Image.open(made / "beside.png") as picture:
        assert (
            picture.width
            == 3 * (before_after.COLUMNS * 56 + before_after.GAP) + before_after.GAP
        )
    games = [keras.models.load_model(f / "gan.keras") for f in (base, made)]
    held, moved = (
        [game.discriminator.get_layer(index=i).get_weights()[0] for game in games]
        for i in convolutions(games[0])
    )
    assert np.array_equal(*held) and not np.array_equal(*moved)


def convolutions(game):
    layers = enumerate(game.discriminator.layers)
    return [i for i, layer in layers if isinstance(layer, keras.layers.Conv2D)]


def test_copies_are_called_copies(mine):
    distances = {"before": 900.0, "after": 300.0, "writer": 600.0}
    assert before_after.verdict(distances).startswith("near to copies")
    assert "no copies" in before_after.verdict(distances | {"after": 550.0})


def test_pale_digits_stay_digits(mine):
    pale = (mine.images * 0.35).astype(np.uint8)
    same = (augment(pale, 2) > 127) == (augment(mine.images, 2) > 127)
    assert same.mean(axis=(1, 2)).min() > 0.99


def test_what_cannot_be_adapted_gets_one_line(
    tmp_path, capsys, mine, data, quick, run_copy
):
    def line(model, digits):
        out = tmp_path / "own"
        said = refused(capsys, "adapt", model, "--data", digits, "-o", out)
        assert not out.exists()
        return said

    base = run_copy.model_folder
    without = mine[np.flatnonzero(mine.labels != 4)]
    assert "has no digit 4" in line(base, in_folders(without, tmp_path / "nine"))
    np.savez(tmp_path / "nine.npz", x=without.images, y=without.labels)
    assert "has no digit 4" in line(base, tmp_path / "nine.npz")
    letters = in_folders(mine, tmp_path / "letters")
    (letters / "7").rename(letters / "g")
    assert "has no digit 7" in line(base, letters)
    (letters / "g").rename(letters / "7")
    in_folders(Digits(mine.images[:2], ["g", "g"]), letters)
    assert "has a class 'g'" in line(base, letters)
    free = make_model(tmp_path / "free", "dcgan", ())
    assert "allowed is one that can be asked" in line(free, data)
    (base / "gan.keras").write_bytes(b"other")
    assert "has not the gan.keras" in line(base, data)
    said = refused(capsys, "adapt", "flagship", "--data", data, "-o", data)
    assert "allowed is a new folder" in said


@pytest.mark.slow
def test_the_flagship_learns_a_writers_style(tmp_path, mnist):
    from synthetic_writer import of_one_shape, split

    from digitgan.evaluation.metrics.fidelity import frechet
    from digitgan.evaluation.metrics.handwriting import distance
    from digitgan.measure.morphometry import measure

    mine, rest = split(of_one_shape(mnist.train, seed=3))
    data = in_folders(mine, tmp_path / "my-digits")
    made = adapting.adapt("flagship", data, tmp_path / "own", minutes=20)
    classifier, labels = Classifier(), np.resize(rest.labels, 2_000)
    reference = classifier.predict(rest.images).features
    distances, slants, aim = [], [], measure(rest.images)["slant"]
    for model in (digitgan.load(), digitgan.load(made)):
        images = model.sample(labels, seed=1)
        odds, features = classifier.predict(images)
        distances.append(frechet(features, reference))
        slants.append(distance(aim, measure(images)["slant"]))
    assert distances[1] < 0.6 * distances[0]
    assert slants[1] < slants[0]
    assert np.mean(odds.argmax(1) == labels) > 0.98
    nearest = json.loads((made / "model.json").read_text())["nearest"]
    assert nearest["after"] > 0.75 * nearest["writer"]
