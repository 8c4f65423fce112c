"""``/v1/model``, and for operators ``/healthz`` and ``/metrics``."""

from fastapi import APIRouter
from starlette.responses import Response
from typing_extensions import TypedDict

import digitgan
from digitgan.serving.metrics import MEDIA_TYPE
from digitgan.serving.openapi import json_of, responses
from digitgan.serving.responses import json_response
from digitgan.serving.routes import AppState


class ModelDescription(TypedDict):
    """What a model can be asked."""

    preset: str | None
    epochs: float | None
    data: str | None
    name: str
    version: str
    sha256: dict[str, str]
    classes: list[str]
    limits: dict[str, list[float]]  # least and greatest of a style


class Health(TypedDict):
    """How much there is to do."""

    status: str
    drawing: int
    limit: int


def add_routes(api: APIRouter, state: AppState) -> None:
    """Add the paths."""
    model, pool = state.model, state.pool

    @api.get("/v1/model", responses=responses(json_of(ModelDescription)))
    async def describe_model() -> Response:
        """Say what the model can be asked."""
        answer: ModelDescription = {
            "preset": model.description.get("preset"),
            "epochs": model.description.get("epochs"),
            "data": model.description.get("data"),
            "name": model.name,
            "version": digitgan.__version__,
            "sha256": model.description["sha256"],
            "classes": [*model.classes],
            "limits": {style: [*limits] for style, limits in model.limits.items()},
        }
        return json_response(answer, headers={"Cache-Control": "no-cache"})

    @api.get("/healthz", responses=responses(json_of(Health)))
    async def healthz() -> Response:
        """Say that the event loop turns, and how much there is to do."""
        health: Health = {"status": "ok", "drawing": pool.busy, "limit": pool.limit}
        return json_response(health)

    text = responses({"text/plain": {"schema": {"type": "string"}}})

    @api.get("/metrics", response_class=Response, responses=text)
    async def metrics() -> Response:
        """Tell Prometheus what was counted."""
        headers = {"Cache-Control": "no-store", "Content-Type": MEDIA_TYPE}
        return Response(state.metrics.text(), headers=headers)
