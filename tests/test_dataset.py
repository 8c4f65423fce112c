"""Data sets: what they hold, the same bytes for the same options, refusals."""

import gzip
import io
import json
import re
import shutil
import struct
import subprocess
import sys
from types import SimpleNamespace
from typing import get_type_hints

import numpy as np
import pytest
from dataset_helpers import FORMATS_OF_DIGITS, run, sha256_of_files
from PIL import Image
from pyarrow import parquet

import digitgan
from digitgan.data.images import DIGIT_NAMES
from digitgan.data.load import load_dataset
from digitgan.datasets import model_cache, scenes
from digitgan.datasets.formats import FORMATS
from digitgan.datasets.formats.base import EncodedShard, Format
from digitgan.datasets.labels import draw_text
from digitgan.datasets.make import make_dataset, verify_dataset
from digitgan.datasets.pattern import CHARACTERS, parse
from digitgan.datasets.request import DatasetOptions, DatasetRequest
from digitgan.datasets.resolve import resolve_spec
from digitgan.datasets.spec import ModelFacts
from digitgan.errors import DatasetFailed, InputError
from digitgan.handwriting.model import SHIPPED
from digitgan.handwriting.punctuation import PUNCTUATION
from digitgan.random_streams import Stream, random_stream
from digitgan.sampling.generator_inputs import GeneratorInputs

needs_shipped = pytest.mark.skipif(
    not SHIPPED.is_dir(), reason="no model comes with this checkout"
)
FRAMEWORKS = ("keras", "tensorflow", "jax", "torch", "matplotlib", "sklearn")


def spec_of(image_shape=(28, 28), classes=DIGIT_NAMES, **options):
    """Return the spec of a request to a model that nobody has."""
    sums = {"generator.onnx": "0" * 64}
    model = ModelFacts(classes, sums, image_shape)
    return resolve_spec(DatasetRequest(**options), model)


def test_digits_are_those_of_the_sampler(tmp_path, tiny_model):
    made = digitgan.make_dataset(tmp_path / "a", count=3000, seed=5, model=tiny_model)
    assert made.manifest["parts"] == {"train": 2400, "validation": 300, "test": 300}
    data, model = load_dataset(tmp_path / "a"), digitgan.load(tiny_model, threads=1)
    drawn = model.draw(model.generator_inputs(data.train.labels, seed=5))
    assert np.array_equal(data.train.images, drawn)
    drawn = model.draw(model.generator_inputs(data.test.labels, seed=5, start=2700))
    assert np.array_equal(data.test.images, drawn)
    assert sorted(p.name for p in (tmp_path / "a").iterdir()) == [
        "manifest.json",
        "t10k-images-idx3-ubyte.gz",
        "t10k-labels-idx1-ubyte.gz",
        "train-images-idx3-ubyte.gz",
        "train-labels-idx1-ubyte.gz",
        "validation-images-idx3-ubyte.gz",
        "validation-labels-idx1-ubyte.gz",
    ]


@needs_shipped
def test_digits_and_numbers_as_various_as_asked(tmp_path):
    some = {"count": 40, "split": (20, 10, 10), "variety": 1.3}
    digitgan.make_dataset(tmp_path / "digits", **some)
    numbers = {"kind": "numbers", "format": "parquet"}
    made = digitgan.make_dataset(tmp_path / "numbers", **numbers, **some)
    model, digits = digitgan.load(), load_dataset(tmp_path / "digits").train
    assert np.array_equal(digits.images, model.sample(digits.labels, variety=1.3))
    (path,) = (tmp_path / "numbers").rglob("train*.parquet")
    number = parquet.read_table(path).to_pylist()[7]
    again = model.write(number["text"], seed=number["seed"], variety=1.3)
    image = Image.open(io.BytesIO(number["image"]["bytes"]))
    assert np.array_equal(np.asarray(image), again.pixels)
    assert made.manifest["spec"]["variety"] == 1.3


