"""What strangers may send to a real server: refused in words, and nobody is blocked."""

import asyncio
import json
import math
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import ExitStack, contextmanager

import pytest

pytest.importorskip("starlette")
pytest.importorskip("uvicorn")
httpx = pytest.importorskip("httpx")

import uvicorn  # noqa: E402
from live_server import live_server, running  # noqa: E402

from digitgan.serving import connections  # noqa: E402
from digitgan.serving.api_route import MAX_BODY  # noqa: E402
from digitgan.serving.routes import numbers  # noqa: E402
from digitgan.serving.server import create_server  # noqa: E402

HERE = "127.0.0.1"
written = []  # what was opened to be written, while a server was asked


def _watch(event, arguments):
    if event != "open" or _watch.off:
        return
    path, mode, flags = arguments
    if isinstance(path, int):  # of a file or a pipe that is open already
        return
    writes = os.O_WRONLY | os.O_RDWR | os.O_CREAT
    if (set(mode or "") & set("wax+")) or (flags or 0) & writes:
        written.append(path)


_watch.off = True
sys.addaudithook(_watch)


@pytest.fixture(scope="module")
def port():
    with live_server() as port:
        _watch.off = False
        yield port
        _watch.off = True
    assert not written


def everything(client):
    """Return all that a server says until it hangs up."""
    said = b""
    while more := client.recv(65536):
        said += more
    return said


def problem_in(said):
    """Return the status of an answer and the problem that it must be."""
    head, _, body = said.partition(b"\r\n\r\n")
    assert b"\r\ncontent-type: application/problem+json" in head.lower(), said
    return int(head.split()[1]), json.loads(body)


def ask(port, data):
    with socket.create_connection(("127.0.0.1", port), timeout=20) as client:
        client.sendall(data)
        return everything(client)


def plain(line, *headers):
    lines = [line, "Connection: close", *(headers or ["Host: localhost"]), "", ""]
    return "\r\n".join(lines).encode("latin-1")


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", 400),  # TLS
        (b"GET\r\n\r\n", 400),
        (plain("GET /\xff HTTP/1.1"), 400),
        (plain("GET / HTTP/1.1", "Host: localhost", "Host: localhost"), 400),
        (plain("GET / HTTP/1.1", "X: y"), 400),
        (plain("GET / HTTP/1.1", "Host: localhost", "A\x00B: 1"), 400),
        (plain("GET / HTTP/1.1", "Host: localhost", "X: " + "x" * 20_000)[:-4], 400),
        (b"GET /?" + b"x" * 20_000, 400),
        (plain("POST / HTTP/1.1", "Host: localhost", "Content-Length: -1"), 400),
        (plain("POST / HTTP/1.1", "Host: localhost", "Content-Length: 1" * 2), 400),
        (plain("GET / HTTP/1.0", "X: y"), 421),
        (plain("GET / HTTP/1.1", "Host: evil.example"), 421),
        (plain("GET / HTTP/1.1", "Host: evil.example@127.0.0.1"), 421),
        (plain("GET / HTTP/1.1", "Host: localhost/evil.example"), 421),
        (plain("GET / HTTP/1.1", "Host: localhost#.evil.example"), 421),
        (plain("GET / HTTP/1.1", "Host: localhost:80:80"), 421),
        (plain("GET http://localhost/v1/model HTTP/1.1"), 404),
        (plain("OPTIONS * HTTP/1.1"), 404),
        (plain("OPTIONS /v1/numbers HTTP/1.1"), 405),
        (plain("TRACE /v1/numbers HTTP/1.1"), 405),
        (plain("CONNECT localhost:22 HTTP/1.1"), 404),
        (plain("DELETE / HTTP/1.1"), 405),
        (plain("PUT /write.js HTTP/1.1"), 405),
        (plain("BREW /healthz HTTP/1.1"), 405),
        (plain("GET /../app.py HTTP/1.1"), 404),
        (plain("GET /..%2f..%2fapp.py HTTP/1.1"), 404),
        (plain("GET /%2e%2e/%2e%2e/%2e%2e/etc/passwd HTTP/1.1"), 404),
        (plain("GET //etc/passwd HTTP/1.1"), 404),
        (plain("GET /..\\app.py HTTP/1.1"), 404),
        (plain("GET /%00 HTTP/1.1"), 404),
        (plain("GET /write.js%00.png HTTP/1.1"), 404),
        (plain("GET /" + "a" * 5_000 + " HTTP/1.1"), 404),
        (plain("GET /%ff%fe HTTP/1.1"), 404),
        (plain("GET /v1/numbers.%2e%2e%2f HTTP/1.1"), 404),
        (plain("GET /v1/numbers?text=%FF HTTP/1.1"), 400),
        (plain("GET /v1/numbers?text=%EF%BC%93 HTTP/1.1"), 400),  # a wide 3
        (plain("GET /v1/numbers?text=1&seed=%D9%A3 HTTP/1.1"), 400),  # Arabic 3
        (plain("GET /v1/numbers?text=1%1B%5B2J HTTP/1.1"), 400),
        (plain("GET /v1/numbers?text=1&ink=1e400 HTTP/1.1"), 400),
        (plain("GET /v1/numbers?text=1&noise=Infinity HTTP/1.1"), 400),
        (plain("GET /v1/numbers?" + "text=1&" * 2_000 + " HTTP/1.1"), 400),
        (plain("POST /v1/numbers HTTP/1.1"), 415),
    ],
)
def test_what_is_wrong_is_refused_in_words(port, data, status):
    status_code, problem = problem_in(ask(port, data))
    assert (status_code, problem["status"]) == (status, status)
    assert problem["detail"] and "\n" not in problem["detail"]


