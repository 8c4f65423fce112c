"""The API: every route and form, the same bytes twice, refusals that name the field."""

import asyncio
import functools
import io
import json
import sys
import threading
import time
import tracemalloc

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

import digitgan
from digitgan.errors import InputError
from digitgan.handwriting.model import load

pytest.importorskip("starlette")
pytest.importorskip("uvicorn")
httpx = pytest.importorskip("httpx")
from fastapi.routing import APIRoute  # noqa: E402
from starlette.testclient import TestClient  # noqa: E402

from digitgan.serving import api_route, encoders, routes, static_files  # noqa: E402
from digitgan.serving.app import create_app  # noqa: E402
from digitgan.serving.draw_pool import DrawPool  # noqa: E402
from digitgan.serving.problems import Problem  # noqa: E402
from digitgan.serving.request_models import LISTS  # noqa: E402
from digitgan.serving.routes import numbers  # noqa: E402

HERE = "http://localhost"
MEDIA = encoders.MEDIA_TYPES
PAGE = {"text": "12/05", "seed": 7, "slant": 20.0, "thickness": 3.5, "variety": 0.8}
PAGE |= {"spacing": [0, 9], "height": 40, "width": 220, "lines": "ruled"}
PAGE |= {"noise": 0.3, "background": 230, "ink": 20}


@pytest.fixture(scope="module")
def model():
    return load(threads=1)


@pytest.fixture(scope="module")
def client(model):
    with TestClient(create_app(model), HERE) as client:
        yield client


def url(fields):
    return {
        k: ",".join(map(str, v)) if k == "spacing" else v for k, v in fields.items()
    }


def refusal(reply, status=400):
    """Return the problem that an answer must be."""
    assert reply.status_code == status, reply.text
    assert reply.headers["content-type"] == "application/problem+json"
    answer = json.loads(reply.content, parse_constant=pytest.fail)
    assert (
        answer["status"] == status and answer["detail"] and "\n" not in answer["detail"]
    )
    return answer


def test_lists_may_be_written_as_generated_clients_do(client):
    for listed, repeated in (
        ("spacing=0,12", "spacing=0&spacing=12"),
        ("rerolls=0,2", "rerolls=0&rerolls=2"),
        ("blend=8,0.5", "blend=8&blend=0.5"),
    ):
        answers = [
            client.get(f"/v1/numbers.png?text=77&{query}")
            for query in (listed, repeated)
        ]
        assert answers[0].status_code == 200
        assert answers[0].content == answers[1].content
    paths = client.get("/openapi.json").json()["paths"].values()
    asked = [one for path in paths for one in path.get("get", {}).get("parameters", [])]
    lists = {one["name"] for one in asked if one.get("explode") is False}
    assert lists == set(LISTS)


@pytest.mark.parametrize("method", ["get", "post"])
def test_numbers_are_those_of_write_in_every_form(client, model, method):
    def ask(ending):
        if method == "post":
            return client.post(f"/v1/numbers.{ending}", json=PAGE)
        return client.get(f"/v1/numbers.{ending}", params=url(PAGE))

    expected = model.write(**PAGE)
    pixels = np.asarray(expected.image)
    picture = Image.open(io.BytesIO(ask("png").content))
    assert picture.mode == "L" and np.array_equal(np.asarray(picture), pixels)
    arrays = np.load(io.BytesIO(ask("npz").content))
    assert np.array_equal(arrays["image"], pixels)
    assert np.array_equal(arrays["boxes"], expected.boxes)
    assert tuple(arrays["labels"]) == expected.labels
    answer = ask("json").json()
    assert answer["boxes"] == expected.boxes.tolist()
    assert (answer["width"], answer["height"]) == expected.image.size
    assert answer["labels"] == list("12/05") and answer["text"] == "12/05"
    assert answer["places"] == [0, 1, 2, 3, 4]
    assert answer["style"]["slant"] == pytest.approx(20, abs=0.01)
    assert answer["svg"] == expected.svg()
    for ending in ("svg", "pdf"):
        assert ask(ending).json()["field"] == "noise"  # which is of pixels
    for ending in MEDIA.keys() - {"svg", "pdf"}:
        assert ask(ending).headers["content-type"] == MEDIA[ending]


