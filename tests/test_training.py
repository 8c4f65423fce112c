"""Runs: what they leave, how they stop, and that going on is exact."""

import json
import os
import signal

import numpy as np
import onnxruntime
import pytest
from PIL import Image

import digitgan
from digitgan.data.dataset import Dataset
from digitgan.data.images import to_uint8
from digitgan.errors import InputError, TrainingFailed
from digitgan.files import sha256
from digitgan.model.keras_sampling import sample_grid
from digitgan.model.presets import PRESETS
from digitgan.random_streams import draw_latents
from digitgan.training import train as training
from digitgan.training.batches import Batches
from digitgan.training.checkpoint import Checkpoints
from digitgan.training.clock import Clock, Progress
from digitgan.training.history import History


@pytest.fixture
def small(mnist, monkeypatch):
    """A thousand real digits in the place of MNIST."""
    data = Dataset(mnist.train[:1000], None, mnist.classes, "1,000 digits")
    monkeypatch.setattr(training, "load", lambda name: data)
    return data


def told(dataset):
    return {"label": dataset.train.labels}


def state_of(run):
    with np.load(Checkpoints(run.checkpoints).kept[-1]) as stored:
        return {k: stored[k] for k in stored.files if k not in ("seconds", "sha256")}


def same(one, other):
    return one.keys() == other.keys() and all(
        np.array_equal(one[k], other[k]) for k in one
    )


def numbers(run):
    return [{k: v for k, v in row.items() if k != "seconds"} for row in run.log]


def press_ctrl_c_at(step, monkeypatch):
    ordinary = Clock.on_train_batch_end

    def on_train_batch_end(self, batch, logs=None):
        if self.step + 1 == step:
            os.kill(os.getpid(), signal.SIGINT)
        ordinary(self, batch, logs)

    monkeypatch.setattr(Clock, "on_train_batch_end", on_train_batch_end)


def test_a_run_leaves_what_it_promises(small, tmp_path, capsys):
    run = digitgan.train("tiny", epochs=2, out=tmp_path / "run")
    names = {str(p.relative_to(run.folder)) for p in run.folder.rglob("*.*")}
    promised = {
        "config.json",
        "log.csv",
        "samples.png",
        "progress.gif",
        "curves.png",
        "checkpoint/step_000000030.npz",
        *(f"samples/epoch_{n:04d}.png" for n in range(3)),
        *(f"model/{n}" for n in ("generator.onnx", "gan.keras", "model.json")),
        *(f"model/{n}" for n in ("README.md", "samples.png")),
    }
    assert promised <= names
    assert any(p.name.startswith("events.") for p in (run.folder / "events").iterdir())
    assert not [n for n in names if n.split("/")[-1].startswith(".")]
    assert Image.open(run.folder / "progress.gif").n_frames == 3
    assert len(run.log) == 20 and run.log[-1]["epoch"] == 2
    said = capsys.readouterr().out
    assert "1,000 digits" in said and "epoch 2/2" in said and "images/s" in said


def test_the_exported_generator_agrees_with_keras(small, tmp_path):
    run = digitgan.train("tiny", epochs=1, out=tmp_path / "run")
    gan = training.build_gan(run.config.settings, told(small), 0)
    Checkpoints(run.checkpoints).restore(gan)
    session = onnxruntime.InferenceSession(run.model / "generator.onnx")
    for n in (1, 257):
        latents = draw_latents(n, gan.latent_dim, seed=3)
        labels = np.arange(n, dtype="int32") % 10
        ours = to_uint8(gan.ema_generator([latents, labels]))
        names = [i.name for i in session.get_inputs()]
        (theirs,) = session.run(None, dict(zip(names, (latents, labels), strict=True)))
        assert theirs.dtype == np.uint8 and theirs.shape == (n, 28, 28)
        assert np.abs(ours.astype(int) - theirs.astype(int)).max() <= 1
    description = json.loads((run.model / "model.json").read_text())
    assert description["latent_dim"] == gan.latent_dim
    assert description["conditions"] == {"label": [0, 9]}


def test_the_same_seed_gives_the_same_weights(small, tmp_path):
    runs = [
        digitgan.train("tiny", epochs=1, seed=seed, out=tmp_path / str(i))
        for i, seed in enumerate((7, 7, 8))
    ]
    first, again, other = (state_of(run) for run in runs)
    assert same(first, again)
    assert not same(first, other)


