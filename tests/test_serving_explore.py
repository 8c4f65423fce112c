"""Explore's API: the plane comes round, and real digits are answer from copies."""

import io
import shutil

import numpy as np
import pytest
from PIL import Image, ImageSequence

from digitgan.data import download
from digitgan.data.load import load_cached
from digitgan.errors import InputError
from digitgan.handwriting.model import load
from digitgan.measure.nearest_neighbours import distances, nearest
from digitgan.sampling.latent_torus import PERIOD, torus_inputs

pytest.importorskip("starlette")
pytest.importorskip("httpx")
from starlette.testclient import TestClient  # noqa: E402

from digitgan.serving.app import create_app  # noqa: E402

HERE = "http://127.0.0.1"
PLACE = {"digit": 3, "seed": 7, "x": 4, "y": 2, "thickness": 3.0}


@pytest.fixture(scope="module")
def model():
    return load(threads=1)


@pytest.fixture(scope="module")
def client(model):
    with TestClient(create_app(model), base_url=HERE) as client:
        yield client


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("DIGITGAN_CACHE", str(tmp_path))
    return tmp_path / "mnist"


def problem(reply, status):
    assert reply.status_code == status, reply.text
    assert reply.headers["content-type"] == "application/problem+json"
    return reply.json()


def test_the_middle_of_a_plane_is_the_hand_of_its_seed(model):
    drawn = model.draw(torus_inputs(model, [0], [0], digit=8, seed=5))
    hand = model.sample(range(10), seed=5, one_hand=True)
    assert np.abs(drawn[0].astype(int) - hand[8]).max() <= 1


def test_steps_are_alike_and_lead_round(model):
    y, x = np.mgrid[:PERIOD, :PERIOD].reshape(2, -1)
    latents = torus_inputs(model, x, y, digit=1, seed=3).latents.reshape(
        PERIOD, PERIOD, -1
    )
    for axis in (0, 1):
        steps = np.linalg.norm(np.roll(latents, -1, axis) - latents, axis=2)
        assert steps.min() > 1
        across = steps.std(axis=axis).max()
        assert across < 0.35 * steps.mean()
    again = torus_inputs(model, x + PERIOD, y - PERIOD, digit=1, seed=3).latents
    assert np.allclose(again, latents.reshape(PERIOD**2, -1), atol=1e-5)
    usual = torus_inputs(model, x, y, digit=1, seed=3, variety=0).latents
    assert not usual.any()


def test_latents_of_planes_are_as_long_as_drawn_ones(model):
    lengths = [
        np.linalg.norm(torus_inputs(model, [5], [9], digit=0, seed=s).latents)
        for s in range(200)
    ]
    assert np.mean(np.square(lengths)) == pytest.approx(model.latent_dim, rel=0.05)


@pytest.mark.parametrize("digit", [None, 10, -1])
def test_a_digit_that_is_none_is_refused(model, digit):
    with pytest.raises(InputError, match="digit is .*: allowed is 0 to 9"):
        torus_inputs(model, [0], [0], digit=digit)


def test_a_piece_of_the_plane_in_every_form(client, model):
    query = PLACE | {"columns": 3, "rows": 2}
    x, y = [4, 5, 6, 4, 5, 6], [2, 2, 2, 3, 3, 3]
    expected = model.draw(torus_inputs(model, x, y, digit=3, seed=7, thickness=3.0))
    arrays = np.load(io.BytesIO(client.get("/v1/plane.npz", params=query).content))
    assert np.array_equal(arrays["x"], expected)
    assert arrays["y"].tolist() == [3] * 6 and set(arrays["thickness"]) == {3.0}
    picture = Image.open(io.BytesIO(client.get("/v1/plane.png", params=query).content))
    assert picture.size == (84, 56)
    assert np.array_equal(255 - np.asarray(picture)[28:, :28], expected[3])
    assert client.get("/v1/plane.json", params=query).json()["x"] == expected.tolist()
    whole = Image.open(io.BytesIO(client.get("/v1/plane").content))
    assert whole.size == (28 * PERIOD, 28 * PERIOD)
    mark = client.get("/v1/plane", params=query).headers["etag"]
    again = client.get("/v1/plane", params=query, headers={"If-None-Match": mark})
    assert again.status_code == 304


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"x": PERIOD}, "x"),
        ({"y": -1}, "y"),
        ({"x": 0.5}, "x"),
        ({"digit": 10}, "digit"),
        ({"columns": 0}, "columns"),
        ({"rows": 99}, "rows"),
        ({"thickness": 9}, "thickness"),
        ({"text": "1"}, "text"),
    ],
)
@pytest.mark.parametrize("what", ["plane", "nearest"])
def test_what_is_no_place_is_refused(client, what, query, field):
    assert problem(client.get(f"/v1/{what}", params=query), 400)["field"] == field