def test_curves_are_those_of_write(client, model):
    expected = model.write("12/05", seed=3, height=120, lines="ruled")
    query = "text=12/05&seed=3&height=120&lines=ruled"
    for ending, text in (("svg", expected.svg().encode()), ("pdf", expected.pdf())):
        reply = client.get(f"/v1/numbers.{ending}?{query}")
        assert reply.content == text
        assert reply.headers["content-type"] == MEDIA[ending]


def test_numbers_have_the_height_of_the_command_unless_asked(client, model):
    reply = client.get("/v1/numbers?text=2026")
    expected = np.asarray(model.write("2026", height=80).image)
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(reply.content))), expected)


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ("labels=2,0,2,6&seed=7&one_hand=true", {"labels": [2, 0, 2, 6], "seed": 7}),
        ("n=5&digit=7&thickness=3.5", {"n": 5, "digit": 7, "thickness": 3.5}),
        ("n=12&variety=0.5&slant=-10", {"n": 12, "variety": 0.5, "slant": -10}),
        ("", {"n": 10}),
    ],
)
def test_digits_are_those_of_sample(client, model, query, fields):
    expected = model.sample(**fields, one_hand="one_hand" in query)
    arrays = np.load(io.BytesIO(client.get(f"/v1/digits.npz?{query}").content))
    assert np.array_equal(arrays["x"], expected)
    answer = client.get(f"/v1/digits.json?{query}").json()
    assert np.array_equal(answer["x"], expected) and answer["y"] == arrays["y"].tolist()
    assert client.get(f"/v1/digits.png?{query}").content.startswith(b"\x89PNG")
    svg = client.get(f"/v1/digits.svg?{query}").text
    assert svg.count("<path") == len(expected)
    assert client.get(f"/v1/digits.pdf?{query}").content.startswith(b"%PDF")


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("*/*", "png"),
        ("image/avif,image/webp,image/svg+xml,image/*,*/*;q=0.8", "png"),
        ("image/svg+xml", "svg"),
        ("application/json, */*;q=0.1", "json"),
        ("image/png;q=0.2, application/x-npz", "npz"),
        ("application/*;q=0.5, application/x-npz;q=0", "json"),
    ],
)
def test_accept_chooses_the_form(client, accept, kind):
    reply = client.get("/v1/numbers?text=1", headers={"Accept": accept})
    assert reply.headers["content-type"] == MEDIA[kind]
    assert reply.headers["vary"] == "Accept"


def test_accept_of_nothing_offered_is_refused(client):
    reply = client.get("/v1/numbers?text=1", headers={"Accept": "text/html"})
    assert "image/png" in refusal(reply, 406)["allowed"]


def test_the_same_url_gives_the_same_bytes_or_304(client):
    first = client.get("/v1/numbers.npz?text=2026&seed=3")
    again = client.get("/v1/numbers.npz?seed=3&text=2026")
    assert first.content == again.content
    mark = first.headers["etag"]
    assert mark == again.headers["etag"] and "max-age" in first.headers["cache-control"]
    for tag in (mark, f"W/{mark}", f'"other", {mark}'):
        reply = client.get(
            "/v1/numbers.npz?text=2026&seed=3", headers={"If-None-Match": tag}
        )
        assert (reply.status_code, reply.content) == (304, b"")
        assert reply.headers["etag"] == mark
    other = client.get("/v1/numbers?text=2026&seed=3", headers={"If-None-Match": mark})
    assert other.status_code == 200  # as it is a PNG
    marks = {
        client.get(f"/v1/numbers.{form}?text=2026&seed=3").headers["etag"]
        for form in ("png", "svg", "npz")
    }
    assert len(marks) == 3 and {mark, other.headers["etag"]} < marks
    posted = client.post("/v1/numbers.npz", json={"text": "2026", "seed": 3})
    assert posted.content == first.content and "etag" not in posted.headers


