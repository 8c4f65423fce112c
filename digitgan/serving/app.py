"""The web application: pages, an API that draws and trains, and its description."""

import pkgutil
from collections.abc import Collection
from contextlib import asynccontextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from fastapi import Depends, FastAPI
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.staticfiles import StaticFiles

import digitgan
from digitgan.handwriting.model import Model
from digitgan.serving import middleware, routes
from digitgan.serving.api_route import ApiRoute
from digitgan.serving.auth import TokenAuth
from digitgan.serving.draw_pool import DrawPool
from digitgan.serving.draw_processes import DrawProcesses
from digitgan.serving.metrics import Metrics
from digitgan.serving.openapi import openapi
from digitgan.serving.problems import HANDLERS
from digitgan.serving.request_models import check_query
from digitgan.serving.runs import Runs
from digitgan.serving.static_files import FOLDER, PAGES, Pages
from digitgan.serving.training_process import Trainer

DEFAULT_RUNS = Path("runs")
NO_TELEMETRY: Any = {"auto_configure": False, "tracing": False, "metrics": False}


def create_app(  # noqa: PLR0913 - most are flags
    model: Model,
    *,
    workers: int = 1,
    queue: int = 64,
    token: str | None = None,
    runs: Path = DEFAULT_RUNS,
    data: str = "mnist",
    clean: bool = False,
    root_path: str = "",
    origins: Collection[str] = (),
) -> FastAPI:
    """Return the ASGI application.

    Args:
        model: Who writes; open it with one thread, as several requests are drawn at
            once.
        workers: Drawings at once; two and more are made by processes of their own.
        queue: Requests that may wait for a worker; past them the answer is 503.
        token: What who writes or trains must know; without one only requests to
            this machine's own names are answered.
        runs: The folder of the runs.
        data: What new ones learn from.
        clean: As in :func:`digitgan.load_dataset`.
        root_path: What a proxy puts before every path.
        origins: Other sites whose pages may ask, such as ``https://example.org``.
    """
    pool, processes = DrawPool(workers, queue), DrawProcesses(model, workers)
    auth, metrics, trainer = TokenAuth(token, origins), Metrics(pool), Trainer()
    about = Runs(runs), data, clean
    state = routes.AppState(model, pool, processes, auth, metrics, *about, trainer)

    @asynccontextmanager
    async def lifespan(_: FastAPI):
        yield
        await state.close()

    app = FastAPI(
        title="digitgan",
        version=digitgan.__version__,
        description="Handwritten digits and numbers. The same URL gives the same "
        "bytes; they carry an ETag. Strokes in SVG and PDF are curves. Without an "
        "ending, as /v1/numbers, a path answers in the form that Accept names.",
        docs_url=None,
        redoc_url=None,
        telemetry=NO_TELEMETRY,
        dependencies=[Depends(check_query)],
        lifespan=lifespan,
        exception_handlers=HANDLERS,
        middleware=[
            Middleware(middleware.place_at, root_path),
            Middleware(middleware.count_requests, metrics),
            Middleware(middleware.add_headers),
            Middleware(middleware.check_names, auth),
            *_cors(origins),
        ],
    )
    app.router.route_class = ApiRoute
    for module in pkgutil.iter_modules(routes.__path__):
        import_module(f"{routes.__name__}.{module.name}").add_routes(app.router, state)
    app.mount("/swagger-ui", StaticFiles(packages=[("fastapi_offline", "static")]))
    app.mount("/", Pages(directory=FOLDER, html=True))
    app.openapi = lambda: openapi(app, token is not None)
    paths = {getattr(route, "path", "") for route in app.routes} | PAGES
    metrics.paths = frozenset(path for path in paths if "{" not in path)
    return app


def _cors(origins: Collection[str]) -> list[Middleware]:
    """Let the pages of other sites ask."""
    allowed = ["GET", "POST"], ["authorization", "content-type"]
    return [Middleware(CORSMiddleware, origins, *allowed)] if origins else []
