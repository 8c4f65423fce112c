"""The web application: a page, an API that draws, and what operators need."""

import asyncio
import json
from collections.abc import Callable
from contextlib import asynccontextmanager
from hashlib import sha256
from pathlib import Path

import numpy
import onnxruntime
import PIL
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

import digitgan
from digitgan.errors import InputError
from digitgan.sampling.sampler import Sampler
from digitgan.serving import (
    encoders,
    explore,
    fields,
    openapi,
    parameters,
    runs_openapi,
    static_files,
)
from digitgan.serving.auth import TokenAuth
from digitgan.serving.draw_pool import DrawPool
from digitgan.serving.metrics import MEDIA_TYPE, Metrics
from digitgan.serving.problems import Problem, refused
from digitgan.serving.runs import Runs
from digitgan.serving.runs_api import Learning

RUNS = Path("runs")
BODY = 16_384  # bytes of a request
BODY_SECONDS = 10  # to send them
ROW = 10  # digits for those who do not say how many
KEEP = "public, max-age=3600"  # of pictures


def make_app(
    model: Sampler,
    *,
    workers: int = 1,
    waiting: int = 64,
    token: str | None = None,
    runs: Path = RUNS,
    data: str = "mnist",
) -> Starlette:
    """Return the ASGI application.

    Args:
        model: Who writes; open it with one thread, as several requests are drawn at
            once.
        workers: Threads that draw.
        waiting: Requests that may wait for one; past them the answer is 503.
        token: What who writes or trains must know; without one only requests to
            this machine's own names are answered.
        runs: The folder of the trainings.
        data: What new ones learn from.
    """
    guard = TokenAuth(token)
    capacity = DrawPool(workers, waiting)
    service = Service(model, capacity)
    learning = Learning(Runs(runs), data, _body)
    endings = "/v1/{what}.{{ending}}"
    routes = [
        Route("/v1/digits", service.digits),
        Route(endings.format(what="digits"), service.digits),
        Route("/v1/numbers", service.numbers, methods=["GET", "POST"]),
        Route("/v1/numbers.gif", service.walk, methods=["GET", "POST"]),
        Route(endings.format(what="numbers"), service.numbers, methods=["GET", "POST"]),
        Route("/v1/plane", service.plane),
        Route(endings.format(what="plane"), service.plane),
        Route("/v1/nearest", service.nearest),
        Route("/v1/model", service.model),
        Route("/healthz", service.healthz),
        Route("/metrics", service.metrics),
        Route("/openapi.json", service.openapi),
        *learning.routes(guard),
    ]
    named = {
        route.path for route in routes if "{" not in route.path
    } | static_files.PAGES
    drawn = ("digits", "numbers", "plane")
    named |= {f"/v1/{w}.{e}" for w in drawn for e in encoders.ENDINGS}
    metrics = service.counts = Metrics(capacity, frozenset(named))

    @asynccontextmanager
    async def living(_):
        yield
        await learning.trainer.close()
        await asyncio.to_thread(capacity.close)

    return Starlette(
        routes=[
            *routes,
            Mount("/", static_files.Pages(directory=static_files.FOLDER, html=True)),
        ],
        exception_handlers={Problem: _answer, HTTPException: _answer, 500: _failed},
        lifespan=living,
        middleware=[
            Middleware(metrics.around),
            Middleware(static_files.with_headers),
            Middleware(guard.around),
        ],
    )


