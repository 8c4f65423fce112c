"""The form: filled, photographed badly, and read back."""

import io
import re
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

pytest.importorskip("cv2")
sys.path.insert(0, str(Path(__file__).parent.parent / "benchmarks"))

from synthetic_writer import filled_form, of_one_shape, photograph, split  # noqa: E402
from test_cli import refused, run  # noqa: E402

from digitgan.data.load import load_dataset  # noqa: E402
from digitgan.data.sheet import cells, form  # noqa: E402
from digitgan.measure.classifier import Classifier  # noqa: E402


@pytest.fixture(scope="module")
def mine(mnist):
    """Return fifty held-out digits of one writer, five of each class."""
    digits, _ = split(of_one_shape(mnist.train, seed=1))
    assert np.bincount(digits.labels).tolist() == [5] * 10
    return digits


@pytest.fixture(scope="module")
def photo(mine, tmp_path_factory):
    path = tmp_path_factory.mktemp("photo") / "photo.jpg"
    path.write_bytes(photograph(filled_form(mine)[0], width=1200))
    return path


@pytest.mark.parametrize(("seed", "width"), [(1, 1000), (2, 2000)])
def test_a_bad_photograph_is_read_back(mine, tmp_path, seed, width):
    page, places = filled_form(mine, seed)
    path = tmp_path / "photo.jpg"
    path.write_bytes(photograph(page, seed, width))
    sheet = cells.read_forms([path])
    assert set(np.flatnonzero(sheet.filled)) == set(places)
    assert np.array_equal(sheet.labels[places], mine.labels)
    read, known = (
        Classifier().predict(x).labels for x in (sheet.cells[places], mine.images)
    )
    assert np.mean(read == known) >= 0.98
    apart = np.abs(sheet.cells[places].astype(float) - mine.images).mean()
    others = np.abs(sheet.cells[places].astype(float) - mine.images[::-1]).mean()
    assert apart < 12 < 25 < others  # grey levels: the digit itself, not just its kind


@pytest.mark.parametrize("turn", [90, 180])
def test_it_may_be_photographed_from_any_side(photo, tmp_path, turn):
    with Image.open(photo) as picture:
        picture.rotate(turn, expand=True).save(tmp_path / "turned.png")
    upright, turned = (
        cells.read_forms([photo]),
        cells.read_forms([tmp_path / "turned.png"]),
    )
    assert np.array_equal(upright.filled, turned.filled)
    apart = np.abs(upright.cells.astype(float) - turned.cells)
    assert apart[upright.filled].mean() < 3


def test_the_folder_is_a_data_set(photo, tmp_path, capsys):
    folder = tmp_path / "my-digits"
    code, out, _ = run(capsys, "sheet", "--read", photo, "-o", folder)
    assert code == 0 and "50 digits; 30 empty cells left out" in out
    dataset, sheet = load_dataset(folder), cells.read_forms([photo])
    assert dataset.classes == tuple("0123456789")
    assert np.array_equal(dataset.train.labels, sheet.labels[sheet.filled])
    assert np.array_equal(dataset.train.images, sheet.cells[sheet.filled])
    with Image.open(tmp_path / "my-digits.png") as contact:
        assert contact.size == (28 * 3 * form.COLUMNS, 28 * 3 * form.ROWS)
    assert "allowed is a new folder" in refused(
        capsys, "sheet", "--read", photo, "-o", folder
    )


def test_dirt_is_no_digit_and_a_long_stroke_is_whole(tmp_path):
    page = form.draw_form()
    draw = ImageDraw.Draw(page)
    left, top, right, bottom = form.cell_boxes()[10].tolist()
    draw.ellipse((left + 50, top + 50, left + 56, top + 56), fill=40)
    left, top, right, bottom = form.cell_boxes()[13].tolist()
    draw.line((left + 80, top - 15, left + 80, bottom + 15), fill=40, width=9)
    page.save(tmp_path / "scan.png")
    sheet = cells.read_forms([tmp_path / "scan.png"])
    assert np.flatnonzero(sheet.filled).tolist() == [13]
    rows = np.flatnonzero(sheet.cells[13].any(axis=1))
    assert len(rows) == 20


