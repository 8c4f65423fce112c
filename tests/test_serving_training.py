"""Trainings over HTTP: begin, watch, pause, resume, stop; sentences; the critic."""

import asyncio
import json
import os
import sys
import time
from dataclasses import replace

import numpy as np
import onnxruntime
import pytest
from PIL import Image

from digitgan.data.images import to_float
from digitgan.data.mnist_preprocessing import crop_to_box, preprocess_drawing
from digitgan.handwriting.model import load
from digitgan.model.presets import PRESETS

pytest.importorskip("starlette")
pytest.importorskip("httpx")
from starlette.testclient import TestClient  # noqa: E402

from digitgan.serving import training_process  # noqa: E402
from digitgan.serving.app import create_app  # noqa: E402
from digitgan.serving.narration import STATES, Facts, duration, narrate  # noqa: E402
from digitgan.serving.problems import Problem  # noqa: E402
from digitgan.serving.routes.discriminator import Discriminator  # noqa: E402
from digitgan.serving.run_report import report  # noqa: E402
from digitgan.serving.runs import Runs, sheet_digits  # noqa: E402
from digitgan.training.condition_values import measure_conditions
from digitgan.training.run import Config, Run  # noqa: E402

HERE = "http://localhost"
JSON = {"Content-Type": "application/json"}
SLEEPER = "import time; print('begun', flush=True); time.sleep(60)"
LINE = [[255 * (12 <= x < 15) for x in range(28)] for _ in range(28)]


@pytest.fixture(scope="module")
def model():
    return load(threads=1)


@pytest.fixture
def client(model, tmp_path, few):
    app = create_app(model, runs=tmp_path / "runs", data=str(few))
    with TestClient(app, HERE) as client:
        yield client


@pytest.fixture(scope="module")
def refusing(model, tmp_path_factory):
    """A client of a server with the run ``a``, where nothing is to begin."""
    folder = tmp_path_factory.mktemp("refusing")
    made(folder / "a")
    with TestClient(create_app(model, runs=folder), HERE) as client:
        yield client
    assert [path.name for path in folder.iterdir()] == ["a"]


@pytest.fixture
def sleeper(monkeypatch):
    """A process in the place of the training that only sleeps."""
    monkeypatch.setattr(training_process, "COMMAND", (sys.executable, "-c", SLEEPER))


def made(folder, rows=(), **goal):
    """Write a run folder of the preset tiny by hand; return the run."""
    goal = {"epochs": None, "minutes": None} | goal
    config = Config(
        "tiny", PRESETS["tiny"], "mnist", "", (), 6_400, seed=0, backend="", **goal
    )
    run = Run.create(folder, config)
    if rows:
        run.write_log(list(rows))
        os.utime(folder / "log.csv", (0, 0))  # long ago: nobody is at it
    return run


def row(epoch, d_real=0.8, d_fake=0.2, variety=0.3, loss=1.0):
    answer = {"epoch": epoch, "step": 100 * epoch, "seconds": 10 * epoch}
    answer |= {"d_loss": loss, "g_loss": loss, "d_real": d_real, "d_fake": d_fake}
    return answer | {"variety": variety}


def refusal(reply, status):
    assert reply.status_code == status, reply.text
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.json()["detail"] and "\n" not in reply.json()["detail"]
    return reply.json()


def until(client, name, good, seconds=300):
    """Look at a run until it is as wanted; return every state on the way."""
    end, states = time.monotonic() + seconds, []
    while time.monotonic() < end:
        answer = client.get(f"/v1/runs/{name}").json()
        if answer["state"] not in states:
            states.append(answer["state"])
        if good(answer):
            return answer, states
        time.sleep(0.2)
    raise AssertionError(f"{name} is {answer}")


def test_photographs_are_cleaned_where_the_server_is_told_to(
    model, tmp_path, monkeypatch
):
    code = "import sys, time; print(sys.argv[1:], flush=True); time.sleep(60)"
    monkeypatch.setattr(training_process, "COMMAND", (sys.executable, "-c", code))
    app = create_app(model, runs=tmp_path, data="photographs", clean=True)
    with TestClient(app, HERE) as client:
        client.post("/v1/runs", json={"name": "a"})
        said, _ = until(client, "a", lambda answer: answer["last_line"])
    assert "'--data=photographs'" in said["last_line"]
    assert said["last_line"].endswith("'--clean']")


