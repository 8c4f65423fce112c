"""Several devices and processes do the work of one, and end together."""

import importlib.util
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from digitgan.errors import InputError
from digitgan.random_streams import draw_uniforms
from digitgan.training.batches import Batches
from digitgan.training.distribution import ProcessGroup, check_process_group
from digitgan.training.history import History

SCRIPT = Path(__file__).parent / "multi_device_script.py"
ON_JAX = {**os.environ, "KERAS_BACKEND": "jax"}
jax_alone = pytest.mark.skipif(
    importlib.util.find_spec("jax") is None, reason="JAX is not installed"
)


def run(*words, **more):
    return subprocess.Popen(
        [sys.executable, *map(str, words)],
        env=ON_JAX,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        **more,
    )


def address():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{one.getsockname()[1]}"


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    """Weights after the same steps, by where they were made."""
    file = tmp_path_factory.mktemp("shared") / "found.npz"
    process = run(SCRIPT, file, 1, 2, 4)
    said, _ = process.communicate(timeout=600)
    assert process.returncode == 0, said[-3000:]
    return dict(np.load(file))


@pytest.mark.process
@jax_alone
@pytest.mark.parametrize("how", ["many_steps", "devices_1", "devices_2", "devices_4"])
def test_many_devices_or_steps_in_a_call_learn_the_same(weights, how):
    np.testing.assert_allclose(weights[how], weights["one_step"], rtol=1e-3, atol=1e-4)


@pytest.mark.process
@jax_alone
def test_two_processes_learn_as_two_devices_do(weights, tmp_path):
    meet = address()
    both = [run(SCRIPT, tmp_path / f"{r}.npz", "--rank", r, meet) for r in (0, 1)]
    said = [process.communicate(timeout=600)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    for rank in (0, 1):
        pair = np.load(tmp_path / f"{rank}.npz")["pair"]
        np.testing.assert_allclose(pair, weights["devices_2"], rtol=1e-5, atol=1e-6)


@jax_alone
@pytest.mark.parametrize(
    ("size", "max_steps", "first"),
    [(937, 50, 0), (234, 50, 100), (7, 1, 3), (5, 4, 0)],
)
def test_calls_are_the_batches_in_order_and_end_where_rows_do(size, max_steps, first):
    from digitgan.training.jax_pipeline import IndexBatches

    batches = Batches(np.zeros((2 * size, 28, 28), np.uint8), {}, 2, 0, first)
    calls = IndexBatches(batches, max_steps)
    got = np.concatenate([calls[i][0].T.ravel() for i in range(len(calls))])
    want = [batches.indices(i) for i in range(len(batches))]
    np.testing.assert_array_equal(got, np.concatenate(want))
    rows = History([], size)
    due = {step for step in range(first + 1, size + 1) if rows.is_due(step)}
    assert due <= {end + first for end in calls.ends}
    assert max(np.diff(calls.ends)) <= max_steps


@pytest.mark.parametrize(
    ("group", "line"),
    [
        (ProcessGroup(devices=-1), "devices is -1"),
        (ProcessGroup(processes=0), "processes is 0"),
        (ProcessGroup(2, "localhost:1", 2, 2), "rank is 2: allowed is 0 to 1"),
        (ProcessGroup(1, "localhost", 2, 0), "coordinator is 'localhost'"),
        (ProcessGroup(1, None, 2, 0), "coordinator is not given: allowed is HOST:PORT"),
        (ProcessGroup(1, "localhost:99999", 2, 0), "allowed is HOST:PORT"),
        (ProcessGroup(2), "set KERAS_BACKEND=jax"),
    ],
)
def test_refusals(group, line):
    with pytest.raises(InputError, match=line.replace("(", r"\(")):
        check_process_group(group)


@pytest.mark.slow
@jax_alone
def test_a_lost_process_ends_the_others_and_the_run_goes_on(tmp_path):
    """Killed in the middle; resumed with another number of devices."""
    ink = (255 * draw_uniforms(320, 784)).astype(np.uint8).reshape(-1, 28, 28)
    data = tmp_path / "few.npz"
    np.savez(data, x_train=ink, y_train=np.arange(320) % 10)
    out, meet = tmp_path / "run", address()
    train = ["-m", "digitgan", "train", "tiny", "--data", data, "--epochs", "4000"]
    shared = [
        "--coordinator",
        meet,
        "--processes",
        "2",
        "--checkpoint-seconds",
        "1",
        "--guard",
        "off",
    ]
    both = [
        run(*train, *shared, "--rank", rank, "--out", out, start_new_session=True)
        for rank in (0, 1)
    ]
    checkpoints, until = out / "checkpoint", time.monotonic() + 300
    while len(list(checkpoints.glob("step_*"))) < 2 and time.monotonic() < until:
        time.sleep(0.5)
    os.killpg(both[1].pid, signal.SIGKILL)
    said, _ = both[0].communicate(timeout=120)
    assert both[0].returncode == 1, said
    assert "another process has ended" in said
    again = run("-m", "digitgan", "train", "--resume", out, "--minutes", 0.01)
    said, _ = again.communicate(timeout=300)
    assert again.returncode == 0, said
