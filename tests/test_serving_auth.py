"""Who may ask the server what: names, origins, and the token for what writes."""

import pytest

pytest.importorskip("starlette")
pytest.importorskip("httpx")
from fastapi import Depends, FastAPI  # noqa: E402
from starlette.middleware import Middleware  # noqa: E402
from starlette.responses import PlainTextResponse  # noqa: E402
from starlette.testclient import TestClient  # noqa: E402

from digitgan.handwriting.model import load  # noqa: E402
from digitgan.serving.app import create_app  # noqa: E402
from digitgan.serving.auth import COOKIE, TokenAuth  # noqa: E402
from digitgan.serving.middleware import check_names  # noqa: E402
from digitgan.serving.problems import Problem  # noqa: E402

TOKEN = "correct-horse-battery"


def client_of(token=None, base="http://localhost:8000"):
    """Return a client of an application with one route that writes."""
    written, auth = [], TokenAuth(token)
    app = FastAPI(
        middleware=[Middleware(check_names, auth)],
        exception_handlers={Problem: lambda _, error: error.response()},
    )

    @app.post("/write", dependencies=[Depends(auth.require_token)])
    async def write() -> PlainTextResponse:
        written.append("/write")
        return PlainTextResponse("written")

    @app.get("/")
    async def read() -> PlainTextResponse:
        return PlainTextResponse("read")

    client = TestClient(app, base, follow_redirects=False)
    client.written = written
    return client


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LOCALHOST:80",
        "127.0.0.1:8000",
        "127.1.2.3",
        "[::1]:9",
        "a.localhost",
    ],
)
def test_on_loopback_this_machine_may_do_everything(host):
    client = client_of()
    headers = {"Host": host}
    assert client.get("/", headers=headers).text == "read"
    assert client.post("/write", headers=headers).text == "written"
    headers["Origin"] = f"http://{host}"
    assert client.post("/write", headers=headers).text == "written"


@pytest.mark.parametrize(
    "host",
    ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "0.0.0.0"]
    + ["10.0.0.1", "", "[::1", "evil@localhost.example", "notlocalhost", "127.1"],
)
def test_on_loopback_other_names_are_refused(host):
    reply = client_of().get("/", headers={"Host": host})
    assert reply.status_code == 421 and reply.json()["field"] == "Host"
    assert client_of(TOKEN).get("/", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "http://evil.example",
        "http://localhost:8001",
        "localhost:8000",
        "http://",
    ],
)
@pytest.mark.parametrize("token", [None, TOKEN])
def test_pages_of_other_sites_cannot_write(origin, token):
    client = client_of(token)
    headers = {"Origin": origin, "Authorization": f"Bearer {TOKEN}"}
    reply = client.post("/write", headers=headers)
    assert reply.status_code == 403 and reply.json()["field"] == "Origin"
    assert not client.written
    assert client.get("/", headers=headers).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": ""},
        {"Authorization": TOKEN},
        {"Authorization": f"Basic {TOKEN}"},
        {"Authorization": "Bearer "},
        {"Authorization": f"Bearer {TOKEN}x"},
        {"Authorization": f"Bearer {TOKEN[:-1]}"},
        {"Authorization": "Bearer \xff".encode("latin-1")},
        {"Cookie": f"{COOKIE}=wrong"},
        {"Cookie": f"{COOKIE}"},
        {"Cookie": ";;=;,"},
    ],
)
def test_without_the_token_nothing_is_written(headers):
    client = client_of(TOKEN)
    reply = client.post("/write", headers=headers)
    assert reply.status_code == 401 and not client.written
    assert reply.headers["www-authenticate"].startswith("Bearer")
    assert reply.json()["field"] == "Authorization"


def test_a_program_sends_the_token_and_a_browser_keeps_it():
    client = client_of(TOKEN)
    headers = {"Authorization": f"bearer {TOKEN}"}
    assert client.post("/write", headers=headers).text == "written"
    reply = client.get(f"/?text=2026&token={TOKEN}&seed=7")
    assert reply.status_code == 303
    assert reply.headers["location"] == "?text=2026&seed=7"  # relative, for a proxy
    cookie = reply.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=strict" in cookie
    assert client.post("/write").text == "written"
    others = {"Cookie": f'theme={{"a":1}}; {COOKIE}={TOKEN}; (=)'}
    assert client_of(TOKEN).post("/write", headers=others).text == "written"


def test_every_page_takes_the_token():
    for page in ("/learn", "/explore", "/learn_here", "/docs"):
        reply = client_of(TOKEN).get(f"{page}?token={TOKEN}&run=a")
        assert (reply.status_code, reply.headers["location"]) == (303, "?run=a")
        assert "set-cookie" in reply.headers
    elsewhere = client_of(TOKEN).get(
        f"http://localhost:8000//evil.example/?token={TOKEN}"
    )
    assert "location" not in elsewhere.headers
    reply = client_of(TOKEN).get(f"/learn?token={TOKEN}")
    assert reply.headers["location"] == "learn"


def test_who_knows_no_token_is_told(tmp_path):
    app = create_app(load(threads=1), token=TOKEN, runs=tmp_path)
    with TestClient(app) as client:
        assert not client.get("/v1/runs").json()["may_train"]
        known = {"Authorization": f"Bearer {TOKEN}"}
        assert client.get("/v1/runs", headers=known).json()["may_train"]


@pytest.mark.parametrize("path", ["/explore/", "/learn/", "/learn_here/"])
def test_a_slash_too_many_is_taken_off(path):
    app = create_app(load(threads=1), root_path="/digits")
    with TestClient(app, base_url="http://localhost", follow_redirects=False) as client:
        for prefix in ("", "/digits"):  # a proxy may cut its prefix off, or not
            reply = client.get(prefix + path)
            assert reply.status_code == 308
            assert reply.headers["location"] == f"../{path.strip('/')}"
            assert client.get(prefix + path.rstrip("/")).status_code == 200
            assert client.get(f"{prefix}/v1/numbers.png?text=2").status_code == 200


def test_a_wrong_link_keeps_nothing():
    client = client_of(TOKEN)
    reply = client.get("/?token=%C3%BC")
    assert reply.status_code == 401 and "set-cookie" not in reply.headers
    assert reply.json()["field"] == "token"
    assert client.post("/write").status_code == 401


def test_no_route_of_the_api_writes_without_the_token():
    """All but what keeps nothing, numbers and what the discriminator says, needs it."""
    app = create_app(load(threads=1), token=TOKEN)
    with TestClient(app, raise_server_exceptions=False) as client:
        for route in app.routes:
            for method in getattr(route, "methods", None) or {"POST"}:
                free = route.path.startswith("/v1/numbers")
                free |= route.path.endswith("/discriminator")
                if free or method in {"GET", "HEAD"}:
                    continue
                where = route.path.replace("{", "").replace("}", "") or "/"
                reply = client.request(method, where, json={})
                assert reply.status_code in (401, 405), (method, where)


@pytest.mark.parametrize("token", [None, TOKEN])
def test_the_description_says_whether_there_is_a_token(token):
    paths = create_app(load(threads=1), token=token).openapi()["paths"]
    assert ("security" in paths["/v1/runs"]["post"]) == bool(token)
    assert "security" not in paths["/v1/numbers.json"]["post"]