def test_a_run_that_is_being_made_is_seen_whole_or_not_at_all(tmp_path, monkeypatch):
    """Whoever sees ``config.json`` reads a run: a page that asks just then, say."""
    ordinary, seen = Run.write_config, []

    def write_config(run):
        seen.append(Runs(tmp_path).names())
        ordinary(run)

    monkeypatch.setattr(Run, "write_config", write_config)
    made(tmp_path / "a")
    assert seen == [[]] and Runs(tmp_path).names() == ["a"]


@pytest.mark.process
def test_a_training_from_beginning_to_end(client, tmp_path):
    """Begin, watch, pause, resume and stop a real one, and ask its discriminator."""
    begun = client.post("/v1/runs", json={"preset": "tiny", "epochs": 900, "name": "a"})
    assert begun.status_code == 201 and begun.headers["location"] == "runs/a"
    answer, states = until(client, "a", lambda answer: answer["epoch"] >= 2)
    assert states == ["starting", "learning"]
    assert answer["sheets"][:2] == [0, 1] and answer["seconds_left"] > 0
    assert answer["images_per_second"] > 0 and "Learning" in answer["narration"]["now"]
    assert len(answer["curves"]["d_real"]) == len(answer["curves"]["epoch"]) >= 10
    assert client.get("/v1/runs").json()["running"] == "a"
    assert refusal(client.post("/v1/runs", json={}), 409)["running"] == "a"
    refusal(client.post("/v1/runs/a/resume", json={}), 409)
    assert client.post("/v1/runs/a/pause", json={}).json()["state"] == "pausing"
    answer, states = until(client, "a", lambda answer: answer["state"] == "paused")
    assert answer["error"] is None and states in (["pausing", "paused"], ["paused"])
    paused_at = answer["step"]

    fakes = client.get("/v1/runs/a/discriminator").json()
    assert fakes["sheet"] == answer["sheets"][-1]
    early = client.get("/v1/runs/a/discriminator?sheet=0").json()
    assert len(early["fake"]) == len(early["real"]) == 100
    assert early["real"] == fakes["real"] and early["fake"] != fakes["fake"]
    assert np.mean(early["real"]) > np.mean(early["fake"]) + 0.1
    reply = client.post("/v1/runs/a/discriminator", json={"drawing": LINE}).json()
    assert reply["probabilities"][reply["label"]] == reply["probability"]
    assert reply["probability"] == max(reply["probabilities"])
    assert np.array_equal(reply["image"], preprocess_drawing(np.array(LINE, np.uint8)))

    assert client.post("/v1/runs/a/resume", json={"minutes": 5}).status_code == 202
    answer, states = until(client, "a", lambda answer: answer["step"] > paused_at)
    assert states == ["starting", "learning"]
    client.post("/v1/runs/a/stop", json={})
    answer, _ = until(client, "a", lambda answer: answer["state"] == "stopped")
    assert answer["goal"] == {"epochs": None, "minutes": 5}
    assert (tmp_path / "runs/a/model/generator.onnx").exists()
    assert [path.name for path in (tmp_path / "runs").iterdir()] == ["a"]


def test_a_training_that_fails_says_why(client, monkeypatch):
    lines = "print('noise'); print('digitgan: --data x does not exist'); print('more')"
    code = f"{lines}; raise SystemExit(2)"
    monkeypatch.setattr(training_process, "COMMAND", (sys.executable, "-c", code))
    client.post("/v1/runs", json={"preset": "tiny", "name": "lost"})
    answer, _ = until(client, "lost", lambda answer: answer["state"] == "failed")
    assert answer["error"] == "--data x does not exist"
    assert answer["error"] in answer["narration"]["now"]
    refusal(client.post("/v1/runs/lost/resume", json={}), 404)