@pytest.mark.parametrize("preset", ["tiny", "dcgan"])
def test_resume_at_an_epoch_is_exact(small, tmp_path, preset):
    whole = digitgan.train(preset, epochs=2, out=tmp_path / "whole")
    digitgan.train(preset, epochs=1, out=tmp_path / "parts")
    parts = digitgan.resume(tmp_path / "parts", epochs=2)
    assert same(state_of(whole), state_of(parts))
    assert numbers(whole) == numbers(parts)


def test_resume_after_ctrl_c_is_exact(small, tmp_path, monkeypatch, capsys):
    whole = digitgan.train("tiny", epochs=3, out=tmp_path / "whole")
    with monkeypatch.context() as patch:
        press_ctrl_c_at(22, patch)  # of 15 steps an epoch
        parts = digitgan.train("tiny", epochs=3, out=tmp_path / "parts")
    assert int(state_of(parts)["step"]) == 22
    assert f"Go on with: --resume {parts.folder}" in capsys.readouterr().out
    assert (parts.model / "generator.onnx").exists()
    digitgan.resume(parts.folder)
    assert same(state_of(whole), state_of(parts))
    assert numbers(whole) == numbers(parts)


def test_minutes_end_a_run(small, tmp_path):
    run = digitgan.train("tiny", minutes=0.05, out=tmp_path / "run")
    spent = float(np.load(Checkpoints(run.checkpoints).kept[-1])["seconds"])
    assert 3 <= spent < 20
    with pytest.raises(InputError, match="has reached its goal"):
        digitgan.resume(run.folder)


def test_every_epoch_shows_every_digit_in_an_order_of_its_own(small):
    batches = Batches(small.train.images, told(small), 100, seed=1)
    epochs = []
    for _ in range(2):
        images, labels = zip(
            *(batch[0] for batch in map(batches.__getitem__, range(10))),
            strict=True,
        )
        order = np.concatenate(images).reshape(1000, -1)
        assert {x.tobytes() for x in order} == {
            x.tobytes() for x in (small.train.images / np.float32(127.5) - 1)
        }
        epochs.append((order, np.concatenate(labels)))
        batches.on_epoch_end()
    assert not np.array_equal(epochs[0][0], epochs[1][0])
    late = Batches(small.train.images, told(small), 100, seed=1, first_step=13)
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


def test_a_run_that_explodes_keeps_its_last_good_state(small, tmp_path, monkeypatch):
    good = digitgan.train("tiny", epochs=1, out=tmp_path / "run")
    before = state_of(good)
    ordinary = training.build_gan

    def explosive(*arguments):
        gan = ordinary(*arguments)
        gan.penalty = 1e38
        return gan

    monkeypatch.setattr(training, "build_gan", explosive)
    with pytest.raises(TrainingFailed, match="no longer numbers"):
        digitgan.resume(good.folder, epochs=2)
    assert same(state_of(good), before)
    assert len(good.log) >= 10


def test_sheets_of_a_run_can_be_compared(small):
    gan = training.build_gan(PRESETS["tiny"], told(small), 0)
    sheets = [sample_grid(gan, told(small), 4) for _ in range(2)]
    assert np.array_equal(*sheets)
    assert sheets[0].shape == (100, 28, 28)


def test_a_refused_goal_changes_nothing(small, tmp_path):
    run = digitgan.train("tiny", epochs=2, out=tmp_path / "run")
    before = (run.folder / "config.json").read_text()
    with pytest.raises(InputError, match="has reached its goal"):
        digitgan.resume(run.folder, epochs=1)
    assert (run.folder / "config.json").read_text() == before


def test_scores_are_written_and_gone_on_with(small, tmp_path):
    run = digitgan.train("tiny", epochs=1, out=tmp_path / "run")
    digitgan.resume(run.folder, epochs=2)
    rows = (run.folder / "scores.csv").read_text().splitlines()
    assert rows[0] == "epoch,step,times_real"
    assert [float(row.split(",")[1]) for row in rows[1:]] == [15, 30]
    assert all(float(row.split(",")[2]) > 10 for row in rows[1:])  # far from real


def test_the_card_has_the_scores_and_the_hashes(small, mnist, tmp_path, monkeypatch):
    data = Dataset(mnist.train[:1000], mnist.train[1000:2000], mnist.classes, "2,000")
    monkeypatch.setattr(training, "load", lambda name: data)
    run = digitgan.train("tiny", epochs=1, out=tmp_path / "run")
    card = (run.model / "README.md").read_text()
    described = json.loads((run.model / "model.json").read_text())
    value, real = described["scores"]["precision"]
    assert f"| precision | {value:.4g} | {real:.4g} |" in card
    assert described["command"] in card and described["machine"] in card
    for name, known in described["sha256"].items():
        assert sha256(run.model / name) == known
    digitgan.load(run.folder)
