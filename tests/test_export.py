"""Exports: what is refused, what is left behind, and what the page's files compute."""

import base64
import io
import json
import re
import subprocess
from pathlib import Path

import numpy as np
import pytest
from model_folders import make_model, make_quantized
from PIL import Image, ImageSequence

import digitgan
from digitgan.cli import main
from digitgan.errors import InputError
from digitgan.exporters import export, file_sizes
from digitgan.exporters.javascript import constants
from digitgan.random_streams import draw_latents
from digitgan.sampling.latent_torus import PERIOD, torus_inputs


@pytest.fixture(scope="module")
def model():
    return digitgan.load()


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    return export("flagship", "web", tmp_path_factory.mktemp("web") / "site")


@pytest.fixture(scope="module")
def unstyled(tmp_path_factory):
    folder = tmp_path_factory.mktemp("model") / "of-labels"
    return make_model(folder, "tiny", "0123456789")


def run(capsys, *words):
    with pytest.raises(SystemExit) as left:
        main(["export", *map(str, words)])
    printed = capsys.readouterr()
    return left.value.code or 0, printed.out, printed.err


def run_in_node(site, *requests):
    """Ask node what an exported page computes; some requests, as many answers."""
    script = Path(__file__).parent / "in_node.mjs"
    done = subprocess.run(
        ["node", "--no-warnings", script, site],
        input=json.dumps(requests),
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def digits_of(answer):
    arrays = [np.frombuffer(base64.b64decode(one), np.uint8) for one in answer]
    return np.stack(arrays).reshape(-1, 28, 28).astype(int)


def picture_of(text):
    return Image.open(io.BytesIO(base64.b64decode(text)))


def nearly_equal(picture, expected):
    """Say whether pictures are the same to a grey level.

    Where the network's rounding makes a pixel of 28 x 28 another grey, a few of its
    enlarged edge differ by more.
    """
    error = np.abs(np.asarray(picture, int) - np.asarray(expected, int))
    return (error > 1).mean() < 1e-3


def test_the_command_says_what_it_wrote(capsys, tmp_path):
    code, out, _ = run(capsys, "--format", "web", "-o", tmp_path / "site")
    sizes = file_sizes(tmp_path / "site")
    assert code == 0 and f"{len(sizes)} files, {sum(sizes.values()):,} bytes" in out
    sizes_of_files = dict(sizes)
    one_file = sizes_of_files.pop("digitgan.html")  # all of it again, in base64
    assert one_file < 2 * sum(sizes_of_files.values())
    digits = sum(n for name, n in sizes.items() if name.startswith("gan/digits/"))
    assert digits < 1_100_000 and sum(sizes_of_files.values()) - digits < 2_600_000
    assert run(capsys, "--format", "web", "-o", tmp_path / "site")[0] == 0  # again
    assert file_sizes(tmp_path / "site") == sizes
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["--format", "wbe"], "format 'wbe' is unknown (did you mean 'web'?)"),
        (["nowhere", "--format", "web"], "'nowhere' has no model.json"),
        ([], "Missing option '--format'"),
    ],
)
def test_what_is_wrong_is_said_in_a_line(capsys, tmp_path, words, line):
    code, _, err = run(capsys, *words, "-o", tmp_path / "out")
    assert code == 2 and line in err and err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_what_is_not_of_an_export_stays(tmp_path):
    mine = tmp_path / "site" / "mine.txt"
    mine.parent.mkdir()
    mine.write_text("of mine")
    for out in (mine.parent, mine):
        with pytest.raises(InputError, match="out .* allowed is a new path"):
            export("flagship", "web", out)
    assert mine.read_text() == "of mine"
    assert file_sizes(tmp_path) == {"site/mine.txt": 7}


def test_a_format_that_fails_leaves_nothing(tmp_path, monkeypatch):
    def fail(_, out):
        out.mkdir()
        (out / "half").write_text("")
        raise RuntimeError("in the middle")

    monkeypatch.setattr("digitgan.exporters.web.write", fail)
    with pytest.raises(RuntimeError):
        export("flagship", "web", tmp_path / "site")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.process
@pytest.mark.parametrize("preset", ["textbook", "dcgan"])
def test_a_model_that_takes_no_labels_makes_no_page(tmp_path, preset):
    folder = make_model(tmp_path / "any", preset, "0123456789")
    with pytest.raises(InputError, match="allowed is one that takes the labels"):
        export(folder, "web", tmp_path / "site")


def test_the_page_asks_nobody_and_names_its_model(site, model):
    described = json.loads((site / "model" / "model.json").read_text())
    assert described["name"] == "flagship" and described["limits"] == {
        k: list(v) for k, v in model.limits.items()
    }
    network = model.description["sha256"]["generator.onnx"]
    assert described["sha256"]["generator.onnx"] == network
    for path in site.rglob("*"):
        if path.suffix in (".html", ".js", ".css"):
            text = re.sub('"data:[^"]*"', "", path.read_text()).replace("\\", "")
            assert "v1/" not in text.replace('href="v1/', "") and "eval(" not in text
    for page in ("index.html", "explore.html", "learn_here.html"):
        assert "Content-Security-Policy" in (site / page).read_text()


