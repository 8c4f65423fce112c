"""Strokes as curves: as much ink, read as before, the same in SVG, PDF and pixels."""

import re
import zlib
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image, ImageDraw

import digitgan
from digitgan.handwriting import glyphs, outlines
from digitgan.handwriting.centre_lines import centre_lines
from digitgan.handwriting.geometry import BASELINE, GLYPH_SHAPE
from digitgan.handwriting.rasterization import coverage
from digitgan.measure.classifier import Classifier

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def model():
    return digitgan.load()


@pytest.fixture(scope="module")
def digits(model):
    """Two hundred digits of many hands on the baseline of glyphs."""
    return glyphs._on_baseline(model.sample(n=200, seed=1))[0]


def disc(radius, centre=(24.2, 19.7)):
    """Return a glyph with a disc, its edge as soft as a pixel."""
    y, x = np.indices(GLYPH_SHAPE) + 0.5
    inside = radius - np.hypot(x - centre[0], y - centre[1])
    return np.rint(255 * np.clip(inside + 0.5, 0, 1)).astype(np.uint8)


def flattened(glyph):
    return outlines.flatten(outlines.trace(glyph[np.newaxis]))


@pytest.mark.parametrize("radius", [1.5, 4, 9])
def test_a_disc_stays_one(radius):
    polygons = flattened(disc(radius))
    distances = np.hypot(*(polygons.points - [24.2, 19.7]).T)
    assert distances == pytest.approx(radius, abs=0.1)
    assert polygons.areas() == pytest.approx([disc(radius).sum() / 255], rel=0.01)


def test_a_ring_has_two_outlines_that_run_against_each_other():
    ring = disc(9) - disc(5)
    polygons = flattened(ring)
    assert sorted(polygons.areas()) == pytest.approx(
        [-np.pi * 25, np.pi * 81], rel=0.02
    )
    assert coverage(polygons, (1, *GLYPH_SHAPE))[0, 20, 24] == 0


def test_nothing_has_no_outline():
    polygons = flattened(np.zeros(GLYPH_SHAPE, np.uint8))
    assert len(polygons.points) == 0
    assert not coverage(polygons, (1, 3, 4)).any()


def test_pieces_are_counted_without_their_holes_and_specks():
    ring, dots, nothing = disc(9) - disc(5), disc(2) + disc(2, (9, 9)), 0 * disc(1)
    speck = disc(4) + disc(0.2, (9, 9))
    touching = disc(30)  # all of the frame
    images = np.stack([ring, dots, nothing, speck, touching])
    assert outlines.pieces(images).tolist() == [1, 2, 0, 1, 1]
    assert outlines.pieces(images[:0]).tolist() == []


def test_glyphs_are_traced_alike_together_and_alone(digits):
    together = outlines.trace(digits[:20]).of_each(20)
    for glyph, one in zip(digits, together, strict=False):
        (alone,) = outlines.trace(glyph[np.newaxis]).of_each(1)
        assert len(alone) == len(one)
        for first, second in zip(alone, one, strict=True):
            assert first == pytest.approx(second, abs=1e-9)


def test_a_slanted_stroke_has_no_steps():
    """The pixels' period is gone: the edge of a stroke is as straight as the pen's."""
    y, x = np.indices(GLYPH_SHAPE) + 0.5
    across = (x - 24) * np.cos(0.3) + (y - 20) * np.sin(0.3)
    along = (y - 20) * np.cos(0.3) - (x - 24) * np.sin(0.3)
    dark = (np.abs(across) < 1.5) & (np.abs(along) < 9)  # hard pixels: stairs
    points = flattened(255 * dark.astype(np.uint8)).points - [24, 20]
    side = points @ [np.cos(0.3), np.sin(0.3)]
    middle = np.abs(points @ [-np.sin(0.3), np.cos(0.3)]) < 6
    assert np.abs(side[middle]).std() < 0.12  # of stairs 0.29


def test_outlines_keep_the_ink_and_what_is_read(digits):
    again = coverage(outlines.flatten(outlines.trace(digits)), digits.shape)
    ink, before = again.sum(axis=(1, 2), dtype=float), digits.sum(axis=(1, 2))
    assert np.abs(ink / before - 1).max() < 0.03
    box = np.s_[:, BASELINE - 24 : BASELINE + 4, 10:38]  # 28 x 28
    first, second = (Classifier().predict(one[box]).labels for one in (digits, again))
    assert (first == second).mean() >= 0.98


def test_large_pictures_are_drawn_from_outlines(model):
    heights = glyphs.MAX_RESAMPLED, glyphs.MAX_RESAMPLED + 1, 300
    small, next_one, large = (model.write("2026", seed=7, height=h) for h in heights)
    ink = [
        np.sum(255.0 - one.pixels) / h**2
        for one, h in zip((small, next_one, large), heights, strict=True)
    ]
    assert ink[1] == pytest.approx(ink[0], rel=0.05)  # which are a little bolder
    assert ink[2] == pytest.approx(ink[1], rel=0.01)
    corner = np.array([large.boxes[0, 0], large.boxes[0, 1]])
    sizes = np.array([len(outline) for outline in large.outlines[0]])
    moved = np.concatenate(large.outlines[0]) - corner
    first = outlines.Outlines(moved, sizes, np.zeros(len(sizes), int))
    expected = coverage(outlines.flatten(first), (1, *large.inks[0].shape))[0]
    assert np.abs(expected - large.inks[0].astype(int)).max() <= 1


