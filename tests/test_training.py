"""Runs: what they leave, how they stop, and that going on is exact."""

import errno
import json
import logging
import os
import signal
import sys
from types import SimpleNamespace

import keras
import numpy as np
import onnxruntime
import pytest
from PIL import Image

import digitgan
from digitgan.errors import ExportFailed, InputError, TrainingFailed
from digitgan.model.keras_sampling import sample_grid, sample_images
from digitgan.model.presets import PRESETS
from digitgan.training import build, train, training_loop
from digitgan.training.batches import Batches
from digitgan.training.build import build_gan
from digitgan.training.checkpoint import Checkpoints
from digitgan.training.clock import Clock
from digitgan.training.history import History
from digitgan.training.progress import Goal, Progress
from digitgan.untrusted import sha256

QUICKLY = {"artifacts": False, "guard": "off"}


@pytest.fixture(scope="module")
def small(mnist):
    return mnist.train[:1000]


@pytest.fixture(scope="module")
def gan(small):
    return build_gan(PRESETS["tiny"], labels_of(small), 0)


def labels_of(digits):
    return {"label": digits.labels}


def state_of(run):
    with np.load(Checkpoints(run.checkpoint_folder).paths[-1]) as stored:
        return {k: stored[k] for k in stored.files if k not in ("seconds", "sha256")}


def same(one, other):
    return one.keys() == other.keys() and all(
        np.array_equal(one[k], other[k]) for k in one
    )


def without_seconds(run):
    return [{k: v for k, v in r.items() if k != "seconds"} for r in run.read_log()]


def press_ctrl_c_at(step, monkeypatch):
    ordinary = Clock.on_train_batch_end

    def on_train_batch_end(self, batch, logs=None):
        if self.step + 1 == step:
            os.kill(os.getpid(), signal.SIGINT)
        ordinary(self, batch, logs)

    monkeypatch.setattr(Clock, "on_train_batch_end", on_train_batch_end)


# What a run leaves


def test_a_run_leaves_what_it_promises(trained_run):
    run = trained_run
    names = {str(p.relative_to(run.folder)) for p in run.folder.rglob("*.*")}
    promised = {
        "config.json",
        "log.csv",
        "scores.csv",
        "scorecard.json",
        "samples.png",
        "progress.gif",
        "curves.png",
        "checkpoint/step_000000030.npz",
        "discriminator/discriminator.onnx",
        "discriminator/real.npz",
        *(f"samples/epoch_{n:04d}.png" for n in range(3)),
        *(f"model/{n}" for n in ("generator.onnx", "gan.keras", "model.json")),
        *(f"model/{n}" for n in ("README.md", "samples.png")),
    }
    assert promised <= names
    assert any(p.name.startswith("events.") for p in run.events_folder.iterdir())
    assert not [n for n in names if n.split("/")[-1].startswith(".")]
    assert Image.open(run.film_path).n_frames == 3
    assert run.samples_path.read_bytes() == run.sample_sheet(2).read_bytes()
    assert len(run.read_log()) == 20 and run.read_log()[-1]["epoch"] == 2


def test_the_exported_generator_agrees_with_keras(trained_run, gan):
    Checkpoints(trained_run.checkpoint_folder).restore(gan)
    path = trained_run.model_folder / "generator.onnx"
    session = onnxruntime.InferenceSession(path)
    model = digitgan.load(trained_run.folder)
    for n in (1, 257):
        labels = np.arange(n, dtype="int32") % 10
        by_keras = sample_images(gan, n, {"label": labels}, seed=3)
        latents = model.generator_inputs(labels, seed=3).latents
        inputs = {"latents": latents, "label": labels}
        (by_onnx,) = session.run(None, inputs)
        assert by_onnx.dtype == np.uint8 and by_onnx.shape == (n, 28, 28)
        # In 8 bits: nearly the same.
        assert np.abs(by_keras.astype(int) - by_onnx).mean() < 2
    description = json.loads((trained_run.model_folder / "model.json").read_text())
    assert description["latent_dim"] == gan.latent_dim
    assert description["conditions"] == {"label": [0, 9]}


