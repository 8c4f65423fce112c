"""Stacked MNIST: triplets in, a game in three channels, and its modes counted."""

import json
from functools import partial

import numpy as np
import pytest
from PIL import Image

import digitgan
from digitgan.data import load as loading
from digitgan.data import stacked_mnist
from digitgan.data.image_grid import grid, to_block_characters
from digitgan.data.images import to_float, to_uint8
from digitgan.data.load import load_dataset
from digitgan.data.mnist_preprocessing import crop_to_box, place_by_mass
from digitgan.errors import InputError
from digitgan.evaluation.evaluate import evaluate
from digitgan.evaluation.metrics import stacked as metrics
from digitgan.measure.classifier import Classifier

TINY = {"generator_widths": (16, 8), "discriminator_widths": (8, 16), "latent_dim": 8}
TINY |= {"box": True}  # the harder way: each channel is placed by itself
TINY |= {"final_lr_fraction": 1.0}  # so that the goal does not move the learning rate
N = 200  # samples of the protocol, here


@pytest.fixture(scope="module", autouse=True)
def few():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loading, "stack", partial(stacked_mnist.stack, n=320))
        patch.setattr(metrics, "SAMPLE_COUNTS", {"quick": N, "full": 2 * N})
        yield


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    pytest.importorskip("keras")
    from digitgan.training import validation

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(validation, "MODE_SAMPLES", N)
        out = tmp_path_factory.mktemp("runs") / "whole"
        yield digitgan.train("stacked", epochs=2, out=out, guard="off", **TINY)


def test_triplets_are_training_digits_and_always_the_same(mnist):
    one, again = (stacked_mnist.stack(mnist, n=50) for _ in range(2))
    assert one.train.images.shape == (50, 28, 28, 3)
    assert one.sha256 == again.sha256
    known = {image.tobytes() for image in mnist.train.images}
    planes = np.moveaxis(one.train.images, 3, 1).reshape(-1, 28, 28)
    assert all(plane.tobytes() in known for plane in planes)
    assert len({plane.tobytes() for plane in planes}) > 140


def test_channels_go_to_floats_and_back():
    images = np.random.default_rng(0).integers(0, 256, (4, 28, 28, 3), np.uint8)
    assert to_float(images).shape == (4, 28, 28, 3)
    assert np.array_equal(to_uint8(to_float(images)), images)


def test_inks_are_cyan_magenta_and_yellow():
    images = np.zeros((1, 28, 28, 3), np.uint8)
    images[0, :14, :, 0] = 255
    picture = grid(images, 1, 1)
    assert picture.getpixel((5, 5)) == (0, 255, 255)
    assert picture.getpixel((5, 20)) == (255, 255, 255)
    assert "█" in to_block_characters(images)


def test_a_collapsed_generator_has_one_mode(mnist):
    images = np.repeat(stacked_mnist.stack(mnist, n=1).train.images, N, axis=0)
    card = evaluate(images, data=mnist)
    assert (card["modes"].value, card["modes"].verdict) == (1, "far")
    assert card["kl"].value == pytest.approx(np.log(1000))


def test_real_triplets_count_as_real(mnist):
    images = stacked_mnist.stack(mnist, n=1500).train.images
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(metrics, "SAMPLE_COUNTS", {"quick": 1500, "full": 3000})
        card = evaluate(images, data=mnist)
    row = card["kl"]
    assert row.n == 1500
    assert abs(row.value - row.real) < 0.1
    assert abs(row.value - row.detail["perfect sampler"]) < 0.1
    assert card["modes"].verdict != "far"


def test_classifying_does_not_depend_on_batches(mnist, monkeypatch):
    images, classifier = stacked_mnist.stack(mnist, n=7).train.images, Classifier()
    read = metrics.classify_triplets(classifier, images)
    expected = [classifier.predict(images[..., c]).labels for c in range(3)]
    assert np.array_equal(read, np.stack(expected, axis=1))
    monkeypatch.setattr(metrics, "BATCH_SIZE", 3)
    assert np.array_equal(metrics.classify_triplets(classifier, images), read)


