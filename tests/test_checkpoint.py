"""Checkpoints: whole, two, checked, by path; their pace; collapses and roll-backs."""

import signal
import tempfile
import time
from dataclasses import replace

import keras
import numpy as np
import pytest

import digitgan
from digitgan.errors import InputError, TrainingFailed
from digitgan.files import write_text
from digitgan.model.gan import GAN
from digitgan.model.presets import PRESETS, Preset
from digitgan.training import clock as clock_module
from digitgan.training.build import build_gan, scale_learning_rate
from digitgan.training.checkpoint import (
    MAX_TIME_SHARE,
    CheckpointCallback,
    Checkpoints,
    snapshot,
)
from digitgan.training.clock import Clock
from digitgan.training.collapse_monitor import CollapseMonitor
from digitgan.training.progress import Goal, Progress
from digitgan.training.run import Run
from digitgan.training.training_loop import MAX_ROLLBACKS
from digitgan.training.validation import Scores

WEIGHT = "generator/ink/bias"


@pytest.fixture(scope="module")
def gan():
    return build_gan(PRESETS["tiny"], {"label": np.arange(10)}, 0)


@pytest.fixture
def three(gan, tmp_path):
    """Checkpoints of steps 10, 20 and 30, whose state begins with their number."""
    checkpoints, arrays = Checkpoints(tmp_path), snapshot(gan)
    for step in (10, 20, 30):
        arrays[WEIGHT] = np.full_like(arrays[WEIGHT], step)
        checkpoints.write(Progress(step, 0.5 * step, 1), arrays)
    return checkpoints


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_the_last_two_are_kept_and_come_back(gan, three):
    assert names(three.folder) == ["step_000000020.npz", "step_000000030.npz"]
    assert Checkpoints(three.folder).restore(gan) == Progress(30, 15.0, 1)
    assert (snapshot(gan)[WEIGHT] == 30).all()


