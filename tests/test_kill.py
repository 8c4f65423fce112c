"""Trainings that are really killed, or run out of disk, and go on exactly."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parent / "killed_training.py"


pytestmark = pytest.mark.process


def play(what, folder, *more, backend="tensorflow"):
    result = subprocess.run(
        [sys.executable, str(SCRIPT), what, str(folder), *map(str, more)],
        env={**os.environ, "KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3"},
        capture_output=True,
        text=True,
        timeout=1500,
    )
    assert result.returncode == 0, result.stderr[-3000:]
    return json.loads(result.stdout.splitlines()[-1])


@pytest.mark.parametrize("rounds", [3, pytest.param(20, marks=pytest.mark.slow)])
def test_a_killed_training_ends_as_if_nothing_had_happened(tmp_path, rounds):
    found = play("kills", tmp_path, rounds)
    assert found["killed"] == rounds and found["writing"] > 0
    assert found["unequal"] == []


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_kills_on_the_other_backends(tmp_path, backend):
    pytest.importorskip(backend)
    found = play("kills", tmp_path, 3, backend=backend)
    assert found["killed"] == 3 and found["unequal"] == []


def test_a_full_disk_is_one_line_and_costs_no_checkpoint(tmp_path):
    found = play("full_disk", tmp_path)
    assert found["code"] == 1 and found["kept"] and found["resumed"] == 0
    (line,) = found["said"]
    assert "cannot be written to" in line and "step_000000010.npz is whole" in line
    assert f"--resume {tmp_path / 'run'}" in line


@pytest.mark.parametrize("number", ["SIGTERM", "SIGHUP"])
def test_a_shutdown_and_a_closed_terminal_are_ctrl_c(tmp_path, number):
    found = play("signalled", tmp_path, int(getattr(signal, number)))
    assert found == {"code": 0, "model": True}


def test_a_run_that_is_removed_is_written_again(tmp_path):
    found = play("removed", tmp_path)
    assert found == {"code": 0, "events": True, "resumed": 0}


def test_two_at_once(tmp_path):
    """One of two in a folder is refused, as it begins or goes on; two apart are equal.

    Who comes when the other has ended goes on with nothing to do.
    """
    found = play("two_at_once", tmp_path)
    assert found.pop("resumed") in ([0, 2], [0, 0])
    assert found == {"begun": [0, 2], "apart": [0, 0], "equal": [True, True]}
