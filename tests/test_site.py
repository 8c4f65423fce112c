"""The page without a server, from a plain file server: the studio's tests, and more."""

import gzip
import re

import pytest
from browser import Files, serving
from PIL import Image

import digitgan
from digitgan.exporters.web import PAGES

playwright = pytest.importorskip("playwright.sync_api")
from test_export import nearly_equal  # noqa: E402
from test_page import (  # noqa: E402, F401 - these run again, on the files
    THICKEST,
    opened,
    shown,
    slide,
    test_a_new_hand_by_button_and_keys_and_back,
    test_a_shared_link_shows_the_same,
    test_paper_and_boxes,
    test_single_characters_are_written_anew,
    test_sliders_change_the_hand_and_give_it_back,
    test_what_cannot_be_written_is_said,
    test_what_is_typed_is_written_at_once,
)

pytestmark = pytest.mark.browser
expect = playwright.expect
COMPILE = "() => new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0))"


class Strict(Files):
    def end_headers(self):
        """Allow neither WebAssembly nor eval, as careful hosts do."""
        policy = "default-src 'self'; img-src 'self' data:; connect-src 'self' data:"
        self.send_header("Content-Security-Policy", policy)
        super().end_headers()


@pytest.fixture(scope="module")
def address(site):
    with serving(site, Files) as address:
        yield address


def downloaded(page, name):
    """Return a file that a link gives, as a picture."""
    with page.expect_download() as waiting:
        page.get_by_role("link", name=name, exact=True).click()
    return Image.open(waiting.value.path())


def test_a_download_is_what_python_writes(context, address):
    query = "?text=12%2F05&seed=3&lines=grid&noise=0.3&rerolls=0,2,0,1,0"
    page = opened(context, address, query)
    slide(page, "Thickness", "ArrowRight", 3)
    slide(page, "Spacing", "ArrowRight", 2)
    shown(page, "spacing=12%2C30")
    picture = downloaded(page, "PNG")
    assert picture.mode == "L"
    thickness = float(page.get_by_label("Thickness", exact=True).input_value())
    style = {"thickness": thickness, "spacing": (12, 30), "rerolls": (0, 2, 0, 1, 0)}
    look = {"height": 120, "lines": "grid", "noise": 0.3}
    written = digitgan.load().write("12/05", seed=3, **style, **look)
    assert nearly_equal(picture, written.image)


def test_a_walk_is_that_of_python(context, address):
    page = opened(context, address, "?text=7&seed=3&toward=8")
    film = downloaded(page, "GIF")
    steps = digitgan.load().write_walk("7", seed=3, toward=8, height=120)
    assert film.n_frames == 2 * len(steps) - 2
    for place in (0, 10, len(steps) - 1):
        film.seek(place)
        assert nearly_equal(film.convert("L"), steps[place].image)


def test_a_link_beyond_the_dials_shows_their_ends(context, address):
    page = context.new_page()
    page.goto(f"{address}?text=2&seed=1&thickness=99")
    expect(page.locator("#note")).to_contain_text("dials end before")
    shown(page, f"thickness={THICKEST}")


def test_explore_needs_no_server(context, address):
    page = opened(context, address)
    page.get_by_role("link", name="Explore").click()
    page.wait_for_url(re.compile("explore.html"))
    page.goto(f"{address}explore.html?digit=3&seed=7&x=2&y=3")
    page.wait_for_selector("body[data-shown][data-measured*='x=2&y=3']")
    look = "document.getElementById('large').toDataURL()"
    first = page.evaluate(look)
    slide(page, "Thickness", "End")
    page.wait_for_selector(f"body[data-shown*='thickness={THICKEST}']")
    assert page.evaluate(look) != first
    verdict = page.locator("#verdict")
    expect(verdict).to_contain_text("digitgan serve shows the nearest")
    page.get_by_role("grid").get_by_role("button", name="5 of hand 9").click()
    page.wait_for_selector("body[data-shown*='digit=5&seed=9']")
    page.get_by_role("link", name="Learn").click()
    page.wait_for_url(re.compile("learn_here.html"))


def test_every_link_leads_to_a_file(context, address):
    page = context.new_page()
    for path in PAGES:
        page.goto(address + path)
        links = "all => all.filter(e => !e.closest('[data-server]')).map(e => e.href)"
        hrefs = page.locator("[href]").evaluate_all(links)
        local = [link for link in hrefs if link.startswith("http")]
        assert len(local) > 3
        for link in local:
            assert page.request.get(link).ok, link


def test_a_host_may_forbid_webassembly(site, browser):
    with serving(site, Strict) as address:
        page = browser.new_page()
        page.goto(f"{address}?text=7&seed=3")
        picture = downloaded(page, "PNG")
        with pytest.raises(playwright.Error, match="Content Security Policy"):
            page.workers[0].evaluate(COMPILE)
        page.close()
    expected = digitgan.load().write("7", seed=3, height=120).image
    assert nearly_equal(picture, expected)


def test_one_file_opens_from_the_disk(site, browser):
    """Every page, its worker and training, from ``file://``; nothing else is read."""
    place = f"file://{site / 'digitgan.html'}"
    context = browser.new_context(viewport={"width": 1280, "height": 860})
    context.set_default_timeout(300_000)
    page, errors, asked = context.new_page(), [], []
    page.on("console", lambda message: errors.append(message.text))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("request", lambda request: asked.append(request.url.partition(":")[0]))
    page.goto(f"{place}?text=12%2F05&seed=3")
    shown(page, "text=12%2F05")
    assert nearly_equal(
        downloaded(page, "PNG"),
        digitgan.load().write("12/05", seed=3, height=120).image,
    )
    page.get_by_role("link", name="Explore").click()
    page.wait_for_selector("body[data-shown][data-measured]")
    page.get_by_role("link", name="Write", exact=True).last.click()
    shown(page, "text=2026")
    page.get_by_role("link", name="Learn").click()
    page.wait_for_selector("body[data-state=running]:not([data-digits='0'])")
    page.get_by_label("Gradient penalty").press("End")
    page.wait_for_url("**/digitgan.html?penalty=1&page=learn_here")
    page.reload()
    page.wait_for_selector("body[data-state=running]")
    expect(page.locator("#penalty-value")).to_have_text("1")
    page.get_by_role("link", name="Loss", exact=True).click()
    expect(page.get_by_role("heading", name="Two losses")).to_be_in_viewport()
    context.close()
    assert errors == [] and set(asked) <= {"file", "data", "blob"}


def test_the_site_is_light(site):
    weights = [
        len(gzip.compress(path.read_bytes()))
        for path in site.rglob("*")
        if path.is_file() and path.parent.name not in ("model", "digits")
    ]
    assert (
        sum(weights) - len(gzip.compress((site / "digitgan.html").read_bytes()))
        < 300_000
    )