def test_what_is_no_form_gets_one_line(photo, tmp_path, capsys):
    def line(file):
        return refused(capsys, "sheet", "--read", file, "-o", tmp_path / "out")

    meadow = np.random.default_rng(0).integers(0, 255, (600, 800, 3), np.uint8)
    Image.fromarray(meadow).save(tmp_path / "meadow.jpg")
    assert "shows 0 of the 4 corner markers" in line(tmp_path / "meadow.jpg")
    with Image.open(photo) as picture:
        half = picture.crop((0, 0, picture.width, picture.height // 2))
        half.save(tmp_path / "half.jpg")
    assert "shows 2 of the 4 corner markers" in line(tmp_path / "half.jpg")
    empty = io.BytesIO(photograph(form.draw_form(), width=1200))
    (tmp_path / "empty.jpg").write_bytes(empty.getvalue())
    assert "shows an empty form" in line(tmp_path / "empty.jpg")
    (tmp_path / "text.jpg").write_text("no picture")
    assert "allowed is a photograph, JPEG" in line(tmp_path / "text.jpg")
    (tmp_path / "program.jpg").write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n(x) run\n%%EOF")
    assert "allowed is a photograph, JPEG" in line(tmp_path / "program.jpg")
    assert "does not exist" in line(tmp_path / "nothing.jpg")
    assert not (tmp_path / "out").exists()


def test_the_photograph_is_not_overwritten(photo, tmp_path, capsys, monkeypatch):
    with Image.open(photo) as picture:
        scan = Image.fromarray(np.asarray(picture.convert("L")).astype("u2") * 257)
    scan.save(tmp_path / "my-digits.png")  # 16 bits
    before = (tmp_path / "my-digits.png").read_bytes()
    read = ("sheet", "--read", tmp_path / "my-digits.png", "-o")
    assert "my-digits.png' exists" in refused(capsys, *read, tmp_path / "my-digits")
    assert (tmp_path / "my-digits.png").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["my-digits.png"]
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    assert (
        run(capsys, *read, ".")[0] == 0
        and len(load_dataset(tmp_path / "here").train) == 50
    )


def test_a_cell_that_looks_like_another_digit_is_named(photo, tmp_path, capsys):
    sheet = cells.read_forms([photo])
    four = int(np.flatnonzero(sheet.filled & (sheet.labels == 4))[0])
    seven = int(np.flatnonzero(sheet.filled & (sheet.labels == 7))[0])
    sheet.cells[four] = sheet.cells[seven]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cells, "read_forms", lambda _: sheet)
        _, out, _ = run(capsys, "sheet", "--read", photo, "-o", tmp_path / "out")
    line = next(line for line in out.splitlines() if line.endswith("looks like a 7"))
    named = Path(line.split()[0])
    assert named.parent.name == "4"
    assert np.array_equal(np.asarray(Image.open(named)), sheet.cells[seven])


def test_the_form_is_an_a4_page(tmp_path, capsys):
    code, _, _ = run(capsys, "sheet", "--make", tmp_path / "sheet.pdf")
    assert code == 0
    pdf = (tmp_path / "sheet.pdf").read_bytes()
    box = re.search(rb"/MediaBox\s*\[([^]]*)\]", pdf).group(1).split()
    points = np.array(box, float)
    assert np.allclose(points / 72 * 25.4, [0, 0, 210, 297], atol=0.5)
    assert pdf.count(b"/MediaBox") == 1
    assert "ending in" in refused(capsys, "sheet", "--make", tmp_path / "sheet.doc")


def test_the_verb_says_what_it_wants(tmp_path, capsys, monkeypatch):
    assert "one of --make" in refused(capsys, "sheet")
    assert "-o/--out is missing" in refused(capsys, "sheet", "--read", "photo.jpg")
    monkeypatch.setitem(sys.modules, "cv2", None)
    assert "[sheet]" in refused(capsys, "sheet", "--make", tmp_path / "a.pdf")