@pytest.mark.parametrize(
    "name",
    [
        "../a",
        "a/b",
        "..",
        ".",
        ".hidden",
        "-x",
        "_x",
        "a b",
        "a\n",
        "a\0",
        "ü",
        "٣",
        "１",
    ]
    + ["", "x" * 41, "a.b", "con:", "--out=/tmp/x"],
)
def test_names_that_lead_elsewhere_are_refused(refusing, name):
    answer = refusal(refusing.post("/v1/runs", json={"name": name}), 400)
    assert answer["field"] == "name"
    for path in ("", "/discriminator", "/sheets/0.png") if name else ():
        quoted = "".join(f"%{byte:02x}" for byte in name.encode())
        assert refusing.get(f"/v1/runs/{quoted}{path}").status_code in (400, 404)


@pytest.mark.parametrize(
    "body",
    [
        {"preset": "flagship"},
        {"preset": "tiny; rm -rf /"},
        {"epochs": 0},
        {"epochs": 1.5},
        {"epochs": 10**30},
        {"epochs": "٣"},
        {"epochs": True},
        {"minutes": 0},
        {"minutes": -1},
        {"minutes": 1e9},
        {"data": "/etc/passwd"},
        {"out": "/tmp/x"},
        [],
        "tiny",
    ],
)
def test_what_cannot_be_trained_is_refused(refusing, body):
    refusal(refusing.post("/v1/runs", json=body), 400)
    assert refusing.get("/v1/runs").json()["running"] is None


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_numbers_that_are_none_are_refused(refusing, number):
    body = f'{{"minutes": {number}}}'
    answer = refusal(refusing.post("/v1/runs", content=body, headers=JSON), 400)
    assert answer["field"] == "minutes"


def test_bodies_that_are_no_json_or_too_large_are_refused(refusing):
    paths = ["", "/a/resume", "/a/pause", "/a/stop", "/a/discriminator"]
    for path in paths:
        path = f"/v1/runs{path}"
        refusal(refusing.post(path, content="{}"), 415)
        refusal(refusing.post(path, content="{", headers=JSON), 400)
        refusal(refusing.post(path, content="[" * 9_000, headers=JSON), 400)
        refusal(refusing.post(path, content=" " * 20_000, headers=JSON), 413)
        headers = JSON | {"Origin": "http://evil.example"}
        refusal(refusing.post(path, content="{}", headers=headers), 403)


def test_one_trains_at_a_time_and_a_name_is_taken_once(client, sleeper, tmp_path):
    made(tmp_path / "runs" / "old")
    assert (
        refusal(client.post("/v1/runs", json={"name": "old"}), 409)["field"] == "name"
    )
    first = client.post("/v1/runs", json={}).json()
    assert first == {"name": "dcgan", "state": "starting"}
    answer = refusal(client.post("/v1/runs", json={"name": "b"}), 409)
    assert answer["running"] == "dcgan" and answer["limit"] == 1
    refusal(client.post("/v1/runs/old/resume", json={}), 409)
    refusal(client.post("/v1/runs/old/pause", json={}), 409)
    answer, _ = until(client, "dcgan", lambda answer: answer["last_line"] == "begun")
    assert answer["state"] == "starting" and answer["sheets"] == []
    client.post("/v1/runs/dcgan/stop", json={})
    answer, _ = until(client, "dcgan", lambda answer: answer["state"] == "stopped")
    assert (
        answer["error"] is None
        and "nothing to go on with" in answer["narration"]["now"]
    )
    assert client.post("/v1/runs", json={"name": "b"}).status_code == 201


def test_of_two_that_begin_at_once_one_trains(sleeper):
    async def both():
        trainer = training_process.Trainer()
        begun = (trainer.start(name, []) for name in "ab")
        answers = await asyncio.gather(*begun, return_exceptions=True)
        await trainer.close()
        return answers

    first, second = asyncio.run(both())
    assert first is None and isinstance(second, Problem)


def test_a_server_that_stops_ends_the_training(model, sleeper, tmp_path):
    with TestClient(create_app(model, runs=tmp_path), HERE) as client:
        client.post("/v1/runs", json={"name": "a"})
        until(client, "a", lambda answer: answer["last_line"] == "begun")
        running = client.app
    with TestClient(running, HERE) as client:
        assert client.get("/v1/runs").json()["running"] is None


