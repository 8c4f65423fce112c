"""Data sets: what they hold, the same bytes for the same wish, refusals."""

import gzip
import json
import re
import shutil
import subprocess
import sys

import numpy as np
import pytest
from datasets_made import FOR_DIGITS, NAMES, needs, run, sums, tiny_model
from model_folders import make_model

import digitgan
from digitgan.data.readers import read
from digitgan.datasets.make import make_dataset, verify_dataset
from digitgan.datasets.texts import draw_text, parse
from digitgan.errors import DatasetFailed
from digitgan.handwriting.model import SHIPPED
from digitgan.random_streams import Stream, random_stream

HEAVY = ("keras", "tensorflow", "jax", "torch", "matplotlib", "sklearn")


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return tiny_model(tmp_path_factory)


def test_digits_are_those_of_the_sampler(tmp_path, tiny):
    made = digitgan.make_dataset(tmp_path / "a", count=3000, seed=5, model=tiny)
    assert made.manifest["parts"] == {"train": 2400, "validation": 300, "test": 300}
    data, model = read(tmp_path / "a"), digitgan.load(tiny, threads=1)
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


def test_the_manifest_proves_what_is_there(tmp_path, tiny):
    told = make_dataset(
        tmp_path / "a", count=999, model=tiny, format="parquet"
    ).manifest
    assert told == json.loads((tmp_path / "a" / "manifest.json").read_text())
    assert told["digitgan"] == digitgan.__version__ and told["count"] == 999
    card = json.loads((tiny / "model.json").read_text())
    assert told["model_sha256"] == card["sha256"]["generator.onnx"]
    assert sum(sum(part.values()) for part in told["label_counts"].values()) == 999
    assert [shard["count"] for shard in told["shards"]] == [801, 99, 99]
    found = sums(tmp_path / "a")
    name = "data/train-00000-of-00001.parquet"
    assert told["shards"][0]["sha256"] == found[name]


@pytest.mark.parametrize("format", FOR_DIGITS)
def test_shards_and_workers_leave_the_digits_alone(tmp_path, tiny, format):
    """Shards of another size hold the same digits; workers change no byte."""
    needs(format)
    wish = {"count": 1500, "format": format, "seed": 3, "model": tiny}
    make_dataset(tmp_path / "a", **wish, shard_size=200)
    first = sums(tmp_path / "a")
    make_dataset(tmp_path / "b", **wish, shard_size=200)
    assert sums(tmp_path / "b") == first
    make_dataset(tmp_path / "c", **wish, shard_size=37)
    if format == "npz":
        assert sums(tmp_path / "c")["mnist.npz"] == first["mnist.npz"]
    if format == "png":
        assert len(first) == 1504
        assert {k: v for k, v in sums(tmp_path / "c").items() if k[-4:] != "json"} == {
            k: v for k, v in first.items() if k[-4:] != "json"
        }


def test_pages_depend_on_their_number_alone(tmp_path, tiny):
    wish = {
        "count": 14,
        "split": (10, 0, 4),
        "format": "yolo",
        "model": tiny,
        "seed": 6,
    }
    for kind in ("numbers", "scenes"):
        made = [
            make_dataset(
                tmp_path / kind / str(size), kind=kind, shard_size=size, **wish
            )
            for size in (3, 10)
        ]
        first, second = (sums(one.folder) for one in made)
        assert first.pop("manifest.json") != second.pop("manifest.json")
        assert first == second and len(first) == 2 * 14 + 1


def test_balance_and_labels(tmp_path, tiny):
    wish = {"model": tiny, "format": "npz", "shard_size": 70, "split": (750, 0, 253)}
    make_dataset(tmp_path / "a", count=1003, balance=True, labels="7,0,1", **wish)
    data = read(tmp_path / "a" / "mnist.npz")
    assert np.bincount(data.train.labels).tolist() == [250, 250, 0, 0, 0, 0, 0, 250]
    counts = np.bincount(data.test.labels)[[0, 1, 7]]
    assert counts.sum() == 253 and np.ptp(counts) == 1
    assert len(set(map(bytes, data.train.labels[:300].reshape(-1, 3)))) > 3
    make_dataset(tmp_path / "b", count=1003, **wish)
    counts = np.bincount(read(tmp_path / "b" / "mnist.npz").train.labels)
    assert len(counts) == 10 and 45 < counts.min() < counts.max() < 110


