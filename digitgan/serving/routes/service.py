"""``/v1/model``, and for operators ``/healthz`` and ``/metrics``."""

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.responses import Response

import digitgan
from digitgan.serving.app_state import AppState
from digitgan.serving.metrics import MEDIA_TYPE
from digitgan.serving.problems import refusals
from digitgan.serving.responses import json_response


class ModelDescription(BaseModel):
    """What a model can be asked."""

    name: str
    preset: str | None
    epochs: float | None
    data: str | None
    version: str
    sha256: dict[str, str]
    classes: list[str]
    limits: dict[str, list[float]] = Field(description="Least and greatest of a style.")


class Health(BaseModel):
    """How much there is to do."""

    status: str
    drawing: int
    limit: int


def add_routes(api: APIRouter, state: AppState) -> None:
    """Add the paths."""
    description = state.model.description
    about = {name: description.get(name) for name in ("preset", "epochs", "data")}
    about |= {"name": state.model.name, "version": digitgan.__version__}
    about |= {"sha256": description["sha256"], "classes": state.model.classes}
    about |= {"limits": state.model.limits}

    @api.get("/v1/model", responses={200: {"model": ModelDescription}} | refusals())
    async def model() -> Response:
        """Say what the model can be asked."""
        return json_response(about, headers={"Cache-Control": "no-cache"})

    @api.get("/healthz", responses={200: {"model": Health}} | refusals())
    async def healthz() -> Response:
        """Say that the event loop turns, and how much there is to do."""
        pool = state.pool
        health = {"status": "ok", "drawing": pool.busy, "limit": pool.limit}
        return json_response(health)

    text = {200: {"content": {"text/plain": {"schema": {"type": "string"}}}}}

    @api.get("/metrics", response_class=Response, responses=text | refusals())
    async def metrics() -> Response:
        """Tell Prometheus what was counted."""
        headers = {"Cache-Control": "no-store", "Content-Type": MEDIA_TYPE}
        return Response(state.metrics.text(), headers=headers)
