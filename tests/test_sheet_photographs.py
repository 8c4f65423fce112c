"""Forms filled by many pens, photographed and scanned in many ways."""

import io
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

cv2 = pytest.importorskip("cv2")
sys.path.insert(0, str(Path(__file__).parent.parent / "benchmarks"))

from synthetic_writer import filled_form, photograph  # noqa: E402
from test_cli import refused, run  # noqa: E402

from digitgan.data.load import load_dataset  # noqa: E402
from digitgan.data.sheet import cells, form  # noqa: E402
from digitgan.errors import InputError  # noqa: E402
from digitgan.measure.classifier import Classifier  # noqa: E402

EACH = 6  # digits of each class on a form


def page_of(mnist, ink=0.75, frame=form.FRAME_GREY, seed=0):
    """Return a filled form, ``uint8``; ink is the share of light that the pen takes."""
    test = mnist.test
    rows = [np.flatnonzero(test.labels == n)[seed * EACH :][:EACH] for n in range(10)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(form, "FRAME_GREY", frame)
        page, _ = filled_form(test[np.concatenate(rows)], seed, ink)
    return page


def with_table(page, border=200, grey=90):
    """Return the page on a table."""
    return cv2.copyMakeBorder(page, *[border] * 4, cv2.BORDER_CONSTANT, value=grey)


def bent(page):
    """Return a page that waves by 1.2 mm, as paper from a bag does."""
    y, x = np.indices(page.shape, np.float32)
    x = x + 14 * np.sin(y / 500)
    y = y + 14 * np.sin(x / 400)
    return cv2.remap(page, x, y, cv2.INTER_LINEAR, borderValue=255)


def through_a_lens(page):
    """Return the page with the barrel distortion of a cheap camera."""
    page = with_table(page)
    height, width = page.shape
    camera = np.array([[width, 0, width / 2], [0, width, height / 2], [0, 0, 1.0]])
    return cv2.undistort(page, camera, np.array([0.03, 0, 0, 0]))


def black_and_white(page, noise=0):
    """Return a scan in two colours, by a threshold that follows the light."""
    noisy = page + np.random.default_rng(0).normal(0, noise, page.shape)
    small = cv2.resize(np.clip(noisy, 0, 255).astype(np.uint8), None, fx=0.5, fy=0.5)
    mode = (cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY)
    return cv2.adaptiveThreshold(small, 255, *mode, 51, 12)


def faxed(page):
    """Return a page of 100 dots an inch and two colours, with dust."""
    small = cv2.resize(page, None, fx=0.4, fy=0.4, interpolation=cv2.INTER_AREA)
    small = np.where(small > 170, 255, 0).astype(np.uint8)
    dust = np.random.default_rng(0).random(small.shape)
    return np.where(dust < 0.002, 0, small).astype(np.uint8)


def shining_through(page):
    """Return a page on whose back there is writing, too."""
    back = cv2.GaussianBlur(page[:, ::-1], (0, 0), 5)
    return np.minimum(page, 255 - (255 - back) // 6).astype(np.uint8)


def in_perspective(page):
    """Return the page on a table, seen from below: its far edge is a fifth shorter."""
    height, width = page.shape
    there = [(0.1 * width, 0), (0.9 * width, 0), (width, height), (0, height)]
    here = [(0, 0), (width, 0), (width, height), (0, height)]
    seen = cv2.getPerspectiveTransform(np.float32(here), np.float32(there))
    return with_table(cv2.warpPerspective(page, seen, (width, height), borderValue=90))


def in_shadow(page):
    """Return the page with the shadow of a hand, two thirds of the light, soft edge."""
    shadow = np.ones(page.shape, np.float32)
    height, width = page.shape
    cv2.ellipse(shadow, (width, height // 2), (1500, 1200), 20, 0, 360, 0.65, -1)
    return (page * cv2.GaussianBlur(shadow, (0, 0), 40)).astype(np.uint8)


def out_of_focus(page):
    """Return a photograph at 150 dots an inch, blurred over three of them."""
    return cv2.GaussianBlur(cv2.resize(page, None, fx=0.5, fy=0.5), (0, 0), 1.5)


def rotated(page, degrees=23):
    """Return the page on a table, turned."""
    page = with_table(page, 800)
    height, width = page.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    return cv2.warpAffine(page, turn, (width, height), borderValue=90)


def on_grey_paper(page):
    """Return the page on recycled paper, grey and with fibres."""
    fibres = np.random.default_rng(0).normal(0, 6, page.shape)
    fibres = cv2.GaussianBlur(fibres, (0, 0), 1.5)
    return np.clip(page * 0.62 + fibres, 0, 255).astype(np.uint8)


def in_colour(page, pen, paper=(255, 255, 255)):
    """Return a page ``uint8 (H, W, 3)`` with all ink of one colour."""
    share = page[..., np.newaxis] / 255
    return np.rint(share * paper + (1 - share) * pen).astype(np.uint8)


def compressed(page, quality=30):
    """Return a JPEG of such quality at 150 dots an inch."""
    small = cv2.resize(page, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    content = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return cv2.imdecode(content, cv2.IMREAD_GRAYSCALE)


def photographed(page, seed=0, width=1400):
    """Return the page tilted, shadowed, blurred and noisy."""
    content = photograph(Image.fromarray(page), seed, width)
    return np.asarray(Image.open(io.BytesIO(content)))


PAPER = (250, 235, 170)
PHOTOGRAPHS = {  # what fills the form, and what happens to the page
    "faint pencil": (dict(ink=0.3), photographed),
    "dark frames": (dict(frame=110), photographed),
    "black frames, small": (dict(frame=0), lambda p: photographed(p, 3, 1100)),
    "pencil in black frames": (dict(ink=0.35, frame=0), lambda p: photographed(p, 4)),
    "black and white": (dict(), black_and_white),
    "black and white, noisy": (dict(ink=0.6), lambda p: black_and_white(p, 14)),
    "fax": (dict(frame=150), faxed),
    "bent paper": (dict(frame=100), lambda p: with_table(bent(p))),
    "wide lens": (dict(frame=100), through_a_lens),
    "shines through": (dict(), shining_through),
    "turned": (dict(frame=60), lambda p: np.rot90(photographed(p, 5), 2)),
    "perspective": (dict(), in_perspective),
    "shadow of a hand": (dict(ink=0.6), in_shadow),
    "out of focus": (dict(frame=150), out_of_focus),
    "turned by 23 degrees": (dict(), rotated),
    "grey paper": (dict(ink=0.6), on_grey_paper),
    "blue pen": (dict(), lambda p: in_colour(p, (30, 50, 160))),
    "red pen, yellow paper": (dict(), lambda p: in_colour(p, (170, 20, 30), PAPER)),
    "pencil, JPEG at 30": (dict(ink=0.4), compressed),
    "black frames, JPEG at 30": (dict(frame=0), compressed),
    "dark frames in perspective": (dict(frame=90), lambda p: in_perspective(bent(p))),
    "overexposed": (dict(ink=0.5), lambda p: np.clip(p * 1.3, 0, 255).astype("u1")),
}


QUICK = ("black and white", "bent paper")


@pytest.mark.parametrize(
    "name",
    [n if n in QUICK else pytest.param(n, marks=pytest.mark.slow) for n in PHOTOGRAPHS],
)
def test_sixty_digits_and_twenty_empty_cells(mnist, tmp_path, name):
    options, distort = PHOTOGRAPHS[name]
    picture = distort(np.asarray(page_of(mnist, **options)))
    Image.fromarray(picture).save(tmp_path / "photo.png")
    forms = cells.read_forms([tmp_path / "photo.png"])
    assert np.array_equal(forms.filled, np.arange(80) % 8 < EACH)
    read = Classifier().predict(forms.cells[forms.filled]).labels
    assert np.mean(read == forms.labels[forms.filled]) >= 0.95


@pytest.fixture(scope="module")
def page(mnist):
    return page_of(mnist).reduce(2)


def test_what_telephones_and_scanners_write_is_read(mnist, page, tmp_path, capsys):
    pillow_heif = pytest.importorskip("pillow_heif")
    pytest.importorskip("pypdfium2")
    other = page_of(mnist, seed=1).reduce(2)
    pillow_heif.from_pillow(page.convert("RGB")).save(tmp_path / "one.heic")
    page.save(tmp_path / "two.pdf", save_all=True, append_images=[other])
    other.save(tmp_path / "three.tiff")
    names = ("one.heic", "two.pdf", "three.tiff")
    read = [word for name in names for word in ("--read", tmp_path / name)]
    code, out, _ = run(capsys, "sheet", *read, "-o", tmp_path / "digits")
    assert code == 0 and "240 digits; 80 empty cells left out" in out
    train = load_dataset(tmp_path / "digits").train
    assert np.bincount(train.labels).tolist() == [4 * EACH] * 10
    assert (Classifier().predict(train.images).labels == train.labels).mean() > 0.97
    with Image.open(tmp_path / "digits.png") as contact_sheet:
        assert contact_sheet.size == (84 * form.COLUMNS, 84 * 4 * form.ROWS)


def test_two_forms_in_one_picture_are_refused(page, tmp_path, capsys):
    both = np.hstack([np.asarray(page), np.rot90(page, 2)])
    Image.fromarray(with_table(both)).save(tmp_path / "both.png")
    line = refused(
        capsys, "sheet", "--read", tmp_path / "both.png", "-o", tmp_path / "x"
    )
    assert "shows more than one form: allowed is one form in each picture" in line
    halves = np.asarray(page).copy()  # the upper half of one, the lower of another
    middle = len(halves) // 2
    halves[middle:] = np.roll(halves[middle:], 300, axis=1)
    Image.fromarray(with_table(halves)).save(tmp_path / "halves.png")
    with pytest.raises(InputError, match="do not lie as those of one flat form"):
        cells.read_forms([tmp_path / "halves.png"])


def test_what_is_not_read_is_named(page, tmp_path, capsys):
    page.save(tmp_path / "photo.gif")
    line = refused(
        capsys, "sheet", "--read", tmp_path / "photo.gif", "-o", tmp_path / "x"
    )
    assert "is no picture of a kind that is read ('gif'): allowed is a photo" in line
    assert "HEIC or PDF" in line
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.7\nnothing")
    with pytest.raises(InputError, match="damaged"):
        cells.read_forms([tmp_path / "broken.pdf"])
    (tmp_path / "broken.heic").write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic")
    with pytest.raises(InputError, match="broken.heic"):
        cells.read_forms([tmp_path / "broken.heic"])
