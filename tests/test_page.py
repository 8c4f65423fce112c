"""The page in a browser: type, slide, a new hand, share, download; nothing foreign."""

import json
import os
import re
import shutil
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

import digitgan

pytest.importorskip("starlette")
pytest.importorskip("uvicorn")
playwright = pytest.importorskip("playwright.sync_api")

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
SIZES = {
    "desktop": {"viewport": {"width": 1280, "height": 860}},
    "phone": {
        "viewport": {"width": 390, "height": 844},
        "is_mobile": True,
        "has_touch": True,
        "color_scheme": "dark",
    },
}
pytestmark = pytest.mark.skipif(not CHROMIUM, reason="there is no chromium")


@pytest.fixture(scope="module")
def address():
    """Serve on a free port; yield where."""
    code = "from digitgan.cli import main; main(['serve', '--port', '0'])"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process.stdout.readline().split()[2]
        finally:
            process.terminate()
            process.wait(20)


@pytest.fixture(scope="module")
def browser():
    rooted = ["--no-sandbox"] if os.geteuid() == 0 else []
    with playwright.sync_playwright() as engine:
        browser = engine.chromium.launch(executable_path=CHROMIUM, args=rooted)
        yield browser
        browser.close()


@pytest.fixture(params=SIZES)
def context(request, browser, address):
    """Open a browser that reaches the server alone; fail on anything else."""
    context = browser.new_context(**SIZES[request.param], accept_downloads=True)
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    foreign, errors = [], []

    def guard(route):
        if route.request.url.startswith(address):
            return route.continue_()
        foreign.append(route.request.url)
        return route.abort()

    context.route(re.compile("^(?!data:)"), guard)
    context.on("console", lambda m: errors.append(m.text) if m.type == "error" else 0)
    context.on("weberror", lambda error: errors.append(str(error.error)))
    context.expected = []  # what a test causes on purpose
    yield context
    context.close()
    expected = "|".join(context.expected) or "$^"
    assert [error for error in errors if not re.search(expected, error)] == []
    assert foreign == []


def opened(context, address, query="?text=2026&seed=7"):
    page = context.new_page()
    page.set_default_timeout(20_000)
    page.goto(address + query)
    shown(page, "text=")
    return page


def shown(page, part):
    """Wait until the picture on the sheet is that of a request; return its bytes."""
    page.wait_for_selector(f'body[data-shown*="{part}"]')
    return page.get_attribute("#picture", "src")


def slide(page, label, key, times=1):
    slider = page.get_by_label(label, exact=True)
    slider.focus()
    for _ in range(times):
        slider.press(key)
    return slider


def test_what_is_typed_is_written_at_once(context, address):
    page = opened(context, address)
    first = page.get_attribute("#picture", "src")
    page.get_by_label("Write a number").fill("12/05")
    assert shown(page, "text=12%2F05") != first
    assert page.get_attribute("#picture", "alt") == "12/05 in handwriting"
    page.wait_for_url("**/?text=12%2F05&seed=7")
    status = page.get_by_role("status")
    playwright.expect(status).to_contain_text("12/05 in hand 7: strokes")


def test_sliders_change_the_hand_and_give_it_back(context, address):
    page = opened(context, address)
    first = page.get_attribute("#picture", "src")
    dials = {
        "Thickness": ("End", "thickness=4.9"),
        "Slant": ("Home", "slant=-31"),
        "Variety": ("Home", "variety=0"),
        "Spacing": ("End", "spacing=120%2C138"),
        "Scanner": ("End", "noise=1"),
    }
    before = first
    for label, (key, part) in dials.items():
        slider = slide(page, label, key)
        after = shown(page, part)
        assert after != before and slider.get_attribute("aria-valuetext")
        before = after
    for label in dials:
        page.get_by_role("button", name=re.compile(f"^{label}: ")).click()
    page.wait_for_selector('body[data-shown$="text=2026&seed=7&height=120"]')
    assert page.get_attribute("#picture", "src") == first


def test_paper_and_boxes(context, address):
    page = opened(context, address)
    for name, part in (("ruled", "ruled"), ("squared", "grid"), ("form", "boxes")):
        page.get_by_text(name, exact=True).click()
        shown(page, f"lines={part}")
    assert page.get_by_label("Spacing", exact=True).is_disabled()
    assert not page.locator("#boxes").is_visible()
    page.get_by_label("Show where each character is").check()
    assert page.locator("#boxes rect").count() == 4
    picture = page.locator("#picture").bounding_box()
    for box in page.locator("#boxes rect").all():
        inside = box.bounding_box()
        assert inside["x"] > picture["x"] and inside["y"] > picture["y"]
        assert inside["width"] > 5 and inside["height"] > 10


