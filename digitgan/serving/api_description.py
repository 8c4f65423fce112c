"""``/openapi.json``: what FastAPI describes, and what it cannot know of this API."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from digitgan.serving.problems import ProblemDetails


def install(app: FastAPI) -> None:
    """Let an application describe itself, when it is first asked to."""
    app.openapi = lambda: _openapi(app)


def _openapi(app: FastAPI) -> dict[str, Any]:
    if not app.openapi_schema:
        description = get_openapi(
            title=app.title,
            version=app.version,
            description=app.description,
            routes=app.routes,
        )
        schemas = description["components"]["schemas"]
        for name in ("HTTPValidationError", "ValidationError"):
            schemas.pop(name, None)  # refused requests get a ProblemDetails
        schemas["ProblemDetails"] = ProblemDetails.model_json_schema()
        for methods in description["paths"].values():
            for operation in methods.values():
                _complete(operation)
        app.openapi_schema = description
    return app.openapi_schema


def _complete(operation: dict[str, Any]) -> None:
    """Say how lists stand in a URL, and how a request is refused."""
    operation["responses"].pop("422", None)
    for parameter in operation.get("parameters", []):
        options = parameter["schema"].get("anyOf", [parameter["schema"]])
        if any(option.get("type") == "array" for option in options):
            parameter |= {"style": "form", "explode": False}
