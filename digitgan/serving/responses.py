"""Answers as JSON, and answers that a client need not be sent again."""

import json
from hashlib import sha256
from typing import Any

from starlette.requests import Request
from starlette.responses import Response


def json_bytes(value: Any) -> bytes:
    """Return a value as one line of JSON, in which no number may be infinite."""
    text = json.dumps(value, separators=(",", ":"), allow_nan=False)
    return f"{text}\n".encode()


def json_response(
    value: Any, status: int = 200, headers: dict[str, str] | None = None
) -> Response:
    """Return JSON that nobody keeps, unless the headers say otherwise."""
    headers = {"Cache-Control": "no-store"} | (headers or {})
    return Response(json_bytes(value), status, headers, "application/json")


def etag_of(content: bytes) -> str:
    """Return the ETag of a content: what no other quoted text has in it."""
    return f'"{sha256(content).hexdigest()[:32]}"'


def json_or_304(request: Request, value: Any) -> Response:
    """Return JSON with an ETag, or 304 to a client that has it already."""
    body = json_bytes(value)
    headers = {"ETag": etag_of(body), "Cache-Control": "no-cache"}
    if headers["ETag"] in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(body, 200, headers, "application/json")