@pytest.mark.parametrize(
    ("path", "field", "allowed"),
    [
        ("numbers", "text", None),
        ("numbers?text=", "text", "1 to 200"),
        ("numbers?text=20a6", "text", "spaces"),
        ("numbers?text=%D9%A3", "text", "0123456789"),
        ("numbers?text=1%002", "text", "0123456789"),
        ("numbers?text=" + "1" * 201, "text", "1 to 200"),
        ("numbers?text=1&seed=x", "seed", "whole number"),
        ("numbers?text=1&seed=-1", "seed", "0 to"),
        ("numbers?text=1&seed=" + "9" * 5000, "seed", "0 to"),
        ("numbers?text=1&seed=18446744073709551616", "seed", "0 to"),
        ("numbers?text=1&thickness=nan", "thickness", "a number"),
        ("numbers?text=1&thickness=9", "thickness", "1.4 to 5.1"),
        ("numbers?text=1&slant=1e300", "slant", "degrees"),
        ("numbers?text=1&slant=inf", "slant", "a number"),
        ("numbers?text=1&variety=1e999", "variety", "0 to 1.5"),
        ("numbers?text=1&height=1_0", "height", "10 to 2,000"),
        ("numbers?text=1&width=99999", "width", "1 to 10,000"),
        ("numbers?text=1&spacing=3", "spacing", "2 whole numbers"),
        ("numbers?text=1&spacing=9,3", "spacing", "least"),
        ("numbers?text=1&lines=boxes&spacing=0,2", "spacing", "none"),
        ("numbers?text=1&lines=dotted", "lines", "ruled"),
        ("numbers?text=11&width=2", "width", None),
        ("numbers?text=1&size=3", "size", "height"),
        ("numbers?text=1&text=2", "text", "one value"),
        ("numbers?text=" + "1" * 200 + "&height=200", "height", "2,500,000"),
        ("numbers?text=" + "1%0A" * 99 + "1&width=10000", "height", "2,500,000"),
        ("digits?n=1001", "n", "1 to 1,000"),
        ("digits?n=0", "n", "1 to 1,000"),
        ("digits?digit=10", "digit", "0 to 9"),
        ("digits?labels=1,,2", "labels", "0 to 255"),
        ("digits?labels=1,10", "labels", "0 to 9"),
        ("digits?labels=1&n=2", "labels", "no n"),
        ("digits?labels=" + "1," * 1001 + "1", "labels", "1 to 1,000"),
        ("digits?one_hand=maybe", "one_hand", "true"),
    ],
)
def test_bad_input_names_the_field_and_what_is_allowed(client, path, field, allowed):
    answer = refusal(client.get(f"/v1/{path}"))
    assert answer["field"] == field and len(json.dumps(answer)) < 2_000
    assert allowed is None or allowed in answer["allowed"]


@pytest.mark.parametrize(
    ("body", "kind", "status", "field"),
    [
        (b"{", "application/json", 400, "body"),
        (b"[]", "application/json", 400, "body"),
        (b"[" * 9_000, "application/json", 400, "body"),
        (b"\xff", "application/json", 400, "body"),
        (b'{"text": 2026}', "application/json", 400, "text"),
        (b'{"text": "1", "seed": true}', "application/json", 400, "seed"),
        (b'{"text": "1", "seed": 1.0}', "application/json", 400, "seed"),
        (b'{"text": "1", "seed": "1"}', "application/json", 400, "seed"),
        (b'{"text": "1", "seed": 1, "seed": 2}', "application/json", 400, "seed"),
        (b'{"text": "1", "sed": 1}', "application/json", 400, "sed"),
        (b'{"text": "1", "noise": NaN}', "application/json", 400, "noise"),
        (b'{"text": "1", "noise": 1e400}', "application/json", 400, "noise"),
        (b'{"text": "1", "blend": [1e400, 0]}', "application/json", 400, "blend"),
        (b'{"text": "1", "spacing": [0, 1.5]}', "application/json", 400, "spacing"),
        (
            b'{"text": "1", "seed": 1' + b"0" * 4_000 + b"}",
            "application/json",
            400,
            "seed",
        ),
        (b'{"seed": 1}', "application/json", 400, "text"),
        (b" " * 20_000, "application/json", 413, "body"),
        (b'{"text": "1"}', "text/plain", 415, "Content-Type"),
    ],
)
def test_bad_bodies_are_refused(client, body, kind, status, field):
    headers = {"Content-Type": kind}
    answer = refusal(client.post("/v1/numbers", content=body, headers=headers), status)
    assert answer["field"] == field