def test_without_the_token_nothing_is_trained(model, sleeper, tmp_path):
    app = create_app(model, runs=tmp_path, token="correct-horse-battery")
    with TestClient(app, HERE) as client:
        refusal(client.post("/v1/runs", json={}), 401)
        assert client.get("/v1/runs").json()["running"] is None


def test_states_of_runs_that_nobody_trains(client, tmp_path):
    runs = tmp_path / "runs"
    made(runs / "fresh", epochs=3)
    made(runs / "half", [row(1)], epochs=3)
    made(runs / "done", [row(1), row(3)], epochs=3)
    made(runs / "timed", [row(12)], minutes=2)
    (runs / "damaged").mkdir()
    (runs / "damaged" / "config.json").write_text("{")
    (runs / "not a run").mkdir()
    states = {r["name"]: r["state"] for r in client.get("/v1/runs").json()["runs"]}
    expected = {"fresh": "stopped", "half": "stopped", "done": "finished"}
    assert states == expected | {"timed": "finished"}
    refusal(client.post("/v1/runs/done/resume", json={}), 409)
    refusal(client.get("/v1/runs/damaged"), 404)
    refusal(client.get("/v1/runs/half/discriminator"), 409)
    refusal(client.get("/v1/runs/half/sheets/0.png"), 404)
    for epoch in ("-1", "1e3", "٣", "x", "9" * 30):
        refusal(client.get(f"/v1/runs/half/sheets/{epoch}.png"), 400)


def test_a_run_that_somebody_else_trains_is_only_watched(client, tmp_path):
    run = made(tmp_path / "runs" / "a", [row(1), row(2)], epochs=9)
    os.utime(run.folder / "log.csv")
    answer = client.get("/v1/runs/a").json()
    assert answer["state"] == "elsewhere" and 60 < answer["seconds_left"] <= 70
    refusal(client.post("/v1/runs/a/resume", json={}), 409)
    refusal(client.post("/v1/runs/a/stop", json={}), 409)


def test_a_log_that_is_not_finite_or_damaged_is_told(client, tmp_path):
    rows = [row(1), row(2, d_real=float("nan"), loss=float("inf"))]
    run = made(tmp_path / "runs" / "a", rows, epochs=9)
    answer = json.loads(client.get("/v1/runs/a").text, parse_constant=pytest.fail)
    assert answer["curves"]["d_real"] == [0.8, None]
    assert answer["curves"]["g_loss"] == [1.0, None]
    (run.folder / "log.csv").write_text("epoch,step\nx,y\n")
    refusal(client.get("/v1/runs/a"), 409)
    refusal(client.post("/v1/runs/a/resume", json={}), 409)


def test_what_the_guard_noted_last_is_told(client, tmp_path):
    run = made(tmp_path / "runs" / "a", [row(1)], epochs=3)
    assert "guard" not in client.get("/v1/runs/a").json()["narration"]
    run.guard_log_path.write_text("first\nthe losses exploded. Roll-back 1 of 3\n")
    answer = client.get("/v1/runs/a").json()["narration"]["guard"]
    assert answer == "The losses exploded. Roll-back 1 of 3"


def test_the_same_state_has_the_same_mark(client, tmp_path):
    made(tmp_path / "runs" / "a", [row(1)], epochs=3)
    mark = client.get("/v1/runs/a").headers["etag"]
    again = client.get("/v1/runs/a", headers={"If-None-Match": mark})
    assert again.status_code == 304 and not again.content


def test_curves_stay_short_and_keep_their_ends(tmp_path):
    run = made(tmp_path / "a", [row(n / 10) for n in range(1, 2000)], epochs=300)
    answer = report(run, None)
    assert len(answer.curves["epoch"]) <= 400
    assert (
        answer.curves["epoch"][-1] == 199.9
        and answer.sheets == run.sample_epochs() == []
    )


@pytest.mark.parametrize(
    "drawing",
    [None, [], [[0]], LINE[:-1], [r[:-1] for r in LINE], [[0] * 28] * 28, "x"]
    + [[[256] * 28] * 28, [[-1] * 28] * 28, [[0.5] * 28] * 28, [[True] * 28] * 28],
)
def test_drawings_that_are_none_are_refused(refusing, drawing):
    reply = refusing.post("/v1/runs/a/discriminator", json={"drawing": drawing})
    assert refusal(reply, 400)["field"] == "drawing"


