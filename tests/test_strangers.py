"""Folders of strangers: nothing outside them is read, written or fetched."""

import csv
import io
import json
import os
import shutil
import time

import corrupt_files
import numpy as np
import pytest

from digitgan import limits, npz, untrusted
from digitgan.data.image_grid import grid
from digitgan.datasets.make import make_dataset, verify_dataset
from digitgan.errors import InputError
from digitgan.handwriting.model import load
from digitgan.npz import read_arrays
from digitgan.training.run import Run

pytestmark = pytest.mark.skipif(os.name != "posix", reason="there are no links")
SECRET = "what lies outside"


def refused(read, *words):
    """Check that something is refused in a line with these words."""
    with pytest.raises(InputError) as refusal:
        read()
    line = str(refusal.value)
    assert len(line.splitlines()) == 1
    for word in words:
        assert word in line, line


@pytest.fixture
def outside(tmp_path):
    """A folder that no other one may reach."""
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "secret.png").write_text(SECRET)
    return folder


@pytest.fixture
def run(tmp_path):
    """A run folder as a stranger may have written it."""
    folder = tmp_path / "runs" / "theirs"
    (folder / "samples").mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps(corrupt_files.stored_config()))
    grid(np.zeros((10, 28, 28), np.uint8)).save(folder / "samples" / "epoch_0001.png")
    (folder / "log.csv").write_text("epoch,step,seconds,d_loss\n1,7,0.5,0.7\n")
    return folder


# The door


@pytest.mark.parametrize("place", ["/dev/zero", "pipe", "."])
def test_what_is_no_ordinary_file_is_not_opened(tmp_path, place):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(tmp_path / place)
    for read in (untrusted.read_json, lambda *a: read_arrays(*a, ["x"], 100)):
        refused(lambda read=read: read("it", tmp_path / "link"), "no ordinary file")
    with pytest.raises(ValueError, match="no ordinary file"):
        untrusted.sha256(tmp_path / "link")


def test_links_lead_where_they_may(tmp_path, outside):
    folder = tmp_path / "folder"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep" / "here").symlink_to(folder / "there")
    (folder / "away").symlink_to(outside)
    assert untrusted.inside("it", folder, "deep", "here").name == "here"
    assert untrusted.inside("it", folder, "not", "there yet")
    for parts in (["away"], ["away", "secret.png"], ["..", "outside"], ["/etc/passwd"]):
        refused(lambda parts=parts: untrusted.inside("it", folder, *parts), "leads out")
    (tmp_path / "link").symlink_to(folder)  # named by whoever asks
    assert untrusted.inside("it", tmp_path / "link", "deep")


def test_a_snapshot_of_the_hub_links_to_its_blobs(tmp_path, outside):
    snapshot = tmp_path / "models--user--name" / "snapshots" / "0a1b"
    snapshot.mkdir(parents=True)
    (snapshot.parent.parent / "blobs").mkdir()
    (snapshot / "model.json").symlink_to("../../blobs/c0ffee")
    (snapshot / "other.json").symlink_to(outside / "secret.png")
    assert untrusted.inside("model", snapshot, "model.json")
    refused(lambda: untrusted.inside("model", snapshot, "other.json"), "leads out")


@pytest.mark.parametrize("row", ["1,1,1\n", "1\r", '{"":0},', "[],", '"",'])
def test_text_is_bounded_by_what_it_takes_once_parsed(tmp_path, monkeypatch, row):
    """The estimate is never below what Python takes: 72 bytes of three, and more."""
    import tracemalloc

    path, times = tmp_path / "text", 20_000
    columns = "epoch,step,seconds"
    is_json = row.endswith(",")
    text = f"[{row * times}0]" if is_json else f"{columns}\n{row * times}"
    path.write_text(text)
    content = path.read_bytes()
    objects = (b"{", b"[") if is_json else untrusted.ROWS
    monkeypatch.setattr(limits, "PARSED", 2**62)
    tracemalloc.start()
    if is_json:
        kept = json.loads(content)
    else:
        kept = list(csv.DictReader(io.StringIO(text, newline="")))
    taken = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert kept
    monkeypatch.setattr(limits, "PARSED", taken)
    with pytest.raises(ValueError, match="bytes of memory"):
        untrusted.check_parsed(content, objects)