def test_the_card_has_the_scores_and_the_hashes(trained_run):
    card = (trained_run.model_folder / "README.md").read_text()
    described = json.loads((trained_run.model_folder / "model.json").read_text())
    value, real = described["scores"]["precision"]
    assert f"| precision | {value:.4g} | {real:.4g} |" in card
    assert described["command"] in card and described["machine"] in card
    for name, digest in described["sha256"].items():
        assert sha256(trained_run.model_folder / name) == digest
    digitgan.load(trained_run.folder)


@pytest.mark.learns
def test_without_artifacts_a_run_leaves_no_pictures(few, tmp_path, caplog):
    with caplog.at_level(logging.INFO, logger="digitgan"):
        run = digitgan.train("tiny", few, epochs=1, out=tmp_path / "run", **QUICKLY)
    names = {path.name for path in run.folder.iterdir()}
    assert names == {"config.json", "log.csv", "scores.csv"} | {
        "checkpoint",
        "events",
        "model",
    }
    assert "1,000 training" in caplog.text and "epoch 1/1" in caplog.text
    assert "images/s" in caplog.text


@pytest.mark.parametrize(
    ("data", "scored", "advice"),
    [
        ("mnist", False, "digitgan evaluate run"),
        ("my digits", True, "digitgan evaluate run --data 'my digits' --clean"),
        ("my digits", False, "Look: digitgan generate --grid --model run"),
        (train.ARRAYS, True, "Look: digitgan generate --grid --model run"),
    ],
)
def test_the_advice_is_a_command_that_works(tmp_path, data, scored, advice):
    """What could be judged at the end of the run can be judged again."""
    card = tmp_path if scored else tmp_path / "none"
    config = SimpleNamespace(data=data, clean=True)
    run = SimpleNamespace(folder="run", config=config, scorecard_path=card)
    loop = SimpleNamespace(run=run, dataset=SimpleNamespace(kind="digits"))
    assert train._advice(loop) == f"How good is it? {advice}"


