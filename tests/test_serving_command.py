"""``digitgan serve``: what it refuses, what it prints, and how it ends."""

import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from process_tree import needs_proc, workers

from digitgan import cli

pytest.importorskip("starlette")
pytest.importorskip("uvicorn")
httpx = pytest.importorskip("httpx")
from digitgan.serving import server  # noqa: E402


def test_the_command_refuses_a_port_that_is_taken(capsys):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        with pytest.raises(SystemExit) as end:
            cli.main(["serve", "--port", port])
    said = capsys.readouterr()
    assert end.value.code == 2 and len(said.err.splitlines()) == 1
    assert port in said.err and "--port 0" in said.err


@pytest.mark.parametrize("token", ["short", "with a space in the middle", "ü" * 20])
def test_the_command_refuses_a_token_that_is_easy_or_no_word(capsys, token):
    with pytest.raises(SystemExit) as end:
        cli.main(["serve", "--port", "0", "--token", token])
    said = capsys.readouterr()
    assert end.value.code == 2 and "16 to 128" in said.err and token not in said.err


def test_answers_are_not_held_back_to_be_sent_together():
    """Without its protocol asyncio leaves Nagle's algorithm on: 40 ms an answer."""
    with server.listen("127.0.0.1", 0) as listener:
        assert listener.proto == socket.IPPROTO_TCP


@pytest.mark.process
def test_the_command_needs_its_extra_and_the_others_do_not(tmp_path):
    def run(*words):
        hide = "import sys; [sys.modules.__setitem__(m, None) for m in "
        hide += "('fastapi', 'uvicorn', 'prometheus_client')]; "
        code = f"{hide}from digitgan.cli import main; main({list(words)})"
        words = [sys.executable, "-c", code]
        return subprocess.run(words, capture_output=True, text=True)

    without = run("serve")
    assert without.returncode == 2 and len(without.stderr.splitlines()) == 1
    assert "pip install" in without.stderr and "[serve]" in without.stderr
    assert run("generate", "7", "-o", str(tmp_path / "7.png")).returncode == 0


@pytest.mark.process
@pytest.mark.parametrize(
    ("end", "host"), [(signal.SIGINT, "127.0.0.1"), (signal.SIGTERM, "0.0.0.0")]
)
def test_the_command_serves_and_stops_when_it_has_answered(end, host):
    words = ["serve", "--port", "0", "--host", host]
    code = f"from digitgan.cli import main; main({words})"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            link = process.stdout.readline().split()[2]
            where, _, token = link.partition("?token=")
            assert bool(token) == (host == "0.0.0.0")  # others may reach it
            assert ("set-cookie" in httpx.get(link).headers) == bool(token)
            text = "8" * 60
            asked = {"text": text, "height": 200, "noise": 1}
            replies = []
            ask = threading.Thread(
                target=lambda: replies.append(
                    httpx.get(f"{where}v1/numbers.png", params=asked, timeout=60)
                )
            )
            ask.start()
            deadline = time.monotonic() + 20
            while not httpx.get(f"{where}healthz").json()["drawing"] and ask.is_alive():
                assert time.monotonic() < deadline
            process.send_signal(end)
            ask.join(60)
            assert replies[0].status_code == 200
            assert process.wait(20) == 0
        finally:
            process.kill()


@needs_proc
@pytest.mark.process
def test_what_draws_for_the_command_ends_with_it():
    words = ["serve", "--port", "0", "--workers", "2"]
    code = f"from digitgan.cli import main; main({words})"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True
    ) as process:
        url = (
            f"{process.stdout.readline().split()[2]}v1/numbers.png?text=8888&height=200"
        )
        with ThreadPoolExecutor(4) as pool:
            while len(begun := workers(process.pid)) < 2:
                answers = list(pool.map(httpx.get, [url] * 8))
                assert {answer.status_code for answer in answers} == {200}
        process.kill()
    deadline = time.monotonic() + 60
    while any(one.exists() for one in begun):
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.mark.process
def test_the_command_starts_without_what_evaluates_or_trains():
    """Each of these takes longer to import than all that the server needs."""
    slow = ["scipy.stats", "scipy.optimize", "keras", "matplotlib", "pandas"]
    code = "import sys, digitgan.serving.server as _; "
    code += f"print({{*{slow}}} & sys.modules.keys())"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert told.stdout.strip() == "set()", told.stdout + told.stderr