def test_a_null_is_as_if_the_field_were_absent(client):
    body = {"text": "12", "seed": None, "spacing": None, "lines": None}
    said = client.post("/v1/numbers.png", json=body)
    assert said.content == client.get("/v1/numbers.png?text=12").content


def test_an_unknown_field_is_refused_with_the_nearest_name(client):
    for reply in (
        client.get("/v1/numbers?text=1&heigth=3"),
        client.post("/v1/numbers", json={"text": "1", "heigth": 3}),
    ):
        problem = refusal(reply)
        assert problem["field"] == "heigth" and "'height'" in problem["detail"]


ROUTE = """
from fastapi import APIRouter
from digitgan.serving.routes import AppState
from digitgan.serving.drawing import Drawing, add_drawing, one_by_one
from digitgan.serving.encoders import digit_sheet
from digitgan.serving.request_models import HandFields


def add_routes(api: APIRouter, state: AppState) -> None:
    class Mirrored(HandFields):
        digit: int

    draw_all = one_by_one(draw)
    drawing = Drawing("/v1/mirrored", Mirrored, draw_all, "A mirrored digit")
    add_drawing(api, state, drawing)


def draw(model, form, given):
    labels = model.labels([given.pop("digit")])
    inputs = model.generator_inputs(labels, **given)
    return digit_sheet(form, model.draw(inputs)[..., ::-1], inputs.conditions, 1, 1)
"""


def test_a_new_route_is_one_new_file(model, tmp_path, monkeypatch):
    (tmp_path / "mirrored.py").write_text(ROUTE)
    monkeypatch.setattr(routes, "__path__", [*routes.__path__, str(tmp_path)])
    with TestClient(create_app(model), HERE) as client:
        arrays = np.load(io.BytesIO(client.get("/v1/mirrored.npz?digit=7").content))
        assert np.array_equal(arrays["x"][..., ::-1], model.sample([7]))
        assert refusal(client.get("/v1/mirrored?digit=7&slant=99"))["field"] == "slant"
        described = client.get("/openapi.json").json()["paths"]
        assert {"/v1/mirrored.png", "/v1/mirrored.svg"} < described.keys()
        assert 'path="/v1/mirrored.npz"' in client.get("/metrics").text
        assert client.get("/v1/numbers?text=1").status_code == 200
    monkeypatch.delitem(sys.modules, f"{routes.__name__}.mirrored")


def test_a_slow_body_is_refused(client, monkeypatch):
    monkeypatch.setattr(api_route, "BODY_SECONDS", 0.05)

    async def slow():
        sent, app = [], client.app
        headers = [(b"content-type", b"application/json"), (b"host", b"localhost")]
        scope = {"type": "http", "method": "POST", "path": "/v1/numbers"}
        scope |= {"headers": headers, "query_string": b"", "root_path": ""}

        async def never():
            await asyncio.sleep(60)

        async def send(message):
            sent.append(message)

        await app(scope, never, send)
        return sent[0]["status"]

    assert asyncio.run(slow()) == 408


def test_head_is_get_without_the_body(client):
    for path in ("/v1/numbers?text=2026", "/v1/digits.npz", "/v1/numbers?text=x"):
        full, head = client.get(path), client.head(path)
        assert head.status_code == full.status_code and not head.content
        assert {*full.headers.items()} == {*head.headers.items()}