def test_svg_and_pdf_hold_the_same_curves(model):
    written = model.write("12/05", seed=3, height=120, lines="boxes")
    svg = ElementTree.fromstring(written.svg())
    height, width = written.pixels.shape
    assert svg.get("viewBox") == f"0 0 {width} {height}"
    paths = svg.findall(f"{SVG}path")[1:]  # after the printed lines
    assert [path.findtext(f"{SVG}title") for path in paths] == list("12/05")
    ends = [
        np.cumsum(numbers_of(path)[2:].reshape(-1, 3, 2)[:, 2], axis=0)
        + numbers_of(path)[:2]
        for path in paths
        if path.get("d").count("M") == 1
    ]
    simple = [one[0] for one in written.outlines if len(one) == 1]
    for end, outline in zip(ends, simple, strict=True):
        assert end == pytest.approx(outline[:, 2], abs=0.02)
    pdf = written.pdf()
    start = int(re.search(rb"startxref\n(\d+)", pdf)[1])
    assert pdf[start:].startswith(b"xref")
    for place, number in zip(
        re.findall(rb"(\d{10}) 00000 n", pdf), range(1, 5), strict=True
    ):
        assert pdf[int(place) :].startswith(b"%d 0 obj" % number)
    drawn = zlib.decompress(pdf.partition(b"stream\n")[2].partition(b"\nendstream")[0])
    curves = sum(len(outline) for one in written.outlines for outline in one)
    assert drawn.count(b" c\n") == curves
    assert drawn.count(b" re f") == 1 + len(written.lines)


def numbers_of(path):
    pattern = r"-?(?:[0-9]+\.?[0-9]*|\.[0-9]+)"
    return np.array(re.findall(pattern, path.get("d")), float)


def test_the_centre_line_of_a_ring_is_one_circle():
    (line,) = centre_lines(disc(9) - disc(6))
    assert line[0] == pytest.approx(line[-1])
    distances = np.hypot(*(line[::3] - [24.2, 19.7]).T)
    assert distances == pytest.approx(7.5, abs=0.3)


def test_a_dot_is_a_point_and_nothing_has_no_line():
    (dot,) = centre_lines(disc(1.2))
    assert np.abs(dot - [24.2, 19.7]).max() < 0.5
    assert centre_lines(np.zeros(GLYPH_SHAPE, np.uint8)) == []


def test_a_cross_is_two_strokes_that_go_straight_on():
    y, x = np.indices(GLYPH_SHAPE) - np.array([20, 24])[:, np.newaxis, np.newaxis]
    bars = [(np.abs(u) < 1.5) & (np.abs(v) < 9) for u, v in ((x, y), (y, x))]
    first, second = centre_lines(255 * np.logical_or(*bars).astype(np.uint8))
    for line in (first, second):
        assert 12 < np.ptp(line, axis=0).max() < 18
        assert np.ptp(line, axis=0).min() < 1.5


def test_a_pen_along_the_centre_lines_writes_the_digits(digits):
    """With a pen of 2.5 pixels, whatever the digit's was."""
    scale, written = 8, []
    for glyph in digits:
        page = Image.new("L", (scale * GLYPH_SHAPE[1], scale * GLYPH_SHAPE[0]))
        pen = ImageDraw.Draw(page)
        for line in centre_lines(glyph):
            pen.line([tuple(scale * p) for p in along(line)], 255, round(2.5 * scale))
        written.append(np.asarray(page.resize(GLYPH_SHAPE[::-1], Image.Resampling.BOX)))
    box = np.s_[:, BASELINE - 24 : BASELINE + 4, 10:38]
    both = (
        Classifier().predict(one[box]).labels for one in (digits, np.stack(written))
    )
    assert np.mean(np.equal(*both)) >= 0.9


def along(line):
    """Return points on an open line of cubic curves."""
    t = np.linspace(0, 1, 5)[:, np.newaxis]
    for i in range(0, len(line) - 1, 3):
        start, first, second, end = line[i : i + 4]
        near = (1 - t) ** 3 * start + 3 * (1 - t) ** 2 * t * first
        yield from near + 3 * (1 - t) * t**2 * second + t**3 * end


def test_svg_for_plotters_has_lines_and_no_surfaces(model):
    written = model.write("12/05", seed=3, height=120, lines="boxes")
    svg = ElementTree.fromstring(written.svg(single_line=True))
    assert svg.get("fill") == "none" and svg.get("stroke") == "#000000"
    assert [one.tag for one in svg] == [f"{SVG}title"] + 6 * [f"{SVG}path"]
    paths = svg.findall(f"{SVG}path")[1:]
    assert [path.findtext(f"{SVG}title") for path in paths] == list("12/05")
    assert not any("z" in path.get("d").lower() for path in paths)
    for path, (left, top, right, bottom) in zip(paths, written.boxes, strict=True):
        begins = numbers_of(path)[:2]
        assert left <= begins[0] <= right and top <= begins[1] <= bottom


def test_so_many_characters_are_too_large(model):
    with pytest.raises(digitgan.InputError, match="height is 2000: allowed is up to"):
        model.write(20 * "8", height=2000)


def test_generate_writes_curves(capsys, tmp_path):
    from digitgan.cli import main

    def run(*words):
        with pytest.raises(SystemExit) as left:
            main(["generate", *map(str, words)])
        return left.value.code or 0, capsys.readouterr().err

    year = tmp_path / "year.svg"
    assert run("2026", "-o", year, "--height", 800, "--seed", 7)[0] == 0
    assert year.read_text().count("<path") == 4
    assert run("2026", "-o", tmp_path / "year.pdf")[0] == 0
    assert (tmp_path / "year.pdf").read_bytes().startswith(b"%PDF")
    code, line = run("2026", "-o", year, "--noise", 0.3)
    assert code == 2 and "--noise 0.3 is not of curves" in line
    code, line = run("--count", 3, "-o", tmp_path / "x.svg")
    assert code == 2 and "a .svg holds a text" in line