def damage(path, how):
    content = bytearray(path.read_bytes())
    if how == "cut":
        content = content[: len(content) // 2]
    elif how == "bit":
        content[len(content) // 2] ^= 1
    elif how == "empty":
        content = b""
    path.write_bytes(content)
    if how == "forged":  # a whole file, but not what was written
        with np.load(path) as stored:
            arrays = dict(stored)
        arrays[WEIGHT] = arrays[WEIGHT] + 1
        np.savez(path, **arrays)


@pytest.mark.parametrize("what", ["log", "checkpoint"])
def test_a_folder_that_is_moved_while_it_is_written_to_is_made_again(
    tmp_path, monkeypatch, what
):
    run, make = tmp_path / "run", tempfile.mkstemp

    def make_and_move(**options):
        made = make(**options)
        if not (tmp_path / "elsewhere").exists():
            run.rename(tmp_path / "elsewhere")
        return made

    monkeypatch.setattr(tempfile, "mkstemp", make_and_move)
    if what == "log":
        write_text(run / "log.csv", "step\n")
    else:
        Checkpoints(run).write(Progress(step=1), {WEIGHT: np.zeros(1)})
    assert len([*run.iterdir()]) == 1


@pytest.mark.parametrize("how", ["cut", "bit", "empty", "forged"])
def test_a_damaged_one_is_passed_over(gan, three, caplog, how):
    old, new = three.paths
    damage(new, how)
    found = Checkpoints(three.folder)
    assert found.restore(gan).step == 20
    assert (snapshot(gan)[WEIGHT] == 20).all()
    (line,) = caplog.messages
    assert "step_000000030.npz' is damaged" in line and "from step_000000020" in line
    found.write(Progress(25), snapshot(gan))  # the damaged one makes no good one go
    assert names(three.folder) == ["step_000000020.npz", "step_000000025.npz"]
    damage(old, how)
    damage(found.paths[-1], how)
    with pytest.raises(InputError, match="025.npz' is damaged.* and .*020.npz' is da"):
        Checkpoints(three.folder).restore(gan)


def test_another_game_is_refused(gan, three):
    other = build_gan(Preset("another one"), {}, 0)
    with pytest.raises(InputError, match="is of other networks"):
        Checkpoints(three.folder).restore(other)


def layers_in_order(*names):
    """Return a GAN whose generator has layers of one shape, in this order."""
    latents = x = keras.Input((4,), name="latents")
    for name in names:
        x = keras.layers.Dense(4, name=name)(x)
    generator = keras.Model(latents, keras.layers.Reshape((2, 2, 1))(x))
    image = keras.Input((2, 2, 1), name="image")
    logit = keras.layers.Dense(1, name="logit")(keras.layers.Flatten()(image))
    gan = GAN(generator, keras.Model(image, keras.layers.Activation("sigmoid")(logit)))
    gan.compile(optimizer=keras.optimizers.Adam())
    gan.optimizer.build(gan.trainable_variables)
    return gan


def test_layers_of_one_shape_in_another_order_get_their_own_weights(tmp_path):
    gan, other = layers_in_order("one", "two"), layers_in_order("two", "one")
    for variable in gan.optimizer.variables:
        variable.assign(variable + np.random.default_rng(0).integers(1, 9))
    arrays = snapshot(gan)
    Checkpoints(tmp_path).write(Progress(3), arrays)
    Checkpoints(tmp_path).restore(other)
    for name in ("one", "two"):
        for before, after in zip(
            gan.generator.get_layer(name).get_weights(),
            other.generator.get_layer(name).get_weights(),
            strict=True,
        ):
            assert np.array_equal(before, after)
    again = snapshot(other)
    assert arrays.keys() == again.keys()
    assert all(np.array_equal(arrays[path], again[path]) for path in arrays)


def test_networks_made_twice_in_a_process_have_the_same_paths(gan):
    again = build_gan(PRESETS["tiny"], {"label": np.arange(10)}, 0)
    assert snapshot(gan).keys() == snapshot(again).keys()


def callback_for(gan, checkpoints, seconds=1.0):
    clock = Clock(Goal(10, None, 1000))
    callback = CheckpointCallback(checkpoints, clock, seconds)
    callback.set_model(gan)
    return callback, clock


def test_the_pause_is_stretched_by_what_checkpoints_cost(gan, tmp_path, monkeypatch):
    callback, clock = callback_for(gan, Checkpoints(tmp_path))
    monkeypatch.setattr(CheckpointCallback, "_write", lambda *_: 0.5)
    callback.on_train_begin()
    for step in range(1, 200):
        clock.set(Progress(step, float(step)))
        callback.on_train_batch_end(0)
        callback.on_train_end()
    assert callback.pause >= 0.5 / MAX_TIME_SHARE  # and what copying costs here
    assert clock.progress.seconds - callback._last.seconds <= callback.pause


def test_training_goes_on_while_a_checkpoint_is_written(gan, tmp_path, monkeypatch):
    callback, clock = callback_for(gan, Checkpoints(tmp_path))
    callback.on_train_begin()
    write = Checkpoints.write

    def slowly(*arguments):
        time.sleep(1)
        write(*arguments)

    monkeypatch.setattr(Checkpoints, "write", slowly)
    before = snapshot(gan)[WEIGHT]
    clock.set(Progress(7, 100.0))
    callback.on_train_batch_end(0)
    assert names(tmp_path) == ["step_000000000.npz"]  # not waited for
    bias = gan.generator.get_layer("ink").bias
    bias.assign(bias + 1)  # the next step
    callback.on_train_end()
    with np.load(tmp_path / "step_000000007.npz") as stored:
        assert np.array_equal(stored[WEIGHT], before)


def test_a_broken_state_is_not_kept(gan, tmp_path):
    callback, clock = callback_for(gan, Checkpoints(tmp_path))
    weight = gan.trainable_variables[0]
    kept = weight.numpy()
    weight.assign(kept * np.nan)
    callback.on_train_begin()
    assert names(tmp_path) == []
    weight.assign(kept)


def test_a_signal_while_processes_agree_is_not_lost(gan, monkeypatch):
    """It stops the training one step later, in all of them."""
    clock = Clock(Goal(10, None, 1000))
    clock.set_model(gan)
    monkeypatch.setattr(gan, "stop_training", False, raising=False)

    def agree(seconds, signalled):
        signal.raise_signal(signal.SIGTERM)
        monkeypatch.setattr(clock_module, "synchronize", lambda *given: given)
        return seconds, signalled

    monkeypatch.setattr(clock_module, "synchronize", agree)
    clock.on_train_begin()
    clock.on_train_batch_end(0)
    assert not clock.gan.stop_training
    clock.on_train_batch_end(1)
    assert clock.gan.stop_training and clock.interrupted


def monitor(mnist, step=1000, enabled=True):
    clock = Clock(Goal(1000, None, 1000))
    clock.set(Progress(step))
    return CollapseMonitor(clock, mnist.train.images[:1000], enabled)


WELL = {"loss": 2.0, "d_loss": 1.2, "g_loss": 0.7, "d_real": 0.6, "d_fake": 0.4}
WELL |= {"variety": 0.4}


@pytest.mark.parametrize(
    ("news", "line"),
    [
        ({"variety": 0.01}, "generator has collapsed, its digits vary .* as much as"),
        ({"d_real": 0.999, "d_fake": 0.001}, "the discriminator has won"),
        ({"loss": 900.0}, "diverges, .* 900 .of that 898 are the penalty"),
        ({"g_loss": 600.0, "loss": 601.3}, "the game diverges"),
    ],
)
def test_what_cannot_get_better_is_told(mnist, news, line):
    monitor(mnist).on_epoch_end(3, WELL)
    with pytest.raises(TrainingFailed, match=f"step 1000: .*{line}.*Try "):
        monitor(mnist).on_epoch_end(3, WELL | news)
    monitor(mnist, step=100).on_epoch_end(3, WELL | news)  # too early to tell
    monitor(mnist, enabled=False).on_epoch_end(3, WELL | news)
    row = WELL | news
    row["penalty"] = 0.1 if "g_loss" in news else row["loss"] - 1.9
    with pytest.raises(TrainingFailed, match="step 700"):
        monitor(mnist, 700).check_row(row)


def test_digits_that_are_missing_are_told(mnist):
    with pytest.raises(TrainingFailed, match="collapsed to a few digits, 12%"):
        monitor(mnist).check_scores(Scores(times_real=9.0, effective_classes=0.12))


def test_losses_that_are_no_numbers_are_told_at_once(mnist):
    with pytest.raises(TrainingFailed, match="no longer numbers.*--learning-rate"):
        monitor(mnist, step=1).on_train_batch_end(0, {"loss": float("nan")})


def fail_at(*steps):
    """Let the monitor fail when the clock comes to each of these steps, once each."""
    left = list(steps)

    def on_train_batch_end(self, batch, logs=None):
        if left and self.clock.step == left[0]:
            self._fail(f"failure {left.pop(0)}", "nothing")

    return on_train_batch_end


@pytest.mark.learns
def test_a_roll_back_lowers_the_rate_and_resumes_exactly(few, tmp_path, monkeypatch):
    ask = {"epochs": 2, "guard": "rollback", "checkpoint_seconds": 1e6}
    ask |= {"data": few, "artifacts": False}
    monkeypatch.setattr(CollapseMonitor, "on_train_batch_end", fail_at(9, 20))
    run = digitgan.train("tiny", out=tmp_path / "run", **ask)  # 15 steps an epoch
    notes = (run.folder / "guard.log").read_text().splitlines()
    assert "failure 9" in notes[0] and "from step 0 at 0.5 times" in notes[0]
    assert "Roll-back 2 of 3" in notes[1] and "from step 0 at 0.25 times" in notes[1]
    assert {row["rollbacks"] for row in run.read_log()} == {2}
    assert [row["step"] for row in run.read_log()][-1] == 30
    slow = digitgan.train("tiny", out=tmp_path / "slow", **ask, learning_rate=2e-3 / 4)
    ours, plain = (Checkpoints(r.checkpoint_folder).paths[-1] for r in (run, slow))
    with np.load(ours) as a, np.load(plain) as b:
        assert int(a["rollbacks"]) == 2
        unlike = [k for k in a.files if not np.array_equal(a[k], b[k])]
    assert set(unlike) <= {"rollbacks", "seconds", "sha256"}


@pytest.mark.learns
def test_too_many_roll_backs_stop_the_run(few, tmp_path, monkeypatch):
    monkeypatch.setattr(CollapseMonitor, "on_train_batch_end", fail_at(3, 3, 3, 3, 3))
    with pytest.raises(TrainingFailed, match=f"failure 3.*{MAX_ROLLBACKS} roll-backs"):
        digitgan.train(
            "tiny",
            few,
            epochs=1,
            guard="rollback",
            artifacts=False,
            out=tmp_path / "run",
        )
    folder = Run.open(tmp_path / "run").checkpoint_folder
    with np.load(Checkpoints(folder).paths[-1]) as stored:
        assert int(stored["rollbacks"]) == MAX_ROLLBACKS


def test_a_falling_rate_is_lowered_too():
    settings = replace(PRESETS["tiny"], final_lr_fraction=0.05)
    gan = build_gan(settings, {}, 0, 100)
    before = float(gan.optimizer.learning_rate)
    scale_learning_rate(gan, settings, 100, 0.25)
    assert float(gan.optimizer.learning_rate) == pytest.approx(before / 4)
