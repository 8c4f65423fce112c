"""Checkpoints: whole, two, checked; the saver's pace; the guard and its roll-backs."""

import time
from types import SimpleNamespace

import numpy as np
import pytest

import digitgan
from digitgan.data.dataset import Dataset
from digitgan.errors import InputError, TrainingFailed
from digitgan.model.presets import PRESETS
from digitgan.training import train as training
from digitgan.training.build import build_gan, lower_rate
from digitgan.training.checkpoint import Checkpoints, snapshot
from digitgan.training.checkpoint_callback import SHARE, CheckpointCallback
from digitgan.training.clock import Clock, Progress
from digitgan.training.collapse_monitor import MOST_ROLLBACKS, CollapseMonitor
from digitgan.training.run import Run


@pytest.fixture(scope="module")
def gan():
    return build_gan(PRESETS["tiny"], {"label": np.arange(10)}, 0)


@pytest.fixture
def small(mnist, monkeypatch):
    """A thousand real digits in the place of MNIST."""
    data = Dataset(mnist.train[:1000], None, mnist.classes, "1,000 digits")
    monkeypatch.setattr(training, "load", lambda name: data)
    return data


@pytest.fixture
def three(gan, tmp_path):
    """Checkpoints of steps 10, 20 and 30, whose state begins with their number."""
    checkpoints, arrays = Checkpoints(tmp_path), snapshot(gan)
    for step in (10, 20, 30):
        arrays["0000"] = np.full_like(arrays["0000"], step)
        checkpoints.write(Progress(step, 0.5 * step, 1), arrays)
    return checkpoints


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_the_last_two_are_kept_and_come_back(gan, three):
    assert names(three.folder) == ["step_000000020.npz", "step_000000030.npz"]
    assert Checkpoints(three.folder).restore(gan) == Progress(30, 15.0, 1)
    assert (snapshot(gan)["0000"] == 30).all()


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
        arrays["0000"] = arrays["0000"] + 1
        np.savez(path, **arrays)


@pytest.mark.parametrize("how", ["cut", "bit", "empty", "forged"])
def test_a_damaged_one_is_passed_over(gan, three, capsys, how):
    old, new = three.kept
    damage(new, how)
    found = Checkpoints(three.folder)
    assert found.restore(gan).step == 20
    assert (snapshot(gan)["0000"] == 20).all()
    (line,) = capsys.readouterr().out.splitlines()
    assert "step_000000030.npz' is damaged" in line and "from step_000000020" in line
    found.write(Progress(25), snapshot(gan))  # the damaged one makes no good one go
    assert names(three.folder) == ["step_000000020.npz", "step_000000025.npz"]
    damage(old, how)
    damage(found.kept[-1], how)
    with pytest.raises(InputError, match="025.npz' is damaged.* and .*020.npz' is da"):
        Checkpoints(three.folder).restore(gan)


def test_another_game_is_refused(gan, three):
    other = build_gan(PRESETS["dcgan"], {}, 0)
    with pytest.raises(InputError, match="is of a game with other networks"):
        Checkpoints(three.folder).restore(other)


def saver_of(gan, checkpoints, seconds=1.0):
    clock = Clock(1000, 10, None)
    saver = CheckpointCallback(checkpoints, clock, seconds)
    saver.set_model(gan)
    return saver, clock


def test_the_pause_is_stretched_by_what_checkpoints_cost(gan, tmp_path, monkeypatch):
    saver, clock = saver_of(gan, Checkpoints(tmp_path))
    monkeypatch.setattr(CheckpointCallback, "_write", lambda *_: 0.5)
    saver.on_train_begin()
    for clock.step in range(1, 200):
        clock.seconds = float(clock.step)
        saver.on_train_batch_end(0)
        saver.on_train_end()
    assert saver.pause == pytest.approx(0.5 / SHARE, abs=5)
    assert saver.clock.seconds - saver._last.seconds <= saver.pause


def test_training_goes_on_while_a_checkpoint_is_written(gan, tmp_path, monkeypatch):
    saver, clock = saver_of(gan, Checkpoints(tmp_path))
    saver.on_train_begin()
    write = Checkpoints.write

    def slowly(*arguments):
        time.sleep(1)
        write(*arguments)

    monkeypatch.setattr(Checkpoints, "write", slowly)
    before = snapshot(gan)["0000"]
    clock.start(Progress(7, 100.0))
    saver.on_train_batch_end(0)
    assert names(tmp_path) == ["step_000000000.npz"]  # not waited for
    gan.variables[0].assign(gan.variables[0] + 1)  # the next step
    saver.on_train_end()
    with np.load(tmp_path / "step_000000007.npz") as stored:
        assert np.array_equal(stored["0000"], before)


def test_a_broken_state_is_not_kept(gan, tmp_path):
    saver, clock = saver_of(gan, Checkpoints(tmp_path))
    weight = gan.trainable_variables[0]
    kept = weight.numpy()
    weight.assign(kept * np.nan)
    saver.on_train_begin()
    assert names(tmp_path) == []
    weight.assign(kept)