def test_nearest_says_how_far_real_digits_are(client, model, mnist, monkeypatch):
    if len(mnist.train) < 60_000:
        pytest.skip("not the digits that the flagship learned")
    answer = client.get("/v1/nearest", params=PLACE | {"n": 3}).json()
    drawn = model.draw(torus_inputs(model, [4], [2], digit=3, seed=7, thickness=3.0))
    threes = mnist.train.images[mnist.train.labels == 3]
    distance, position = nearest(drawn, threes)
    assert answer["distance"] == pytest.approx(distance[0], abs=0.06)
    assert answer["among"] == len(threes)
    found = [one["distance"] for one in answer["neighbours"]]
    assert found == sorted(found) and found[0] == answer["distance"] and len(found) == 3
    typical = answer["typical"]
    assert 100 < typical["low"] < typical["median"] < typical["high"] < 1000
    assert "cache" in answer["source"]
    monkeypatch.setattr(model, "draw", lambda _: threes[41:42])
    copy = client.get("/v1/nearest", params=PLACE | {"variety": 0.9}).json()
    assert copy["distance"] == 0
    assert copy["neighbours"][0]["image"] == copy["image"]


def test_distances_are_those_of_nearest(mnist):
    one, among = mnist.train.images[0], mnist.train.images[1:400]
    distance, position = nearest(one[np.newaxis], among)
    apart = distances(one, among)
    assert apart.argmin() == position[0]
    assert apart.min() == pytest.approx(distance[0])


def test_rerolls_blends_and_walks_are_those_of_write(client, model):
    page = {"text": "4.2", "seed": 3, "height": 40}
    for more, url in (
        ({"rerolls": [0, 0, 2]}, {"rerolls": "0,0,2"}),
        ({"blend": [9, 0.25]}, {"blend": "9,0.25"}),
    ):
        expected = np.asarray(model.write(**page, **more).image)
        answer = client.get("/v1/numbers.npz", params=page | url).content
        assert np.array_equal(np.load(io.BytesIO(answer))["image"], expected)
        posted = client.post("/v1/numbers.npz", json=page | more).content
        assert np.array_equal(np.load(io.BytesIO(posted))["image"], expected)
    walk = page | {"toward": 9, "frames": 3}
    reply = client.get("/v1/numbers.gif", params=walk)
    assert reply.headers["content-type"] == "image/gif"
    film = Image.open(io.BytesIO(reply.content))
    seen = [np.asarray(one.convert("L")) for one in ImageSequence.Iterator(film)]
    steps = [np.asarray(one.image) for one in model.write_walk(**walk)]
    steps.append(steps[1])  # on the way back
    assert np.array_equal(seen, steps)
    assert client.post("/v1/numbers.gif", json=walk).content == reply.content


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("numbers?text=12&rerolls=0,1,0", "rerolls"),
        ("numbers?text=12&rerolls=0,-1", "rerolls"),
        ("numbers?text=12&blend=7", "blend"),
        ("numbers?text=12&blend=7,1.5", "blend"),
        ("numbers?text=12&blend=0.5,0.5", "blend"),
        ("numbers.gif?text=12", "toward"),
        ("numbers.gif?toward=2", "text"),
        ("numbers.gif?text=12&toward=x", "toward"),
        ("numbers.gif?text=12&toward=1&frames=1", "frames"),
        ("numbers.gif?text=12&toward=1&frames=900", "frames"),
        ("numbers.gif?text=8888888888&height=190&toward=1&frames=60", "height"),
    ],
)
def test_what_is_no_walk_is_refused(client, query, field):
    assert problem(client.get(f"/v1/{query}"), 400)["field"] == field


def test_nothing_is_fetched_unasked(model, cache, monkeypatch):
    monkeypatch.setattr(download, "download", lambda _: pytest.fail("a download"))
    monkeypatch.setattr(download, "_run", lambda *_: pytest.fail("a download"))
    with TestClient(create_app(model), base_url=HERE) as client:
        line = problem(client.get("/v1/nearest", params=PLACE), 404)["detail"]
    assert "not in the cache" in line and "digitgan.load_dataset('mnist')" in line
    assert not cache.exists()


def test_digits_of_another_model_are_not_compared(model, monkeypatch):
    other = model.description | {"data": "digits.npz: 100 training images"}
    monkeypatch.setattr(model, "description", other)
    with TestClient(create_app(model), base_url=HERE) as client:
        line = problem(client.get("/v1/nearest", params=PLACE), 404)["detail"]
    assert "not a named data set" in line


def test_a_damaged_cache_is_refused(mnist, cache):
    if "cache" not in mnist.source:
        pytest.skip("there is no whole MNIST")
    with pytest.raises(download.Unavailable, match="is not there"):
        load_cached("mnist")
    cache.mkdir()
    for name in download.IDX_SIZES:
        (cache / name).write_bytes(b"none of it")
    with pytest.raises(download.Unavailable, match="not the original"):
        load_cached("mnist")
    shutil.rmtree(cache)