def test_a_new_hand_by_button_and_keys_and_back(context, address):
    page = opened(context, address)
    seen = [page.get_attribute("#picture", "src")]
    seeds = [7]
    for act in (
        lambda: page.get_by_role("button", name="New hand").click(),
        lambda: page.get_by_label("Write a number").press("Enter"),
        lambda: page.get_by_label("Write a number").press("n"),
        lambda: page.get_by_label("Slant", exact=True).press("n"),
    ):
        act()
        seeds.append(int(page.get_by_label("Hand", exact=True).input_value()))
        seen.append(shown(page, f"seed={seeds[-1]}&"))
    assert len(set(seen)) == len(set(seeds)) == 5
    assert page.get_by_label("Write a number").input_value() == "2026"
    page.go_back()
    assert shown(page, f"seed={seeds[-2]}&") == seen[-2]
    page.get_by_label("Hand", exact=True).fill("7")
    assert shown(page, "seed=7&") == seen[0]


def test_a_shared_link_shows_the_same(context, address):
    page = opened(context, address, "?text=412.75%0A96&seed=3&lines=ruled")
    slide(page, "Slant", "End")
    slide(page, "Spacing", "ArrowRight", 3)
    picture = shown(page, "spacing=18%2C36")
    page.get_by_role("button", name="Copy link").click()
    link = page.evaluate("navigator.clipboard.readText()")
    assert link.startswith(address)
    other = opened(context, link, "")
    assert other.get_attribute("#picture", "src") == picture
    assert other.get_by_label("Write a number").input_value() == "412.75\n96"
    label = other.get_by_label("ruled")
    assert label.is_checked()


def test_downloads_are_what_the_python_line_makes(context, address, tmp_path):
    page = opened(context, address, "?text=12%2F05&seed=3&lines=grid&noise=0.3")
    slide(page, "Thickness", "ArrowRight", 3)
    slide(page, "Spacing", "ArrowRight", 2)
    shown(page, "spacing=12%2C30")
    files = {}
    for name in ("PNG", "SVG", "JSON"):
        with page.expect_download() as waiting:
            page.get_by_role("link", name=name, exact=True).click()
        files[name] = tmp_path / waiting.value.suggested_filename
        waiting.value.save_as(files[name])
    assert files["PNG"].name == "12-05.png"
    told = json.loads(files["JSON"].read_text())
    assert told["labels"] == list("12/05")
    assert told["image"] in files["SVG"].read_text()
    page.get_by_role("button", name="Copy", exact=True).click()
    line = page.evaluate("navigator.clipboard.readText()")
    folder = tmp_path / "python"
    folder.mkdir()
    line = line.replace('save("', f'save("{folder}/')
    exec(line, {"digitgan": digitgan})
    made = np.asarray(Image.open(folder / "12-05.png"))
    assert np.array_equal(made, np.asarray(Image.open(files["PNG"])))


def test_what_cannot_be_written_is_said(context, address):
    page = opened(context, address)
    text = page.get_by_label("Write a number")
    text.fill("20x6")
    playwright.expect(page.get_by_role("alert")).to_contain_text("“x” cannot")
    assert text.get_attribute("aria-invalid") == "true"
    text.fill(" ")
    playwright.expect(page.get_by_text("Type a number below")).to_be_visible()
    text.fill("2")
    shown(page, "text=2&")
    playwright.expect(page.locator("#trouble")).to_be_empty()
    assert page.locator("#picture").is_visible()


def test_a_busy_server_is_asked_again(context, address):
    context.expected = ["503"]
    page = opened(context, address)
    refusals = []

    def busy(route):
        if refusals:
            return route.fallback()
        refusals.append(route.request.url)
        return route.fulfill(status=503, headers={"Retry-After": "1"}, body="{}")

    page.route("**/v1/numbers.json*", busy)
    page.get_by_label("Write a number").fill("99")
    shown(page, "text=99&")
    assert len(refusals) == 1


def test_the_page_is_narrow_named_and_light(context, address):
    page = context.new_page()
    weights = []
    page.on("response", lambda reply: weights.append(len(reply.body())))
    page.goto(address)
    shown(page, "text=2026")
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(wide) == 0
    page.wait_for_load_state("networkidle")
    assert len(weights) >= 6 and sum(weights) < 300_000
    for control in page.locator("button:visible, a, input, textarea").all():
        named = control.evaluate(
            "e => e.ariaLabel || e.textContent.trim() || e.labels?.[0]?.textContent"
        )
        assert named, control.evaluate("e => e.outerHTML")
    identifiers = page.locator("[id]").evaluate_all("all => all.map(e => e.id)")
    assert len(identifiers) == len(set(identifiers))