class Service:
    """What each path answers.

    Attributes:
        counts: What ``/metrics`` shows.
    """

    def __init__(self, model: Sampler, capacity: DrawPool):
        """Settle what can be asked of a model."""
        self._model, self._capacity = model, capacity
        self._known = {
            "digits": fields.for_digits(model),
            "numbers": fields.for_numbers(model),
            "numbers.gif": fields.for_walk(model),
            "plane": explore.for_plane(model),
            "nearest": explore.for_nearest(model),
        }
        self._training = explore.Training(model)
        self.counts: Metrics
        made_by = [digitgan.__version__, model.description["sha256"], numpy.__version__]
        made_by += [PIL.__version__, onnxruntime.__version__]
        self._made_by = json.dumps(made_by, sort_keys=True)

    async def digits(self, request: Request) -> Response:
        """Draw digits."""
        asked = self._asked("digits", request)
        if not asked.keys() & {"labels", "n", "digit"}:
            asked["n"] = ROW
        return await self._drawn(request, encoders.digits, asked)

    async def numbers(self, request: Request) -> Response:
        """Write a text."""
        asked = parameters.check_page(await self._told("numbers", request))
        return await self._drawn(request, encoders.numbers, asked)

    async def walk(self, request: Request) -> Response:
        """Write a text on the way from one hand to another."""
        asked = {"frames": fields.FRAMES} | await self._told("numbers.gif", request)
        asked = parameters.check_page(asked, "toward")
        return await self._drawn(request, encoders.walk, asked, "gif")

    async def plane(self, request: Request) -> Response:
        """Draw digits around a latent."""
        asked = self._asked("plane", request)
        return await self._drawn(request, explore.on_plane, asked)

    async def nearest(self, request: Request) -> Response:
        """Find the real digits nearest to one on the plane."""
        asked = self._asked("nearest", request)
        return await self._drawn(request, self._training.nearest, asked, "json")

    def _asked(self, what: str, request: Request) -> dict:
        """Return what a URL asks of a path."""
        return parameters.from_url(
            self._known[what], request.query_params.multi_items()
        )

    async def _told(self, what: str, request: Request) -> dict:
        """Return what a URL asks of a path, or the body of a POST."""
        if request.method != "POST":
            return self._asked(what, request)
        if request.query_params:
            raise Problem(400, "a POST takes its fields from the body, not the URL")
        return parameters.from_json(self._known[what], await _body(request))

    async def _drawn(
        self, request: Request, draw: Callable, asked: dict, only: str = ""
    ) -> Response:
        """Draw in a thread, unless the client has the same picture already.

        Args:
            request: What was asked.
            draw: Called with the model, the form and what was asked.
            asked: The fields.
            only: The one form that there is, if so.
        """
        ending = request.path_params.get("ending")
        form = only or encoders.form_of(ending, request.headers.get("accept"))
        told = [draw.__name__, form, asked, self._made_by]
        mark = sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:32]
        headers = {"ETag": f'"{mark}"', "Cache-Control": KEEP}
        if not (ending or only):
            headers["Vary"] = "Accept"
        if request.method == "POST":
            headers = {"Cache-Control": "no-store"}
        elif mark in _marks(request.headers.get("if-none-match", "")):
            return Response(status_code=304, headers=headers)
        try:
            body = await self._capacity.run(draw, self._model, form, asked)
        except InputError as error:
            raise refused(error, asked) from error
        media = encoders.MEDIA_TYPES.get(form, encoders.FILM)
        return Response(body, 200, headers, media)

    async def model(self, _: Request) -> Response:
        """Say what the model can be asked."""
        about = self._model.description
        told = {"name": self._model.name}
        told |= {name: about.get(name) for name in ("preset", "epochs", "data")}
        told |= {"version": digitgan.__version__, "sha256": about["sha256"]}
        told |= {"classes": self._model.classes, "limits": self._model.limits}
        return _json(told)

    async def healthz(self, _: Request) -> Response:
        """Say that the event loop turns, and how much there is to do."""
        busy, most = self._capacity.busy, self._capacity.most
        told = {"status": "ok", "drawing": busy, "limit": most}
        return _json(told, "no-store")

    async def metrics(self, _: Request) -> Response:
        """Show what was counted."""
        headers = {"Cache-Control": "no-store", "Content-Type": MEDIA_TYPE}
        return Response(self.counts.text(), 200, headers)

    async def openapi(self, _: Request) -> Response:
        """Describe this API."""
        told = openapi.document(self._known)
        told["paths"] |= runs_openapi.paths()
        return _json(told)


def _json(told: dict, cache: str = "no-cache") -> Response:
    body = json.dumps(told, indent=1) + "\n"
    return Response(body, 200, {"Cache-Control": cache}, "application/json")


def _marks(header: str) -> set[str]:
    """Return the ETags of an If-None-Match header, without quotes."""
    return {one.strip().removeprefix("W/").strip('"') for one in header.split(",")}


async def _body(request: Request) -> bytes:
    """Return a JSON body that is neither too large nor too slow."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        allowed = {"value": kind[:100], "allowed": "application/json"}
        line = f"Content-Type is {kind[:100]!r}: allowed is application/json"
        raise Problem(415, line, field="Content-Type", **allowed)
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for part in request.stream():
                body += part
                if len(body) > BODY:
                    line = f"the body is too large: allowed are {BODY:,} bytes"
                    raise Problem(413, line, field="body")
    except TimeoutError as error:
        line = f"the body took more than {BODY_SECONDS} seconds"
        raise Problem(408, line, field="body") from error
    return bytes(body)


def _answer(request: Request, error: Exception) -> Response:
    """Return a refusal as a problem."""
    if isinstance(error, HTTPException):
        error = _explained(request, error)
    return error.response()


def _explained(request: Request, error: HTTPException) -> Problem:
    """Say what Starlette refuses as a sentence that names what is allowed."""
    headers, facts, line = dict(error.headers or {}), {}, error.detail
    if error.status_code == 404:
        line = f"there is no {request.url.path[:100]!r}: /openapi.json names all"
    if error.status_code == 405:
        routes = [r for r in request.app.routes if r.matches(request.scope)[0].value]
        known = {m for r in routes for m in getattr(r, "methods", None) or ()}
        allowed = headers["Allow"] = ", ".join(sorted(known or {"GET", "HEAD"}))
        facts = {"field": "method", "value": request.method[:20], "allowed": allowed}
        line = f"method is {request.method[:20]!r}: allowed are {allowed}"
    return Problem(error.status_code, line, headers, **facts)


def _failed(_: Request, error: Exception) -> Response:
    """Return a failure of ours as a problem that gives nothing away."""
    return Problem(500, "the server failed; its log says why").response()