def test_the_manifest_proves_what_is_there(tmp_path, tiny_model):
    options = {"count": 999, "model": tiny_model, "format": "parquet"}
    manifest = make_dataset(tmp_path / "a", **options).manifest
    assert manifest == json.loads((tmp_path / "a" / "manifest.json").read_text())
    assert manifest["digitgan"] == digitgan.__version__ and manifest["count"] == 999
    card = json.loads((tiny_model / "model.json").read_text())
    assert manifest["model_sha256"] == card["sha256"]["generator.onnx"]
    assert sum(sum(part.values()) for part in manifest["label_counts"].values()) == 999
    assert [shard["count"] for shard in manifest["shards"]] == [801, 99, 99]
    sums = sha256_of_files(tmp_path / "a")
    name = "data/train-00000-of-00001.parquet"
    assert manifest["shards"][0]["sha256"] == sums[name]


@pytest.mark.parametrize("format", FORMATS_OF_DIGITS)
def test_shards_and_workers_leave_the_digits_alone(tmp_path, tiny_model, format):
    """Shards of another size hold the same digits; workers change no byte."""
    options = {"count": 300, "format": format, "seed": 3, "model": tiny_model}
    make_dataset(tmp_path / "a", **options, shard_size=60)
    first = sha256_of_files(tmp_path / "a")
    make_dataset(tmp_path / "b", **options, shard_size=60)
    assert sha256_of_files(tmp_path / "b") == first
    if format not in ("npz", "png"):
        return
    make_dataset(tmp_path / "c", **options, shard_size=37)
    others = sha256_of_files(tmp_path / "c")
    assert first.pop("manifest.json") != others.pop("manifest.json")
    assert first == others and len(first) == {"npz": 1, "png": 303}[format]


def test_pages_depend_on_their_number_alone(tmp_path, tiny_model):
    options = {"count": 5, "split": (3, 0, 2), "format": "yolo", "seed": 6}
    options |= {"model": tiny_model}
    for kind in ("numbers", "scenes"):
        made = []
        for size in (2, 10):
            out = tmp_path / kind / str(size)
            made.append(make_dataset(out, kind=kind, shard_size=size, **options))
        first, second = (sha256_of_files(one.folder) for one in made)
        assert first.pop("manifest.json") != second.pop("manifest.json")
        assert first == second and len(first) == 2 * 5 + 1


def test_balance_and_labels(tmp_path, tiny_model):
    options = {
        "model": tiny_model,
        "format": "npz",
        "shard_size": 70,
        "split": (750, 0, 253),
    }
    make_dataset(tmp_path / "a", count=1003, balance=True, labels="7,0,1", **options)
    data = load_dataset(tmp_path / "a" / "mnist.npz")
    assert data.classes == ("0", "1", "7")
    assert np.bincount(data.train.labels).tolist() == [250, 250, 250]
    counts = np.bincount(data.test.labels)
    assert counts.sum() == 253 and np.ptp(counts) == 1
    assert len(set(map(bytes, data.train.labels[:300].reshape(-1, 3)))) > 3
    make_dataset(tmp_path / "b", count=1003, **options)
    counts = np.bincount(load_dataset(tmp_path / "b" / "mnist.npz").train.labels)
    assert len(counts) == 10 and 45 < counts.min() < counts.max() < 110


@needs_shipped
def test_samples_carry_style_and_measures(tmp_path):
    options = {"count": 60, "format": "png", "split": (60, 0, 0)}
    make_dataset(tmp_path / "a", measure=True, seed=9, **options)
    lines = (tmp_path / "a" / "train" / "metadata.jsonl").read_text().splitlines()
    rows = [json.loads(line) for line in lines]
    assert [row["number"] for row in rows] == list(range(60))
    assert {row["seed"] for row in rows} == {9}
    model = digitgan.load(threads=1)
    labels = np.array([row["label"] for row in rows], "i4")
    inputs = model.generator_inputs(labels, seed=9)
    thickness = [row["thickness"] for row in rows]
    assert np.allclose(thickness, inputs.conditions["thickness"], atol=1e-3)
    from digitgan.measure.morphometry import measure

    measured = measure(model.draw(inputs))["slant"]
    assert np.allclose([row["measured_slant"] for row in rows], measured, atol=1e-3)
    assert rows[0]["file_name"] == f"{rows[0]['label']}/000000000.png"


