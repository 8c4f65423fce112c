"""Who may ask: this machine alone, or whoever has the token for what writes."""

import secrets
from collections.abc import Awaitable, Callable
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from digitgan.serving.problems import Problem

COOKIE = "digitgan_token"
SAFE = {"GET", "HEAD", "OPTIONS"}
Answer = Callable[[Request], Awaitable[Response]]


class TokenAuth:
    """Keeps strangers from what writes or trains.

    Without a token, only requests to a name of this machine are answered, so that no
    web page can reach the server under a name of its own (DNS rebinding). With one,
    every name is, and what writes needs the token.

    A program sends ``Authorization: Bearer TOKEN``. A browser opens ``/?token=TOKEN``
    once and keeps a cookie, so the page itself need not know the token.
    """

    def __init__(self, token: str | None = None):
        """Settle who may write.

        Args:
            token: What they must know, or None where the server listens on loopback.
        """
        self._token = token

    def writing(self, answer: Answer) -> Answer:
        """Return the endpoint of a route that writes or trains, for who may alone.

        ``Route("/v1/runs", guard.writing(start), methods=["POST"])``. Without the
        token the answer is a problem with status 401.

        Args:
            answer: The endpoint, an async function of the request.
        """

        async def answer_to_who_may(request: Request) -> Response:
            if not self._knows_token(request):
                line = "this needs the token: open the link that the server printed, "
                line += "or send Authorization: Bearer TOKEN"
                headers = {"WWW-Authenticate": 'Bearer realm="digitgan"'}
                raise Problem(401, line, headers, field="Authorization")
            return await answer(request)

        return answer_to_who_may

    def around(self, app):
        """Return an ASGI application that answers to names and origins of its own."""

        async def guarded(scope, receive, send):
            if scope["type"] != "http":
                return await app(scope, receive, send)
            request = Request(scope)
            try:
                self._check_names(request)
            except Problem as problem:
                return await problem.response()(scope, receive, send)
            if self._token and request.url.path == "/" and _link(request):
                return await self._welcome(request)(scope, receive, send)
            return await app(scope, receive, send)

        return guarded

    def _check_names(self, request: Request) -> None:
        """Refuse what another site's page sends."""
        host = request.headers.get("host", "")
        if not self._token and not is_loopback(_name(host)):
            allowed = "localhost, 127.0.0.1 or [::1]; any with --token"
            line = f"Host is {host[:100]!r}: allowed is {allowed}"
            raise Problem(421, line, field="Host", value=host[:100], allowed=allowed)
        origin = request.headers.get("origin")
        if origin is None or request.method in SAFE:
            return
        if origin.partition("://")[2].lower() != host.lower():
            line = f"Origin is {origin[:100]!r}: allowed is the page of this server"
            raise Problem(403, line, field="Origin", value=origin[:100])

    def _knows_token(self, request: Request) -> bool:
        if not self._token:
            return True
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            given = request.cookies.get(COOKIE, "")
        return self._is(given.strip())

    def _is(self, given: str) -> bool:
        return secrets.compare_digest(given.encode(), self._token.encode())

    def _welcome(self, request: Request) -> Response:
        """Turn the token of a link into a cookie, and show the rest of the link."""
        rest = request.url.remove_query_params("token").query
        response = RedirectResponse(f"/?{rest}" if rest else "/", 303)
        response.headers["Cache-Control"] = "no-store"
        if self._is(_link(request)):
            response.set_cookie(
                COOKIE, _link(request), httponly=True, samesite="strict"
            )
        return response


def is_loopback(name: str) -> bool:
    """Say whether a host name or address is this machine's own, and nobody else's."""
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return name == "localhost" or name.endswith(".localhost")


def _name(host: str) -> str:
    """Return the name of a Host header, without port; nothing if it makes no sense."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _link(request: Request) -> str:
    return request.query_params.get("token", "")
