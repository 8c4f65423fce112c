"""What tests in a browser share: Chromium, contexts that watch for faults, a server."""

import functools
import http.server
import os
import re
import subprocess
import sys
import threading
from contextlib import contextmanager

import pytest

from digitgan.exporters import export

DESKTOP = {"viewport": {"width": 1280, "height": 860}}
PHONE = {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"}
PHONE |= {"is_mobile": True, "has_touch": True}
DEVICES = {"desktop": DESKTOP, "phone": PHONE}
PATIENCE = 180_000  # milliseconds, for a machine with much to do
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def browser(chromium):
    from playwright import sync_api

    sync_api.expect.set_options(timeout=PATIENCE)
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_api.sync_playwright() as engine:
        browser = engine.chromium.launch(executable_path=chromium, args=sandbox)
        yield browser
        browser.close()


@pytest.fixture
def device():
    """The name of the device of ``context``; parametrize it for more than one."""
    return "desktop"


@pytest.fixture
def context(device, browser, address):
    """A browser context that reaches ``address`` alone; fails on any fault."""
    with watched_context(browser, address, DEVICES[device]) as context:
        yield context


@contextmanager
def watched_context(browser, address, device):
    """Open a context that reaches the server alone; fail on anything else, at the end.

    Patterns of what a test causes on purpose go into its list ``expected``.
    """
    context = browser.new_context(**device, accept_downloads=True)
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    context.set_default_timeout(PATIENCE)
    foreign, errors, context.expected = [], [], []

    def guard(route):
        if route.request.url.startswith(address):
            return route.continue_()
        foreign.append(route.request.url)
        return route.abort()

    context.route(re.compile("^(?!data:)"), guard)
    context.on("console", lambda m: errors.append(m.text) if m.type == "error" else 0)
    context.on("weberror", lambda error: errors.append(str(error.error)))
    yield context
    context.close()
    expected = "|".join(context.expected) or "$^"
    assert [error for error in errors if not re.search(expected, error)] == []
    assert foreign == []


@contextmanager
def serve_command(*words):
    """Serve on a free port, as the command does; yield where."""
    command = [sys.executable, "-m", "digitgan", "serve", "--port=0", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process.stdout.readline().split()[2]
        finally:
            process.terminate()
            process.wait(90)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    return export("flagship", "web", tmp_path_factory.mktemp("export") / "site")


class Files(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        """Say nothing."""


@contextmanager
def serving(site, kind):
    """Serve an export as files, and nothing but files; yield where."""
    handler = functools.partial(kind, directory=site)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