@needs_shipped
def test_checked_keeps_what_the_classifier_reads_rightly(tmp_path, capsys):
    from digitgan.measure.classifier import Classifier

    options = ["--count", 600, "--split", "600,0,0", "--workers", 1, "--seed", 1]
    code, output, _ = run(capsys, tmp_path / "a", "--checked", *options)
    assert code == 0
    data = load_dataset(tmp_path / "a")
    assert len(data.train.labels) == 600
    predicted = Classifier().predict(data.train.images).labels
    assert (predicted == data.train.labels).all()
    manifest = json.loads((tmp_path / "a" / "manifest.json").read_text())
    dropped = manifest["dropped"]
    assert dropped > 0
    assert f"after {dropped} misread ones were dropped" in output
    run(capsys, tmp_path / "b", *options)
    plain = load_dataset(tmp_path / "b").train.images
    same = (plain == data.train.images).all(axis=(1, 2))
    assert 600 - dropped <= same.sum() < 600


def test_checked_gives_up_on_scribbles(tmp_path, tiny_model):
    with pytest.raises(DatasetFailed, match="were misread 30 times in a row"):
        make_dataset(tmp_path / "a", count=50, checked=True, model=tiny_model)


def test_a_number_may_stand_wherever_a_page_is_free(monkeypatch):
    monkeypatch.setattr(scenes, "WIDTH", 64)
    monkeypatch.setattr(scenes, "HEIGHT", 48)
    monkeypatch.setattr(scenes, "MARGIN", 3)
    rng, taken, free = (
        np.random.default_rng(0),
        np.zeros((0, 4), int),
        np.ones((48, 64)),
    )
    for width, height in ((20, 9), (30, 12), (9, 30), (16, 8), (58, 42)):
        places = {
            (left, top)
            for left in range(3, 62 - width)
            for top in range(3, 46 - height)
            if free[top - 3 : top + height + 3, left - 3 : left + width + 3].all()
        }
        tries = 20 * len(places) or 1
        chosen = [scenes._free_place(taken, width, height, rng) for _ in range(tries)]
        assert set(chosen) == (places or {None})
        if places:
            left, top = chosen[0]
            taken = np.vstack([taken, [left, top, left + width, top + height]])
            free[top : top + height, left : left + width] = 0


def test_texts_come_from_seed_and_number():
    spec = spec_of(kind="numbers")
    texts = [draw_text(spec, random_stream(Stream.TEXTS, 0, i)) for i in range(500)]
    assert {len(text) for text in texts} == set(range(3, 9))
    assert draw_text(spec, random_stream(Stream.TEXTS, 0, 77)) == texts[77]
    assert set("".join(texts)) == set(DIGIT_NAMES)
    spec = spec_of(kind="numbers", pattern="dd/mm/yyyy, hh:mm (## 079)")
    shape = r"\d\d/\d\d/(19|20)\d\d, \d\d:\d\d \(\d\d 079\)"
    texts = [draw_text(spec, random_stream(Stream.TEXTS, 1, i)) for i in range(2000)]
    assert all(re.fullmatch(shape, text) for text in texts)
    assert {text[:2] for text in texts} == {f"{n:02}" for n in range(1, 32)}
    assert not any(text.startswith(("30/02", "31/02", "31/04")) for text in texts)
    assert {text[12:14] for text in texts} == {f"{n:02}" for n in range(24)}
    assert {text[15:17] for text in texts} == {f"{n:02}" for n in range(60)}
    assert parse("mm.yyyy") == ["mm", ".", "yyyy"]