# Runs


def test_a_run_is_read_and_written_in_its_folder_alone(run, outside):
    opened = Run.open(run)
    places = [name for name in dir(Run) if name.endswith(("_path", "_folder"))]
    assert len(places) > 10
    for name in places:
        path = getattr(opened, name)
        if path.is_dir():
            shutil.rmtree(path)
        path.unlink(missing_ok=True)
        path.parent.mkdir(exist_ok=True)
        path.symlink_to(outside / "secret.png")
        refused(lambda name=name: getattr(opened, name), "leads out of its folder")
        path.unlink()
    refused_config = run / "config.json"
    refused_config.symlink_to(outside / "secret.png")
    refused(lambda: Run.open(run), "leads out of its folder")


def test_a_model_is_read_in_its_folder_alone(tmp_path, tiny_model, outside):
    for name in ("model.json", "generator.onnx"):
        folder = shutil.copytree(tiny_model, tmp_path / name)
        shutil.move(folder / name, outside / name)
        (folder / name).symlink_to(outside / name)
        refused(lambda folder=folder: load(folder), name, "leads out of its folder")
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "model").symlink_to(tiny_model)
    refused(lambda: load(tmp_path / "run"), "leads out of its folder")


def test_a_run_of_the_hub_is_gone_on_with_when_it_is_named(run):
    training = pytest.importorskip("digitgan.training.train")
    config = corrupt_files.stored_config() | {"data": "hf://evil/digits"}
    (run / "config.json").write_text(json.dumps(config))
    refused(lambda: training.resume(run), "--data hf://evil/digits where you trust it")


# The studio


@pytest.fixture
def client(run, tiny_model):
    testclient = pytest.importorskip("starlette.testclient")
    pytest.importorskip("fastapi")
    from digitgan.serving.app import create_app

    app = create_app(load(tiny_model, threads=1), runs=run.parent)
    with testclient.TestClient(app, base_url="http://localhost") as client:
        yield client


SHEET = "/v1/runs/theirs/sheets/1.png"


def test_a_sheet_is_served(client):
    assert client.get(SHEET).content.startswith(b"\x89PNG")


@pytest.mark.parametrize("target", ["/etc/passwd", "/dev/zero", "pipe", "a-text"])
@pytest.mark.parametrize("what", ["samples/epoch_0001.png", "samples", ".", "log.csv"])
def test_nothing_outside_a_run_is_served(client, run, what, target):
    outside = run.parent.parent / "elsewhere"
    outside.mkdir()
    os.mkfifo(outside / "pipe")
    (outside / "a-text").write_text(SECRET)
    shutil.copytree(run, outside / "run")
    place = run if what == "." else run / what
    moved = outside / "run" if what == "." else outside / "run" / what
    if what in (".", "samples"):
        shutil.rmtree(place)
        place.symlink_to(moved)
    else:
        place.unlink()
        place.symlink_to(outside / target)
    begun = time.monotonic()
    for path in (SHEET, "/v1/runs/theirs", "/v1/runs/theirs/discriminator", "/v1/runs"):
        answer = client.get(path)
        assert answer.status_code in (200, 404, 409), answer.text
        assert SECRET not in answer.text and "root:" not in answer.text
    if what != "log.csv":
        assert client.get(SHEET).status_code in (404, 409)
    assert client.get("/healthz").status_code == 200
    assert time.monotonic() - begun < 5


def test_a_pipe_as_a_sheet_holds_nobody(client, run):
    (run / "samples" / "epoch_0001.png").unlink()
    os.mkfifo(run / "samples" / "epoch_0001.png")
    answer = client.get(SHEET)
    assert answer.status_code == 409
    assert answer.json()["detail"] == "epoch_0001.png of theirs is damaged"