def test_other_paths_and_methods_are_problems(client):
    assert "openapi" in refusal(client.get("/v1/numbers.bmp?text=1"), 404)["detail"]
    refusal(client.get("/v2/numbers"), 404)
    refusal(client.get("/%2e%2e/app.py"), 404)
    refusal(client.get("/..%2fapp.py"), 404)
    answer = refusal(client.delete("/v1/digits"), 405)
    assert answer["field"] == "method" and "GET" in answer["allowed"]
    reply = client.options("/v1/numbers.png")
    assert {"GET", "POST"} < {*reply.headers["allow"].split(", ")}
    refusal(client.post("/v1/numbers?seed=1", json={"text": "1"}))


def test_the_model_describes_itself(client, model):
    answer = client.get("/v1/model").json()
    assert answer["limits"] == {k: list(v) for k, v in model.limits.items()} and answer[
        "classes"
    ] == list("0123456789")
    assert answer["name"] == "flagship" and answer["version"] == digitgan.__version__


def test_the_page_and_its_parts_are_served(client):
    page = client.get("/")
    assert page.headers["content-type"].startswith("text/html")
    assert "default-src 'self'" in page.headers["content-security-policy"]
    parts = [path for path in static_files.FOLDER.rglob("*") if path.is_file()]
    own = [part for part in parts if part.parent.name != "jax-js"]
    assert sum(part.stat().st_size for part in own) < 300_000
    for part in parts:
        name = part.relative_to(static_files.FOLDER).as_posix()
        assert client.get(f"/{name}").content == part.read_bytes()
    for part in own:
        assert "http" not in part.read_text().replace("http://www.w3.org/2000/svg", "")


def test_metrics_count_requests_and_remember_no_names(client):
    for path in ("/v1/numbers?text=1", "/v1/numbers?text=x", "/a1", "/a2"):
        client.get(path)
    said = client.get("/metrics")
    assert said.headers["content-type"].startswith("text/plain; version=0.0.4")
    lines = said.text.splitlines()
    for path, status in (("/v1/numbers", 200), ("/v1/numbers", 400), ("other", 404)):
        begin = f'digitgan_requests_total{{path="{path}",status="{status}"}} '
        assert any(line.startswith(begin) for line in lines), begin
    assert "/a1" not in said.text and "digitgan_drawing 0.0" in lines
    assert "digitgan_requests_in_flight 1.0" in lines  # this one
    assert 'digitgan_request_seconds_count{path="/v1/numbers"}' in said.text
    if sys.platform == "linux":
        assert "process_resident_memory_bytes" in said.text


def test_past_capacity_it_says_503_and_stays_awake(model, monkeypatch):
    go, drawing = threading.Event(), threading.Event()

    def draw_numbers(_, requests):
        drawing.set()
        go.wait(20)
        return [b"drawn"] * len(requests)

    monkeypatch.setattr(numbers, "draw_numbers", draw_numbers)
    with TestClient(create_app(model, workers=1, queue=1), HERE) as client:
        replies = []
        ask = lambda: replies.append(client.get("/v1/numbers?text=1"))  # noqa: E731
        both = [threading.Thread(target=ask) for _ in range(2)]
        for one in both:
            one.start()
        deadline = time.monotonic() + 10
        while client.get("/healthz").json()["drawing"] < 2:
            assert time.monotonic() < deadline
        assert drawing.wait(10)
        reply = client.get("/v1/numbers?text=2")
        refusal(reply, 503)
        assert int(reply.headers["retry-after"]) >= 1
        begun = time.perf_counter()
        assert client.get("/healthz").json() == {
            "status": "ok",
            "drawing": 2,
            "limit": 2,
        }
        assert time.perf_counter() - begun < 1
        go.set()
        for one in both:
            one.join(20)
        assert [reply.content for reply in replies] == [b"drawn"] * 2
        assert client.get("/healthz").json()["drawing"] == 0
        assert client.get("/v1/numbers?text=2").status_code == 200