def test_the_command_and_its_lines(tmp_path, capsys, tiny_model):
    options = ["--count", 500, "--model", tiny_model, "--workers", 1]
    code, output, errors = run(capsys, tmp_path / "a", *options)
    assert (code, errors) == (0, [])
    assert "500 digits as idx (400 train, 50 validation, 50 test)" in output
    code, output, errors = run(capsys, tmp_path / "a", *options)
    assert (code, errors) == (0, []) and output.strip().endswith("all whole")
    code, _, errors = run(capsys, tmp_path / "a", *options, "--seed", 1)
    assert code == 2 and "holds a data set with seed 0, not 1" in errors[0]


@pytest.mark.process
def test_no_framework_is_needed(tmp_path, tiny_model):
    arguments = ["dataset", str(tmp_path / "a"), "--count", "20", "--workers", "1"]
    arguments += ["--model", str(tiny_model)]
    code = (
        f"import sys; [sys.modules.__setitem__(m, None) for m in {FRAMEWORKS}]; "
        f"from digitgan.cli import main; main({arguments})"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_gzip_tools_read_the_files(tmp_path, tiny_model):
    make_dataset(tmp_path / "a", count=700, model=tiny_model, shard_size=100)
    path = tmp_path / "a" / "train-images-idx3-ubyte.gz"
    assert len(gzip.decompress(path.read_bytes())) == 16 + 560 * 784
    assert path.read_bytes()[4:8] == bytes(4)  # no time
    assert subprocess.run(["gzip", "-t", path]).returncode == 0


REFUSALS = [
    (
        ["--count", "0"],
        "--count is 0: allowed is a whole number from 1 to 1,000,000,000,000",
    ),
    (["--count", "-5"], "--count is -5: allowed is a whole number from 1 to"),
    (
        ["--kind", "digit"],
        "--kind 'digit' is unknown (did you mean 'digits'?): allowed",
    ),
    (
        ["--format", "idz"],
        "--format 'idz' is unknown (did you mean 'idx'?): allowed is",
    ),
    (
        ["--format", "coco"],
        "--format 'coco' does not hold digits: allowed is idx",
    ),
    (
        ["--kind", "numbers", "--format", "npz"],
        "--format 'npz' does not hold numbers: allowed is coco, ",
    ),
    (["--kind", "scenes", "--format", "idx"], "--format 'idx' does not hold scenes"),
    (["--kind", "numbers", "--length", "8-3"], "--length '8-3' is reversed: allowed"),
    (["--kind", "numbers", "--length", "0-3"], "--length is '0-3': allowed is"),
    (["--kind", "numbers", "--length", "3-99"], "--length is '3-99': allowed is"),
    (["--kind", "numbers", "--length", "many"], "--length is 'many': allowed is"),
    (["--kind", "numbers", "--pattern", ""], "--pattern '' has 0 characters: allowed"),
    (["--kind", "numbers", "--pattern", "dd.mmm"], "'m' at place 6: allowed is dd"),
    (["--kind", "numbers", "--pattern", "dd/dd"], "has dd more than once"),
    (["--kind", "numbers", "--pattern", "yyyyy"], "has 'y' at place 5"),
    (["--kind", "numbers", "--pattern", "#" * 33], "has 33 characters"),
    (
        ["--kind", "numbers", "--pattern", "#", "--length", "3"],
        "--pattern '#' cannot go together with length",
    ),
    (["--length", "3"], "--length is for written numbers, not for single digits"),
    (["--pattern", "#"], "--pattern is for written numbers, not for single digits"),
    (["--kind", "numbers", "--balance"], "--balance is for single digits, not for num"),
    (["--measure"], "--format 'idx' has no room for what measure finds: allowed is"),
    (["--workers", "0"], "--workers is 0: allowed is a whole number from 1 to"),
    (["--engine", "rai"], "--engine 'rai' is unknown (did you mean 'ray'?)"),
    (["--split", "80,10,20"], "--split '80,10,20' adds up to 110: allowed is three"),
    (["--split", "80,20"], "--split '80,20' adds up to 100: allowed is three"),
    (["--split", "80,30,-10"], "--split is '80,30,-10': allowed is three"),
    (["--split", "most"], "--split is 'most': allowed is three"),
    (["--labels", "1,12"], "--labels is '1,12': allowed is different numbers"),
    (["--labels", "1,1"], "--labels is '1,1': allowed is different numbers"),
    (["--labels", ""], "--labels is '': allowed is different numbers"),
    (["--shard-size", "0"], "--shard-size is 0: allowed is a whole number from 1 to"),
    (["--seed", "-1"], "--seed is -1: allowed is 0 to"),
    (["--variety", "2"], "--variety is 2.0: allowed is 0 to 1.5"),
    (["--model", "nowhere"], "'nowhere' has no model.json"),
    (["--verify"], "holds no manifest.json of ours"),
    (["--verify", "--seed", "3"], "--seed 3 is decided by the data set that --verify"),
]


@pytest.mark.parametrize(("flags", "line"), REFUSALS)
def test_refusals(capsys, tmp_path, tiny_model, flags, line):
    model = [] if {"--model", "--verify"} & set(flags) else ["--model", tiny_model]
    code, out, errors = run(capsys, tmp_path / "a", *flags, *model)
    assert (code, out, len(errors)) == (2, "", 1), errors
    assert line in errors[0]
    assert list(tmp_path.iterdir()) == []


def test_a_model_without_labels_is_refused():
    with pytest.raises(digitgan.InputError, match="cannot be asked for a digit"):
        spec_of(classes=())


@needs_shipped
def test_verify_needs_the_same_model(tmp_path, tiny_model):
    model = shutil.copytree(tiny_model, tmp_path / "model")
    make_dataset(tmp_path / "a", count=100, model=model)
    shutil.rmtree(model)
    assert verify_dataset(tmp_path / "a").drawn == 0
    (tmp_path / "a" / "train-labels-idx1-ubyte.gz").unlink()
    with pytest.raises(digitgan.InputError, match="has no model.json"):
        verify_dataset(tmp_path / "a")
    assert verify_dataset(tmp_path / "a", model=tiny_model).drawn == 80
    (tmp_path / "a" / "train-labels-idx1-ubyte.gz").unlink()
    with pytest.raises(digitgan.InputError, match="is not the one that this data set"):
        verify_dataset(tmp_path / "a", model=SHIPPED)


def test_a_model_is_opened_once(tmp_path, tiny_model, monkeypatch):
    opened, load = [], model_cache.load

    def load_and_note(*arguments, **options):
        opened.append(arguments)
        return load(*arguments, **options)

    monkeypatch.setattr(model_cache, "load", load_and_note)
    make_dataset(tmp_path / "a", count=100, shard_size=10, model=tiny_model)
    assert len(opened) == 1
    (tmp_path / "a" / "t10k-labels-idx1-ubyte.gz").unlink()
    assert verify_dataset(tmp_path / "a").drawn == 10
    assert len(opened) == 2


@needs_shipped
def test_a_model_that_changed_is_opened_anew(tmp_path, tiny_model):
    model = shutil.copytree(tiny_model, tmp_path / "model")
    make_dataset(tmp_path / "a", count=20, model=model)
    shutil.rmtree(model)
    shutil.copytree(SHIPPED, model)
    make_dataset(tmp_path / "b", count=20, model=model)
    data = load_dataset(tmp_path / "b")
    sampler = digitgan.load(model, threads=1)
    labels = np.array([int(name) for name in data.classes], "i4")[data.train.labels]
    drawn = sampler.draw(sampler.generator_inputs(labels, seed=0))
    assert np.array_equal(data.train.images, drawn)


def test_options_are_those_of_the_request():
    """Editors read one list, the command line and Python the other."""
    assert get_type_hints(DatasetOptions) == get_type_hints(DatasetRequest)


def test_a_spec_leads_to_its_request_and_back():
    for options in (
        {"count": 70, "split": "0,0,100", "labels": "7,1", "balance": True},
        {"kind": "numbers", "length": "2"},
        {"kind": "scenes", "pattern": "hh:mm", "format": "yolo"},
    ):
        spec = spec_of(**options)
        assert resolve_spec(spec.request, spec.model_facts) == spec


def test_boxes_have_a_class_for_every_character_that_leaves_ink():
    assert set(CHARACTERS) == {*DIGIT_NAMES, *PUNCTUATION}


class ColourModel:
    """What a data set needs of a model, with images of another shape."""

    classes, limits = ("a", "b"), {}
    description = {"sha256": {"generator.onnx": "0" * 64}}

    def __init__(self, shape):
        self.image = SimpleNamespace(shape=shape)

    def generator_inputs(self, labels, seed, start=0, variety=1.0):
        return GeneratorInputs(np.arange(start, start + len(labels)), {"label": labels})

    def draw(self, inputs):
        rows = np.resize(np.arange(251, dtype=np.uint8), (600, *self.image.shape))
        return rows[inputs.latents]


@pytest.mark.parametrize("shape", [(32, 32), (32, 40, 3)])
@pytest.mark.parametrize("format", ["idx", "npz", "png"])
def test_images_of_another_shape(tmp_path, monkeypatch, shape, format):
    """Formats of single images take their shape from the model."""
    model = ColourModel(shape)
    monkeypatch.setattr(model_cache, "load", lambda name, threads: model)
    options = {"count": 600, "split": (500, 0, 100), "format": format}
    if format == "idx" and len(shape) == 3:
        with pytest.raises(InputError, match="does not hold images of shape"):
            make_dataset(tmp_path / "a", **options)
        return
    make_dataset(tmp_path / "a", **options, shard_size=70)
    expected = model.draw(model.generator_inputs(range(600), 0))
    if format == "idx":
        path = tmp_path / "a" / "train-images-idx3-ubyte.gz"
        content = gzip.decompress(path.read_bytes())
        assert content[4:16] == struct.pack(">3I", 500, *shape)
        assert content[16:] == expected[:500].tobytes()
    elif format == "npz":
        with np.load(tmp_path / "a" / "mnist.npz") as stored:
            assert np.array_equal(stored["x_test"], expected[500:])
    else:
        (path,) = (tmp_path / "a" / "test").glob("*/000000501.png")
        assert np.array_equal(Image.open(path), expected[501])
    victim = next(p for p in (tmp_path / "a").glob("*") if p.name != "manifest.json")
    if victim.is_file():
        victim.write_bytes(victim.read_bytes()[:-9] + bytes(9))
        assert len(verify_dataset(tmp_path / "a").damage) == 1


class Csv(Format):
    """The smallest format: a file of labels a shard."""

    name = "csv"
    kinds = ("digits",)
    shard_file = "{part}-{shard}.csv"

    def encode(self, spec, shard, samples):
        return EncodedShard(["\n".join(str(s.label) for s in samples).encode()])


def test_a_new_format_is_one_class(tmp_path, tiny_model, monkeypatch):
    monkeypatch.setitem(FORMATS, "csv", Csv())
    options = {"count": 20, "format": "csv", "model": tiny_model}
    report = make_dataset(tmp_path / "a", **options)
    lines = (tmp_path / "a" / "test-0.csv").read_text().split()
    assert (
        len(lines) == 2 and sum(report.manifest["label_counts"]["test"].values()) == 2
    )
    (tmp_path / "a" / "test-0.csv").write_text("7")
    assert verify_dataset(tmp_path / "a").damage == ("test-0.csv has changed",)