def test_the_largest_drawing_fits_a_request(refusing):
    body = json.dumps({"drawing": 56 * [56 * [255]]})
    reply = refusing.post("/v1/runs/a/discriminator", content=body, headers=JSON)
    assert "no discriminator" in refusal(reply, 409)["detail"]


def test_the_api_is_described(client):
    paths = client.get("/openapi.json").json()["paths"]
    served = {
        (route.path, method.lower())
        for route in client.app.routes
        for method in getattr(route, "methods", None) or ()
        if route.path.startswith("/v1/runs") and method != "HEAD"
    }
    assert served == {
        (path, method)
        for path, answer in paths.items()
        for method in answer
        if path.startswith("/v1/runs")
    }


def test_real_digits_are_as_digits_already(mnist):
    """What is enlarged and made a digit again is nearly what it was."""
    some, pixel = mnist.train.images[:200], np.arange(28)
    for image in some:
        large = Image.fromarray(image).resize((112, 112), Image.Resampling.BICUBIC)
        digit = preprocess_drawing(np.asarray(large))
        rows, columns = np.nonzero(digit > 16)
        assert max(np.ptp(rows), np.ptp(columns)) + 1 in (19, 20)
        for axis in (0, 1):
            mass = digit.sum(axis=1 - axis, dtype=float)
            assert abs(mass @ pixel / mass.sum() - 14) < 1.5
    same = np.mean([abs(preprocess_drawing(i).astype(int) - i).mean() for i in some])
    assert same < 6  # of 33, their mean grey


def test_odd_drawings_become_digits_too():
    dot = np.zeros((60, 60), np.uint8)
    dot[0, 59] = 255
    assert preprocess_drawing(dot).any()
    line = np.zeros((64, 64), np.uint8)
    line[63] = 255
    digit = preprocess_drawing(line)
    assert digit.shape == (28, 28) and (digit.max(axis=0) > 0).sum() == 20


@pytest.mark.learns
@pytest.mark.parametrize("preset", PRESETS)
def test_the_discriminators_file_agrees_with_keras(preset, tmp_path):
    pytest.importorskip("keras")
    from digitgan.model.onnx_writer import write_discriminator
    from digitgan.training.build import build_gan

    rng = np.random.default_rng(0)
    shape = PRESETS[preset].network_shape
    images = rng.integers(0, 256, (20, *shape)).astype(np.uint8)
    images = images[..., 0] if shape[2] == 1 else images
    every = {"label": np.arange(20, dtype=np.int32) % 10}
    every |= {"thickness": rng.normal(2.5, 0.6, 20).astype("f4")}
    every |= {"slant": rng.normal(6, 30, 20).astype("f4")}
    every |= {"bitmap_side": rng.integers(20, 81, 20).astype("f4")}
    names = PRESETS[preset].measured_conditions
    conditions = {name: every[name] for name in names}
    gan = build_gan(replace(PRESETS[preset], precision="float32"), conditions, 0)
    network = gan.discriminator
    for weights in network.weights:
        weights.assign(weights + 0.02 * rng.normal(size=weights.shape))
    write_discriminator(tmp_path / "d.onnx", network)
    session = onnxruntime.InferenceSession(tmp_path / "d.onnx")
    (probabilities,) = session.run(None, {"digits": images, **conditions})
    expected = np.asarray(network([to_float(images), *conditions.values()]))[:, 0]
    assert np.ptp(expected) > 0.03
    assert np.allclose(probabilities, expected, atol=3e-4)

    if shape[2] > 1:
        return  # drawings have one channel
    run = made(tmp_path / "run")
    run.discriminator_path.parent.mkdir()
    write_discriminator(run.discriminator_path, network)
    np.savez(run.real_images_path, images=images, **conditions)
    line = np.array(LINE, np.uint8)
    reply = Discriminator(run).of_drawing(line)
    assert ("label" in reply) == ("label" in conditions)
    digits = preprocess_drawing(line)[None]
    measured = measure_conditions(digits, names)
    alone_with = {"label": np.array([reply.get("label", 0)], "i4")} | measured
    digits = crop_to_box(digits) if PRESETS[preset].box else digits
    inputs = {"digits": digits, **{k: alone_with[k] for k in conditions}}
    (alone,) = session.run(None, inputs)
    assert reply["probability"] == pytest.approx(alone.item(), abs=1e-4)


