"""Writing: ink lies where boxes and masks say, and one person wrote all of it."""

import itertools
import json

import numpy as np
import pytest
from model_folders import make_model

import digitgan
from digitgan.errors import InputError
from digitgan.handwriting.options import WriteKeywords, WriteOptions
from digitgan.handwriting.outlines import pieces
from digitgan.handwriting.punctuation import PUNCTUATION
from digitgan.handwriting.writer_style import wander
from digitgan.measure.morphometry import measure
from digitgan.measure.strokes import outline_width

DATE = "12/05/2026"
EVERYTHING = "(030) 555-0199\n+7,10: 1.25/8\n\n 64"


@pytest.fixture(scope="module")
def model():
    return digitgan.load(threads=1)


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    folder, names = tmp_path_factory.mktemp("models"), tuple("0123456789")
    return {p: make_model(folder / p, p, names) for p in ("tiny", "textbook")}


def ink_of(written):
    """Return how dark each pixel is, 0 background to 255 ink."""
    return 255 - np.asarray(written.image).astype(int)


def stroke_width(written):
    """Return the mean width of strokes in pixels."""
    high, wide = np.max([ink.shape for ink in written.inks], axis=0)
    images = np.zeros((len(written.inks), high, wide), np.uint8)
    for image, ink in zip(images, written.inks, strict=True):
        image[: ink.shape[0], : ink.shape[1]] = ink
    return outline_width(images).mean()


def small(inks):
    """Return characters of 20 pixels in pictures of 28 x 28."""
    images = np.zeros((len(inks), 28, 28), np.uint8)
    for image, ink in zip(images, inks, strict=True):
        ink = ink[:28, :28]
        image[: ink.shape[0], : ink.shape[1]] = ink
    return images


@pytest.mark.parametrize("height", [10, 20, 33, 97])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_boxes_and_masks_hold_the_ink_to_the_pixel(model, seed, height):
    written = model.write(EVERYTHING, seed=seed, height=height, spacing=(-3, 2))
    ink, masks = ink_of(written), written.masks
    assert "".join(written.labels) == "".join(EVERYTHING.split())
    assert written.boxes.shape == (len(written.labels), 4)
    assert written.boxes.dtype.kind == "i" and masks.dtype == bool
    assert masks.shape == (len(written.labels), *ink.shape)
    assert np.array_equal(masks.any(axis=0), ink > 0)
    together = np.zeros_like(ink)
    for mask, box, own in zip(masks, written.boxes, written.inks, strict=True):
        rows, columns = np.nonzero(mask)
        assert [columns.min(), rows.min()] == box[:2].tolist()
        assert [columns.max() + 1, rows.max() + 1] == box[2:].tolist()
        left, top, right, bottom = box
        part = together[top:bottom, left:right]
        np.maximum(part, own, out=part)
    assert np.array_equal(together, ink)


@pytest.mark.parametrize("slant", [-31.0, 40.0])
def test_the_boldest_hand_stays_on_the_page(model, slant):
    text = PUNCTUATION + "0123456789"
    written = model.write(text, seed=5, thickness=4.9, spacing=(-8, -8), slant=slant)
    ink = ink_of(written)
    assert not (ink[0].any() or ink[-1].any() or ink[:, 0].any() or ink[:, -1].any())


@pytest.mark.parametrize(
    "options",
    [{}, {"lines": "grid", "noise": 0.7}, {"lines": "boxes"}, {"width": 400}],
)
def test_a_seed_decides_every_byte(model, options):
    first, again, other = (
        model.write(DATE, seed=seed, **options) for seed in (7, 7, 8)
    )
    assert first.image.tobytes() == again.image.tobytes()
    assert np.array_equal(first.boxes, again.boxes)
    assert first.image.size != other.image.size or (
        first.image.tobytes() != other.image.tobytes()
    )


def test_texts_are_the_same_alone_and_among_many(model):
    texts = ["2026", EVERYTHING, "7", "(1)\n\n2", DATE] * 2
    options = [
        WriteOptions(seed=seed, height=(20, 31)[seed % 2], **more)
        for seed, more in enumerate(
            [
                {"width": 300},
                {"lines": "boxes", "blend": (9, 0.5)},
                {"thickness": 3.0, "spacing": (-2, 5)},
                {"variety": 0.3, "noise": 0.5},
                {"lines": "boxes", "width": 500, "slant": -10.0},
            ]
            * 2
        )
    ]
    many = model.write_many(texts, options)
    for text, one, among in zip(texts, options, many, strict=True):
        alone = model.write(text, **vars(one))
        assert np.array_equal(alone.pixels, among.pixels)
        assert alone.to_dict() == among.to_dict()
        assert np.array_equal(alone.masks, among.masks)


