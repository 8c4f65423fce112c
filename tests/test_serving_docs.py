"""``/docs`` shows the API in a browser that reaches this server alone."""

import os

import pytest

pytest.importorskip("uvicorn")
from live_server import live_server  # noqa: E402

pytestmark = pytest.mark.browser


def test_the_api_is_shown_without_a_foreign_host(chromium):
    engine = pytest.importorskip("playwright.sync_api")
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with live_server() as port, engine.sync_playwright() as playwright:
        here, foreign, errors = f"http://127.0.0.1:{port}/", [], []
        browser = playwright.chromium.launch(executable_path=chromium, args=arguments)
        page = browser.new_page()
        page.on("console", lambda m: errors.append(m.text) if m.type == "error" else 0)
        page.on("request", lambda r: foreign.append(r.url))
        page.goto(f"{here}docs")
        page.get_by_text("/v1/numbers.gif").first.wait_for()
        browser.close()
    assert [url for url in foreign if not url.startswith((here, "data:"))] == []
    assert errors == []