def test_sheets_are_read_back_exactly(tmp_path):
    from digitgan.data.image_grid import grid

    digits = np.random.default_rng(0).integers(0, 256, (37, 28, 28)).astype(np.uint8)
    run = made(tmp_path / "run")
    run.samples_folder.mkdir()
    grid(digits).save(run.sample_sheet(1))
    assert np.array_equal(sheet_digits(run, 1)[:37], digits)
    assert not sheet_digits(run, 1)[37:].any()


@pytest.mark.parametrize(
    ("real", "fake", "says"),
    [
        (0.99, 0.01, "all but won"),
        (0.9, 0.1, "is winning"),
        (0.7, 0.3, "is ahead"),
        (0.55, 0.45, "slight edge"),
        (0.51, 0.49, "It is even"),
        (0.91, 0.89, "the same answer"),
        (0.4, 0.6, "The generator is ahead"),
    ],
)
def test_sentences_say_who_is_winning(real, fake, says):
    answer = narrate(Facts("learning", 2, 60, 30, real, fake, 1.0))
    assert says in answer["winning"] and f"{100 * real:.0f} %" in answer["winning"]
    compared = narrate(Facts("learning", 2, 60, 30, real, fake, 1.0, compares=True))
    assert "only compares" in compared["winning"]


@pytest.mark.parametrize(
    ("epoch", "share", "says"),
    [(0.1, 0.1, "too early"), (2, 0.1, "has collapsed"), (2, 0.5, "vary less")]
    + [(2, 0.95, "No collapse")],
)
def test_sentences_say_whether_it_has_collapsed(epoch, share, says):
    assert says in narrate(Facts("learning", epoch, 60, 30, 0.6, 0.4, share))["variety"]


def test_sentences_for_every_state():
    states = STATES
    answer = {s: narrate(Facts(s, 1, 90, 60, error="no disk"))["now"] for s in states}
    assert len(set(answer.values())) == len(states)
    assert "no disk" in answer["failed"] and "60 seconds left" in answer["learning"]
    assert "1 epoch." in answer["paused"]


@pytest.mark.parametrize(
    ("seconds", "says"),
    [(1, "1 second"), (89, "89 seconds"), (90, "2 minutes"), (9000, "2.5 hours")],
)
def test_times_as_people_say_them(seconds, says):
    assert duration(seconds) == says


@pytest.mark.process
def test_the_server_needs_no_keras():
    import subprocess

    code = "import sys, digitgan.serving.app; assert 'keras' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_runs_have_short_lists(tmp_path):
    assert Runs(tmp_path / "nowhere").names() == []


@pytest.mark.learns
def test_sheets_come_before_the_epoch_ends_and_change_nothing(
    few, tmp_path, monkeypatch
):
    """Whoever watches costs no digit: the weights are the same."""
    pytest.importorskip("keras")
    from digitgan.training import previews, train

    drawn = []
    write = previews.PreviewCallback._write

    def write_and_note(self, epoch):
        images = write(self, epoch)
        drawn.append((self.clock.step, self.run.sample_epochs()))
        return images

    monkeypatch.setattr(previews.PreviewCallback, "_write", write_and_note)
    files = []
    for seconds in (1e9, 0.0):
        monkeypatch.setattr(previews, "MIN_SECONDS", seconds)
        monkeypatch.setattr(previews, "MAX_TIME_SHARE", 1e9)
        drawn.clear()
        run = train.train("tiny", few, epochs=1, out=tmp_path / str(seconds))
        files.append(
            (
                run.sample_sheet(1).read_bytes(),
                (run.model_folder / "samples.png").read_bytes(),
            )
        )
    assert files[0] == files[1]
    within = [epochs for step, epochs in drawn if 0 < step < 15]
    assert len(within) == 14 and within[0] == [0, 1]