def test_what_is_no_png_is_not_served(client, run):
    (run / "samples" / "epoch_0001.png").write_text("<script>")
    assert client.get(SHEET).status_code == 409


@pytest.mark.parametrize(
    "log",
    [
        "epoch,step,seconds,variety\n0,0,0,0\n",
        f"epoch,step,seconds,d_loss\n1,7,0.5,{'9' * 402}\n",
        "epoch,step,seconds\n1,7\n",
        "epoch,step,seconds\n1,nan,1\n",
        "epoch,step,seconds\n" + "1,1,1\n" * 2_000_000,
        "\0",
        "epoch\n",
    ],
    ids=["zero", "large", "short", "nan", "many", "nul", "columns"],
)
def test_a_damaged_log_is_no_failure_of_the_server(client, run, log):
    (run / "log.csv").write_text(log)
    images = {"images": np.random.default_rng(0).integers(0, 256, (9, 28, 28), "u1")}
    npz.write_arrays(run / "discriminator" / "real.npz", images)
    for path in ("/v1/runs/theirs", "/v1/runs", "/v1/runs/theirs/discriminator"):
        assert client.get(path).status_code in (200, 409)


@pytest.mark.parametrize("size", [10, 60, 200])
def test_a_cut_sheet_is_no_failure_of_the_server(client, trained_run, run, size):
    shutil.copytree(trained_run.folder, run, dirs_exist_ok=True)
    sheet = run / "samples" / "epoch_0001.png"
    sheet.write_bytes(sheet.read_bytes()[:size])
    answer = client.get("/v1/runs/theirs/discriminator?sheet=1")
    assert answer.status_code == 409, answer.text


# Data sets


@pytest.fixture
def pictures(tmp_path, tiny_model):
    out = tmp_path / "set"
    options = {"count": 20, "shard_size": 5, "split": (20, 0, 0)}
    make_dataset(out, format="png", model=tiny_model, **options)
    return out


def test_verify_writes_nothing_outside(pictures, outside):
    (folder,) = (path for path in pictures.iterdir() if path.is_dir())
    shutil.move(folder, outside / "data")
    next((outside / "data").rglob("*.png")).unlink()
    before = sorted(outside.rglob("*"))
    folder.symlink_to(outside / "data")
    refused(lambda: verify_dataset(pictures), "is a link", "folders of its own")
    assert sorted(outside.rglob("*")) == before


@pytest.mark.parametrize("format", ["png", "idx", "npz", "webdataset"])
@pytest.mark.parametrize("kind", ["pipe", "/dev/zero", "secret.png"])
def test_verify_makes_anew_what_is_no_file(tmp_path, tiny_model, outside, format, kind):
    out = tmp_path / "set"
    options = {"count": 20, "shard_size": 5, "split": (20, 0, 0)}
    make_dataset(out, format=format, model=tiny_model, **options)
    shard = max(
        (p for p in out.rglob("*") if p.is_file() and p.name != "manifest.json"),
        key=lambda path: path.stat().st_size,
    )
    content = shard.read_bytes()
    shard.unlink()
    if kind == "pipe":
        os.mkfifo(shard)
    else:
        shard.symlink_to(outside / kind)
    assert verify_dataset(out).damage
    assert shard.read_bytes() == content and not shard.is_symlink()
    assert (outside / "secret.png").read_text() == SECRET


def test_verify_fetches_no_model_that_only_the_manifest_names(pictures):
    path = pictures / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["spec"]["model"] = "hf://evil/model"
    path.write_text(json.dumps(manifest))
    assert verify_dataset(pictures).damage == ()
    next(pictures.rglob("*.png")).unlink()
    refused(lambda: verify_dataset(pictures), "--model hf://evil/model where you trust")


def test_a_data_set_has_no_more_shards_than_its_manifest_can_list(tmp_path):
    refused(
        lambda: make_dataset(tmp_path / "set", count=10**12, shard_size=10),
        "shard_size 10 makes more than",
        "or more",
    )
