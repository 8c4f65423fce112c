"""Several devices and processes do the work of one, and end together."""

import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import keras
import numpy as np
import pytest

from digitgan.errors import InputError
from digitgan.random_streams import draw_uniforms
from digitgan.training.batches import Batches
from digitgan.training.history import History
from digitgan.training.process_group import ProcessGroup, find_process_group

SCRIPT = Path(__file__).parent / "multi_device_script.py"
ON_JAX = {**os.environ, "KERAS_BACKEND": "jax"}
jax_alone = pytest.mark.skipif(
    importlib.util.find_spec("jax") is None, reason="JAX is not installed"
)


def run(*words, env=ON_JAX, **more):
    return subprocess.Popen(
        list(map(str, words)),
        env=env,
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
    process = run(sys.executable, SCRIPT, file, 1, 2, 4)
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
    words = [sys.executable, SCRIPT]
    both = [run(*words, tmp_path / f"{r}.npz", "--rank", r, meet) for r in (0, 1)]
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
        (ProcessGroup(1, "localhost:5555"), "processes is 1: allowed is 2 or more"),
    ],
)
def test_refusals(group, line, monkeypatch):
    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")
    with pytest.raises(InputError, match=line.replace("(", r"\(")):
        find_process_group(group)


def slurm(rank, processes=2, node="127.0.0.1"):
    """Return what srun puts into the environment of a process."""
    return {
        "SLURM_JOB_ID": "4711",
        "SLURM_STEP_NODELIST": node,
        "SLURM_NTASKS": str(processes),
        "SLURM_PROCID": str(rank),
        "SLURM_LOCALID": str(rank),
    }


def open_mpi(rank, processes=2):
    """Return what mpirun puts there."""
    return {
        "OMPI_MCA_orte_hnp_uri": "1531576320.0;tcp://127.0.0.1:34911",
        "OMPI_COMM_WORLD_SIZE": str(processes),
        "OMPI_COMM_WORLD_RANK": str(rank),
        "OMPI_COMM_WORLD_LOCAL_RANK": str(rank),
    }


@pytest.mark.parametrize("launched", [slurm, open_mpi])
def test_the_launcher_says_which_process_this_is(launched, monkeypatch):
    for name, value in launched(1, 3).items():
        monkeypatch.setenv(name, value)
    with pytest.raises(InputError, match="needs JAX and this is tensorflow"):
        find_process_group(ProcessGroup())
    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")
    assert find_process_group(ProcessGroup()) == ProcessGroup(0, "auto", 3, 1)
    given = ProcessGroup(2, "node7:5555")
    assert find_process_group(given) == ProcessGroup(2, "node7:5555", 3, 1)
    alone = find_process_group(ProcessGroup(processes=1))
    assert alone.is_single and alone.coordinator is None


def test_a_single_task_of_slurm_and_a_script_of_sbatch_train_alone(monkeypatch):
    for name, value in slurm(0, 1).items():
        monkeypatch.setenv(name, value)
    assert find_process_group(ProcessGroup()).is_single
    monkeypatch.setenv("SLURM_NTASKS", "4")
    monkeypatch.delenv("SLURM_STEP_NODELIST")
    assert find_process_group(ProcessGroup()).is_single


@pytest.fixture
def few(tmp_path):
    """Return a file of a few noise images: an epoch of them is five steps."""
    ink = (255 * draw_uniforms(320, 784)).astype(np.uint8).reshape(-1, 28, 28)
    np.savez(tmp_path / "few.npz", x_train=ink, y_train=np.arange(320) % 10)
    return tmp_path / "few.npz"


def start(*words, environments, late=0, before=lambda rank: ()):
    """Start ranks as a launcher does: each by the same words, in its environment.

    They come one after the other, so many seconds between them.
    """
    ranks, port = [], address().rpartition(":")[2]
    for rank, environment in enumerate(environments):
        time.sleep(late if rank else 0)
        env = ON_JAX | environment | {"JAX_COORDINATOR_PORT": port}
        env.pop("TF_CPP_MIN_LOG_LEVEL", None)  # what people see
        command = (*before(rank), sys.executable, "-m", "digitgan", "train", *words)
        ranks.append(run(*command, env=env, start_new_session=True))
    return ranks


def ended(ranks):
    """Return the exit codes, and the lines that each said."""
    said = [rank.communicate(timeout=900)[0].splitlines() for rank in ranks]
    return [rank.returncode for rank in ranks], said