@pytest.mark.learns
def test_a_run_leaves_everything(run):
    assert [set(r) for r in _scores(run)] == [{"epoch", "step", "times_real"} | NEWS]
    with Image.open(run.folder / "samples.png") as sheet:
        assert sheet.mode == "RGB"
    card = json.loads((run.folder / "scorecard.json").read_text())
    assert [row["key"] for row in card["rows"]] == ["modes", "kl"]
    described = json.loads((run.model_folder / "model.json").read_text())
    assert described["image"]["kind"] == "triplets"
    assert described["licence"]
    assert "reverse KL" in (run.model_folder / "README.md").read_text()


NEWS = {"kl", "modes"}


def _scores(run):
    lines = (run.folder / "scores.csv").read_text().splitlines()
    return [
        dict(zip(lines[0].split(","), r.split(","), strict=True)) for r in lines[1:]
    ]


@pytest.mark.learns
def test_the_file_draws_as_the_network_does(run):
    import keras

    model = digitgan.load(run.folder)
    drawn = model.sample(n=20, seed=3)
    assert drawn.shape == (20, 28, 28, 3)
    game = keras.models.load_model(run.model_folder / "gan.keras")
    latents = model.generator_inputs(20, seed=3).latents
    expected = place_by_mass(to_uint8(game.generator(latents)))
    # A level more or less may move a digit: its pixels are compared, not their places.
    pixels = (np.sort(x.reshape(20, -1, 3).astype(int), 1) for x in (expected, drawn))
    assert np.abs(np.subtract(*pixels)).max() <= 1


@pytest.mark.learns
def test_the_discriminators_file_judges_as_the_network_does(run):
    import keras
    import onnxruntime

    game = keras.models.load_model(run.model_folder / "gan.keras")
    images = load_dataset("stacked-mnist").train.images[:20]
    session = onnxruntime.InferenceSession(run.discriminator_path.read_bytes())
    images = crop_to_box(images)
    (found,) = session.run(None, {"digits": images})
    expected = np.asarray(game.discriminator(to_float(images)))[:, 0]
    assert np.abs(found - expected).max() < 2e-2


@pytest.mark.learns
def test_resume_is_exact(run, tmp_path):
    half = digitgan.train("stacked", epochs=1, out=tmp_path / "a", guard="off", **TINY)
    digitgan.resume(half.folder, epochs=2)
    files = [r.checkpoint_folder / run_file(r) for r in (run, half)]
    with np.load(files[0]) as whole, np.load(files[1]) as parts:
        names = set(whole.files) - {"seconds", "sha256"}
        assert all(np.array_equal(whole[name], parts[name]) for name in names)


def run_file(run):
    return max(path.name for path in run.checkpoint_folder.iterdir())


@pytest.mark.learns
def test_evaluate_counts_more_when_asked(run, mnist):
    quick = digitgan.evaluate(run.folder)
    full = digitgan.evaluate(run.folder, level="full")
    assert [row.n for row in quick.rows] == [N, N]
    assert [row.n for row in full.rows] == [N, N, 2 * N, 2 * N]
    assert full["modes"].value == quick["modes"].value
    assert full["kl"].value == quick["kl"].value


@pytest.mark.learns
def test_generate_draws_in_colour(run, tmp_path):
    from digitgan.handwriting.generate import generate

    generate(out=tmp_path / "a.png", model=str(run.folder), count=4)
    with Image.open(tmp_path / "a.png") as sheet:
        assert sheet.mode == "RGB"
    generate(out=tmp_path / "a.npz", model=str(run.folder), count=4)
    with np.load(tmp_path / "a.npz") as stored:
        assert stored["x"].shape == (4, 28, 28, 3)
    with pytest.raises(InputError, match="which has no labels"):
        generate("12", model=str(run.folder))


@pytest.mark.learns
def test_what_cannot_be_done_is_said(run, tmp_path, mnist):
    with pytest.raises(InputError, match="no labels"):
        digitgan.train("conditional", "stacked-mnist", out=tmp_path / "b")
    with pytest.raises(InputError, match="html"):
        from digitgan.cli.evaluate import evaluate as command

        words = [str(run.folder), "--html", str(tmp_path / "report.html")]
        command.main(words, standalone_mode=False)
    with pytest.raises(InputError, match="no labelled training and test"):
        digitgan.evaluate(run.folder, data="stacked-mnist")


@pytest.mark.learns
def test_the_page_says_that_it_cannot_judge_triplets(run):
    from digitgan.serving.problems import Problem
    from digitgan.serving.routes.discriminator import Discriminator

    with pytest.raises(Problem, match="several channels"):
        Discriminator(run)
