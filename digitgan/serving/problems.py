"""What went wrong, as RFC 9457 says it: ``application/problem+json``."""

import json
import math
from http import HTTPStatus
from typing import Annotated, Any, NotRequired

from fastapi.exceptions import RequestValidationError
from pydantic import Field
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from typing_extensions import TypedDict  # pydantic reads no other before Python 3.12

from digitgan.errors import InputError

MEDIA_TYPE = "application/problem+json"
MAX_SHOWN = 200  # characters of a wrong value that an answer repeats


class ProblemDetails(TypedDict):
    """The answer to a request that is refused."""

    type: str
    title: str
    status: int
    detail: Annotated[str, Field(description="One line for people.")]
    field: NotRequired[Annotated[str, Field(description="What was wrong.")]]
    value: NotRequired[Annotated[Any, Field(description="What it was.")]]
    allowed: NotRequired[Annotated[str, Field(description="What it may be.")]]


class Problem(HTTPException):
    """A request that is refused; members are more of the answer, such as ``field``."""

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


def on_http_exception(request: Request, error: HTTPException) -> Response:
    """Answer a refusal, of ours or of Starlette."""
    headers = dict(error.headers or {})
    if isinstance(error, Problem):
        problem = error
    elif error.status_code == 404:
        line = f"there is no {request.url.path[:100]!r}: /openapi.json names all"
        problem = Problem(404, line, headers)
    elif error.status_code == 405:
        routes = [r for r in request.app.routes if r.matches(request.scope)[0].value]
        methods = {m for r in routes for m in getattr(r, "methods", None) or ()}
        methods |= {"HEAD"} if "GET" in methods else set()
        allowed = ", ".join(sorted(methods or {"GET", "HEAD"}))
        problem = wrong("method", request.method[:20], allowed, 405)
        problem.headers = headers | {"Allow": allowed}
    else:
        problem = Problem(error.status_code, error.detail, headers)
    return problem.response()


def on_validation_error(_: Request, error: RequestValidationError) -> Response:
    """Answer what FastAPI itself refuses: no body, or a path that makes no sense."""
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
