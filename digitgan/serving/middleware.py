"""The layers around the application: each a plain ASGI function."""

import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from digitgan.serving.auth import TokenAuth
from digitgan.serving.metrics import Metrics

SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; "
    "script-src 'self' 'wasm-unsafe-eval'; "  # Learn trains by WebAssembly
    "frame-ancestors 'self'; base-uri 'none'; form-action 'self'",
}


def place_at(app: ASGIApp, root_path: str) -> ASGIApp:
    """Answer below a path, too: whether or not the proxy there cuts it off."""

    async def placed(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, "root_path": root_path}, receive, send)

    return placed


def count_requests(app: ASGIApp, metrics: Metrics) -> ASGIApp:
    """Count and time what goes through; nobody can make it remember names."""

    async def counted(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        start, status = time.perf_counter(), 500

        async def note_status(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        metrics.in_flight.inc()
        try:
            await app(scope, receive, note_status)
        finally:
            metrics.in_flight.dec()
            path = scope["path"] if scope["path"] in metrics.paths else "other"
            metrics.requests.labels(path, str(status)).inc()
            metrics.seconds.labels(path).observe(time.perf_counter() - start)

    return counted


def add_headers(app: ASGIApp) -> ASGIApp:
    """Add the headers that guard a browser; HEAD is GET without the body."""
    extra = [(k.lower().encode(), v.encode()) for k, v in SECURITY_HEADERS.items()]

    async def answered(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        head = scope["method"] == "HEAD"

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [*message["headers"], *extra]
                if b"cache-control" not in dict(headers):
                    headers.append((b"cache-control", b"no-cache"))
                message = {**message, "headers": headers}
            elif head:
                message = {**message, "body": b""}
            await send(message)

        if head:
            scope = {**scope, "method": "GET"}
        await app(scope, receive, send_with_headers)

    return answered


def check_names(app: ASGIApp, auth: TokenAuth) -> ASGIApp:
    """Answer only to names and origins of this server."""

    async def checked(scope: Scope, receive: Receive, send: Send) -> None:
        answer = auth.refusal(scope) if scope["type"] == "http" else None
        await (answer or app)(scope, receive, send)

    return checked