def test_a_digit_is_never_written_twice_the_same_but_by_one_hand(model):
    def distance(one, other):
        return np.abs(one.astype(int) - other).mean()

    hands = [model.write("7777", seed=seed, spacing=(2, 2)) for seed in range(12)]
    hands = [small(written.inks) for written in hands]
    within = [
        distance(a, b) for hand in hands for a, b in itertools.combinations(hand, 2)
    ]
    between = [distance(a[0], b[0]) for a, b in itertools.combinations(hands, 2)]
    assert min(within) > 1
    assert np.median(within) < 0.6 * np.median(between)


def test_strokes_hold_together(model):
    """Of all hands, the thin ones too: of real digits one in fifty is in pieces."""
    options = [WriteOptions(seed=seed, height=20) for seed in range(100)]
    written = model.write_many(["0123456789"] * 100, options)
    inks = [ink for one in written for ink in one.inks]
    assert min(one.pen.thickness for one in written) > 1.5
    assert (pieces(small(inks)) > 1).mean() < 0.02


def test_a_hand_does_not_depend_on_what_it_writes(model):
    pens = [model.write(text, seed=3).pen for text in ("2026", "1", "+")]
    assert pens[0] == pens[1] == pens[2]


@pytest.mark.parametrize(("thickness", "slant"), [(1.8, -15.0), (3.0, 5.0), (4.2, 25)])
def test_punctuation_has_the_strokes_of_the_digits(model, thickness, slant):
    style = {"thickness": thickness, "slant": slant, "spacing": (3, 3)}
    many = [model.write("0123456789+-/()", seed=s, **style) for s in range(8)]
    measured = measure(small([ink for written in many for ink in written.inks]))
    width, lean = (measured[name].reshape(8, 15) for name in ("thickness", "slant"))
    assert abs(width[:, 10:].mean() - width[:, :10].mean()) < 0.4
    assert abs(lean[:, 13:].mean() - slant) < 2  # brackets lean as the hand does
    assert abs(lean[:, 13:].mean() - lean[:, :10].mean()) < 4
    assert np.ptp(lean[:, 10:], axis=0).min() > 0.5  # never twice the same


@pytest.mark.parametrize("spacing", [(0, 0), (3, 5), (6, 6), (-4, -2)])
def test_spacing_is_the_paper_between_neighbours(model, spacing):
    gaps = []
    for seed in range(6):
        written = model.write("2071648", seed=seed, spacing=spacing)
        for one, other in itertools.pairwise(written.masks):
            rows = np.flatnonzero(one.any(axis=1) & other.any(axis=1))
            ends = one.shape[1] - one[rows, ::-1].argmax(axis=1)
            gaps.append((other[rows].argmax(axis=1) - ends).min())
    assert spacing[0] <= min(gaps) and np.median(gaps) <= spacing[1] + 2