def test_what_waits_together_is_drawn_together():
    async def ask():
        go, calls, pool = threading.Event(), [], DrawPool(2, 20)

        def draw(requests):
            calls.append(list(requests))
            return [ValueError(one) if one == 5 else -one for one in requests]

        both = [asyncio.create_task(pool.run(go.wait, 20)) for _ in range(2)]
        await asyncio.sleep(0.05)
        asking = asyncio.gather(
            *(pool.run_together(draw, one) for one in range(10)), return_exceptions=True
        )
        await asyncio.sleep(0.05)
        go.set()
        answers = await asking
        await asyncio.gather(*both)
        await asyncio.to_thread(pool.close)
        return calls, answers

    calls, answers = asyncio.run(ask())
    assert calls == [list(range(8)), [8, 9]]  # by one thread, though two are free
    assert isinstance(answers.pop(5), ValueError)  # of one request alone
    assert answers == [0, -1, -2, -3, -4, -6, -7, -8, -9]


def test_a_kind_of_drawing_that_many_ask_for_leaves_the_others_their_turn():
    async def ask():
        go, calls, pool = threading.Event(), [], DrawPool(1, 40)

        def draw(kind, requests):
            calls.append((kind, len(requests)))
            return requests

        busy = asyncio.create_task(pool.run(go.wait, 20))
        await asyncio.sleep(0.05)
        kinds = {kind: functools.partial(draw, kind) for kind in "ab"}
        asking = [
            pool.run_together(kinds["a" if n else "b"], n) for n in range(20, -1, -1)
        ]
        asked = asyncio.gather(*asking)
        await asyncio.sleep(0.05)
        go.set()
        answers = await asked
        await asyncio.gather(busy, pool.close())
        return calls, answers

    calls, answers = asyncio.run(ask())
    assert calls == [("a", 8), ("b", 1), ("a", 8), ("a", 4)]
    assert answers == list(range(20, -1, -1))


def test_numbers_that_are_written_together_are_those_of_each_alone(model):
    asked = [{"text": str(n), "seed": n, "height": 20 + n % 2} for n in range(6)]
    asked[3]["width"] = 1  # too narrow
    requests = [(form, one) for one in asked for form in ("png", "json")]
    together = numbers.draw_numbers(model, requests)
    alone = [numbers.draw_numbers(model, [one])[0] for one in requests]
    refused = [isinstance(one, InputError) for one in together]
    assert refused == [one["text"] == "3" for _, one in requests]
    assert list(map(str, together)) == list(map(str, alone))


def test_a_client_that_leaves_keeps_its_place_until_the_work_is_done():
    async def leave():
        go, capacity = threading.Event(), DrawPool(1, 0)
        task = asyncio.create_task(capacity.run(go.wait, 20))
        await asyncio.sleep(0.05)
        task.cancel()
        await asyncio.sleep(0)
        left = capacity.busy
        go.set()
        await asyncio.to_thread(capacity.close)
        await asyncio.sleep(0.01)  # the loop frees its place
        return left, capacity.busy

    assert asyncio.run(leave()) == (1, 0)


def test_who_waits_too_long_for_a_thread_is_told():
    async def wait():
        go, capacity = threading.Event(), DrawPool(1, 5, max_wait=0.1)
        first = asyncio.create_task(capacity.run(go.wait, 20))
        await asyncio.sleep(0.01)
        with pytest.raises(Problem) as answer:
            await capacity.run(lambda: None)
        await asyncio.sleep(0.01)  # the loop frees its place
        busy = capacity.busy
        go.set()
        return answer.value, busy, await first

    problem, busy, first = asyncio.run(wait())
    assert problem.status_code == 503 and problem.headers["Retry-After"] == "1"
    assert busy == 1 and first is True  # what had begun was finished


def test_a_failure_of_ours_gives_nothing_away(model, monkeypatch):
    def draw_numbers(*_):
        raise RuntimeError("a secret")

    monkeypatch.setattr(numbers, "draw_numbers", draw_numbers)
    with TestClient(create_app(model), HERE, raise_server_exceptions=False) as client:
        answer = refusal(client.get("/v1/numbers?text=1"), 500)
        assert "secret" not in json.dumps(answer)
        assert client.get("/healthz").status_code == 200