@pytest.mark.parametrize("framing", ["Content-Length: 5000000", "chunked"])
def test_a_body_that_is_too_large_is_refused_in_words(port, framing):
    def parts():
        for _ in range(5):
            yield b" " * 1_000_000

    headers = {"Content-Type": "application/json"}
    content = parts() if framing == "chunked" else b" " * 5_000_000
    where = f"http://localhost:{port}/v1/numbers"
    reply = httpx.post(where, content=content, headers=headers, timeout=20)
    assert reply.status_code == 413 and f"{MAX_BODY:,}" in reply.json()["detail"]


def drip(client, data, seconds):
    """Send one byte at a time until the server has had enough."""
    end = time.monotonic() + seconds
    for k in range(10_000):
        try:
            client.sendall(data[k % len(data) :][:1])
        except OSError:
            return
        if time.monotonic() > end:
            return
        time.sleep(0.02)


@contextmanager
def plain_uvicorn():
    """Yield the port of a server with uvicorn's own limits, as tight as they go."""
    limits = {"timeout_keep_alive": 1, "limit_concurrency": 4}
    limits |= {"h11_max_incomplete_event_size": 1_000, "ws": "none"}

    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for _ in range(100):
            await send(
                {"type": "http.response.body", "body": bytes(10**6), "more_body": True}
            )

    config = uvicorn.Config(
        app, http="h11", lifespan="off", log_level="error", **limits
    )
    with running(uvicorn.Server(config)) as port:
        yield port


def test_uvicorn_alone_would_be_held_by_slow_clients():
    """The reason for ``connections.py``: if this fails, that file may go."""
    with plain_uvicorn() as port, ExitStack() as opened:
        here = ("127.0.0.1", port)
        silent = [opened.enter_context(socket.create_connection(here)) for _ in "abc"]
        for client in silent:
            client.sendall(b"GET / HTTP/1.1\r\nHost: ")  # the rest never comes
        reader = opened.enter_context(socket.create_connection(here))
        reader.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")  # reads nothing
        time.sleep(2.5)  # of 1 that a silent connection is kept
        said = ask(port, plain("GET / HTTP/1.1"))
        assert said.startswith(b"HTTP/1.1 503"), "the slow ones have been cut off"
        assert b"retry-after" not in said.lower()
        for client in silent:
            client.setblocking(False)
            with pytest.raises(BlockingIOError):
                client.recv(1)  # still open


@pytest.mark.parametrize(
    "first",
    [
        b"",
        b"G",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX: ",
        b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9999\r\n\r\n",
    ],
    ids=["nothing", "letter", "headers", "body"],
)
def test_a_slow_request_is_cut_off(port, monkeypatch, first):
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.3)
    with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        client.sendall(first)
        begun = time.monotonic()
        if first != b"":
            threading.Thread(target=drip, args=(client, b"x", 5), daemon=True).start()
        try:
            said = everything(client)
        except ConnectionResetError:
            said = b""  # what it was sent last was never read
        assert time.monotonic() - begun < 4
    if said and b"200 OK" not in said:
        assert problem_in(said)[0] == 408