def test_samples_carry_style_and_measures(tmp_path, tmp_path_factory):
    styled = make_model(tmp_path_factory.mktemp("styled"), "flagship", NAMES)
    wish = {"count": 60, "format": "png", "split": (60, 0, 0)}
    make_dataset(tmp_path / "a", measure=True, seed=9, model=styled, **wish)
    lines = (tmp_path / "a" / "train" / "metadata.jsonl").read_text().splitlines()
    rows = [json.loads(line) for line in lines]
    assert [row["number"] for row in rows] == list(range(60))
    assert {row["seed"] for row in rows} == {9}
    model = digitgan.load(styled, threads=1)
    recipe = model.generator_inputs(
        np.array([row["label"] for row in rows], "i4"), seed=9
    )
    asked = [row["thickness"] for row in rows]
    assert np.allclose(asked, recipe.conditions["thickness"], atol=1e-3)
    from digitgan.measure.morphometry import measure

    measured = measure(model.draw(recipe))["slant"]
    assert np.allclose([row["measured_slant"] for row in rows], measured, atol=1e-3)
    assert rows[0]["file_name"] == f"{rows[0]['label']}/000000000.png"


@pytest.mark.skipif(not SHIPPED.is_dir(), reason="no model comes with this checkout")
def test_checked_keeps_what_the_judge_reads_as_asked(tmp_path, capsys):
    from digitgan.measure.classifier import Classifier

    wish = ["--count", 600, "--split", "600,0,0", "--workers", 1, "--seed", 1]
    code, said, _ = run(capsys, tmp_path / "a", "--checked", *wish)
    assert code == 0
    data = read(tmp_path / "a")
    assert len(data.train.labels) == 600
    read_as = Classifier().predict(data.train.images).labels
    assert (read_as == data.train.labels).all()
    told = json.loads((tmp_path / "a" / "manifest.json").read_text())
    assert told["dropped"] > 0
    assert f"after {told['dropped']} misread ones were dropped" in said
    run(capsys, tmp_path / "b", *wish)
    plain = read(tmp_path / "b").train.images
    same = (plain == data.train.images).all(axis=(1, 2))
    assert 600 - told["dropped"] <= same.sum() < 600


def test_checked_gives_up_on_scribbles(tmp_path, tiny):
    with pytest.raises(DatasetFailed, match="were misread 30 times in a row"):
        make_dataset(tmp_path / "a", count=50, checked=True, model=tiny)


def test_texts_come_from_seed_and_number():
    class Spec:
        length, pattern, labels = (3, 8), None, tuple(range(10))

    found = [draw_text(Spec, random_stream(Stream.TEXTS, 0, i)) for i in range(500)]
    assert {len(text) for text in found} == set(range(3, 9))
    assert draw_text(Spec, random_stream(Stream.TEXTS, 0, 77)) == found[77]
    assert set("".join(found)) == set(NAMES)
    Spec.pattern = "dd/mm/yyyy, hh:mm (## 079)"
    shape = r"\d\d/\d\d/(19|20)\d\d, \d\d:\d\d \(\d\d 079\)"
    found = [draw_text(Spec, random_stream(Stream.TEXTS, 1, i)) for i in range(2000)]
    assert all(re.fullmatch(shape, text) for text in found)
    assert {text[:2] for text in found} == {f"{n:02}" for n in range(1, 32)}
    assert not any(text.startswith(("30/02", "31/02", "31/04")) for text in found)
    assert {text[12:14] for text in found} == {f"{n:02}" for n in range(24)}
    assert {text[15:17] for text in found} == {f"{n:02}" for n in range(60)}
    assert parse("mm.yyyy") == ["mm", ".", "yyyy"]


def test_the_command_and_its_words(tmp_path, capsys, tiny):
    wish = ["--count", 500, "--model", tiny, "--workers", 1]
    code, said, errors = run(capsys, tmp_path / "a", *wish)
    assert (code, errors) == (0, [])
    assert "500 digits as idx (400 train, 50 validation, 50 test)" in said
    code, said, errors = run(capsys, tmp_path / "a", *wish)
    assert (code, errors) == (0, []) and said.strip().endswith("all whole")
    code, _, errors = run(capsys, tmp_path / "a", *wish, "--seed", 1)
    assert code == 2 and "holds a data set with seed 0, not 1" in errors[0]