def test_no_room_for_a_first_checkpoint(few, tmp_path, monkeypatch):
    def no_room(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(training_loop.TrainingLoop, "train", no_room)
    run = tmp_path / "run"
    with pytest.raises(TrainingFailed) as failure:
        digitgan.train("tiny", few, epochs=1, out=run, **QUICKLY)
    advice = f"Make room and go on with: --resume {run}"
    line = f"{run} cannot be written to (No space left on device). {advice}"
    assert str(failure.value) == line


@pytest.mark.learns
def test_a_caller_hears_nothing_unless_he_listens(few, tmp_path, capfd):
    digitgan.train("tiny", few, epochs=1, out=tmp_path / "run", **QUICKLY)
    assert capfd.readouterr().out == ""


@pytest.mark.learns
def test_config_is_written_once(few, tmp_path, monkeypatch):
    from digitgan.training.run import Run

    written, ordinary = [], Run.write_config
    monkeypatch.setattr(
        Run, "write_config", lambda run: [written.append(run), ordinary(run)]
    )
    run = digitgan.train("tiny", few, epochs=1, out=tmp_path / "run", **QUICKLY)
    assert len(written) == 1
    digitgan.resume(run.folder, epochs=2)
    assert [r.config.epochs for r in written] == [1, 2]


# Exactness


@pytest.mark.learns
def test_the_same_seed_gives_the_same_weights(few, tmp_path):
    runs = [
        digitgan.train(
            "tiny", few, epochs=1, seed=seed, out=tmp_path / str(i), **QUICKLY
        )
        for i, seed in enumerate((7, 7, 8))
    ]
    first, again, other = (state_of(run) for run in runs)
    assert same(first, again)
    assert not same(first, other)


@pytest.mark.learns
@pytest.mark.parametrize("preset", ["tiny", "dcgan"])
def test_resume_at_an_epoch_is_exact(few, tmp_path, preset):
    held = {"final_lr_fraction": 1.0} | QUICKLY  # another goal, the same rate
    whole = digitgan.train(preset, few, epochs=2, out=tmp_path / "whole", **held)
    digitgan.train(preset, few, epochs=1, out=tmp_path / "parts", **held)
    parts = digitgan.resume(tmp_path / "parts", epochs=2)
    assert same(state_of(whole), state_of(parts))
    assert without_seconds(whole) == without_seconds(parts)


@pytest.mark.learns
def test_resume_after_ctrl_c_is_exact(trained_run, tmp_path, monkeypatch, caplog):
    data = trained_run.config.data
    with (
        monkeypatch.context() as patch,
        caplog.at_level(logging.INFO, logger="digitgan"),
    ):
        press_ctrl_c_at(22, patch)  # of 15 steps an epoch
        parts = digitgan.train("tiny", data, epochs=2, out=tmp_path / "parts")
    assert int(state_of(parts)["step"]) == 22
    assert f"Go on with: --resume {parts.folder}" in caplog.text
    assert (parts.model_folder / "generator.onnx").exists()
    digitgan.resume(parts.folder)
    assert same(state_of(trained_run), state_of(parts))
    assert without_seconds(trained_run) == without_seconds(parts)


@pytest.mark.learns
def test_minutes_end_a_run(few, tmp_path):
    run = digitgan.train("tiny", few, minutes=0.01, out=tmp_path / "run", **QUICKLY)
    assert (
        float(np.load(Checkpoints(run.checkpoint_folder).paths[-1])["seconds"]) >= 0.6
    )
    with pytest.raises(InputError, match="has reached its goal"):
        digitgan.resume(run.folder)


def test_scores_are_written(trained_run):
    rows = trained_run.scores_path.read_text().splitlines()
    assert rows[0] == "epoch,step,times_real"
    assert [float(row.split(",")[1]) for row in rows[1:]] == [30]
    assert all(float(row.split(",")[2]) > 10 for row in rows[1:])  # far from real


@pytest.mark.learns
def test_scores_are_gone_on_with(run_copy):
    digitgan.resume(run_copy.folder, epochs=3)
    assert [row["step"] for row in run_copy.read_scores()] == [30, 45]


# Refusals and failures


@pytest.mark.learns
def test_a_run_that_explodes_keeps_its_last_good_state(run_copy, monkeypatch):
    before = state_of(run_copy)

    def explosive(*arguments):
        gan = build_gan(*arguments)
        gan.penalty = 1e38
        return gan

    monkeypatch.setattr(training_loop, "build_gan", explosive)
    with pytest.raises(TrainingFailed, match="no longer numbers"):
        digitgan.resume(run_copy.folder, epochs=3)
    assert same(state_of(run_copy), before)
    assert len(run_copy.read_log()) >= 20


def test_what_could_not_be_exported_is_refused_at_the_start(monkeypatch):
    ordinary = build.build_generator

    def with_noise(*arguments):
        generator = ordinary(*arguments)
        noisy = keras.layers.GaussianNoise(0.1, name="noise")(generator.output)
        return keras.Model(generator.inputs, noisy)

    monkeypatch.setattr(build, "build_generator", with_noise)
    with pytest.raises(ExportFailed, match="layer 'noise', GaussianNoise"):
        build_gan(PRESETS["tiny"], {"label": np.arange(10)}, 0)


def test_a_refused_goal_changes_nothing(run_copy):
    path = run_copy.config_path
    before = path.read_text()
    with pytest.raises(InputError, match="has reached its goal"):
        digitgan.resume(run_copy.folder, epochs=1)
    assert path.read_text() == before


@pytest.mark.skipif(sys.platform == "win32", reason="folders cannot be locked there")
def test_what_another_process_trains_is_refused(run_copy):
    refused = pytest.raises(InputError, match="is being trained by another process")
    with run_copy.locked(), refused:
        digitgan.resume(run_copy, epochs=9)
    with run_copy.locked():  # and free again
        pass


@pytest.mark.learns
def test_an_export_that_was_killed_is_made_good(run_copy):
    (run_copy.model_folder / "model.json").unlink()
    digitgan.resume(run_copy.folder)
    assert (run_copy.model_folder / "model.json").exists()
    with pytest.raises(InputError, match="has reached its goal"):
        digitgan.resume(run_copy.folder)


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ({"guard": "rolback"}, "did you mean 'rollback'"),
        ({"checkpoint_seconds": -1.0}, "checkpoint_seconds is -1.0: allowed is 0"),
        ({"checkpoint_seconds": float("nan")}, "checkpoint_seconds is nan"),
        ({"epochs": 0}, "epochs is 0: allowed is 1"),
        ({"minutes": float("inf")}, "minutes is inf: allowed is any time"),
        ({"seed": -1}, "seed is -1: allowed is 0"),
    ],
)
def test_refused_arguments(few, tmp_path, arguments, line):
    with pytest.raises(InputError, match=line):
        digitgan.train("tiny", few, out=tmp_path / "run", **arguments)
    assert not (tmp_path / "run").exists()


