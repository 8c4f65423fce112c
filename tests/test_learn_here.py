"""Learn in the visitor's tab: it learns to write, can be broken, and asks nobody."""

import base64
import io
import re
from contextlib import ExitStack

import numpy as np
import pytest
from browser import DESKTOP, OVERFLOW, Files, serve_command, serving, watched_context
from PIL import Image

from digitgan.measure.classifier import Classifier

playwright = pytest.importorskip("playwright.sync_api")

pytestmark = pytest.mark.browser
expect = playwright.expect
FOR_MINUTES = 900_000  # milliseconds: a machine with much to do
DIGITS = 48_000  # real ones; half a minute on a core that has nothing else to do


@pytest.fixture(scope="module")
def address(site):
    with serving(site, Files) as address:
        yield address


def opened(context, where):
    context.set_default_timeout(FOR_MINUTES)
    page = context.new_page()
    page.goto(where)
    page.wait_for_selector("body[data-state]")
    return page


def digits_on(page, canvas):
    """Return the images that a canvas shows, row by row."""
    url = page.locator(canvas).evaluate("canvas => canvas.toDataURL()")
    shown = Image.open(io.BytesIO(base64.b64decode(url.split(",")[1]))).convert("L")
    rows = 255 - np.asarray(shown).reshape(-1, 28, shown.width // 28, 28)
    return rows.swapaxes(1, 2).reshape(-1, 28, 28)


def varied(images):
    """Return how much digits of a row differ from each other."""
    return images.reshape(10, 10, -1).std(axis=1).mean()


def step(page, n):
    for _ in range(n):
        before = page.locator("body").get_attribute("data-digits")
        page.get_by_role("button", name="One step").click()
        page.wait_for_selector(f"body:not([data-digits='{before}'])")


def test_it_learns_to_write(context, address):
    page = opened(context, f"{address}learn_here.html?pauseAfter={DIGITS}")
    page.wait_for_selector(f"body[data-state=paused][data-digits='{DIGITS}']")
    predictions = Classifier().predict(digits_on(page, "#digits"))
    confident = predictions.probabilities.max(axis=1) > 0.8
    assert confident.mean() >= 0.7
    right = predictions.labels == np.repeat(np.arange(10), 10)
    assert (confident & right).mean() >= 0.65
    expect(page.locator("#now")).to_contain_text("Digits")
    page.get_by_label("Digits", exact=True).fill("3141592")
    page.get_by_role("button", name="Write", exact=True).click()
    written = page.get_by_role("img", name="3 1 4 1 5 9 2, by the model you trained")
    expect(written).to_be_visible()
    read = Classifier().predict(digits_on(page, "#written")).labels
    assert (read == [3, 1, 4, 1, 5, 9, 2]).sum() >= 4


@pytest.mark.parametrize("device", ["desktop", "phone"])
def test_settings_change_it_and_stand_in_the_address(context, address):
    from axe_playwright_python.sync_playwright import Axe

    page = opened(context, f"{address}learn_here.html?start=paused&seed=5")
    first = digits_on(page, "#digits")
    step(page, 3)
    after = digits_on(page, "#digits")
    assert (first != after).any()
    page.get_by_label("Gradient penalty").focus()
    page.keyboard.press("End")
    page.get_by_label("Labels").uncheck()
    page.wait_for_url("**/*seed=5&penalty=1&labels=off*")
    assert page.evaluate(OVERFLOW) <= 0
    assert Axe().run(page).response["violations"] == []
    page.get_by_role("button", name="Reset").click()
    page.wait_for_selector("body[data-digits='0']")
    page.get_by_label("Labels").check()
    assert (digits_on(page, "#digits") == first).mean() > 0.2  # its noise has labels
    page.reload()
    page.wait_for_selector("body[data-state=paused]")
    expect(page.locator("#penalty-value")).to_have_text("1")


def test_breaking_it_is_undone_to_the_pixel(context, address):
    page = opened(context, f"{address}learn_here.html?pauseAfter=640")
    page.wait_for_selector("body[data-state=paused][data-digits='640']")
    before = digits_on(page, "#digits")
    page.get_by_role("button", name="Break it: collapse").click()
    page.wait_for_selector("body[data-state=running]")
    page.get_by_role("button", name="Pause").click()
    page.wait_for_selector("body[data-state=paused]")
    assert (digits_on(page, "#digits") != before).any()
    page.get_by_role("button", name="Undo the break").click()
    page.wait_for_selector("body[data-digits='640']")
    assert (digits_on(page, "#digits") == before).all()


@pytest.mark.parametrize("device", ["desktop", "phone"])
def test_terms_lead_to_the_teaching_page(context, address):
    from axe_playwright_python.sync_playwright import Axe

    page = opened(context, f"{address}learn_here.html?start=paused")
    page.get_by_role("link", name="Collapse").click()
    failure = page.get_by_role("heading", name="What failure looks like")
    expect(failure).to_be_in_viewport()
    assert page.evaluate(OVERFLOW) <= 0
    assert Axe().run(page).response["violations"] == []


def test_without_real_digits_it_says_so(context, address, site):
    digits = site / "gan" / "digits"
    context.expected = ["404"]
    digits.rename(site / "away")
    try:
        page = context.new_page()
        page.goto(f"{address}learn_here.html")
        alert = page.get_by_role("alert")
        expect(alert).to_contain_text("the real digits (MNIST) are not there")
    finally:
        (site / "away").rename(digits)


def test_the_studio_has_it_too(browser, tmp_path):
    with ExitStack() as stack:
        served = serve_command(f"--runs={tmp_path / 'runs'}")
        address = stack.enter_context(served)
        watched = watched_context(browser, address, DESKTOP)
        page = stack.enter_context(watched).new_page()
        page.goto(address)
        page.get_by_role("link", name="Learn").click()
        page.wait_for_selector("body[data-state]")
        step(page, 1)


def test_arrows_film_and_quiz(context, address):
    page = opened(context, f"{address}learn_here.html?pauseAfter=1280&seed=2")
    page.wait_for_selector("body[data-state=paused][data-digits='1280']")
    arrows = page.get_by_role("img", name="Five digits with arrows")
    expect(arrows).to_be_visible()
    drawn = "e => new Set(e.getContext('2d').getImageData(0, 0, 1100, 220).data).size"
    assert arrows.evaluate(drawn) > 20  # values
    film = page.get_by_label("Film of all redraws")
    now = digits_on(page, "#digits")
    film.focus()
    film.press("Home")
    expect(page.locator("#film-digits")).to_have_text("after 0 digits")
    assert (digits_on(page, "#digits") != now).any()
    film.press("End")
    assert (digits_on(page, "#digits") == now).all()
    page.get_by_role("button", name="Slow motion").click()
    page.wait_for_selector("body[data-state=running]")
    page.wait_for_selector("body:not([data-digits='1280'])")
    page.get_by_role("button", name="Pause").click()
    page.get_by_role("button", name="Begin", exact=True).click()
    for asked in range(20):
        page.wait_for_selector(f"body[data-quiz='{asked}']")
        page.get_by_role("button", name=("Real", "Fake")[asked % 2], exact=True).click()
    page.wait_for_selector("body[data-quiz='20']")
    expect(page.locator("#quiz-score")).to_contain_text("of 20")
    expect(page.locator("#quiz-line")).to_contain_text("win")
    assert page.get_by_role("button", name="Real", exact=True).is_disabled()


def test_two_runs_begin_alike_and_part(context, address):
    where = f"{address}learn_here.html?start=paused&seed=4&beside=latents"
    page = opened(context, where)
    page.wait_for_selector("body[data-beside='0']")
    expect(page.get_by_label("Two runs side by side")).to_have_value("latents")
    step(page, 2)
    page.wait_for_selector("body[data-beside='128']")
    assert varied(digits_on(page, "#beside-digits")) > 0
    assert (digits_on(page, "#beside-digits") != digits_on(page, "#digits")).any()
    expect(page.locator("#beside-line")).to_contain_text("finds real digits")
    assert page.evaluate(OVERFLOW) <= 0


def test_the_discriminator_can_be_let_win(context, address):
    page = opened(context, f"{address}learn_here.html?start=paused&seed=1")
    page.get_by_role("button", name="Break it: the discriminator wins").click()
    page.wait_for_selector("body[data-state=running]")
    expect(page.locator("#discriminator-steps-value")).to_have_text("5")
    winning = re.compile("discriminator (is winning|has won)")
    expect(page.locator("#now")).to_contain_text(winning, timeout=FOR_MINUTES)
    page.get_by_role("button", name="Undo the break").click()
    expect(page.locator("#discriminator-steps-value")).to_have_text("1")
