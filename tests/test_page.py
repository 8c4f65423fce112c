"""The page in a browser: type, slide, a new hand, share, download; nothing foreign."""

import io
import json
import math
import re
from datetime import datetime, timedelta

import numpy as np
import pytest
from browser import DEVICES, OVERFLOW, serve_command, watched_context
from PIL import Image

import digitgan

playwright = pytest.importorskip("playwright.sync_api")
expect = playwright.expect
READY = {"": "body[data-shown]", "explore": "body[data-shown][data-compared]"}
READY |= {"learn": "#begin:not([hidden])"}  # where there is no run yet
PAGES = list(READY)
THICKEST = 4.4  # where the dial ends
BUSY = {"status": 503, "headers": {"Retry-After": "1"}, "body": "{}"}
pytestmark = pytest.mark.browser
on_every_device = pytest.mark.parametrize("device", DEVICES)


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    with serve_command(f"--runs={tmp_path_factory.mktemp('runs')}") as address:
        yield address


def opened(context, address, query="?text=2026&seed=7"):
    page = context.new_page()
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


@on_every_device
def test_what_is_typed_is_written_at_once(context, address):
    page = opened(context, address)
    first = page.get_attribute("#picture", "src")
    page.get_by_label("Write a number").fill("12/05")
    assert shown(page, "text=12%2F05") != first
    assert page.get_attribute("#picture", "alt") == "12/05 in handwriting"
    page.wait_for_url("**/?text=12%2F05&seed=7")
    status = page.get_by_role("status")
    expect(status).to_contain_text("12/05 in hand 7: strokes")


