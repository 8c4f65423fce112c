"""Drawing in processes: the same bytes, and nothing lost where one is killed."""

import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import active_children

import pytest

from digitgan.errors import InputError
from digitgan.handwriting.model import load

pytest.importorskip("starlette")
from digitgan.serving.draw_processes import DrawProcesses  # noqa: E402
from digitgan.serving.routes.numbers import draw_numbers  # noqa: E402

NUMBERS = [("png", {"text": f"{n:04}", "seed": n}) for n in range(4)]


@pytest.fixture(scope="module")
def model():
    return load(threads=1)


def draw_pid(_, requests):
    """Take a moment, and say which process it was."""
    time.sleep(0.1)
    return [os.getpid()]


def refuse(_, requests):
    return [InputError("seed", one, "0 or more") for one in requests]


def fail(*_):
    raise RuntimeError("in a process")


def drawing(processes, besides=frozenset()):
    """Draw twice at once until two processes do; return their numbers."""
    with ThreadPoolExecutor(2) as pool:
        for _ in range(300):
            both = pool.map(processes.draw, [draw_pid] * 2, [[1]] * 2)
            pids = {pid for (pid,) in both}
            if len(pids - {os.getpid()} - besides) == 2:
                return pids
    raise AssertionError("no processes draw")


def test_who_draws_alone_needs_no_process(model):
    processes, before = DrawProcesses(model, 8), active_children()
    for _ in range(3):
        assert processes.draw(draw_numbers, NUMBERS) == draw_numbers(model, NUMBERS)
    assert active_children() == before


@pytest.mark.process
def test_a_process_that_cannot_begin_is_told_and_done_without(model, caplog):
    def draw(_, requests):  # no function of a module: it cannot be sent
        both.wait(20)
        return requests

    both, processes = threading.Barrier(2), DrawProcesses(model, 2)
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(processes.draw, [draw] * 2, [[1], [2]]))
    assert answers == [[1], [2]]
    until = time.monotonic() + 60
    while not caplog.text:
        assert time.monotonic() < until
        time.sleep(0.1)
    assert "could not begin" in caplog.text


@pytest.mark.process
def test_processes_draw_the_same_and_one_that_is_killed_loses_nothing(model):
    processes, before = DrawProcesses(model, 2), {one.pid for one in active_children()}
    pids = drawing(processes)
    assert processes.draw(draw_numbers, NUMBERS) == draw_numbers(model, NUMBERS)
    (error,) = processes.draw(refuse, [-1])
    assert (error.field, error.value, error.allowed) == ("seed", -1, "0 or more")
    with pytest.raises(RuntimeError, match="in a process") as failed:
        processes.draw(fail, [])
    assert "in fail" in failed.value.__notes__[0]  # the log says where
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    for _ in pids:
        assert processes.draw(draw_pid, [1]) == [os.getpid()]
    others = drawing(processes, besides=pids)
    processes.close()
    deadline = time.monotonic() + 60
    while {one.pid for one in active_children()} - before:
        assert time.monotonic() < deadline, others
        time.sleep(0.1)