def test_the_width_is_kept_and_what_cannot_fit_is_refused(model):
    usual = model.write(DATE, seed=4, spacing=(0, 9))
    least = model.write(DATE, seed=4, spacing=(0, 0)).image.width
    for width in (least, (least + usual.image.width) // 2, 500):
        written = model.write(DATE, seed=4, spacing=(0, 9), width=width)
        assert written.image.width == width and written.boxes[:, 2].max() < width
    with pytest.raises(InputError, match=f"width is {least - 1}: allowed is {least} "):
        model.write(DATE, seed=4, spacing=(0, 9), width=least - 1)
    forms = model.write("123", lines="boxes", seed=4)
    narrow = forms.image.width - 12
    assert model.write("123", lines="boxes", seed=4, width=narrow).image.width == narrow
    with pytest.raises(InputError, match="width is 40: allowed is .* in boxes"):
        model.write("123", lines="boxes", seed=4, width=40)


def test_the_baseline_wanders_a_little(model, monkeypatch):
    walk = wander([np.random.default_rng(0).standard_normal(2001)])
    assert np.abs(walk).max() == 0.08 and 0.02 < walk.std() < 0.04
    assert np.corrcoef(walk[1:], walk[:-1])[0, 1] > 0.5  # it does not jump
    boxes = model.write("0000000000", seed=2, height=60).boxes
    monkeypatch.setattr("digitgan.handwriting.writer_style.BASELINE_STEP", 0)
    steady = model.write("0000000000", seed=2, height=60).boxes
    moved = boxes[:, 1::2] - steady[:, 1::2]
    assert 0 < np.ptp(moved) <= 2 * 0.08 * 60 + 1
    assert np.array_equal(moved[:, 0], moved[:, 1])  # top and bottom move together


def test_lines_of_text_stand_below_each_other(model):
    written = model.write("12\n\n 3", seed=1)
    top, first = written.boxes[2, 1], written.boxes[:2]
    assert top > first[:, 3].max() + 20
    assert written.boxes[2, 0] > first[0, 0]  # indented by a space


def test_background_ink_and_lines(model):
    plain = model.write("2026", seed=2)
    tinted = model.write("2026", seed=2, background=230, ink=40)
    grey, levels = np.asarray(tinted.image), np.asarray(plain.image)
    assert (grey[levels == 255] == 230).all() and (grey[levels == 0] == 40).all()
    for lines in ("ruled", "grid"):
        lined = model.write("2026", seed=2, lines=lines)
        assert np.array_equal(lined.masks, plain.masks)
        grey = np.asarray(lined.image)
        assert (grey <= levels).all() and (grey < levels).sum() > plain.image.width / 2
    blue = model.write("2026", seed=2, background="ivory", ink="#000080").image
    assert {(255, 255, 240), (0, 0, 128)} <= set(blue.get_flattened_data())
    clear = model.write("2026", seed=2, background="transparent", ink="white").pixels
    assert np.array_equal(clear[..., 3], 255 - levels) and clear[..., :3].min() == 255
    form = model.write("20 26", seed=2, lines="boxes")
    centres = form.boxes[:, [0, 2]].mean(axis=1)
    apart = np.diff(centres)
    assert np.abs(apart[[0, 2]] - apart[1] / 2).max() < 6  # a space is a free cell


def test_a_scanner_moves_nothing_and_grows_with_noise(model):
    clean = model.write(DATE, seed=6, height=40)
    noisy = [model.write(DATE, seed=6, height=40, noise=n) for n in (0.2, 0.6, 1.0)]
    away = [np.abs(ink_of(written) - ink_of(clean)).mean() for written in noisy]
    assert 0 < away[0] < away[1] < away[2] < 60
    for written in noisy:
        assert np.array_equal(written.boxes, clean.boxes)
        grey = np.asarray(written.image)
        assert grey[clean.masks.any(axis=0)].mean() < 0.6 * grey[0].mean()


def test_height_is_that_of_the_digits(model):
    for height in (20, 50):
        boxes = model.write("0123456789", seed=3, height=height).boxes
        tall = boxes[:, 3] - boxes[:, 1]
        assert 0.85 * height < np.median(tall) <= 1.1 * height


def test_specks_beside_a_digit_are_no_ink(model, monkeypatch):
    clean, draw = model.write("808", seed=1), model.draw

    def draw_with_specks(inputs):
        images = draw(inputs).copy()
        images[:, 1, 1], images[:, 26:, 25] = 200, 90
        return images

    monkeypatch.setattr(model, "draw", draw_with_specks)
    assert model.write("808", seed=1).image.tobytes() == clean.image.tobytes()


def test_a_digit_without_ink_has_no_label_and_keeps_its_place(model, monkeypatch):
    draw = model.draw

    def draw_all_but_one(inputs):
        images = draw(inputs).copy()
        images[1] = 0
        return images

    monkeypatch.setattr(model, "draw", draw_all_but_one)
    written = model.write("12 -3", seed=1)
    assert written.labels == ("1", "-", "3") and written.places == (0, 2, 3)


def test_large_strokes_keep_the_width_of_small_ones(model):
    hand = {"thickness": 3.0, "variety": 0.5, "spacing": (9, 9)}
    for seed in range(3):
        small_width, large_width = (
            stroke_width(model.write("0235689", seed=seed, height=h, **hand)) * 20 / h
            for h in (20, 160)
        )
        assert abs(large_width - small_width) < 0.25


@pytest.mark.parametrize("seed", range(4))
def test_large_strokes_do_not_show_small_pixels(model, seed):
    """The side of a stroke ten times as large as it was drawn is one even curve."""
    ink = model.write("/", seed=seed, height=200, slant=20.0, thickness=2.5).inks[0]
    ink = ink[30:-30].astype(float)
    rows, dark = np.arange(len(ink)), (ink >= 128).argmax(axis=1)
    light, level = ink[rows, dark - 1], ink[rows, dark]
    side = dark - (level - 127.5) / (level - light)
    curve = np.polyval(np.polyfit(rows, side, 3), rows)
    assert np.abs(side - curve).max() < 0.6  # plain bicubic enlargement: 0.8


def test_models_with_fewer_conditions(folders):
    labelled = digitgan.load(folders["tiny"])
    written = labelled.write("4-2", seed=1)
    assert written.labels == ("4", "-", "2") and written.pen.thickness > 0
    with pytest.raises(
        InputError, match="slant 3.0 is given to a model without styles"
    ):
        labelled.write("4-2", slant=3.0)
    with pytest.raises(
        InputError, match="cannot be written by this model, which has no labels"
    ):
        digitgan.load(folders["textbook"]).write("42")


@pytest.mark.parametrize(
    ("text", "options", "line"),
    [
        ("", {}, "text '' has 0 characters: allowed is 1 to 1,000"),
        ("1" * 10_000, {}, "has 10,000 characters: allowed is"),
        (2026, {}, "text is 2026: allowed is a string"),
        (" \n ", {}, r"text is ' \\n ': allowed is one with"),
        ("20a6", {}, "'a' at place 3: allowed is the digits 0123456789, spaces"),
        ("1\t2", {}, r"'\\t' at place 2"),
        ("٣", {}, "at place 1"),
        ("1", {"height": 9}, "height is 9: allowed is a whole number from 10 to 2,000"),
        ("1", {"height": 20.5}, "height is 20.5"),
        ("1", {"width": 0}, "width is 0"),
        ("1", {"background": 256}, "background is 256: .* from 0 to 255"),
        ("1", {"ink": -1}, "ink is -1"),
        ("1", {"ink": "transparent"}, "ink is 'transparent': allowed is a grey"),
        ("1", {"background": "#12345678"}, "background is '#12345678'"),
        ("1", {"background": "transparent", "noise": 0.1}, "noise 0.1 cannot go with"),
        ("1", {"noise": 2}, "noise is 2: allowed is 0 to 1"),
        ("1", {"noise": float("nan")}, "noise is nan"),
        (
            "1",
            {"lines": "rueld"},
            r"lines 'rueld' is unknown \(did you mean 'ruled'\?\)",
        ),
        ("1", {"spacing": (4, 2)}, r"spacing is \(4, 2\): allowed is two"),
        ("1", {"spacing": (0, 201)}, "from -10 to 200 at height 20"),
        ("1", {"spacing": 3}, "spacing is 3"),
        ("1", {"spacing": (0, 1.5)}, "spacing is"),
        ("1", {"spacing": (0, 1), "lines": "boxes"}, "cannot go with lines"),
        ("12", {"rerolls": (1,)}, r"rerolls is \(1,\): allowed is 2 whole numbers"),
        ("1 -", {"rerolls": (0, -1)}, "from 0 to 999,999, one for each character"),
        ("1", {"rerolls": (1_000_000,)}, "rerolls is"),
        ("1", {"rerolls": (0.5,)}, "rerolls is"),
        ("1", {"rerolls": 3}, "rerolls is 3"),
        ("1", {"blend": (8, 1.1)}, r"blend is \(8, 1.1\): allowed is a seed"),
        ("1", {"blend": (-1, 0.5)}, "blend is"),
        ("1", {"blend": (1, float("nan"))}, "blend is"),
        ("1", {"blend": 8}, "blend is 8"),
        ("1", {"seed": -1}, "seed is -1"),
        ("1", {"variety": 2}, "variety is 2"),
        ("1", {"thickness": 40}, "thickness is 40.0: allowed is"),
        ("8" * 500 + "\n" * 500, {"height": 100}, "pixels at height 100: allowed is"),
    ],
)
def test_what_cannot_be_written(model, text, options, line):
    with pytest.raises(InputError, match=line) as refused:
        model.write(text, **options)
    assert "\n" not in str(refused.value)


def test_a_long_text_is_written(model):
    written = model.write("\n".join(["3.14159 26535"] * 70), seed=1)
    assert len(written.labels) == 12 * 70


def test_keywords_for_editors_are_the_options():
    assert list(WriteKeywords.__annotations__) == list(WriteOptions.__annotations__)


def test_options_are_compared_by_value():
    one = WriteOptions(rerolls=[0, 1], blend=[8, 0.5], spacing=[0, 3])
    assert one == WriteOptions(rerolls=(0, 1), blend=(8, 0.5), spacing=(0, 3))


def test_a_written_text_as_json(model):
    written = model.write("12 /5", seed=7)
    content = json.loads(json.dumps(written.to_dict()))
    assert content == {
        "text": "12 /5",
        "seed": 7,
        "style": {name: round(v, 3) for name, v in written.pen._asdict().items()},
        "width": written.image.width,
        "height": written.image.height,
        "labels": ["1", "2", "/", "5"],
        "places": [0, 1, 2, 3],
        "boxes": written.boxes.tolist(),
    }