def test_a_set_smaller_than_a_batch_is_learned_from(small, tmp_path):
    some = small.images[:12], small.labels[:12]
    run = digitgan.train("tiny", some, epochs=1, out=tmp_path / "run", artifacts=False)
    assert run.config.settings.batch_size == 12


# Pieces


def test_every_epoch_shows_every_digit_in_an_order_of_its_own(small):
    batches = Batches(small.images, labels_of(small), 100, seed=1)
    epochs = []
    for _ in range(2):
        images, labels = zip(
            *(batch[0] for batch in map(batches.__getitem__, range(10))),
            strict=True,
        )
        order = np.concatenate(images).reshape(1000, -1)
        assert {x.tobytes() for x in order} == {
            x.tobytes() for x in (small.images / np.float32(127.5) - 1)
        }
        epochs.append((order, np.concatenate(labels)))
        batches.on_epoch_end()
    assert not np.array_equal(epochs[0][0], epochs[1][0])
    late = Batches(small.images, labels_of(small), 100, seed=1, first_step=13)
    assert len(late) == 7
    np.testing.assert_array_equal(late[0][0][1], epochs[1][1][300:400])


def test_history_gives_the_mean_of_each_part():
    history = History([], steps_per_epoch=20)
    values = np.random.default_rng(0).random(40)
    for step in range(1, 41):
        began = (step - 1) // 20 * 20
        if history.is_due(step):
            mean = values[began:step].mean()
            names = ("loss", "d_loss", "g_loss", "d_real", "d_fake", "variety")
            history.add(Progress(step), dict.fromkeys(names, mean))
    parts = [row["d_loss"] for row in history.rows]
    np.testing.assert_allclose(parts, values.reshape(20, 2).mean(axis=1))


def test_sheets_of_a_run_can_be_compared(small, gan):
    sheets = [sample_grid(gan, labels_of(small), 4) for _ in range(2)]
    assert np.array_equal(*sheets)
    assert sheets[0].shape == (100, 28, 28)


@pytest.mark.parametrize(
    ("goal", "progress", "reached", "left"),
    [
        (Goal(2, None, 10), Progress(5, 1.0), False, 3.0),
        (Goal(2, None, 10), Progress(20, 4.0), True, 0.0),
        (Goal(None, 0.1, 10), Progress(5, 1.0), False, 5.0),
        (Goal(2, 0.1, 10), Progress(5, 6.0), True, 0.0),
        (Goal(None, None, 10), Progress(5, 1.0), False, float("inf")),
    ],
)
def test_a_goal_is_reached_by_epochs_or_minutes(goal, progress, reached, left):
    assert goal.is_reached(progress) == reached
    assert goal.seconds_left(progress, steps_per_second=5.0) == left