def test_no_framework_is_needed(tmp_path, tiny):
    words = ["dataset", str(tmp_path / "a"), "--count", "20", "--model", str(tiny)]
    code = (
        f"import sys; [sys.modules.__setitem__(m, None) for m in {HEAVY}]; "
        f"from digitgan.cli import main; main({[*words, '--workers', '1']})"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_gzip_tools_read_the_files(tmp_path, tiny):
    make_dataset(tmp_path / "a", count=700, model=tiny, shard_size=100)
    path = tmp_path / "a" / "train-images-idx3-ubyte.gz"
    assert len(gzip.decompress(path.read_bytes())) == 16 + 560 * 784
    assert path.read_bytes()[4:8] == bytes(4)  # no time
    assert subprocess.run(["gzip", "-t", path]).returncode == 0


REFUSALS = [
    (["--count", "0"], "count is 0: allowed is 1 to"),
    (["--count", "-5"], "count is -5: allowed is 1 to"),
    (["--kind", "digit"], "kind 'digit' is unknown: did you mean 'digits'?"),
    (["--format", "idz"], "format 'idz' is unknown: did you mean 'idx'? allowed are"),
    (["--format", "coco"], "format 'coco' does not hold digits: allowed for kind"),
    (
        ["--kind", "numbers", "--format", "npz"],
        "format 'npz' does not hold numbers: allowed for kind 'numbers' are coco, ",
    ),
    (["--kind", "scenes", "--format", "idx"], "format 'idx' does not hold scenes"),
    (["--kind", "numbers", "--length", "8-3"], "length is '8-3', which is reversed"),
    (["--kind", "numbers", "--length", "0-3"], "length is '0-3': allowed is"),
    (["--kind", "numbers", "--length", "3-99"], "length is '3-99': allowed is"),
    (["--kind", "numbers", "--length", "many"], "length is 'many': allowed is"),
    (["--kind", "numbers", "--pattern", ""], "pattern '' has 0 characters"),
    (["--kind", "numbers", "--pattern", "dd.mmm"], "'m' at place 6: allowed are dd"),
    (["--kind", "numbers", "--pattern", "dd/dd"], "has dd more than once"),
    (["--kind", "numbers", "--pattern", "yyyyy"], "has 'y' at place 5"),
    (["--kind", "numbers", "--pattern", "#" * 33], "has 33 characters"),
    (
        ["--kind", "numbers", "--pattern", "#", "--length", "3"],
        "cannot go together with length",
    ),
    (["--length", "3"], "length and pattern are for written numbers"),
    (["--kind", "numbers", "--balance"], "are for single digits, not for numbers"),
    (["--measure"], "format 'idx' has no room for what measure finds: allowed are"),
    (["--workers", "0"], "workers is 0: allowed is 1 to"),
    (["--engine", "rai"], "engine 'rai' is unknown: did you mean 'ray'?"),
    (["--split", "80,10,20"], "which add up to 110: allowed are three"),
    (["--split", "80,20"], "split is '80,20', which add up to 100: allowed are three"),
    (["--split", "80,30,-10"], "split is '80,30,-10': allowed are three"),
    (["--split", "most"], "split is 'most': allowed are three"),
    (["--labels", "1,12"], "labels are '1,12': allowed are different numbers"),
    (["--labels", "1,1"], "labels are '1,1': allowed are different numbers"),
    (["--labels", ""], "labels are '': allowed are different numbers"),
    (["--shard-size", "0"], "shard_size is 0: allowed is 1 to"),
    (["--seed", "-1"], "seed is -1: allowed is 0 to"),
    (["--model", "nowhere"], "model 'nowhere' has no model.json"),
    (["--verify"], "holds no manifest.json of ours"),
    (["--verify", "--seed", "3"], "keeps the settings of its data set: leave out"),
]


@pytest.mark.parametrize(("words", "line"), REFUSALS)
def test_refusals(capsys, tmp_path, tiny, words, line):
    model = [] if {"--model", "--verify"} & set(words) else ["--model", tiny]
    code, out, errors = run(capsys, tmp_path / "a", *words, *model)
    assert (code, out, len(errors)) == (2, "", 1), errors
    assert line in errors[0]
    assert list(tmp_path.iterdir()) == []


def test_a_model_without_labels_is_refused(tmp_path, tmp_path_factory):
    plain = make_model(tmp_path_factory.mktemp("plain"), "dcgan", ())
    with pytest.raises(digitgan.InputError, match="cannot be asked for a digit"):
        make_dataset(tmp_path / "a", model=plain)


def test_verify_needs_the_same_model(tmp_path, tmp_path_factory, tiny):
    model = shutil.copytree(tiny, tmp_path / "model")
    make_dataset(tmp_path / "a", count=100, model=model)
    shutil.rmtree(model)
    assert verify_dataset(tmp_path / "a").made == 0
    (tmp_path / "a" / "train-labels-idx1-ubyte.gz").unlink()
    with pytest.raises(digitgan.InputError, match="has no model.json"):
        verify_dataset(tmp_path / "a")
    assert verify_dataset(tmp_path / "a", model=tiny).made == 80
    other = make_model(tmp_path / "other", "conditional", NAMES)
    (tmp_path / "a" / "train-labels-idx1-ubyte.gz").unlink()
    with pytest.raises(digitgan.InputError, match="is not the one that this data set"):
        verify_dataset(tmp_path / "a", model=other)