def test_who_does_not_read_blocks_nobody_and_is_cut_off(monkeypatch):
    monkeypatch.setattr(connections, "READ_SECONDS", 0.5)
    monkeypatch.setattr(numbers, "draw_numbers", lambda *_: [bytes(3_000_000)])
    with live_server() as port, socket.socket() as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        slow.settimeout(20)
        slow.connect(("127.0.0.1", port))
        for seed in range(8):  # more than the kernel takes over from the server
            line = f"GET /v1/numbers?text=8&seed={seed} HTTP/1.1\r\n"
            slow.sendall(f"{line}Host: localhost\r\n\r\n".encode())
        for k in range(5):
            reply = httpx.get(f"http://localhost:{port}/v1/digits?seed={k}")
            assert reply.status_code == 200
        end = time.monotonic() + 20
        with pytest.raises(OSError):
            while time.monotonic() < end:
                slow.send(b"G")  # fails once the server has hung up
                time.sleep(0.05)
            pytest.fail("still connected")


HALF = b"POST /v1/numbers HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n"
HALF += b"Content-Type: application/json\r\n\r\n"


@pytest.mark.parametrize(
    "first", [b"", b"GET / HT", HALF], ids=["none", "head", "body"]
)
def test_who_keeps_it_waiting_makes_room(monkeypatch, capsys, first):
    """The longest-waiting one goes; who asks at once is answered at once."""
    monkeypatch.setattr(connections.Connection, "most", 3)
    monkeypatch.setattr(connections.Connection, "_logged", -math.inf)
    with live_server() as port, ExitStack() as opened:
        for _ in range(30):
            one = socket.create_connection(("127.0.0.1", port), timeout=20)
            opened.enter_context(one).sendall(first)
        for _ in range(5):
            assert httpx.get(f"http://localhost:{port}/healthz").status_code == 200
    (line,) = capsys.readouterr().err.splitlines()
    assert line.endswith("more than 3 connections: the idle ones go")


def test_past_the_connections_that_it_answers_it_says_503(monkeypatch):
    monkeypatch.setattr(connections.Connection, "most", 2)
    go, asked = threading.Event(), threading.Semaphore(0)
    receive = connections.Connection.data_received

    def data_received(self, data):
        receive(self, data)
        asked.release()

    def draw_numbers(_, requests):
        go.wait(20)
        return [b"drawn"] * len(requests)

    monkeypatch.setattr(connections.Connection, "data_received", data_received)
    monkeypatch.setattr(numbers, "draw_numbers", draw_numbers)
    with live_server() as port, ExitStack() as opened:
        for seed in range(2):
            one = socket.create_connection(("127.0.0.1", port), timeout=20)
            line = plain(f"GET /v1/numbers?text=1&seed={seed} HTTP/1.1")
            opened.enter_context(one).sendall(line)
            assert asked.acquire(timeout=10)  # or it would be an idle one
        with socket.create_connection(("127.0.0.1", port), timeout=20) as client:
            said = everything(client)  # before it has asked
        assert problem_in(said)[0] == 503 and b"retry-after: 1\r\n" in said.lower()
        go.set()


def test_few_descriptors_and_many_connections():
    """With 1,024, as usual, 2,000 connections hold nobody and fill no log."""
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    if 0 <= before[1] < 4000:
        pytest.skip("this process may not open so many itself")
    resource.setrlimit(resource.RLIMIT_NOFILE, (4000, before[1]))
    code = "from digitgan.cli import main; main()"
    with ExitStack() as opened:
        opened.callback(resource.setrlimit, resource.RLIMIT_NOFILE, before)
        server = subprocess.Popen(
            [sys.executable, "-c", code, "serve", "--port", "0"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (1024, 1024)),
            text=True,
        )
        opened.callback(server.kill)
        assert server.stdout
        port = int(re.search(r":(\d+)/", server.stdout.readline())[1])
        for _ in range(2000):
            one = socket.create_connection(("127.0.0.1", port), timeout=20)
            opened.enter_context(one)
        for _ in range(5):
            assert httpx.get(f"http://127.0.0.1:{port}/healthz").status_code == 200
        server.send_signal(signal.SIGTERM)
        (line,) = server.communicate(timeout=30)[1].splitlines()
    assert server.returncode == 0
    assert line.endswith("more than 500 connections: the idle ones go")