def guard(small, step=1000, rows=(), digits=1.0):
    clock = Clock(1000, 1000, None)
    clock.start(Progress(step))
    recorder = SimpleNamespace(history=SimpleNamespace(rows=rows))
    score = SimpleNamespace(rows=[{"step": step}], share_of_digits=digits)
    return CollapseMonitor(clock, recorder, score, small.train.images)


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
def test_what_cannot_get_better_is_told(small, news, line):
    guard(small).on_epoch_end(3, WELL)
    with pytest.raises(TrainingFailed, match=f"step 1000: .*{line}.*Try "):
        guard(small).on_epoch_end(3, WELL | news)
    guard(small, step=100).on_epoch_end(3, WELL | news)  # too early to tell
    means = WELL | news
    row = means | {"step": 700, "penalty": means["loss"] - 1.9}
    if "g_loss" in news:
        row["penalty"] = 0.1
    with pytest.raises(TrainingFailed, match="step 700"):
        guard(small, 700, [row]).on_train_batch_end(0, means)


def test_digits_that_are_missing_are_told(small):
    with pytest.raises(TrainingFailed, match="collapsed to a few digits, 12%"):
        guard(small, digits=0.12).on_epoch_end(3, WELL)


def test_losses_that_are_no_numbers_are_told_at_once(small):
    with pytest.raises(TrainingFailed, match="no longer numbers.*--learning-rate"):
        guard(small, step=1).on_train_batch_end(0, {"loss": float("nan")})


def fail_at(*steps):
    """Let the guard fail whenever the clock comes to one of these steps, once each."""
    left = list(steps)

    def on_train_batch_end(self, batch, logs=None):
        if left and self.clock.step == left[0]:
            self._fail(f"failure {left.pop(0)}", "nothing")

    return on_train_batch_end


def test_a_roll_back_lowers_the_rate_and_resumes_exactly(small, tmp_path, monkeypatch):
    ask = {"epochs": 2, "guard": "rollback", "checkpoint_seconds": 1e6}
    monkeypatch.setattr(CollapseMonitor, "on_train_batch_end", fail_at(9, 20))
    run = digitgan.train("tiny", out=tmp_path / "run", **ask)  # 15 steps an epoch
    notes = (run.folder / "guard.log").read_text().splitlines()
    assert "failure 9" in notes[0] and "from step 0 at 0.5 times" in notes[0]
    assert "Roll-back 2 of 3" in notes[1] and "from step 0 at 0.25 times" in notes[1]
    assert {row["rollbacks"] for row in run.log} == {2}
    assert [row["step"] for row in run.log][-1] == 30
    slow = digitgan.train(
        "tiny", out=tmp_path / "slow", epochs=2, learning_rate=2e-3 / 4
    )
    ours, plain = (Checkpoints(r.checkpoints).kept[-1] for r in (run, slow))
    with np.load(ours) as a, np.load(plain) as b:
        assert int(a["rollbacks"]) == 2
        unlike = [k for k in a.files if not np.array_equal(a[k], b[k])]
    assert set(unlike) <= {"rollbacks", "seconds", "sha256"}


def test_too_many_roll_backs_stop_the_run(small, tmp_path, monkeypatch):
    monkeypatch.setattr(CollapseMonitor, "on_train_batch_end", fail_at(3, 3, 3, 3, 3))
    with pytest.raises(TrainingFailed, match=f"failure 3.*{MOST_ROLLBACKS} roll-backs"):
        digitgan.train("tiny", epochs=1, guard="rollback", out=tmp_path / "run")
    kept = Checkpoints(Run.open(tmp_path / "run").checkpoints).kept
    with np.load(kept[-1]) as stored:
        assert int(stored["rollbacks"]) == MOST_ROLLBACKS


def test_a_falling_rate_is_lowered_too(gan):
    settings = PRESETS["flagship"]
    game = build_gan(
        training.replace(PRESETS["tiny"], final_lr_fraction=settings.final_lr_fraction),
        {},
        0,
        100,
    )
    before = float(game.optimizer.learning_rate)
    lower_rate(
        game, training.replace(PRESETS["tiny"], final_lr_fraction=0.05), 100, 0.25
    )
    assert float(game.optimizer.learning_rate) == pytest.approx(before / 4)


def test_an_export_that_was_killed_is_made_good(small, tmp_path):
    run = digitgan.train("tiny", epochs=1, out=tmp_path / "run")
    (run.model / "model.json").unlink()
    digitgan.resume(run.folder)
    assert (run.model / "model.json").exists()
    with pytest.raises(InputError, match="has reached its goal"):
        digitgan.resume(run.folder)


@pytest.mark.parametrize(
    ("ask", "line"),
    [
        ({"guard": "rolback"}, "did you mean 'rollback'"),
        ({"checkpoint_seconds": -1.0}, "--checkpoint-seconds is -1.0: allowed is 0"),
        ({"checkpoint_seconds": float("nan")}, "--checkpoint-seconds is nan"),
    ],
)
def test_bad_requests(tmp_path, ask, line):
    with pytest.raises(InputError, match=line):
        digitgan.train("tiny", out=tmp_path / "run", **ask)
    assert not (tmp_path / "run").exists()