def test_sliders_change_the_hand_and_give_it_back(context, address):
    page = opened(context, address)
    first = page.get_attribute("#picture", "src")
    dials = {
        "Thickness": ("End", f"thickness={THICKEST}"),
        "Slant": ("Home", "slant=-23"),
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


@on_every_device
def test_paper_and_boxes(context, address):
    page = opened(context, address)
    for name, part in (("ruled", "ruled"), ("squared", "grid"), ("form", "boxes")):
        page.get_by_text(name, exact=True).click()
        shown(page, f"lines={part}")
    assert page.get_by_label("Spacing", exact=True).is_disabled()
    characters = page.get_by_role("button", name=re.compile("write it anew"))
    edges = "all => all.map((one) => getComputedStyle(one).borderTopColor)"
    assert set(characters.evaluate_all(edges)) == {"rgba(0, 0, 0, 0)"}
    page.get_by_label("Show where each character is").check()
    assert set(characters.evaluate_all(edges)) == {"rgb(200, 69, 47)"}
    assert characters.count() == 4
    picture = page.locator("#picture").bounding_box()
    for box in characters.all():
        inside = box.bounding_box()
        assert inside["x"] > picture["x"] and inside["y"] > picture["y"]
        assert inside["width"] > 5 and inside["height"] > 10


def test_a_new_hand_by_button_and_keys_and_back(context, address):
    page = opened(context, address)
    pictures = [page.get_attribute("#picture", "src")]
    seeds = [7]
    for act in (
        lambda: page.get_by_role("button", name="New hand").click(),
        lambda: page.get_by_label("Write a number").press("Enter"),
        lambda: page.get_by_label("Write a number").press("n"),
        lambda: page.get_by_label("Slant", exact=True).press("n"),
    ):
        act()
        seeds.append(int(page.get_by_label("Hand", exact=True).input_value()))
        pictures.append(shown(page, f"seed={seeds[-1]}&"))
    assert len(set(pictures)) == len(set(seeds)) == 5
    assert page.get_by_label("Write a number").input_value() == "2026"
    page.go_back()
    assert shown(page, f"seed={seeds[-2]}&") == pictures[-2]
    page.get_by_label("Hand", exact=True).fill("7")
    assert shown(page, "seed=7&") == pictures[0]


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
    for name in ("PNG", "SVG", "PDF", "JSON"):
        with page.expect_download() as waiting:
            page.get_by_role("link", name=name, exact=True).click()
        files[name] = tmp_path / waiting.value.suggested_filename
        waiting.value.save_as(files[name])
    assert files["PNG"].name == "12-05.png"
    written = json.loads(files["JSON"].read_text())
    assert written["labels"] == list("12/05")
    assert written["svg"] == files["SVG"].read_text()
    assert files["PDF"].read_bytes().startswith(b"%PDF")
    page.get_by_role("button", name="Copy", exact=True).click()
    line = page.evaluate("navigator.clipboard.readText()")
    folder = tmp_path / "python"
    folder.mkdir()
    line = line.replace('save("', f'save("{folder}/')
    exec(line, {"digitgan": digitgan})
    made = np.asarray(Image.open(folder / "12-05.png"))
    assert np.array_equal(made, np.asarray(Image.open(files["PNG"])))


@on_every_device
def test_single_characters_are_written_anew(context, address, tmp_path):
    page = opened(context, address, "?text=2026&seed=7")
    pictures = [shown(page, "text=2026")]
    characters = page.get_by_role("group", name="The characters").get_by_role("button")
    characters.nth(2).click()
    pictures.append(shown(page, "rerolls=0%2C0%2C1%2C0&"))
    expect(characters.nth(2)).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(characters.nth(3)).to_be_focused()
    expect(characters.nth(3)).to_have_accessible_name(
        "6, character 4 of 4: write it anew"
    )
    ring = "e => getComputedStyle(e).outlineStyle"
    assert characters.nth(3).evaluate(ring) == "solid"
    page.keyboard.press("r")
    pictures.append(shown(page, "rerolls=0%2C0%2C1%2C1&"))
    page.keyboard.press("Backspace")
    assert shown(page, "rerolls=0%2C0%2C1%2C0&") == pictures[1]
    page.wait_for_url("**/?text=2026&seed=7&rerolls=0%2C0%2C1%2C0")
    page.go_back()  # from taking it back
    assert shown(page, "rerolls=0%2C0%2C1%2C1&") == pictures[2]
    page.go_forward()
    shown(page, "rerolls=0%2C0%2C1%2C0&")
    line = page.locator("#code").inner_text()
    page.get_by_label("Write a number").fill("12026")
    shown(page, "rerolls=0%2C0%2C0%2C1%2C0&")
    other = opened(context, address, "?text=2026&seed=7&rerolls=0,0,1,0")
    assert other.get_attribute("#picture", "src") == pictures[1]
    assert len(set(pictures)) == 3
    with other.expect_download() as waiting:
        other.get_by_role("link", name="PNG", exact=True).click()
    exec(line.replace('save("', f'save("{tmp_path}/'), {"digitgan": digitgan})
    made, file = Image.open(tmp_path / "2026.png"), Image.open(waiting.value.path())
    assert np.array_equal(np.asarray(made), np.asarray(file))
    page.keyboard.press("Enter")
    page.wait_for_selector('body[data-shown]:not([data-shown*="rerolls"])')


@on_every_device
def test_a_walk_to_another_hand_and_back(context, address, tmp_path):
    page = opened(context, address, "?text=42&seed=7")
    walk = page.get_by_role("button", name="Walk")
    walk.click()
    picture = shown(page, "toward=")
    assert picture.startswith("v1/numbers.gif?text=42&seed=7&toward=")
    assert walk.get_attribute("aria-pressed") == "true"
    assert page.get_by_role("button", name=re.compile("write it anew")).count() == 0
    page.wait_for_url("**/?text=42&seed=7&toward=*")
    link = page.url
    with page.expect_download() as waiting:
        page.get_by_role("link", name="GIF").click()
    waiting.value.save_as(tmp_path / "walk.gif")
    film = Image.open(tmp_path / "walk.gif")
    assert film.format == "GIF" and film.n_frames > 30
    line = page.locator("#code").inner_text()
    exec(line.replace('save("', f'save("{tmp_path}/'), {"digitgan": digitgan})
    assert (tmp_path / "42.gif").read_bytes() == (tmp_path / "walk.gif").read_bytes()
    page.get_by_label("Slant", exact=True).focus()
    page.keyboard.press("w")
    page.wait_for_selector('body[data-shown]:not([data-shown*="toward"])')
    assert page.get_by_role("link", name="PNG").is_visible()
    other = opened(context, link, "")
    assert other.get_attribute("#picture", "src") == picture
    other.emulate_media(reduced_motion="reduce")
    other.reload()
    assert not shown(other, "text=42").startswith("v1/numbers.gif")


def test_a_character_without_ink_is_counted(context, address):
    page = context.new_page()

    def blank(route):
        written = route.fetch().json()
        for name in ("labels", "places", "boxes"):
            del written[name][1]
        route.fulfill(json=written)

    page.route("**/v1/numbers.json*", blank)
    page.goto(f"{address}?text=2026&seed=7")
    characters = page.get_by_role("group", name="The characters").get_by_role("button")
    expect(characters).to_have_count(3)
    characters.nth(1).click()
    shown(page, "rerolls=0%2C0%2C1%2C0&")


def test_a_walk_that_is_too_long_says_so(context, address):
    context.expected = ["400"]
    page = context.new_page()
    page.goto(f"{address}?text={31 * '8'}&seed=7&toward=8")
    expect(page.get_by_role("alert")).to_contain_text("So much text")


def test_a_held_key_is_one_new_hand(context, address):
    page = opened(context, address)
    for label, key in (("Write a number", "n"), ("Slant", "n")):
        page.get_by_label(label, exact=True).focus()
        before = page.evaluate("history.length")
        for _ in range(4):
            page.keyboard.down(key)
        page.keyboard.up(key)
        assert page.evaluate("history.length") == before + 1, label


def test_another_model_on_the_same_port_is_seen(browser, address):
    """What the browser keeps is asked about; routes would turn its cache off."""
    page = browser.new_page()
    for _ in range(2):
        page.goto(f"{address}?text=77&seed=6")
        shown(page, "text=77")
        page.goto("about:blank")
    metrics = page.request.get(f"{address}metrics").text()
    page.close()
    assert 'digitgan_requests_total{path="/v1/numbers.json",status="304"}' in metrics


def test_what_cannot_be_written_is_said(context, address):
    page = opened(context, address)
    text = page.get_by_label("Write a number")
    text.fill("20x6")
    expect(page.get_by_role("alert")).to_contain_text("“x” cannot")
    assert text.get_attribute("aria-invalid") == "true"
    text.fill(" ")
    expect(page.get_by_text("Type a number below")).to_be_visible()
    text.fill("2")
    shown(page, "text=2&")
    expect(page.locator("#trouble")).to_be_empty()
    assert page.locator("#picture").is_visible()


def stop_clock(page):
    """Let timers of a page fire by ``page.clock.run_for`` alone."""
    page.clock.install()
    page.clock.pause_at(datetime.now() + timedelta(minutes=1))


def test_a_busy_server_is_asked_again(context, address):
    context.expected = ["503"]
    page = opened(context, address)
    stop_clock(page)
    page.route("**/v1/numbers.json*", lambda route: route.fulfill(**BUSY), times=1)
    text = page.get_by_label("Write a number")
    text.fill("99")
    expect(page.get_by_role("alert")).to_contain_text("busy")
    assert text.get_attribute("aria-invalid") == "false"
    page.clock.run_for(1_000)
    shown(page, "text=99&")


def test_what_is_dropped_stays_dropped(context, address):
    context.expected = ["503"]
    page = opened(context, address)
    stop_clock(page)
    text, alert = page.get_by_label("Write a number"), page.get_by_role("alert")
    held = []
    page.route("**/v1/numbers.json*", lambda route: held.append(route))

    def request_of(characters):
        with page.expect_request("**/v1/numbers.json*"):
            text.fill(characters)
        while not held:
            page.wait_for_timeout(20)
        return held.pop()

    under_way = request_of("3")
    text.fill("3x")
    with page.expect_response("**/v1/numbers.json*"):
        under_way.fallback()
    expect(alert).to_contain_text("“x” cannot")
    request_of("4").fulfill(**BUSY)
    expect(alert).to_contain_text("busy")
    text.fill("4x")
    page.clock.run_for(1_300)
    expect(alert).to_contain_text("“x” cannot")
    assert held == []


@pytest.mark.parametrize("path", ["", "explore"])
def test_a_model_that_is_busy_is_asked_again(context, address, path):
    context.expected = ["503"]
    page = context.new_page()
    page.route("**/v1/model", lambda route: route.fulfill(**BUSY), times=1)
    with page.expect_response(lambda reply: "/v1/model" in reply.url and reply.ok):
        page.goto(f"{address}{path}?seed=7")
    page.wait_for_selector(READY[path])
    assert page.get_by_label("Slant", exact=True).is_enabled()


def test_a_hand_that_is_busy_is_asked_for_again(context, address):
    context.expected = ["503"]
    page = context.new_page()
    page.route("**/v1/digits.png?seed=9&*", lambda r: r.fulfill(**BUSY), times=1)
    page.goto(f"{address}explore?seed=7")
    page.wait_for_function(
        """() => {
          const all = [...document.querySelectorAll("#grid canvas")];
          const data = (one) => one.getContext("2d").getImageData(0, 0, 56, 56).data;
          return all.length && all.every((one) => data(one).some(Boolean));
        }"""
    )


def wander(context, address, query="?digit=3&seed=7&x=2&y=3"):
    page = context.new_page()
    page.goto(f"{address}explore{query}")
    chosen(page, "x=2&y=3" if "x=2" in query else "seed=")
    return page


def chosen(page, part):
    """Wait until a digit is drawn and compared; return how it looks."""
    page.wait_for_function(
        """part => {
          const { shown, compared } = document.body.dataset;
          const plane = (words) => words?.replace(/&[xy]=[0-9]+/g, "");
          return compared?.includes(part) && plane(shown) === plane(compared);
        }""",
        arg=part,
    )
    return page.evaluate("document.getElementById('large').toDataURL()")


@on_every_device
def test_the_plane_moves_under_mouse_finger_and_keys(context, address):
    page = wander(context, address)
    pictures = [chosen(page, "x=2&y=3")]
    plane = page.get_by_role("application")
    plane.focus()
    for key, part in (("ArrowRight", "x=3&y=3"), ("ArrowUp", "x=3&y=2")):
        page.keyboard.press(key)
        pictures.append(chosen(page, part))
    cell = float(
        plane.evaluate(
            "e => parseFloat(getComputedStyle(e.firstElementChild"
            ".nextElementSibling).width) - 6"
        )
    )
    box = plane.bounding_box()
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.click(middle[0] + 2 * cell, middle[1] + cell)
    pictures.append(chosen(page, "x=5&y=3"))
    page.mouse.move(*middle)
    page.mouse.down()
    page.mouse.move(middle[0] + 1.2 * cell, middle[1] - 0.9 * cell, steps=8)
    page.mouse.up()
    pictures.append(chosen(page, "x=4&y=4"))
    if context.pages[0].evaluate("navigator.maxTouchPoints"):
        page.touchscreen.tap(middle[0] - cell, middle[1])
        pictures.append(chosen(page, "x=3&y=4"))
    page.keyboard.press("Home")
    pictures.append(chosen(page, "x=0&y=0"))
    page.keyboard.press("ArrowLeft")
    pictures.append(chosen(page, "x=11&y=0"))
    assert len(set(pictures)) == len(pictures)
    page.wait_for_url("**/explore?digit=3&seed=7&x=11&y=0")
    expect(page.locator("#large")).to_have_accessible_name(
        "A three of hand 7, turned 11 right, 0 down"
    )
    said = page.get_by_role("status")
    expect(said).to_contain_text("turned 11 right, 0 down. The nearest of ")


def test_the_chosen_digit_is_styled_and_compared(context, address):
    page = wander(context, address)
    first = chosen(page, "x=2&y=3")
    slide(page, "Thickness", "End")
    assert chosen(page, f"thickness={THICKEST}") != first
    page.get_by_role("button", name=re.compile("^Thickness: ")).click()
    page.wait_for_selector('body[data-compared$="seed=7&x=2&y=3"]')
    assert chosen(page, "x=2&y=3") == first
    near = page.locator("#neighbours img")
    assert near.count() == 6
    reply = page.request.get(f"{address}v1/nearest?digit=3&seed=7&x=2&y=3").json()
    verdict = page.locator("#verdict").inner_text()
    typical = reply["typical"]
    for figure in (reply["distance"], typical["low"], typical["high"]):
        assert f"{math.floor(figure + 0.5):,}" in verdict  # halves go up in JavaScript
    assert near.nth(1).get_attribute("src") == reply["neighbours"][0]["image"]


@on_every_device
def test_every_digit_in_many_hands(context, address):
    page = wander(context, address)
    grid = page.get_by_role("grid")
    expect(grid.get_by_role("row")).to_have_count(10)
    grid.get_by_role("button", name="5 of hand 9").click()
    chosen(page, "digit=5&seed=9&x=0&y=0")
    assert page.get_by_label("5", exact=True).is_checked()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    assert grid.locator('[tabindex="0"]').count() == 1
    page.keyboard.press("Enter")
    chosen(page, "digit=6&seed=10&x=0&y=0")
    page.wait_for_url("**/explore?digit=6&seed=10&x=0&y=0&first=7")
    page.go_back()
    chosen(page, "digit=5&seed=9&x=0&y=0")
    page.get_by_role("button", name="Other hands").click()
    expect(grid.get_by_role("button", name=re.compile("of hand 7$"))).to_have_count(0)


def test_a_link_to_a_digit_shows_the_same(context, address):
    page = wander(context, address)
    page.locator("#digits").get_by_text("8", exact=True).click()
    slide(page, "Slant", "End")
    look = chosen(page, "digit=8&seed=7&x=2&y=3&slant=33")
    page.get_by_role("button", name="Copy link").click()
    link = page.evaluate("navigator.clipboard.readText()")
    other = context.new_page()
    other.goto(link)
    assert chosen(other, "digit=8&seed=7&x=2&y=3&slant=33") == look
    other.keyboard.press("n")
    other.wait_for_function("document.getElementById('seed').value !== '7'")
    chosen(other, "x=0&y=0")
    other.get_by_role("link", name="Write", exact=True).last.click()
    shown(other, "slant=33")


def test_without_training_digits_it_says_so(context, address):
    context.expected = ["404"]
    page = context.new_page()
    problem = {"detail": "MNIST is not in the cache of this machine"}
    page.route("**/v1/nearest?*", lambda route: route.fulfill(status=404, json=problem))
    page.goto(f"{address}explore?digit=3&seed=7")
    expect(page.locator("#verdict")).to_contain_text("not in the cache")
    assert not page.locator("#near").is_visible()
    status = page.get_by_role("status")
    expect(status).to_have_text(f"A three of hand 7, as it comes. {problem['detail']}")


@on_every_device
@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_no_fault(context, address, path):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = context.new_page()
    page.goto(address + path)
    page.wait_for_selector(READY[path])
    response = axe.run(page).response
    assert len(response["passes"]) > 15
    violations = [
        (rule["id"], rule["impact"], [node["html"] for node in rule["nodes"]])
        for rule in response["violations"]
    ]
    assert violations == []


@on_every_device
@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_narrow_and_light(context, address, path):
    page = context.new_page()
    weights = []
    page.on("response", lambda reply: weights.append(len(reply.body())))
    page.goto(address + path)
    page.wait_for_selector(READY[path])
    assert page.evaluate(OVERFLOW) == 0
    page.wait_for_load_state("networkidle")
    assert len(weights) >= 6 and sum(weights) < 300_000
    identifiers = page.locator("[id]").evaluate_all("all => all.map(e => e.id)")
    assert len(identifiers) == len(set(identifiers))


def test_enter_in_the_field_of_the_hand_keeps_it(context, address):
    page = opened(context, address)
    hand = page.get_by_label("Hand", exact=True)
    hand.fill("18446744073709551615")
    shown(page, "seed=18446744073709551615&")
    hand.press("Enter")
    page.wait_for_url("**/?text=2026&seed=18446744073709551615")
    assert hand.input_value() == "18446744073709551615"
    hand.fill("18446744073709551616")  # one too many
    assert hand.get_attribute("aria-invalid") == "true"
    page.reload()
    shown(page, "seed=18446744073709551615&")
    line = page.locator("#code").inner_text()
    assert "seed=18446744073709551615," in line


def test_what_a_link_has_that_the_page_cannot_show_is_said(context, address):
    page = opened(context, address, "?text=2026&seed=7&blend=8,0.5&width=900")
    expect(page.locator("#note")).to_contain_text("blend, width")
    page = opened(context, address, "?text=2026&thickness=9")
    expect(page.locator("#note")).to_contain_text("dials end before")
    shown(page, f"thickness={THICKEST}")


def test_what_is_pasted_is_taken_as_meant(context, address):
    page = opened(context, address)
    text = page.get_by_label("Write a number")
    for pasted, meant in (
        ("12\u00a0345\u2009\u22127", "12 345 -7"),
        ("\uff11\uff12\u0663\u2013\u06f4", "123-4"),
    ):
        text.fill(pasted)
        expect(text).to_have_value(meant)
    text.fill("IBAN: 12")
    expect(page.get_by_role("alert")).to_contain_text("“I” cannot be written")
    assert text.input_value() == "IBAN: 12"  # its N is no key
    text.fill("8" * 201)
    expect(page.get_by_role("alert")).to_contain_text("201 characters are too many")
    text.fill("8" * 150)
    shown(page, "text=" + "8" * 150)
    assert page.evaluate(OVERFLOW) == 0


def test_keys_can_be_switched_off(context, address):
    page = opened(context, address)
    page.get_by_label("keys").uncheck()
    page.get_by_label("Slant", exact=True).press("n")
    text = page.get_by_label("Write a number")
    text.press("n")
    expect(page.get_by_role("alert")).to_contain_text("“n” cannot")
    assert page.get_by_label("Hand", exact=True).input_value() == "7"
    page.reload()
    expect(page.get_by_label("keys")).not_to_be_checked()
    page.goto(f"{address}explore?digit=3&seed=7")
    expect(page.get_by_label("keys")).not_to_be_checked()


@pytest.mark.parametrize("device", ["phone"])
def test_signs_are_typed_by_touch(context, address):
    page = opened(context, address)
    page.get_by_role("button", name="New line").tap()
    page.get_by_role("button", name="+", exact=True).tap()
    shown(page, "text=2026%0A%2B")


@pytest.mark.parametrize("path", [*PAGES, "learn_here"])
def test_high_contrast_and_400_percent(browser, address, path):
    """Digits are seen in the colours of the system; nothing scrolls sideways."""
    device = {"viewport": {"width": 320, "height": 256}, "forced_colors": "active"}
    with watched_context(browser, address, device) as context:
        page = context.new_page()
        page.goto(f"{address}{path}?seed=7&start=paused")
        page.wait_for_selector(READY.get(path, "body[data-state]"))
        assert page.evaluate(OVERFLOW) == 0
        if path != "learn":
            sheet = page.locator("#sheet, #plane, .inked").first.screenshot()
            shades = np.asarray(Image.open(io.BytesIO(sheet)).convert("L"))
            assert np.ptp(shades[40:-40, 20:-20].astype(int)) > 100


def test_a_wall_is_filled(browser, address):
    device = {"viewport": {"width": 1920, "height": 1080}}
    with watched_context(browser, address, device) as context:
        page = opened(context, address)
        sheet = page.locator("#sheet").bounding_box()
        assert sheet["width"] > 1400 and sheet["height"] > 350
        page.get_by_label("Slant", exact=True).press("f")
        page.wait_for_function("document.fullscreenElement?.id === 'sheet'")
        picture = page.locator("#picture").bounding_box()
        assert picture["width"] == pytest.approx(1920, abs=40)