@pytest.mark.parametrize("size", [17_000, 60_000, 100_000])
def test_a_head_is_bounded_however_it_comes(port, size):
    said = ask(port, plain("GET / HTTP/1.1", "Host: localhost", "X: " + "x" * size))
    assert problem_in(said)[0] == 400


@pytest.mark.parametrize(
    "request_line",
    [
        b"POST /v1/numbers HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"GET /healthz HTTP/9.9\r\nHost: localhost\r\n\r\n",
    ],
    ids=["two lengths", "version"],
)
def test_what_a_proxy_may_understand_otherwise_ends_the_connection(port, request_line):
    said = ask(port, request_line + plain("GET /healthz HTTP/1.1"))
    assert problem_in(said)[0] == 400 and said.count(b"\r\nconnection: ") == 1


def test_who_leaves_in_a_body_is_no_failure(capsys):
    with live_server() as port:
        for _ in range(3):
            with socket.create_connection(("127.0.0.1", port)) as client:
                client.sendall(HALF + b"{")
        time.sleep(0.3)
        said = ask(port, plain("GET /metrics HTTP/1.1")).decode()
    assert 'status="500"' not in said
    assert capsys.readouterr().err == ""


def test_who_says_more_after_its_last_request_is_no_failure(monkeypatch, capsys):
    """Its request is ready to be answered at the moment at which it is refused."""
    loops = []

    async def app(scope, receive, send):
        if scope["type"] != "http":
            return
        loops.append(asyncio.Event())
        await loops[0].wait()
        await send({"type": "http.response.start", "status": 200})
        await send({"type": "http.response.body"})

    def refuse(self, problem):
        loops[0].set()
        original(self, problem)

    original = connections.Connection._refuse
    monkeypatch.setattr(connections.Connection, "_refuse", refuse)
    with running(create_server(app)) as port, socket.socket() as client:
        client.settimeout(20)
        client.connect(("127.0.0.1", port))
        client.sendall(plain("GET / HTTP/1.1"))
        while not loops:
            time.sleep(0.01)
        client.sendall(b"more")
        assert problem_in(everything(client))[0] == 400
    assert capsys.readouterr().err == ""


def test_who_is_answered_while_it_stops_is_told_to_come_back(monkeypatch):
    go, begun = threading.Event(), threading.Event()

    def draw_numbers(_, requests):
        begun.set()
        go.wait(20)
        return [b"drawn"] * len(requests)

    monkeypatch.setattr(numbers, "draw_numbers", draw_numbers)
    replies = []
    with live_server() as port:
        line = plain("GET /v1/numbers?text=1 HTTP/1.1").replace(
            b"Connection: close\r\n", b""
        )
        asks = threading.Thread(target=lambda: replies.append(ask(port, line)))
        asks.start()
        assert begun.wait(10)
        threading.Timer(0.5, go.set).start()
    asks.join(20)
    head, _, body = replies[0].partition(b"\r\n\r\n")
    assert b"200 OK" in head and b"\r\nconnection: close" in head.lower()
    assert body == b"drawn"


def test_who_asks_as_it_stops_is_answered_for_the_last_time(monkeypatch):
    """A request that is on its way when the server hangs up would be lost."""

    async def app(scope, receive, send):
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 200})
            await send({"type": "http.response.body", "body": b"told"})

    def shutdown(self):
        original(self)
        stopped.set()

    stopped, original = threading.Event(), connections.Connection.shutdown
    monkeypatch.setattr(connections.Connection, "shutdown", shutdown)
    monkeypatch.setattr(connections, "LAST_SECONDS", 60)
    line = plain("GET / HTTP/1.1").replace(b"Connection: close\r\n", b"")
    server = create_server(app)
    with running(server) as port, socket.create_connection((HERE, port), 20) as client:
        client.sendall(line)
        said = b""
        while not said.endswith(b"\r\n0\r\n\r\n"):
            said += client.recv(65536)
        server.should_exit = True
        assert stopped.wait(20)
        client.sendall(line)
        said = everything(client)
    assert b"200 OK" in said and b"\r\nconnection: close" in said.lower()
    assert b"told" in said