def test_javascript_types_no_constant_of_python(site):
    """Files with a Python twin define none; what they read of it is there."""
    constants_of = constants()
    pages = Path(digitgan.__file__).parent / "serving" / "page"
    for path in (
        *site.glob("*.js"),
        *(site / "worker").glob("*.js"),
        *pages.glob("*.js"),
    ):
        if path.name == "constants.js":
            continue
        text = path.read_text()
        imported = re.search(r"import \{ (.*) \} from \"[./]+/constants", text)
        for name in imported[1].split(", ") if imported else ():
            module, _, alias = name.partition(" as ")
            read = set(re.findall(rf"\b{alias or module}\.([A-Z]\w+)", text))
            for names in re.findall(rf"\{{([^{{}}]*)\}} = {alias or module};", text):
                read |= set(names.replace(" ", "").split(","))
            assert read, f"{path.name} imports {name} in vain"
            assert read <= constants_of[module].keys(), f"{path.name}: {module}"
        if path.parent.name == "worker" and path.stem in constants_of:
            typed = re.findall(r"const \[?([A-Z_]+)\b[^;]* = \[*[-{\d\"]", text)
            assert not typed, f"{path.name} types {typed}"


@pytest.mark.browser
def test_random_numbers_are_those_of_numpy(site):
    plan = [["normal32", 60_000], ["uniform", 9], ["normal", 60_000], ["uniform32", 9]]
    key = [2**40 + 7, 3, 5, 12]
    (numbers,) = run_in_node(site, {"method": "random", "key": key, "plan": plan})
    philox = np.random.Philox(key=np.array([2**40 + 7, 3], "u8"), counter=[0, 0, 5, 12])
    rng = np.random.Generator(philox)
    expected = rng.standard_normal(60_000, "f4")
    assert np.abs(numbers[0]).max() > 3.66  # the tail, too
    assert np.array_equal(np.float32(numbers[0]), expected)
    assert np.array_equal(numbers[1], rng.random(9))
    assert np.allclose(numbers[2], rng.standard_normal(60_000), rtol=0, atol=1e-14)
    assert np.array_equal(np.float32(numbers[3]), rng.random(9, "f4"))


@pytest.mark.browser
def test_products_of_matrices_are_those_of_numpy(site):
    rng = np.random.default_rng(0)
    for m, k, n in ((1, 1, 1), (4, 3, 8), (7, 65, 13)):
        left, right = rng.normal(size=(m, k)), rng.normal(size=(k, n))
        matrices = {"left": left.ravel().tolist(), "right": right.ravel().tolist()}
        request = {"method": "matmul", **matrices, "m": m, "k": k, "n": n}
        (both,) = run_in_node(site, request)
        for product in both:
            assert np.allclose(np.reshape(product, (m, n)), left @ right, atol=1e-5)


@pytest.mark.browser
def test_gradients_are_those_of_finite_differences(site):
    """Of both players' losses, along a direction in all weights at once."""
    (both,) = run_in_node(site, {"method": "slopes"})
    for gradient, difference in both:
        assert abs(gradient) > 1e-2
        # Single precision, and LeakyReLU's kinks, forbid more than this.
        assert gradient == pytest.approx(difference, rel=0.06)


@pytest.mark.browser
def test_digits_are_those_of_the_sampler(site, model):
    labels, style = list(range(10)) * 4, {"thickness": 3.3, "variety": 0.8}
    place = {"seed": 9, "digit": 5, "slant": 12, "x": 3, "y": 7}
    latents, drawn, whole, part = run_in_node(
        site,
        {"method": "latents", "n": 5, "size": 64, "seed": 4, "start": 1022},
        {"method": "digits", "labels": labels, "style": {"seed": 2**50, **style}},
        {"method": "torus", "state": {"seed": 7, "digit": 3}},
        {"method": "torus", "state": place, "columns": 2, "rows": 3},
    )
    assert np.array_equal(np.float32(latents), draw_latents(5, 64, 4, 1022))
    expected = model.sample(labels, seed=2**50, one_hand=True, **style)
    assert np.abs(digits_of(drawn) - expected).max() <= 1
    y, x = np.mgrid[:PERIOD, :PERIOD].reshape(2, -1)
    expected = model.draw(torus_inputs(model, x, y, digit=3, seed=7))
    assert np.abs(digits_of(whole) - expected).max() <= 1
    y, x = np.mgrid[7:10, 3:5].reshape(2, -1)
    expected = model.draw(torus_inputs(model, x, y, digit=5, seed=9, slant=12))
    assert np.abs(digits_of(part) - expected).max() <= 1