@pytest.mark.process
@jax_alone
def test_the_same_command_on_every_rank(few, tmp_path):
    """A late rank, the same --out; then a second start, refused; then a resume.

    The first is Slurm's, the others Open MPI's.
    """
    out = tmp_path / "run"
    by_slurm, by_mpi = [slurm(0), slurm(1)], [open_mpi(0), open_mpi(1)]
    train = ("tiny", "--data", few, "--epochs", 1, "--out", out)
    codes, said = ended(start(*train, environments=by_slurm, late=5))
    assert codes == [0, 0], said
    assert said[0][0].startswith("rank 0: ") and said[1] == []
    assert (out / "model" / "generator.onnx").is_file()
    codes, said = ended(start(*train, environments=by_mpi))
    assert codes == [2, 1], said
    assert said[0][-1] == (
        f"digitgan: rank 0: --out '{out}' holds another run: allowed is a new folder, "
        f"or --resume {out}"
    )
    [line] = said[1]
    assert line.startswith("digitgan: rank 1: another process has ended")
    go_on = ("--resume", out, "--epochs", 2)
    codes, said = ended(start(*go_on, environments=by_mpi))
    assert codes == [0, 0], said
    assert said[1] == []


@pytest.mark.slow
@jax_alone
@pytest.mark.parametrize("victim", [0, 1])
def test_a_killed_rank_ends_the_others_and_the_run_goes_on(victim, few, tmp_path):
    """Killed in the middle; resumed by four processes, then by one alone."""
    out, other = tmp_path / "run", 1 - victim
    train = ["tiny", "--data", few, "--epochs", 4000, "--out", out, "--guard", "off"]
    train += ["--checkpoint-seconds", 1]
    both = start(*train, environments=[slurm(0), slurm(1)])
    until = time.monotonic() + 600
    while len(list((out / "checkpoint").glob("step_*"))) < 2:
        assert both[0].poll() is None and time.monotonic() < until
        time.sleep(0.5)
    os.killpg(both[victim].pid, signal.SIGKILL)
    codes, said = ended(both)
    assert (codes[victim], codes[other]) == (-signal.SIGKILL, 1), said
    line = f"digitgan: rank {other}: another process has ended"
    assert said[other][-1].startswith(line)
    assert not any("Check failure" in one for one in said[other])
    for processes in (4, 1):
        newest = max((out / "checkpoint").glob("step_*"))
        epoch = int(newest.stem.removeprefix("step_")) // 5
        group = [slurm(rank, processes) for rank in range(processes)]
        goal = ("--resume", out, "--epochs", epoch + 2)
        codes, said = ended(start(*goal, environments=group))
        assert codes == [0] * processes, said


@pytest.mark.slow
@jax_alone
def test_a_rank_that_never_comes(few, tmp_path):
    """The others end by a line, without a stack trace, and nothing was written."""
    code = (
        "from digitgan.training import process_group as c; c.START_TIMEOUT = 5; "
        "from digitgan.cli import main; main()"
    )
    words = ("train", "tiny", "--data", few, "--out", tmp_path / "run")
    port = {"JAX_COORDINATOR_PORT": address().rpartition(":")[2]}
    alone = run(sys.executable, "-c", code, *words, env=ON_JAX | slurm(1) | port)
    codes, said = ended([alone])
    assert codes == [1], said
    assert said[0][-1].startswith("digitgan: rank 1: the other processes were not")
    assert not (tmp_path / "run").exists()


@pytest.fixture
def two_hosts():
    """Yield two network namespaces, each with a name and an address, and a wire."""
    hosts = [("digitgan0", "10.99.7.1"), ("digitgan1", "10.99.7.2")]
    made = []
    try:
        for name, address in hosts:
            shell(f"ip netns add {name}")
            made.append(name)
            folder = Path("/etc/netns", name)
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "hosts").write_text(f"127.0.0.1 localhost\n{address} {name}\n")
        wire = "ip link add wire0 netns digitgan0 type veth"
        shell(f"{wire} peer name wire1 netns digitgan1")
        for number, (name, address) in enumerate(hosts):
            shell(f"ip -n {name} address add {address}/24 dev wire{number}")
            shell(f"ip -n {name} link set wire{number} up")
            shell(f"ip -n {name} link set lo up")
        yield hosts
    finally:
        for name in made:
            shell(f"ip netns delete {name}")
            shutil.rmtree(Path("/etc/netns", name))


def shell(words):
    subprocess.run(words.split(), check=True, capture_output=True)


@pytest.mark.slow
@jax_alone
@pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("ip") is None, reason="namespaces need root"
)
def test_two_hosts(two_hosts, few, tmp_path):
    """Each process has a network and a host name of its own; they share the disk."""
    environments = [slurm(rank, node=two_hosts[0][1]) for rank in (0, 1)]

    def on_its_host(rank):
        name, _ = two_hosts[rank]
        shell_words = ("sh", "-c", f'hostname {name}; exec "$@"', "sh")
        return ("ip", "netns", "exec", name, "unshare", "--uts", *shell_words)

    out = tmp_path / "run"
    for words in (
        ("tiny", "--data", few, "--epochs", 1, "--out", out),
        ("--resume", out, "--epochs", 2),
    ):
        ranks = start(*words, environments=environments, before=on_its_host)
        codes, said = ended(ranks)
        assert codes == [0, 0], said
