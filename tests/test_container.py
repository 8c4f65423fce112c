"""The container without a builder: its steps in an empty environment, behind Caddy.

The image itself is built where a builder is to be had: by the hosted workflow.
"""

import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import HTTPCookieProcessor, HTTPSHandler, Request, build_opener

import pytest

from digitgan import cpu

ROOT = Path(__file__).parent.parent
DOCKERFILE = (ROOT / "Dockerfile").read_text()
TOKEN = "correct-horse-battery"


@pytest.mark.parametrize(
    ("quota", "cores"),
    [("max 100000", 8), ("200000 100000", 2), ("50000 100000", 1), ("", 8)],
)
def test_cores_are_those_of_the_quota(quota, cores, tmp_path, monkeypatch):
    (tmp_path / "cpu.max").write_text(quota)
    monkeypatch.setattr(cpu, "CPU_MAX", tmp_path / "cpu.max")
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: range(8), raising=False)
    assert cpu.available_cores() == cores


def test_another_site_may_ask_when_it_is_allowed():
    from starlette.testclient import TestClient

    from digitgan.handwriting.model import load
    from digitgan.serving.app import create_app

    site = "https://example.org"
    app = create_app(load(threads=1), origins=[site])
    client = TestClient(app, "http://localhost:8000")
    for origin, code in ((site, 200), ("https://evil.example", 403)):
        headers = {"Origin": origin}
        reply = client.post("/v1/numbers.png", json={"text": "7"}, headers=headers)
        assert reply.status_code == code
        allowed = reply.headers.get("access-control-allow-origin")
        assert (allowed == site) == (origin == site)


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@pytest.fixture
def started(tmp_path):
    """Start programs that are ended with the test."""
    programs = []

    def start(*words, **environment):
        environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), **environment}
        programs.append(subprocess.Popen(list(map(str, words)), env=environment))

    yield start
    for program in programs:
        program.terminate()
        program.wait()


def until_it_answers(ask):
    for _ in range(300):
        try:
            return ask()
        except OSError as error:
            if isinstance(error, HTTPError) and error.code != 502:
                raise
            time.sleep(0.2)
    pytest.fail("it does not answer")


@pytest.mark.slow
def test_the_steps_of_the_image_serve_behind_the_proxy(tmp_path, started):
    (extra,) = re.findall(r'pip install --no-cache-dir "/src\[(\w+)\]"', DOCKERFILE)
    command = re.findall(r'^CMD \["digitgan", (.+)\]$', DOCKERFILE, re.MULTILINE)[0]
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True)
    programs = tmp_path / "venv" / "bin"
    subprocess.run([programs / "pip", "install", "-q", f"{ROOT}[{extra}]"], check=True)
    installed = subprocess.check_output([programs / "pip", "list"], text=True)
    assert not re.search("keras|tensorflow|torch|jax", installed)
    server, proxy = free_port(), free_port()
    words = [word.strip('"') for word in command.split(", ")]
    started(programs / "digitgan", *words, "--port", server, DIGITGAN_TOKEN=TOKEN)
    caddy = shutil.which("caddy")
    if not caddy:
        pytest.skip("apt-get install caddy")
    ports = f"http_port {free_port()}\n\thttps_port {proxy}"
    settings = f"{{\n\tadmin off\n\tskip_install_trust\n\t{ports}"
    text = (ROOT / "Caddyfile").read_text().replace("\n{", f"\n{settings}", 1)
    (tmp_path / "Caddyfile").write_text(text)
    started(
        *(caddy, "run", "--adapter", "caddyfile", "--config", tmp_path / "Caddyfile"),
        UPSTREAM=f"127.0.0.1:{server}",
        SITE="localhost",
    )
    cookies = HTTPCookieProcessor()
    trusting = HTTPSHandler(context=ssl._create_unverified_context())
    browser = build_opener(cookies, trusting)
    site = f"https://localhost:{proxy}/digits/"
    page = until_it_answers(lambda: browser.open(site).read().decode())
    for name in re.findall(r'(?:src|href)="([\w./-]+)"', page):
        assert browser.open(site + name).status == 200, name
    assert browser.open(f"{site}v1/numbers.png?text=7").read()[1:4] == b"PNG"
    json = {"Content-Type": "application/json"}
    writes = Request(f"{site}v1/runs/none/pause", b"{}", json)
    with pytest.raises(HTTPError, match="401"):
        browser.open(writes)
    assert browser.open(f"{site}?token={TOKEN}").url == site
    with pytest.raises(HTTPError, match="409"):  # it is known now; no run is trained
        browser.open(writes)
    slow = ssl._create_unverified_context().wrap_socket(
        socket.create_connection(("localhost", proxy)), server_hostname="localhost"
    )
    slow.settimeout(20)
    slow.sendall(b"GET /digits/ HTTP/1.1\r\nHost: localhost\r\n")  # and nothing more
    began = time.monotonic()
    while slow.recv(1024):
        pass
    assert time.monotonic() - began < 15