@pytest.mark.browser
def test_digits_of_a_network_in_8_bits_are_those_of_the_sampler(tmp_path):
    folder = make_quantized(tmp_path / "model")
    site = export(folder, "web", tmp_path / "site")
    labels = list(range(10)) * 2
    request = {"method": "digits", "labels": labels, "style": {"seed": 3}}
    (drawn,) = run_in_node(site, request)
    expected = digitgan.load(folder).sample(labels, seed=3, one_hand=True)
    assert np.abs(digits_of(drawn) - expected).max() <= 1


CASES = [
    ({"text": "2026", "seed": 7}, 120),
    ({"text": "12/05/2026", "seed": 3, "thickness": 4.5, "slant": -20}, 120),
    ({"text": "(030) 555-0199", "seed": 11, "lines": "boxes"}, 80),
    ({"text": "412.75\n96.05+1\n\n 7:3", "seed": 99999, "lines": "ruled"}, 60),
    ({"text": "1,024 - 7", "seed": 2**50, "variety": 0.3, "spacing": [-6, 12]}, 40),
    ({"text": "0", "seed": 0, "variety": 0, "lines": "grid"}, 20),
    ({"text": "-.,:/+()", "seed": 5}, 200),
    ({"text": "20:26", "seed": 7, "rerolls": [1, 0, 3, 0, 999_999]}, 10),
    ({"text": "3141592653", "seed": 42}, 100),  # strays as far as a line may
    ({"text": "555-0199", "seed": 12, "noise": 0.5, "lines": "ruled"}, 80),
    ({"text": "12:30", "seed": 3, "noise": 1, "lines": "grid"}, 33),
]


@pytest.mark.browser
def test_texts_are_written_as_python_writes_them(site, model):
    requests = [{"method": "write", "state": case, "height": h} for case, h in CASES]
    answers = run_in_node(site, *requests)
    for (case, height), answer in zip(CASES, answers, strict=True):
        case = {k: tuple(v) if isinstance(v, list) else v for k, v in case.items()}
        written = model.write(height=height, **case)
        picture = picture_of(answer["png"])
        assert (picture.mode, picture.size) == ("L", written.image.size), case
        assert nearly_equal(picture, written.image), case
        assert answer["labels"] == list(written.labels)
        assert answer["boxes"] == written.boxes.tolist()
        assert answer["pen"] == pytest.approx(written.pen._asdict(), abs=1e-4)
        number = re.compile(r"-?(?:[0-9]+\.?[0-9]*|\.[0-9]+)")
        svgs = answer["svg"], written.svg()
        words, others = (number.sub("", svg).split() for svg in svgs)
        assert words == others
        ours, theirs = (np.array(number.findall(svg), float) for svg in svgs)
        assert (np.abs(ours - theirs) > 0.03).mean() < 1e-2, case


@pytest.mark.browser
def test_a_film_is_that_of_python(site, model):
    case = {"text": "7+2", "seed": 5, "toward": 9, "rerolls": [0, 1, 2], "noise": 0.5}
    (answer,) = run_in_node(site, {"method": "film", "state": case, "height": 60})
    film, steps = picture_of(answer), model.write_walk(height=60, **case)
    assert film.info["loop"] == 0 and film.info["duration"] == 60
    frames = [step.image for step in [*steps, *steps[-2:0:-1]]]
    shown = [frame.convert("L") for frame in ImageSequence.Iterator(film)]
    for image, frame in zip(shown, frames, strict=True):
        assert nearly_equal(image, frame)


@pytest.mark.browser
def test_a_model_without_styles_writes_too(tmp_path, unstyled):
    site, model = export(unstyled, "web", tmp_path / "site"), digitgan.load(unstyled)
    assert (
        json.loads((site / "model" / "model.json").read_text())["name"] == "of-labels"
    )
    case = {"text": "1+90", "seed": 4}
    (answer,) = run_in_node(site, {"method": "write", "state": case, "height": 40})
    written = model.write(height=40, **case)
    assert answer["pen"] == pytest.approx(written.pen._asdict(), abs=1e-3)
    assert nearly_equal(picture_of(answer["png"]), written.image)


@pytest.mark.browser
@pytest.mark.parametrize(
    ("state", "line"),
    [
        ({"text": "1x"}, "text has “x”: allowed is digits"),
        ({"text": " "}, "text is empty"),
        ({"text": "1", "thickness": 9}, "thickness is 9: allowed is 1.4 to 5.1"),
        ({"text": "1", "variety": 2}, "variety is 2: allowed is 0 to 1.5"),
        ({"text": "1", "noise": -1}, "noise is -1: allowed is 0 to 1"),
        ({"text": "1", "spacing": [9, 3]}, "spacing is 9,3: allowed is"),
    ],
)
def test_what_cannot_be_written_is_refused(site, state, line):
    state = {"seed": 1, **state}
    (answer,) = run_in_node(site, {"method": "write", "state": state, "height": 80})
    assert line in answer["refusal"]
