"""What went wrong, as RFC 9457 says it: ``application/problem+json``."""

import json
import math
from http import HTTPStatus
from typing import Any

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from digitgan.errors import InputError

MEDIA_TYPE = "application/problem+json"
MAX_SHOWN = 200  # characters of a wrong value that an answer repeats


class ProblemDetails(BaseModel):
    """The answer to a request that is refused."""

    type: str
    title: str
    status: int
    detail: str = Field(description="One line for people.")
    field: str | None = Field(None, description="What was wrong.")
    value: Any = Field(None, description="What it was.")
    allowed: str | None = Field(None, description="What it may be.")


class Problem(HTTPException):
    """A request that is refused: names the field, its value and what is allowed.

    Attributes:
        members: More of the answer, such as ``field``, ``value``, ``allowed``.
    """

    def __init__(
        self,
        status: int,
        detail: str,
        headers: dict[str, str] | None = None,
        **members: Any,
    ):
        """Note what is wrong."""
        super().__init__(status, detail, headers)
        self.members = members

    @classmethod
    def of(cls, error: InputError, status: int = 400) -> "Problem":
        """Return the refusal of what an argument was."""
        members = {"field": error.field, "value": _shown(error.value)}
        if error.allowed:
            members["allowed"] = error.allowed
        return cls(status, " ".join(error.line().split()), **members)

    def response(self) -> Response:
        """Return the answer that says it."""
        problem = {"type": "about:blank", "title": HTTPStatus(self.status_code).phrase}
        problem |= {"status": self.status_code, "detail": self.detail} | self.members
        headers = {"Cache-Control": "no-store"} | dict(self.headers or {})
        body = json.dumps(problem, allow_nan=False) + "\n"
        return Response(body, self.status_code, headers, MEDIA_TYPE)


def wrong(field: str, value: Any, allowed: str, status: int = 400) -> Problem:
    """Return the refusal of a field's value."""
    return Problem.of(InputError(field, _shown(value), allowed), status)


def _shown(value: Any) -> Any:
    """Return a value that JSON can say, in a few characters."""
    if isinstance(value, bool | None):
        return value
    if isinstance(value, int):
        return value if abs(value) <= 2**64 else "a number of more than 64 bits"
    if isinstance(value, float) and math.isfinite(value):
        return value
    text = str(value)
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}..."


def on_http_exception(request: Request, error: Exception) -> Response:
    """Answer a refusal, of ours or of Starlette."""
    assert isinstance(error, HTTPException)
    if isinstance(error, Problem):
        return error.response()
    headers = dict(error.headers or {})
    if error.status_code == 404:
        path = request.url.path[:100]
        line = f"there is no {path!r}: /openapi.json names all"
        return Problem(404, line, headers).response()
    if error.status_code == 405:
        routes = [r for r in request.app.routes if r.matches(request.scope)[0].value]
        methods = {m for r in routes for m in getattr(r, "methods", None) or ()}
        methods |= {"HEAD"} if "GET" in methods else set()
        headers["Allow"] = ", ".join(sorted(methods or {"GET", "HEAD"}))
        problem = wrong("method", request.method[:20], headers["Allow"], 405)
        problem.headers = headers
        return problem.response()
    return Problem(error.status_code, error.detail, headers).response()


def on_validation_error(_: Request, error: Exception) -> Response:
    """Answer what FastAPI itself refuses: no body, or a path that makes no sense."""
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    field = str(first["loc"][-1])
    if first["type"] == "missing":
        return Problem(400, f"{field} is missing", field=field).response()
    message = first["msg"].removeprefix("Input should be ")
    return wrong(field, first["input"], message).response()


def on_failure(_: Request, error: Exception) -> Response:
    """Answer a failure of ours, without giving anything away."""
    return Problem(500, "the server failed; its log says why").response()


HANDLERS: dict[int | type[Exception], Any] = {
    HTTPException: on_http_exception,
    RequestValidationError: on_validation_error,
    Exception: on_failure,
}
REFUSALS = {
    400: "A field is unknown, missing or not allowed: the answer names it.",
    401: "The token is missing.",
    403: "The page of another site has sent it.",
    404: "There is nothing of that name on this machine.",
    405: "Another method is meant.",
    406: "No media type of Accept is offered.",
    408: "The body came too slowly.",
    409: "The run is not in a state for that, or another is being trained.",
    413: "The body is too large.",
    415: "The body is not JSON.",
    421: "Without a token only the names of this machine are answered.",
    503: "All are busy: try again after Retry-After seconds.",
}
ANY, WITH_BODY = (405, 421), (400, 403, 408, 413, 415)


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Describe refusals, those of any route included, as FastAPI's ``responses``."""
    schema = {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}
    return {
        status: {"description": REFUSALS[status], "content": {MEDIA_TYPE: schema}}
        for status in sorted({*ANY, *statuses})
    }
