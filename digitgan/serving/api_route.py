"""Routes of the API: fields stand once, and bodies are small, quick and JSON."""

import asyncio
import json
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from digitgan.serving.problems import Problem, wrong
from digitgan.serving.request_models import unique

MAX_BODY = 16_384  # bytes of a request
BODY_SECONDS = 10  # to send them


class ApiRoute(APIRoute):
    """A route of the API."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what answers a request."""
        answer = super().get_route_handler()

        async def answer_body(request: Request) -> Response:
            if request.query_params:
                line = "a POST takes its fields from the body, not the URL"
                raise Problem(400, line)
            return await answer(JsonRequest(request.scope, request.receive))

        return answer_body if self.body_field else answer


class JsonRequest(Request):
    """A request with a JSON body that is neither too large nor too slow."""

    async def body(self) -> bytes:
        """Return the body; a :class:`Problem` is 415, 413 or 408."""
        media = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media != "application/json":
            raise wrong("Content-Type", media[:100], "application/json", 415)
        if hasattr(self, "_body"):  # FastAPI asks twice
            return self._body
        body = bytearray()
        try:
            async with asyncio.timeout(BODY_SECONDS):
                async for chunk in self.stream():
                    body += chunk
                    if len(body) > MAX_BODY:
                        line = f"the body is too large: allowed are {MAX_BODY:,} bytes"
                        raise Problem(413, line, field="body")
        except TimeoutError as error:
            line = f"the body took more than {BODY_SECONDS} seconds"
            raise Problem(408, line, field="body") from error
        self._body = bytes(body)
        return self._body

    async def json(self) -> Any:
        """Return the value of the body."""
        return parse_json(await self.body())


def parse_json(body: bytes) -> Any:
    """Return the value of JSON, in which a name stands once in an object."""
    try:
        return json.loads(body, object_pairs_hook=unique)
    except (ValueError, RecursionError) as error:
        raise Problem(400, "the body is not JSON", field="body") from error