@pytest.mark.process  # not one itself, but ten seconds long
def test_the_largest_pictures_fit_in_memory(client):
    most = numbers.MAX_AREA
    asks = [
        {"text": "8" * 62, "height": 200, "noise": 1},
        {"text": "8" * 200, "height": 111, "noise": 1},
        {"text": "\n".join(["8"] * 100), "height": 158, "noise": 1, "lines": "grid"},
        {"text": "8" * 6, "height": 200, "spacing": [1800, 1800], "noise": 1},
        {"text": "8\n8", "height": 120, "width": 10_000, "spacing": [-60, 1200]},
    ]
    tracemalloc.start()
    try:
        for ask in asks:
            reply = client.post("/v1/numbers.npz", json=ask)
            assert reply.status_code in (200, 400), (ask, reply.text)
            assert reply.status_code == 200 or "width" in ask, reply.text
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 100 * most, f"{peak:,} bytes"


def test_the_description_covers_every_route_and_its_examples_work(client):
    answer = client.get("/openapi.json").json()
    routes = (route for route in client.app.routes if isinstance(route, APIRoute))
    described = {route.path for route in routes if route.include_in_schema}
    assert described == set(answer["paths"])
    for path, verbs in answer["paths"].items():
        if path.startswith("/v1/runs"):
            continue  # they train: test_learn.py and the contract try them
        for verb, what in verbs.items():
            where, query = path, {}
            for one in what.get("parameters", []):
                examples = one["schema"].get("examples")
                if one["in"] == "path":
                    where = where.replace(f"{{{one['name']}}}", examples[0])
                elif examples:
                    query[one["name"]] = examples[0]
            if verb == "post":
                content = what["requestBody"]["content"]["application/json"]
                reply = client.post(where, json=content["schema"]["examples"][0])
                assert reply.status_code == 200, reply.text
                continue
            query = {
                k: ",".join(map(str, v)) if isinstance(v, list) else v
                for k, v in query.items()
            }
            reply = client.get(where, params=query)
            assert reply.status_code == 200, reply.text
            assert reply.headers["content-type"].partition(";")[0] in (
                what["responses"]["200"].get("content", {})
            )


WORDS = st.one_of(
    st.text(max_size=8),
    st.text("0123456789-.,:/+() \n", max_size=12),
    st.integers().map(str),
    st.floats().map(str),
    st.lists(st.integers(-300, 300), max_size=3).map(lambda v: ",".join(map(str, v))),
    st.sampled_from(["ruled", "grid", "boxes", "true", "1e5", "0x10", "٣", "\0"]),
)
NAMES = st.sampled_from([*PAGE, "labels", "n", "digit", "one_hand", "nothing"])


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    what=st.sampled_from(["digits", "numbers", "numbers.json", "digits.npz"]),
    fields=st.dictionaries(NAMES, WORDS, max_size=4),
    text=st.text("0123456789-.,:/+() \n", min_size=1, max_size=6),
)
def test_nothing_in_a_url_makes_it_fail(client, what, fields, text):
    if what.startswith("numbers"):
        fields.setdefault("text", text)
    reply = client.get(f"/v1/{what}", params=fields)
    assert reply.status_code in (200, 400), reply.text
    if reply.status_code == 400:
        assert refusal(reply)["field"]


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=3,
)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(fields=st.dictionaries(NAMES, VALUES, max_size=4), text=st.integers(0))
def test_nothing_in_a_body_makes_it_fail(client, fields, text):
    body = json.dumps({"text": str(text)} | fields)
    headers = {"Content-Type": "application/json"}
    reply = client.post("/v1/numbers", content=body, headers=headers)
    assert reply.status_code in (200, 400), reply.text
    if reply.status_code == 400:
        assert refusal(reply)["field"]
