"""The page to watch a training, in a browser: start, watch, slide back, draw, stop."""

import re
from contextlib import ExitStack

import pytest
from browser import DESKTOP, OVERFLOW, PHONE, serve_command, watched_context

playwright = pytest.importorskip("playwright.sync_api")
expect = playwright.expect
SEVEN = [(0.25, 0.2), (0.75, 0.2), (0.6, 0.5), (0.45, 0.85)]
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(few, tmp_path_factory):
    """Serve with an empty folder of runs; yield where."""
    runs = tmp_path_factory.mktemp("learn") / "runs"
    with serve_command(f"--runs={runs}", f"--data={few}") as address:
        yield address


@pytest.fixture
def opened(browser, address):
    """Return what opens a page; it reaches the server alone, without an error."""
    with ExitStack() as stack:

        def opened(device, where="learn", expecting=()):
            watched = watched_context(browser, address, device)
            context = stack.enter_context(watched)
            context.expected = expecting
            page = context.new_page()
            page.goto(address + where)
            return page

        yield opened


def draw(page, points):
    """Draw a line on the pad with the mouse."""
    page.locator("#pad").scroll_into_view_if_needed()
    box = page.locator("#pad").bounding_box()
    places = [
        (box["x"] + x * box["width"], box["y"] + y * box["width"]) for x, y in points
    ]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=5)
    page.mouse.up()


def in_state(page, state):
    page.wait_for_selector(f'body[data-state="{state}"]')


def ink(page, canvas):
    """Return how many pixels of a canvas are not empty."""
    return page.locator(canvas).evaluate(
        "c => c.getContext('2d').getImageData(0, 0, c.width, c.height).data"
        ".filter((v, i) => i % 4 === 3 && v > 40).length"
    )


def test_a_training_is_begun_watched_and_stopped(opened):
    page, other = opened(DESKTOP), opened(DESKTOP)
    expect(page.get_by_text("Nothing has been trained here yet")).to_be_visible()
    page.get_by_label("What learns").select_option("tiny")
    page.get_by_label("How long").fill("900")
    page.get_by_label("Minutes or epochs").select_option("epochs")
    page.get_by_label("Name").fill("first")
    page.get_by_role("button", name="Start training").click()
    expect(page.get_by_label("Training", exact=True)).to_have_value("first")
    in_state(page, "learning")
    slider = page.get_by_label("Earlier sheets, always from the same random numbers")
    page.wait_for_function("() => document.getElementById('sheet-slider').max > 2")
    expect(page.locator("#epoch")).to_have_text(re.compile(r"^[\d.]+ of 900$"))
    expect(page.get_by_role("status")).to_contain_text("Learning")
    expect(page.locator("#now")).to_contain_text("left")
    expect(page.get_by_text("Who is winning")).to_be_visible()
    curves = page.get_by_role("img", name=re.compile(r"D\(real\) from \d+ % to \d+ %"))
    expect(curves).to_be_visible()
    last = page.locator("#sheet-picture").get_attribute("src")
    slider.press("Home")
    expect(page.locator("#sheet-epoch")).to_have_text("before training")
    assert page.locator("#sheet-picture").get_attribute("src") != last
    page.wait_for_url("**/learn?run=first&sheet=0")
    expect(page.get_by_text("Old fakes")).to_be_visible()
    page.get_by_role("button", name="Play").click()
    page.wait_for_url("**/learn?run=first")  # it ends with the sheet of now
    slider.press("Home")
    page.wait_for_url("**/learn?run=first&sheet=0")
    draw(page, SEVEN)
    expect(page.locator("#verdict")).to_contain_text("It finds your drawing")
    assert 30 < ink(page, "#network-input") < 300
    in_state(other, "learning")
    signals = []
    page.on("request", lambda r: signals.extend(re.findall("/(stop|pause)$", r.url)))
    clicks = (
        "['stop', 'stop', 'pause'].map((id) => document.getElementById(id).click())"
    )
    page.evaluate(clicks)
    in_state(page, "stopped")
    assert signals == ["stop"]
    expect(page.get_by_role("button", name="Resume")).to_be_visible()
    expect(page.get_by_role("button", name="Stop")).to_be_hidden()
    assert page.evaluate(OVERFLOW) <= 0


def test_a_run_is_opened_on_a_phone_and_a_digit_drawn(opened, address):
    """What the test above has left."""
    page = opened(PHONE, "learn?run=first&sheet=1")
    in_state(page, "stopped")
    expect(page.locator("#sheet-epoch")).to_have_text("after epoch 1")
    assert page.locator("#sheet-picture").evaluate(
        "i => i.decode().then(() => i.width)"
    )
    dots = page.locator("#scale circle")
    expect(dots).to_have_count(200)
    draw(page, SEVEN)
    expect(dots).to_have_count(201)
    expect(page.locator("#labels div")).to_have_count(10)
    before = ink(page, "#pad")
    draw(page, [(0.3, 0.5), (0.7, 0.5)])
    assert ink(page, "#pad") > before
    page.get_by_role("button", name="Undo").click()
    assert ink(page, "#pad") == before
    page.get_by_role("button", name="Clear").click()
    expect(dots).to_have_count(200)
    assert ink(page, "#pad") == ink(page, "#network-input") == 0
    page.locator("#pad").press("Space")  # the pen comes down and goes up: a dot
    page.locator("#pad").press("Space")
    expect(dots).to_have_count(201)
    assert ink(page, "#pad") > 30
    page.get_by_role("button", name="Clear").click()
    expect(dots).to_have_count(200)
    finger = {"isPrimary": False, "pointerId": 2, "clientX": 99, "clientY": 99}
    page.locator("#pad").dispatch_event("pointerdown", finger)
    assert ink(page, "#pad") == 0
    for key in ["Space", *8 * ["ArrowDown"], "Space", *4 * ["ArrowRight"]]:
        page.locator("#pad").press(key)
    expect(dots).to_have_count(201)
    bars = page.get_by_role("img", name=re.compile(r"^as a \d: \d+ %$"))
    expect(bars).to_have_count(10)
    assert page.evaluate(OVERFLOW) <= 0
    for control in page.locator(
        "button:visible, a, input:visible, select:visible"
    ).all():
        named = control.evaluate(
            "e => e.ariaLabel || e.labels?.[0]?.textContent || e.textContent.trim()"
        )
        assert named, control.evaluate("e => e.outerHTML")


def test_what_the_guard_noted_is_shown_and_said(opened):
    page = opened(DESKTOP, "learn?run=first")
    in_state(page, "stopped")

    def noted(route):
        run = route.fetch().json()
        run["narration"]["guard"] = "Roll-back 1 of 3"
        route.fulfill(json=run)

    page.route("**/v1/runs/first", noted)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator("#narration dt").first).to_have_text(
        "What the guard noted last"
    )
    expect(page.get_by_role("status")).to_contain_text("Roll-back 1 of 3")


def test_a_list_that_does_not_come_is_asked_for_again(opened):
    page = opened(DESKTOP, expecting=["ERR_FAILED"])
    in_state(page, "stopped")
    page.route("**/v1/runs", lambda route: route.abort(), times=1)
    page.reload()
    expect(page.get_by_role("alert")).to_contain_text("Trying again")
    in_state(page, "stopped")
    expect(page.get_by_role("alert")).to_be_hidden()


def test_what_the_server_refuses_is_said(opened):
    page = opened(DESKTOP, expecting=["409"])
    in_state(page, "stopped")
    page.get_by_role("button", name="New training").click()
    page.get_by_label("Name").fill("first")
    page.get_by_role("button", name="Start training").click()
    expect(page.get_by_role("alert")).to_contain_text("there is a run first already")
    other = opened(DESKTOP, "learn?run=nowhere", expecting=["404"])
    expect(other.get_by_role("alert")).to_contain_text("there is no run 'nowhere'")
    expect(other.locator("#watch")).to_be_hidden()
    expect(other.locator("#run option")).to_have_text(["first · stopped", "nowhere"])
